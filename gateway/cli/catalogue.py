"""`catalogue` and `departments`: what may be shown, by whom and on what basis; on screen, or as a sheet."""

import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from connectors.clock import today_text
from gateway.catalogue import Catalogue
from gateway.catalogue.export import rows, write_csv, write_xlsx
from gateway.catalogue.shown import ShownCatalogue
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.configuration import load_configuration
from gateway.days import EXPECTED, is_day
from gateway.departments import Department


def catalogue_command(
    config: Config = DEFAULT_CONFIG,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the catalogue to this CSV file.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write the catalogue to this workbook.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the catalogue of public credit information, or write it in the style of GB/T 39440, a row for each field."""
    catalogue, day = load_configuration(config).catalogue, today_text()
    if as_json:
        _print_json(_plain(catalogue, day))
    elif csv is None and xlsx is None:
        Console().print(_items_table(catalogue, day))
    writers: list[tuple[Path | None, Callable[[Path, Catalogue, str], int]]] = [(csv, write_csv), (xlsx, write_xlsx)]
    for path, write in writers:
        if path is not None:
            count = write(path, catalogue, day)
            Console(stderr=True).print(f"{path}: {count} rows; catalogue {catalogue.version}", highlight=False)


def _items_table(catalogue: Catalogue, day: str) -> Table:
    shown = ShownCatalogue(catalogue.items, day)
    table = _table(
        "code", "item", "category", "owner", "status", "disclosure", "section", "entities, or why not served"
    )
    for item in catalogue.items:
        each = shown.item(item)
        table.add_row(
            each.code,
            f"{each.name}\n{each.name_en}",
            f"{each.category} {each.category_name}",
            each.owner.name,
            each.status,
            each.disclosure if each.served else f"not served: {item.unserved_status}",
            each.section,
            "\n".join(each.entities) if each.served else each.reason,
        )
    return table


def _plain(catalogue: Catalogue, day: str) -> list[dict[str, Any]]:
    """Return the items for a machine: as they are shown, with the fields that are bound to each, by entity."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows(catalogue, day):
        if row.item.code not in found:
            told = {each.name: getattr(row.shown, each.name) for each in fields(row.shown) if each.name[0] != "_"}
            more = {"only": row.item.only, "subject_kinds": row.item.kinds, "fields": {}}
            found[row.item.code] = told | more
        if row.field:
            found[row.item.code]["fields"].setdefault(row.entity, []).append(row.field)
    return list(found.values())


def departments_command(
    config: Config = DEFAULT_CONFIG,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="On that day, not today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the departments that there are, or were on a day, and which older bodies they stand for."""
    if as_of is not None and not is_day(as_of):
        raise typer.BadParameter(EXPECTED.replace(" in quotes", ""), param_hint="--as-of")
    found = load_configuration(config).departments.as_of(as_of or today_text())
    if as_json:
        _print_json(found)
        return
    Console().print(_departments_table(found))


def _departments_table(found: list[Department]) -> Table:
    table = _table("code", "name", "unified social credit code", "predecessors", "from", "to", "successor")
    for each in found:
        table.add_row(
            each.code if each.government else f"{each.code}\n(no government body)",
            each.name,
            each.uscc or "",
            "、".join(each.predecessors),
            each.valid_from or "",
            each.valid_to or "",
            each.successor or "",
        )
    return table


def _table(*headings: str) -> Table:
    """Return a table that folds long cells; Chinese has no blanks to break at, and what is cut off is not read."""
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _print_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
