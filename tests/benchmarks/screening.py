"""What a screening costs: rows per second and peak memory by format and size, and the source calls that a row takes.

  engine   everything but the sources: read, keys, slices, job on disk, output, tree, manifest; a check that asks
           nobody, and counts the calls that sources of some batch sizes would have got. Each run is a process of its
           own; `ndjson-stream` writes while it runs. The peak of the smaller is mostly the interpreter and its imports
  live     `--live N` rows checked by BK on the simulated departments, by a gateway in this process: the questions put
           to each source beside ceil(N / batch), the most for each kind of records, and the calls that those over HTTP
           took: more where answers have pages, or a source is asked by several codes of each subject

Run it as `make bench ARGS="screening --live 300"`; nothing is asserted.

2026-11, a machine of 2 cores that others used too, 10,000 / 100,000 rows: CSV 11,000 / 7,600 rows/s in 165 / 168 MiB,
NDJSON 7,900 / 7,300 in 167 / 168, written while it runs 4,800 / 11,100 in 169 / 171; xlsx 100,000 rows in 184 MiB, of
which 410 rows/s on the same machine with six times more to do. Live, 300 rows by BK: the court 1,202 calls, of which
1,200 are questions and two are further pages of a subject with 23 cases.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from connectors.clock import today_text
from gateway.app import open_gateway
from gateway.caller import Caller
from gateway.configuration import load_configuration
from gateway.demo import HTTP_SOURCES, Departments, departments
from gateway.demo.scenarios import everyone
from gateway.screening.checking import Asked, rules_of
from gateway.screening.files import FORMATS, format_of
from gateway.screening.model import Row, RowOutcome
from gateway.screening.outlets import Grown
from gateway.screening.portfolio import Wish, open_portfolio
from gateway.screening.screening import Question
from tests.gateway.portfolios import QUESTION, Counting, opened, rows, write

ROOT: Final = Path(__file__).parents[2]
KIBIBYTES: Final = 1024
"""Of a MiB."""


BATCHES: Final = (1, 20, 500)
"""Sizes of batches for which the engine counts questions: those of the court, the environment, the registry."""
WAYS: Final = (*FORMATS, "ndjson-stream")


class Forgetting(Counting):
    """A check that does not remember whom it was asked about, but how many questions that would have taken."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = dict.fromkeys(BATCHES, 0)

    async def __call__(self, asked: Sequence[Row]) -> Sequence[RowOutcome]:
        outcomes = await super().__call__(asked)
        self.calls.clear()
        for batch in BATCHES:
            self.questions[batch] += -(-len(asked) // batch)
        return outcomes


class Engine(msgspec.Struct):
    """What one run took: seconds, peak memory in MiB, questions by size of batch."""

    seconds: float
    peak: float
    questions: dict[int, int]


async def engine(path: Path, folder: Path, *, stream: bool) -> Engine:
    """Screen ``path``."""
    began = time.perf_counter()
    portfolio, check = open_portfolio(path, Wish()), Forgetting()
    async with opened(folder) as screening:
        job = await screening.begin(portfolio, QUESTION)
        out = folder / f"out.{format_of(path)}"
        await screening.finish(job, portfolio, check, Grown(out) if stream else out, lambda _: None, wait=False)
    return Engine(time.perf_counter() - began, peak_memory(), check.questions)


def peak_memory() -> float:
    """Return the most memory that this process has had, in MiB; what its parent had before is not in it."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) / KIBIBYTES


def measured(path: Path, *more: str) -> Engine:
    """Return what the engine takes over ``path``, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.screening", "--one", str(path), "--folder", folder, *more]
        told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return msgspec.json.decode(told.stdout, type=Engine)


def engines(console: Console, sizes: Sequence[int], ways: Sequence[str]) -> None:
    """Measure the engine and print a line for each run, as soon as it is known."""
    with tempfile.TemporaryDirectory() as folder:
        for way in ways:
            format_, _, stream = way.partition("-")
            for size in sizes:
                path = write(Path(folder) / f"in{size}.{format_}", rows(size))
                took = measured(path, *(["--stream"] if stream else []))
                rate = f"{took.seconds:8.1f} s {size / took.seconds:8,.0f} rows/s {took.peak:6.0f} MiB"
                calls = ", ".join(f"{took.questions[batch] / size:.3f} (batch {batch})" for batch in BATCHES)
                console.print(f"{way:14}{size:10,} rows {rate}  calls a row {calls}", highlight=False)


async def live(console: Console, count: int, city: Departments, folder: Path) -> None:
    """Screen ``count`` subjects of the demo and print what the sources were asked."""
    keys = [(known.subject.uscc, known.subject.name, "") for known in everyone(count)][:count]
    portfolio = open_portfolio(write(folder / "in.csv", keys), Wish())
    os.environ.update(city.environment)
    async with open_gateway(load_configuration(ROOT / "config"), os.environ, folder / "data", working=False) as gateway:
        screenings = gateway.screenings
        client = screenings.front.loaded.register.find("bank")
        assert client is not None
        caller = Caller(client.id, client.department, client.scopes, "BANK_CREDIT")
        today = today_text()
        check = screenings.check(caller, Asked("BK", today, {}), wait=False)
        question = Question(client.id, "BANK_CREDIT", rules_of(screenings.checker, client.id, "BK", today), today)
        began = time.perf_counter()
        job = await screenings.files.begin(portfolio, question)
        await screenings.files.finish(job, portfolio, check, folder / "out.csv", lambda _: None, wait=False)
        title = f"live: {count} rows, {count / (time.perf_counter() - began):.1f} rows/s"
        gates = [source.gate for source in screenings.front.loaded.opened.sources.values()]
    headers = ("source", "batch", "most for each kind", "questions", "calls", "calls per row")
    table = Table(*headers, title=title, title_justify="left")
    for gate in (each for each in gates if each.health().calls):
        name, batch, questions = gate.spec.name, gate.spec.batch_size, gate.health().calls
        calls = city.calls(name)["calls"] if name in HTTP_SOURCES else questions
        most = -(-count // batch)
        table.add_row(name, f"{batch:,}", f"{most:,}", f"{questions:,}", f"{calls:,}", f"{calls / count:.3f}")
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog='make bench ARGS="screening ..."',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--formats", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--live", type=int, default=0)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--stream", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one is not None:
        took = asyncio.run(engine(chosen.one, chosen.folder, stream=chosen.stream))
        sys.stdout.write(msgspec.json.encode(took).decode())
        return
    console = Console(soft_wrap=True) if sys.stdout.isatty() else Console(width=160)
    engines(console, chosen.rows, chosen.formats)
    if chosen.live:
        with (
            tempfile.TemporaryDirectory() as folder,
            departments(Path(folder) / "city", chosen.live, tax_latency="0") as city,
        ):
            uvloop.run(live(console, chosen.live, city, Path(folder)))


if __name__ == "__main__":
    main()
