"""`python -m gateway.demo --folder DIR`: run the simulated departments until SIGTERM.

When all are ready, one line of JSON on standard output names the environment variables that the gateway needs.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from stat import S_ISFIFO
from typing import Final

import uvloop
from msgspec import json
from rich.console import Console

from gateway.demo.city import Latency, Options, open_departments, quiet
from gateway.demo.subjects import DEFAULT_SIZE

_EPILOG: Final = """\
the systems:
  market_registry        PostgreSQL, schema scjdgl, read by a role of its own
  double_publicity       a SQLite file; so are credit_center and profession_registry
  tax_credit             SOAP 1.1 in GBK, one taxpayer a call
  court_enforcement      REST, pages of ten
  environment_penalties  REST, signed requests, up to twenty subjects a call
  environment_credit     the same bureau's ratings and permits, alike
  procurement_records    REST, any code or the name of a supplier in one field
  customs_credit         SOAP 1.1 in UTF-8, by customs code
  upper_platform         GraphQL of the level above, with a token
  police_verification    REST, one person a call, answers 1, 2 or 3
  fire_penalties         CSV files in GB18030
  market_penalties       CSV files in GB18030, by registration number
  market_supervision     MariaDB in GBK where the machine has one, else a SQLite file
  social_insurance       PostgreSQL, a database of its own, by its own unit numbers
  construction_market    a SQLite file that is replaced whole
  civil_affairs          a SQLite file, by certificates
  tax_notices            CSV files in GB18030, a folder a quarter
  labor_inspection       Excel workbooks, by organization code
  institution_registry   CSV files in GB18030, by code or certificate
  utility_arrears        CSV files in GB18030, by name alone
  and eight more bureaus CSV files; one a workbook, on work safety

Two departments take objections: market_regulation by signed webhook, court by REST (gateway/demo/receivers.py).

The HTTP systems can be told to fail, and tell how they were asked:
  POST /_fault {"mode": "slow", "seconds": 3, "times": 1}   see gateway/demo/faults.py for the modes
  GET  /_calls                                              DELETE counts from zero

All data are synthetic: every code passes its check, none was ever issued.
"""


def _latency(text: str) -> Latency:
    """Read milliseconds, or a range of them (`800-2500`), as seconds."""
    low, _, high = text.partition("-")
    try:
        least, most = float(low) / 1000, float(high or low) / 1000
    except ValueError:
        least, most = 1.0, 0.0
    if not 0 <= least <= most:
        raise argparse.ArgumentTypeError(f"expected milliseconds or a range such as 800-2500, not `{text}`")
    return least, most


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m gateway.demo",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--folder", type=Path, required=True, metavar="DIR", help="where databases and files are written; old ones go"
    )
    parser.add_argument(
        "--subjects",
        type=int,
        default=DEFAULT_SIZE,
        metavar="N",
        help="how many subjects (%(default)s); the named ones are always there",
    )
    parser.add_argument(
        "--tax-latency", type=_latency, default="30", metavar="MS", help="of tax, or a range (30; really 800-2500)"
    )
    parser.add_argument(
        "--police-latency", type=_latency, default="0", metavar="MS", help="of the police's check (0; really 2000)"
    )
    parser.add_argument("--latency", type=_latency, default="0", metavar="MS", help="of the other HTTP systems (0)")
    parser.add_argument("--attached", action="store_true", help="also stop when standard input closes")
    arguments = parser.parse_args()
    if arguments.attached and not S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        parser.error("--attached needs a pipe as standard input")
    return arguments


async def _run(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if arguments.attached:
        await loop.connect_read_pipe(lambda: _UntilClosed(stopped), sys.stdin)
    options = Options(
        size=arguments.subjects,
        tax_latency=arguments.tax_latency,
        police_latency=arguments.police_latency,
        latency=arguments.latency,
    )
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
