"""What the commands that ask a live source share: which source, by which keys, what is said when it cannot be asked."""

import asyncio
import os
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from connectors import open_connector
from connectors.declaration import unknown
from connectors.errors import ConfigError
from connectors.load import missing_variables
from connectors.spec import SourceSpec
from gateway.cli.options import cases_folder
from gateway.configuration import Configuration
from gateway.kit.bench import Bench
from gateway.kit.keys import KeyRefused, Keys, keys_of_cases, told_keys
from gateway.kit.probe import Progress as Advance
from gateway.kit.probe import Unasked

COULD_NOT_ASK: Final = 2
SETTLE_SECONDS: Final = 0.1

T = TypeVar("T")

SourceName = Annotated[str, typer.Argument(help="数据源名 a source: the name of its file.")]
ToldKeys = Annotated[
    list[str] | None,
    typer.Option("--key", help="SCHEME=VALUE: 用哪些主体查 whom to ask about, repeatable; never a person's number."),
]
KeysFile = Annotated[
    Path | None,
    typer.Option("--keys-file", help="A file of such keys, one a line.", exists=True, dir_okay=False),
]


def bench_of(configuration: Configuration, name: str) -> Bench:
    """Return the source ``name``, ready to be asked; ends the command when it cannot be."""
    spec = configuration.catalogue.sources.get(name)
    if spec is None:
        could_not_ask(unknown("source", name, list(configuration.catalogue.sources)))
    missing = missing_variables({name: spec}, os.environ)
    if missing:
        could_not_ask(*map(str, missing))
    folder = configuration.sources_folder
    return Bench(spec, lambda spec, environ: open_connector(spec, environ, folder), dict(os.environ))


def keys_for(spec: SourceSpec, told: list[str] | None, file: Path | None, cases: Path | None) -> Keys:
    """Return the keys that are told, else those of the cases; ends the command when one is refused."""
    folder = cases_folder(cases)
    try:
        given = told_keys(told or (), file)
    except KeyRefused as refused:
        could_not_ask(str(refused))
    return Keys(given, keys_of_cases(spec, folder) if folder is not None and not given else {})


def run_live(asking: Coroutine[Any, Any, T]) -> T:
    """Return what ``asking`` returns; ends the command when the source cannot be asked."""
    try:
        return uvloop.run(_settled(asking))
    except Unasked as unasked:
        could_not_ask(str(unasked))
    except ConfigError as error:
        could_not_ask(*map(str, error.mistakes))


async def _settled(asking: Coroutine[Any, Any, T]) -> T:
    try:
        return await asking
    finally:
        # The thread of a driver that could not connect tells the loop once more that it has ended.
        await asyncio.sleep(SETTLE_SECONDS)


def could_not_ask(*reasons: str) -> NoReturn:
    """Say why the source could not be asked, and end the command with exit code 2."""
    errors = Console(stderr=True)
    for reason in reasons:
        errors.print(reason, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(COULD_NOT_ASK)


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Advance]:
    """Show how far the asking is, on the terminal of the errors; nothing where that is none."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)

        def advance(what: str) -> None:
            bar.update(task, advance=1, description=f"{title}: {what}")

        yield advance
