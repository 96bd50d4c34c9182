"""`explain`: what a query would ask of whom for a given client, and what it would not, without asking any source."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from gateway.auth import Client
from gateway.caller import Caller
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.clients.opened import with_clients
from gateway.configuration import OWN_SECRETS, Configuration, load_configuration
from gateway.errors import BadQuery, Forbidden
from gateway.plan.asks import Rights
from gateway.plan.cache import Plans
from gateway.plan.document import Documents
from gateway.plan.explain import explain
from gateway.secrets import with_secret_files
from schema.schema import SCHEMA


def explain_command(
    query: Annotated[str, typer.Argument(help="The document, or `@FILE`, or `-` for standard input.")],
    client: Annotated[
        str, typer.Option(help="A client of clients.toml; its registered scopes are assumed.")
    ] = "portal",
    purpose: Annotated[str | None, typer.Option(help="One of its purposes, as in the header Credit-Purpose.")] = None,
    variables: Annotated[str, typer.Option(help="The variables, as a JSON object.")] = "{}",
    operation: Annotated[str | None, typer.Option(help="The operation, if the document has several.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """说明一次查询会问谁、哪些不允许。 Show the plan of a query: steps with columns, what is denied, the cost."""
    environ = with_secret_files(os.environ, OWN_SECRETS)
    configuration, _ = asyncio.run(with_clients(load_configuration(config), environ))
    caller = _caller(configuration, client, purpose)
    documents = Documents(SCHEMA)
    chosen = documents.operation(_read(query), operation)
    values = documents.variables(chosen, _object(variables))
    rights = Rights(configuration.policy, caller, configuration.catalogue, configuration.disclosure)
    explained = explain(Plans(SCHEMA).plan(chosen, values, rights).plan, columns=True)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(explained), indent=2).decode() + "\n")
    else:
        print_plan(Console(), explained)


def print_plan(console: Console, explained: dict[str, Any]) -> None:
    """Print an explained plan as two tables and its cost."""
    steps = Table(
        "stage", "source", "kind", "entity", "asked by", "fields", "batch", title="steps", title_justify="left"
    )
    for step in explained["steps"]:
        by = " ".join([step["askedBy"], *step.get("alsoBy", ())])
        after = [*step.get("needs", ()), *([step["when"]] if "when" in step else ())]
        columns = zip(step["fields"], step["columns"], strict=True)
        steps.add_row(
            str(step["stage"]),
            step["source"],
            step["kind"],
            step.get("part", step["entity"]),
            "\n".join([by, *after]),
            "\n".join(f"{name} ({column})" for name, column in columns),
            str(step["batchSize"]),
        )
    console.print(steps)
    denied = Table("source", "entity", "field", "reason", "what would open it", title="denied", title_justify="left")
    for each in explained["denied"]:
        needs = "; ".join(f"{need}: {_words(value)}" for need, value in each["needs"].items())
        denied.add_row(each["source"], each["entity"], each["field"], str(each["reason"]), needs)
    console.print(denied if explained["denied"] else "nothing is denied")
    console.print(f"cost {explained['cost']}: the declared cost of one batch to each source", highlight=False)


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _caller(configuration: Configuration, name: str, purpose: str | None) -> Caller:
    client = configuration.clients.get(name)
    if client is None:
        raise Forbidden(f"unknown client `{name}`; known: {', '.join(configuration.clients)}")
    return Caller(client.id, client.department, client.scopes, _purpose(client, purpose))


def _purpose(client: Client, purpose: str | None) -> str:
    chosen = purpose or client.default_purpose or client.purposes[0]
    if chosen not in client.purposes:
        raise Forbidden(f"client `{client.id}` may not ask for `{chosen}`; allowed: {', '.join(client.purposes)}")
    return chosen


def _read(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    return Path(query[1:]).read_text(encoding="utf-8") if query.startswith("@") else query


def _object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise BadQuery("the variables are not a JSON object") from error
