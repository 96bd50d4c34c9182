"""`check`: read the whole configuration and the cases, and list every mistake in them, without asking any source."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table

from connectors.errors import ConfigError, Mistake
from connectors.load import variables
from gateway.auth import FixedRegister
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Cases, Config, cases_folder
from gateway.clients.opened import with_clients
from gateway.clients.secrets import secret_mistakes
from gateway.configuration import OWN_SECRETS, Configuration, load_configuration
from gateway.issuer.assertion import key_mistakes
from gateway.kit.agreement import agreement_mistakes, agreement_notes
from gateway.kit.cases import case_files, case_mistakes
from gateway.limits.notes import document_notes
from gateway.rules.table import table_mistakes
from gateway.secrets import with_secret_files

_COLUMNS: Final = ("source", "kind", "department", "entities", "fields", "cases", "environment variables")
NO_CASES: Final = "cases were not checked: there is no folder `tests/cases` here; name it with --cases"


def check(
    config: Config = DEFAULT_CONFIG,
    environment: Annotated[
        bool, typer.Option("--environment", help="Also require the environment variables that sources name.")
    ] = False,
    cases: Cases = None,
    as_json: AsJson = False,
) -> None:
    """检查全部配置和用例,一次列出所有错误。 Check every file, run every case; no source is asked.

    All mistakes are listed with file and place:
    those of each file, files that contradict each other, sources without cases, cases that come out otherwise.

    Exit code: 0 no mistakes, 1 mistakes, 2 wrong use.
    """
    folder = cases_folder(cases)
    try:
        environ = with_secret_files(os.environ, OWN_SECRETS)
        configuration, of_rows = with_clients(load_configuration(config), environ)
        if mistakes := [*of_rows, *_mistakes(configuration, folder, environment)]:
            raise ConfigError(mistakes)
    except ConfigError as error:
        if not as_json:
            raise
        _print_json({"mistakes": error.mistakes})
        sys.exit(1)
    notes = agreement_notes(configuration) + _limit_notes(configuration) + ([NO_CASES] if folder is None else [])
    if configuration.settings.clients.home == "table":
        notes += map(str, _unused_overlays(configuration))
    if as_json:
        _print_json({"mistakes": [], "notes": notes, **_told(configuration, folder)})
    else:
        _print_tables(configuration, folder, notes)


def _mistakes(configuration: Configuration, folder: Path | None, environment: bool) -> list[Mistake]:
    """Return what is wrong in sound files: the mistakes that only show when they are seen together."""
    mistakes = [*agreement_mistakes(configuration), *table_mistakes(configuration.rule_book)]
    if configuration.settings.clients.home == "file":
        mistakes += _unused_overlays(configuration)
    if environment:
        mistakes += _environment_mistakes(configuration)
    if folder is not None:
        for source in configuration.catalogue.sources.values():
            mistakes += case_mistakes(source, folder)
    return mistakes


def _unused_overlays(configuration: Configuration) -> list[Mistake]:
    """Return the overlays that nobody can use: a mistake beside a file of clients, a note where a table keeps them."""
    purposes = {name: client.purposes for name, client in configuration.clients.items()}
    return list(configuration.rule_book.unused(purposes))


def _environment_mistakes(configuration: Configuration) -> list[Mistake]:
    """Return what is missing in the environment, or wrong with files that it names; secrets only where we issue."""
    try:
        environ = with_secret_files(os.environ, configuration.secret_variables)
    except ConfigError as error:
        return error.mistakes
    mistakes = configuration.missing_variables(environ)
    if not configuration.settings.production:
        clients, folder = FixedRegister(configuration.clients).all(), configuration.folder
        mistakes += [*secret_mistakes(clients, environ, folder), *key_mistakes(clients, folder)]
    return mistakes


def _limit_notes(configuration: Configuration) -> list[str]:
    settings = configuration.settings
    return document_notes(configuration.clients, settings.limits.client, production=settings.production)


def _told(configuration: Configuration, folder: Path | None) -> dict[str, Any]:
    return {
        "sources": [
            {
                "name": source.name,
                "kind": str(type(source).__struct_config__.tag),
                "department": source.department,
                "entities": {part: len(entity.fields) for part, entity in source.entities.items()},
                "variables": variables(source),
                "cases": len(case_files(folder, source.name)) if folder is not None else None,
            }
            for source in configuration.catalogue.sources.values()
        ],
        "departments": len(configuration.departments),
        "clients": len(configuration.clients),
        "documents": len(configuration.trusted.by_id),
        "items": len(configuration.items.by_code),
        "rules": sum(len(each.rules) for each in configuration.rule_book),
        "catalogue": configuration.catalogue.version,
        "policy": configuration.policy.version,
    }


def _print_json(told: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")


def _print_tables(configuration: Configuration, folder: Path | None, notes: list[str]) -> None:
    told = _told(configuration, folder)
    console = Console(highlight=False)
    console.print(_table(configuration, told["sources"]))
    for note in notes:
        console.print(f"note: {note}", style="yellow", markup=False)
    cases = "" if folder is None else f", {sum(source['cases'] for source in told['sources'])} cases"
    console.print(
        f"no mistakes: {len(told['sources'])} sources{cases}, {told['departments']} departments, "
        f"{told['clients']} clients, {told['documents']} trusted documents, {told['items']} catalogue items, "
        f"{told['rules']} rules; "
        f"catalogue {told['catalogue']}, policy {told['policy']}"
    )


def _table(configuration: Configuration, sources: list[dict[str, Any]]) -> Table:
    table = Table(*(Column(name, overflow="fold") for name in _COLUMNS))
    for source in sources:
        table.add_row(
            source["name"],
            source["kind"],
            configuration.departments[source["department"]].name,
            "\n".join(source["entities"]),
            str(sum(source["entities"].values())),
            "" if source["cases"] is None else str(source["cases"]),
            "\n".join(source["variables"]),
        )
    return table
