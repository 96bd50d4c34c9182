"""`returns`: the monthly return (月报表) and the circular (通报), from the ledger alone."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column as TableColumn
from rich.table import Table as Printed

from connectors.clock import now_text, today_text
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, Config, Data
from gateway.configuration import OWN_SECRETS, Configuration, load_configuration
from gateway.kept import LEDGER_URL_ENV, OBJECTIONS_URL_ENV, kept_url, ledger_url
from gateway.objections.counts import ObjectionCounts, counted, numbers
from gateway.returns.document import document
from gateway.returns.month import Month, read_month
from gateway.returns.months import fill
from gateway.returns.owners import CatalogueOwners
from gateway.returns.page import page
from gateway.returns.printed import Document, Table, written
from gateway.returns.reader import OBJECTIONS, is_there, open_reader
from gateway.returns.report import DepartmentReports, Made, Shown, report
from gateway.returns.tally import Tally
from gateway.returns.workbook import workbook
from gateway.secrets import with_secret_files

MonthText = Annotated[
    str, typer.Argument(metavar="MONTH", help="The month, such as 2026-10, in days of Asia/Shanghai.")
]
DepartmentCode = Annotated[str | None, typer.Option("--department", help="Only the return of this department.")]
Format = Annotated[Literal["table", "json", "xlsx", "html"], typer.Option("--format", help="What to make.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="The file to write.")]
Url = Annotated[
    str | None,
    typer.Option("--url", help="Where the ledger is, instead of CREDIT_LEDGER_URL or the data folder."),
]
ObjectionsUrl = Annotated[
    str | None,
    typer.Option(
        "--objections-url",
        help="Where objections are kept, instead of CREDIT_OBJECTIONS_URL or the ledger's place.",
    ),
]


def returns_command(
    month: MonthText,
    department: DepartmentCode = None,
    format_: Format = "table",
    output: Output = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    objections_url: ObjectionsUrl = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """生成月报表与通报。 Make the monthly return of all departments, or of one, from ledger and objections alone.

    No source is asked and nothing is written; a gateway can be writing meanwhile. Objections are counted where they are
    kept: `--objections-url`, CREDIT_OBJECTIONS_URL, the ledger's database when that is PostgreSQL, else
    `objections.sqlite` beside the ledger of `--url` or in the data folder. Where nothing was ever kept, the return says
    nothing of objections.

    e.g. returns 2026-10 --format xlsx -o 2026-10.xlsx
    """
    chosen = _month(month)
    configuration = load_configuration(config)
    if department is not None and department not in configuration.departments:
        raise typer.BadParameter("no department has this code; `departments` lists them", param_hint="--department")
    if format_ == "xlsx" and output is None and sys.stdout.isatty():
        raise typer.BadParameter("name the file of the workbook", param_hint="-o")
    told = with_secret_files(os.environ, OWN_SECRETS)
    kept = Kept(url or ledger_url(told, data), objections_url or _objections_url(told, data, url))
    _write(asyncio.run(_made(configuration, chosen, department, kept)), format_, output)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the ledger and the objections are."""

    ledger: str
    objections: str


def _objections_url(told: Mapping[str, str], data: Path, url: str | None) -> str:
    """Return where objections are kept: with the ledger of ``url`` where that is given, else as `serve` keeps them."""
    if not url:
        return kept_url(told, OBJECTIONS_URL_ENV, data / "objections.sqlite")
    beside = Path(url.removeprefix("sqlite:///")).parent / "objections.sqlite"
    return kept_url({**told, LEDGER_URL_ENV: url}, OBJECTIONS_URL_ENV, beside)


def _month(text: str) -> Month:
    try:
        month = read_month(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="MONTH") from None
    if not month.has_begun(today_text()):
        raise typer.BadParameter("this month has not begun", param_hint="MONTH")
    return month


async def _made(configuration: Configuration, month: Month, department: str | None, kept: Kept) -> DepartmentReports:
    owners = CatalogueOwners(configuration.catalogue)
    tally = Tally(owners)
    try:
        async with open_reader(kept.ledger) as rows:
            with _progress() as advance:
                await fill(tally, month, rows, advance)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--url") from None
    today = today_text()
    objected = await _objected(kept.objections, month, today)
    made = Made(configuration.departments, list(owners), configuration.working_days, today, now_text())
    return report(month, tally, objected, made, Shown(department, all=department is None))


async def _objected(url: str, month: Month, today: str) -> Sequence[ObjectionCounts] | None:
    """Return how many objections were filed in ``month``; None where none were ever kept, which is said."""
    try:
        if not await is_there(url):
            _say(f"no objections are counted: there is no {OBJECTIONS.name}; name it by --objections-url")
            return None
        async with open_reader(url, OBJECTIONS) as rows:
            return counted(await rows(numbers(month.first_day, month.last_day, today)))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--objections-url") from None


def _say(text: str) -> None:
    Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("台账 ledger"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _write(reports: DepartmentReports, format_: str, output: Path | None) -> None:
    if format_ == "table" and output is None:
        _print(document(reports))
        return
    made = _bytes(reports, format_)
    if output is None:
        sys.stdout.buffer.write(made)
    else:
        output.write_bytes(made)
        _say(f"written: {output}")


def _bytes(reports: DepartmentReports, format_: str) -> bytes:
    if format_ == "json":
        return msgspec.json.format(msgspec.json.encode(reports), indent=2) + b"\n"
    if format_ == "xlsx":
        return workbook(document(reports))
    if format_ == "html":
        return page(document(reports)).encode()
    raise typer.BadParameter("a table is only printed; choose json, xlsx or html for a file", param_hint="--format")


def _print(told: Document) -> None:
    console = Console(highlight=False, soft_wrap=False)
    console.print(f"{told.title}  {told.subtitle}", markup=False)
    for key, value in told.about:
        console.print(f"{key}: {value}", markup=False)
    if told.warning:
        console.print(told.warning, style="bold", markup=False)
    for table in told.tables:
        console.print(_table(table))
    for note in told.notes:
        console.print(note, markup=False)


def _table(table: Table) -> Printed:
    columns = (
        TableColumn(f"{head.zh}\n{head.en}", justify="left" if head.kind == "TEXT" else "right", overflow="fold")
        for head in table.heads
    )
    printed = Printed(*columns, title=table.title, title_justify="left")
    total = [table.total] if table.total is not None else []
    for cells in (*table.rows, *total):
        printed.add_row(*(written(value, head.kind) for head, value in zip(table.heads, cells, strict=True)))
    return printed
