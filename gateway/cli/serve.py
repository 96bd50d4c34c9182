"""`serve`: run the gateway on the systems that the environment names."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace as replace_fields
from pathlib import Path

import uvloop
from msgspec.structs import replace

from gateway.app import open_gateway
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, Config, Data, Host, Port
from gateway.configuration import Configuration, load_configuration
from gateway.http import make_server
from gateway.reload import Load


def serve_command(
    config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA, host: Host = None, port: Port = None
) -> None:
    """启动网关,直到 SIGTERM 或 Ctrl-C。 Serve the gateway until SIGTERM or Ctrl-C.

    Addresses and secrets of sources come from the environment, or from files: NAME_FILE names one for NAME.

    SIGHUP reads the configuration anew, whole or not at all; run `check` before it. The log says how it went.
    """

    def load() -> Configuration:
        return _listening(load_configuration(config), host, port)

    configuration = load()
    log_to_stderr()
    uvloop.run(_serve(configuration, data, load))


def _listening(configuration: Configuration, host: str | None, port: int | None) -> Configuration:
    """Return the configuration with the address that the command names: what is served can depend on it."""
    settings = configuration.settings
    listen = settings.listen
    listen = replace(listen, host=host or listen.host, port=listen.port if port is None else port)
    return replace_fields(configuration, settings=replace(settings, listen=listen))


def log_to_stderr() -> None:
    """Log the gateway's own messages; they hold no record, no key and no address of a source."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # whoever started it knows that it started


async def _serve(configuration: Configuration, data: Path, load: Load) -> None:
    listen = configuration.settings.listen
    hung_up = asyncio.Event()
    # From the first moment on: by default the signal ends the process.
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up.set)
    async with open_gateway(configuration, os.environ, data) as gateway, reloading(gateway.reload, load, hung_up):
        await make_server(gateway.app, host=listen.host, port=listen.port, readiness=gateway.readiness).serve()


@asynccontextmanager
async def reloading(reload: Callable[[Load], Awaitable[bool]], load: Load, asked: asyncio.Event) -> AsyncIterator[None]:
    """Reload within the block whenever ``asked`` is set; what is asked meanwhile is done once, afterwards."""

    async def keep_reloading() -> None:
        while True:
            await asked.wait()
            asked.clear()
            await reload(load)

    task = asyncio.create_task(keep_reloading())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
