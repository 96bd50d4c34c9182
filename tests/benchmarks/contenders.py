"""`python -m tests.benchmarks.contenders NAME --data DIR`: serve one contender until standard input ends.

When it takes requests, one line of JSON on standard output tells its free port and the headers that it needs. They
differ in nothing but the application: uvicorn, uvloop and httptools, one process, garbage collected as the gateway's
server has it. The gateway is served by its own server, which is uvicorn with limits for slow clients.
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette

from gateway.demo.postgres import free_port
from gateway.http import make_server
from gateway.http.server import COLLECT_AFTER
from tests.benchmarks.workloads import CONTENDERS, GATEWAY, HANDWRITTEN, STRAWBERRY, THROUGH_GATEWAY, UNPROVEN

_MODULES: Final = {
    GATEWAY: "through_gateway",
    HANDWRITTEN: "handwritten",
    STRAWBERRY: "plain_strawberry",
    UNPROVEN: "unproven",
}


class Opened(Protocol):
    """Opens a contender's application."""

    def __call__(
        self, environ: Mapping[str, str], data: Path
    ) -> AbstractAsyncContextManager[tuple[Starlette, dict[str, str]]]:
        """Yield the application and the headers that its requests need."""
        ...


def opener(name: str) -> Opened:
    """Return what opens the contender ``name``; its module is imported only now, so that none carries the others."""
    opened: Opened = import_module(f"tests.benchmarks.{_MODULES[name]}").open_app
    return opened


async def serve(name: str, data: Path) -> None:
    """Serve the contender ``name`` until standard input ends."""
    async with opener(name)(os.environ, data) as (app, headers):
        port = free_port()
        server = make_server(app, port=port) if name in THROUGH_GATEWAY else _plain_server(app, port)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        sys.stdout.write(orjson.dumps({"port": port, "headers": headers}).decode() + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving


def _plain_server(app: Any, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app, port=port, loop="uvloop", http="httptools", ws="none", lifespan="off", access_log=False, log_config=None
    )
    return uvicorn.Server(config)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.contenders", description=__doc__)
    parser.add_argument("name", choices=CONTENDERS)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where a contender may keep its data")
    arguments = parser.parse_args()
    uvloop.run(serve(arguments.name, arguments.data))
