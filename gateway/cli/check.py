"""`check`: read the whole configuration and list every mistake in it, without asking any source."""

import os
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.load import variables
from gateway.cli.options import DEFAULT_CONFIG, Config
from gateway.configuration import Configuration, load_configuration


def check(
    config: Config = DEFAULT_CONFIG,
    environment: Annotated[
        bool, typer.Option("--environment", help="Also require the environment variables that sources name.")
    ] = False,
) -> None:
    """Check every configuration file; list all mistakes with file and place. No source is asked."""
    configuration = load_configuration(config)
    if environment:
        configuration.require_variables(os.environ)
    console = Console()
    console.print(_table(configuration))
    clients, departments = len(configuration.clients), len(configuration.departments)
    items = len(configuration.items.by_code)
    console.print(
        f"no mistakes: {len(configuration.catalogue.sources)} sources, {departments} departments, {clients} clients, "
        f"{items} catalogue items; catalogue {configuration.catalogue.version}, policy {configuration.policy.version}",
        highlight=False,
    )


def _table(configuration: Configuration) -> Table:
    table = Table("source", "kind", "department", "entities", "fields", "environment variables")
    for source in configuration.catalogue.sources.values():
        fields = sum(len(entity.fields) for entity in source.entities.values())
        table.add_row(
            source.name,
            str(type(source).__struct_config__.tag),
            configuration.departments[source.department].name,
            "\n".join(source.entities),
            str(fields),
            "\n".join(variables(source)),
        )
    return table
