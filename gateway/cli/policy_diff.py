"""`policy diff`: who would see what under another configuration, and which queries of the ledger would change."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from connectors.clock import today_text, utc_text
from connectors.errors import ConfigError
from gateway.changes import Change, Changes, Side, Touched, diff_policies, touched_queries
from gateway.cli.options import AsJson
from gateway.configuration import Configuration, load_configuration
from gateway.days import EXPECTED, is_day
from gateway.departmental import Covered
from gateway.ledger import Entry, Ledger
from gateway.policy import Decision
from gateway.storage.urls import read_url

_PAGE: Final = 500
_Folder = typer.Argument(exists=True, file_okay=False, help="A configuration folder.")


def policy_diff(
    old: Annotated[Path, _Folder],
    new: Annotated[Path, _Folder],
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Compare what is in force on that day, not today.")
    ] = None,
    ledger: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Also tell which queries of this ledger would change (sqlite:/// or postgresql://)."
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How far back in the ledger.")] = 30,
    as_json: AsJson = False,
) -> None:
    """比较两个配置:谁会多看到、少看到什么。 Who sees under configuration NEW what OLD does not show, and the reverse.

    Every client of either, each of its purposes and every field of every source is decided on both sides: towards
    anybody, towards itself, towards a subject that consents. `signed for` tells whether the policy file whose decision
    opens a field is signed, as production wants it. Nothing is asked of any source.

    With a ledger: the fields that its entries used or were denied, so that you see whom a change really touches.

    Exit code: 0 nothing changes, 1 something does, 2 a folder or the ledger cannot be read, or wrong use.
    """
    if day is not None and not is_day(day):
        raise typer.BadParameter(EXPECTED.replace(" in quotes", ""), param_hint="--day")
    database = None if ledger is None else _database(ledger)
    before, after = (_load(name, folder) for name, folder in (("OLD", old), ("NEW", new)))
    chosen = day or today_text()
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("clients", total=len({*before.clients, *after.clients}))
        changes = diff_policies(_side(before, chosen), _side(after, chosen), lambda _: progress.advance(task))
        touched = None
        if database is not None:
            reading = progress.add_task("ledger", total=None)
            touched = _touched(changes, database, days, lambda: progress.advance(reading))
    if as_json:
        told = _told(changes, after.covered, touched)
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
    else:
        _print(Console(highlight=False), changes, after.covered, touched)
    raise typer.Exit(1 if changes else 0)


def _side(configuration: Configuration, day: str) -> Side:
    return Side(configuration.policy.on(day), configuration.clients, configuration.catalogue.sources)


def _load(name: str, folder: Path) -> Configuration:
    try:
        return load_configuration(folder, unsigned=True)
    except ConfigError as error:
        _fail(f"{name}: {mistake}" for mistake in error.mistakes)


def _fail(lines: Iterable[str]) -> NoReturn:
    """Say why there is no comparison; what a strange folder quotes may not steer the terminal."""
    console = Console(stderr=True)
    for line in lines:
        shown = "".join(each if each.isprintable() else "�" for each in line)
        console.print(shown, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(2)


def _database(url: str) -> str:
    """Return the URL of a ledger as far as it can be told to be one without reading it."""
    try:
        database = read_url(url, "ledger's")
    except ValueError as error:
        _fail([str(error)])
    # A ledger that is not there would be made: an empty one says nothing about the past.
    if database.get_backend_name() == "sqlite" and not Path(database.database or "").is_file():
        _fail(["the ledger has no such file"])
    return url


def _touched(changes: Changes, url: str, days: int, seen: Callable[[], object]) -> Touched:
    """Return what the ledger's entries of the last ``days`` days would lose and gain."""
    try:
        return touched_queries(changes, _entries(url, utc_text(datetime.now(UTC) - timedelta(days=days)), seen))
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        _fail([f"the ledger cannot be read: {type(error).__name__}"])


def _entries(url: str, since: str, seen: Callable[[], object]) -> Iterator[Entry]:
    """Yield the entries since a time (ISO 8601 in UTC), newest first, a page in memory at a time."""
    with asyncio.Runner() as runner:
        ledger = runner.run(Ledger.open(url))
        try:
            page = runner.run(ledger.entries(_PAGE))
            while page:
                for entry in page:
                    seen()
                    if entry.at >= since:
                        yield entry
                page = runner.run(ledger.entries(_PAGE, before=page[-1].receipt)) if page[-1].at >= since else []
        finally:
            runner.run(ledger.close())


# ---- output -------------------------------------------------------------------------------------------------------


def _groups(changes: Iterable[Change]) -> Iterator[tuple[Change, list[str]]]:
    """Yield one change for all fields of an entity that change alike, with their names."""

    def alike(change: Change) -> tuple[Any, ...]:
        cell = change.cell._replace(field="")
        return (*cell, _reason(change.before), _reason(change.after), change.department or "")

    for _, group in groupby(sorted(changes, key=alike), alike):
        first, *others = group
        yield first, sorted([first.cell.field, *(each.cell.field for each in others)])


def _reason(decision: Decision | None) -> str:
    return "" if decision is None else str(decision.reason)


def _signed(change: Change, covered: Mapping[str, Covered]) -> bool | None:
    """Return whether the department whose decision opens it signed its file; None where no department decided."""
    if change.department is None or not change.opens:
        return None
    found = covered.get(change.department)
    return found is not None and found.sound


def _told(changes: Changes, covered: Mapping[str, Covered], touched: Touched | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: [
            {
                "client": change.cell.client,
                "purpose": change.cell.purpose,
                "source": change.cell.source or None,
                "entity": change.cell.entity or None,
                "fields": fields,
                "by": change.cell.by,
                "towards": change.cell.towards,
                "before": _reason(change.before) or None,
                "after": _reason(change.after) or None,
                "department": change.department,
                "signed": _signed(change, covered),
            }
            for change, fields in _groups(group)
        ]
        for name, group in (("opens", changes.opens), ("closes", changes.closes))
    }
    told["clients"] = {"appear": changes.appear, "vanish": changes.vanish}
    told["unsigned"] = sorted(name for name, each in covered.items() if not each.sound)
    if touched is not None:
        queries = [
            {**asdict(query), "effect": effect, "what": what, "entries": count}
            for (query, effect, what), count in touched.queries.items()
        ]
        told["ledger"] = {"read": touched.read, "changed": touched.changed, "queries": queries}
    return told


def _print(console: Console, changes: Changes, covered: Mapping[str, Covered], touched: Touched | None) -> None:
    if not changes:
        console.print("nothing changes for anybody")
    for word, client in (*(("new", each) for each in changes.appear), *(("gone", each) for each in changes.vanish)):
        console.print(f"client {client} is {word}", markup=False)
    for title, group in (("opens", changes.opens), ("closes", changes.closes)):
        whole = _whole(group)
        for (client, purpose), count in whole.items():
            console.print(f"{client} {title} for {purpose} as a whole: {count} fields", markup=False)
        told = [each for each in group if (each.cell.client, each.cell.purpose) not in whole]
        if told:
            console.print(_table(title, told, covered))
    if touched is not None:
        if touched.queries:
            console.print(_touched_table(touched))
        console.print(f"ledger: {touched.changed} of {touched.read} entries would change", markup=False)


def _whole(changes: Iterable[Change]) -> dict[tuple[str, str], int]:
    """Return the pairs of client and purpose that one side does not have at all, with how many fields that is."""
    pairs: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        pairs.setdefault((change.cell.client, change.cell.purpose), []).append(change)
    return {
        pair: sum(bool(each.cell.source) for each in group)
        for pair, group in pairs.items()
        if all(each.before is None or each.after is None for each in group)
        and not all(each.cell.source for each in group)
    }


def _table(title: str, changes: list[Change], covered: Mapping[str, Covered]) -> Table:
    headings = ("client, purpose", "source: entity", "fields", "why", "signed for")
    table = Table(*(Column(each, overflow="fold") for each in headings), title=title, title_justify="left")
    for change, fields in _groups(changes):
        cell = change.cell
        where = [f"{cell.source}: {cell.entity}" if cell.source else "(scope)", _by(change), _towards(change)]
        why = f"{_reason(change.before) or 'unknown'}\n-> {_reason(change.after) or 'unknown'}"
        signed = {None: "", True: change.department or "", False: f"NOT SIGNED: {change.department}"}
        shown = (f"{cell.client}\n{cell.purpose}", "\n".join(filter(None, where)), " ".join(fields), why)
        table.add_row(*map(escape, (*shown, signed[_signed(change, covered)])))
    return table


def _by(change: Change) -> str:
    return "by person" if change.cell.by == "PERSON" else ""


def _towards(change: Change) -> str:
    return {"ANYBODY": "", "ITSELF": "of itself", "CONSENTING": "with consent"}[change.cell.towards]


def _touched_table(touched: Touched) -> Table:
    headings = ("client", "purpose", "operation", "effect", "what", "entries")
    table = Table(*(Column(each, overflow="fold") for each in headings), title="queries", title_justify="left")
    for (query, effect, what), count in sorted(touched.queries.items(), key=lambda each: -each[1]):
        name = query.name or query.operation_hash[:12]
        table.add_row(*map(escape, (query.client, query.purpose, name, effect.lower(), what, str(count))))
    return table
