"""`python -m gateway.demo --folder DIR`: run the simulated departments until SIGTERM.

When all are ready, one line of JSON on standard output names the environment variables that the gateway needs.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import uvloop
from msgspec import json
from rich.console import Console

from gateway.demo.departments import Latency, Options, open_departments, quiet
from gateway.demo.subjects import DEFAULT_SIZE


def _latency(text: str) -> Latency:
    """Read milliseconds, or a range of them (`800-2500`), as seconds."""
    low, _, high = text.partition("-")
    return float(low) / 1000, float(high or low) / 1000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gateway.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where databases and files are written")
    parser.add_argument("--subjects", type=int, default=DEFAULT_SIZE, help="how many (%(default)s)")
    parser.add_argument("--tax-latency", type=_latency, default="30", metavar="MS", help="the real one: 800-2500")
    parser.add_argument("--latency", type=_latency, default="0", metavar="MS", help="of court and environment")
    parser.add_argument("--attached", action="store_true", help="stop when standard input closes")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if arguments.attached:
        await loop.connect_read_pipe(lambda: _UntilClosed(stopped), sys.stdin)
    options = Options(size=arguments.subjects, tax_latency=arguments.tax_latency, latency=arguments.latency)
    console = Console(stderr=True)
    status = console.status("starting the departments")
    with status:
        shown = status.update if console.is_terminal else quiet
        departments = open_departments(arguments.folder, options, shown)
        environment = await departments.__aenter__()
    try:
        sys.stdout.write(json.encode(environment).decode() + "\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await departments.__aexit__(None, None, None)


class _UntilClosed(asyncio.Protocol):
    """Sets an event when the pipe closes: whoever started us is gone."""

    def __init__(self, stopped: asyncio.Event) -> None:
        self._stopped = stopped

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop."""
        self._stopped.set()


if __name__ == "__main__":
    uvloop.run(_run(_arguments()))
