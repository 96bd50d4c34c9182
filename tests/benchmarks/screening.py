"""What a screening costs: rows per second and peak memory by format and size, and the source calls that a row takes.

  engine   everything but the check: read, keys, slices, job on disk, output, tree, manifest; a check that asks nobody.
           Two runs of a process each; the peak of the smaller is mostly the interpreter and what it imports
  live     `--live N` rows checked by BK on the simulated departments, by a gateway in this process

Run it as `python -m tests.benchmarks.screening`; nothing is asserted. 2026-11, on a machine of 2 busy cores, 10,000 and
100,000 rows: CSV 2,400 and 2,200 rows/s in 159 and 186 MiB, Parquet 4,000 and 4,200 rows/s in 186 and 215 MiB.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

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
from gateway.screening.portfolio import Wish, open_portfolio
from gateway.screening.screening import Question
from tests.gateway.portfolios import QUESTION, Counting, opened, rows, write

ROOT: Final = Path(__file__).parents[2]
MEBIBYTE: Final = 1024


class Forgetting(Counting):
    """A check that does not even remember whom it was asked about."""

    async def __call__(self, asked: Sequence[Row]) -> Sequence[RowOutcome]:
        outcomes = await super().__call__(asked)
        self.calls.clear()
        return outcomes


async def engine(path: Path, folder: Path) -> float:
    """Screen ``path``; return the seconds."""
    began = time.perf_counter()
    portfolio = open_portfolio(path, Wish())
    async with opened(folder) as screening:
        job = await screening.begin(portfolio, QUESTION)
        out = folder / f"out.{format_of(path)}"
        await screening.finish(job, portfolio, Forgetting(), out, lambda _: None, wait=False)
    return time.perf_counter() - began


def measured(path: Path) -> tuple[float, float]:
    """Return seconds and peak memory (MiB) of the engine over ``path``, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.screening", "--one", str(path), "--folder", folder]
        told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, peak = told.stdout.split()
    return float(seconds), float(peak)


def engines(console: Console, sizes: Sequence[int], formats: Sequence[str]) -> None:
    """Measure the engine and print a table."""
    table = Table("format", "rows", "seconds", "rows/s", "peak MiB", title="engine", title_justify="left")
    with tempfile.TemporaryDirectory() as folder:
        for format_ in formats:
            for size in sizes:
                path = write(Path(folder) / f"in{size}.{format_}", rows(size))
                seconds, peak = measured(path)
                table.add_row(format_, f"{size:,}", f"{seconds:.1f}", f"{size / seconds:,.0f}", f"{peak:.0f}")
    console.print(table)


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
        seconds = time.perf_counter() - began
    table = Table("source", "calls", "calls per row", title=f"live: {count} rows, {count / seconds:.1f} rows/s")
    for source in HTTP_SOURCES:
        calls = city.calls(source)["calls"]
        if calls:
            table.add_row(source, f"{calls:,}", f"{calls / count:.3f}")
    console.print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--live", type=int, default=0)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one is not None:
        seconds = asyncio.run(engine(chosen.one, chosen.folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
        sys.stdout.write(f"{seconds} {peak}\n")
        return
    console = Console()
    engines(console, chosen.rows, chosen.formats)
    if chosen.live:
        with (
            tempfile.TemporaryDirectory() as folder,
            departments(Path(folder) / "city", chosen.live, tax_latency="0") as city,
        ):
            uvloop.run(live(console, chosen.live, city, Path(folder)))


if __name__ == "__main__":
    main()
