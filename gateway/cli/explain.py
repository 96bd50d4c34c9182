"""`explain`: what a query would ask of whom for a client or a token, what opens and what does not; nobody is asked.

It says what the request extension `{"explain": "only"}` says, from the configuration alone: no gateway has to run, and
no subject has to exist. Only a token needs its issuer's keys.
"""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from connectors.clock import today_text
from gateway.auth import Client, Issuer, RemoteKeys, open_issuers
from gateway.auth.access import Access, InvalidToken
from gateway.auth.tokens import TokenReader
from gateway.caller import Caller
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.clients.opened import with_clients
from gateway.configuration import OWN_SECRETS, Configuration, load_configuration
from gateway.errors import BadQuery, Forbidden, Unauthenticated
from gateway.issuer import KEY_FILE_ENV, DevelopmentIssuer
from gateway.limits.cost import cost_of
from gateway.names import PROVENANCE_SCOPE
from gateway.plan.asks import Rights
from gateway.plan.cache import Plans
from gateway.plan.document import Documents
from gateway.plan.explain import explain
from gateway.policy import decide_scope
from gateway.secrets import with_secret_files
from schema.schema import SCHEMA


def explain_command(
    query: Annotated[str, typer.Argument(help="The document, or `@FILE`, or `-` for standard input.")],
    client: Annotated[
        str, typer.Option(help="A client of clients.toml; its registered scopes are assumed.")
    ] = "portal",
    token: Annotated[
        str | None,
        typer.Option(
            help="An access token, or `@FILE`, instead of a client: its scopes are read and its keys checked."
        ),
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="One of its purposes, as in the header Credit-Purpose.")] = None,
    variables: Annotated[str, typer.Option(help="The variables, as a JSON object.")] = "{}",
    operation: Annotated[str | None, typer.Option(help="The operation, if the document has several.")] = None,
    config: Config = DEFAULT_CONFIG,
    columns: Annotated[
        bool, typer.Option("--columns", help="Show the departments' own column names, whoever would ask.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """说明一次查询会问谁、能看到什么、哪些不允许。 Show what a query would ask of whom, what opens, and what is denied.

    Nobody is asked: steps with batch sizes and cost, the fields that open, those that do not, with the reason and what
    would open them. Column names are shown to holders of provenance.read, as over HTTP, or with --columns.
    """
    environ = with_secret_files(os.environ, OWN_SECRETS)
    configuration, _ = with_clients(load_configuration(config, unsigned=True), environ)
    caller = _caller(configuration, client, purpose) if token is None else _bearer(configuration, token, purpose)
    limits = configuration.settings.limits
    documents = Documents(SCHEMA, limits=limits.document)
    chosen = documents.operation(_read(query), operation)
    if not chosen.is_query:
        raise BadQuery("only a query can be explained")
    values = documents.variables(chosen, _object(variables))
    policy = configuration.policy.on(today_text())
    rights = Rights(policy, caller, configuration.catalogue, configuration.disclosure)
    shown = columns or decide_scope(policy, caller, PROVENANCE_SCOPE).allowed
    plan = Plans(SCHEMA, lists=limits.lists).plan(chosen, values, rights).plan
    explained = explain(plan, columns=shown, standings=caller.standings, cost=cost_of(plan, values))
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(explained), indent=2).decode() + "\n")
    else:
        print_plan(Console(), explained)


def print_plan(console: Console, explained: dict[str, Any]) -> None:
    """Print an explained plan as three tables and its cost."""
    steps = _table("steps", "stage", "source", "kind", "entity", "asked by", "fields", "batch", "cost")
    for step in explained["steps"]:
        by = " ".join([step["askedBy"], *step.get("alsoBy", ())])
        after = [*step.get("needs", ()), *([step["when"]] if "when" in step else ()), *_towards(step)]
        named = zip(step["fields"], step["columns"], strict=True) if "columns" in step else ()
        fields = [f"{name} ({column})" for name, column in named] or step["fields"]
        cells = (step["source"], step["kind"], step.get("part", step["entity"]), "\n".join([by, *after]))
        steps.add_row(
            str(step["stage"]), *map(escape, (*cells, "\n".join(fields))), str(step["batchSize"]), str(step["cost"])
        )
    console.print(steps)
    opened = _table("open", "source", "entity", "fields")
    for each in explained["open"]:
        entity = "\n".join([each["entity"], *_towards(each)])
        opened.add_row(*map(escape, (each["source"], entity, " ".join(each["fields"]))))
    console.print(opened if explained["open"] else "no field opens")
    denied = _table("denied", "source", "entity", "field", "reason", "what would open it")
    for each in explained["denied"]:
        needs = "; ".join(f"{need}: {_words(value)}" for need, value in each["needs"].items())
        entity = "\n".join([each["entity"], *_towards(each)])
        denied.add_row(*map(escape, (each["source"] or "(link)", entity, each["field"], str(each["reason"]), needs)))
    console.print(denied if explained["denied"] else "nothing is denied")
    console.print(f"cost {explained['cost']}: at most, calls to each source times its declared cost", highlight=False)


def _table(title: str, *headings: str) -> Table:
    return Table(*(Column(heading, overflow="fold") for heading in headings), title=title, title_justify="left")


def _towards(told: dict[str, Any]) -> list[str]:
    return [f"towards {' '.join(told['towards'])}"] if "towards" in told else []


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _caller(configuration: Configuration, name: str, purpose: str | None) -> Caller:
    client = configuration.clients.get(name)
    if client is None:
        raise Forbidden(f"unknown client `{name}`; known: {', '.join(configuration.clients)}")
    return Caller(client.id, client.department, client.scopes, _purpose(client, purpose))


def _bearer(configuration: Configuration, token: str, purpose: str | None) -> Caller:
    """Return who would ask with ``token``; raises the `RequestError` that says why it is not taken.

    That its possession can be proved, where it asks for that, is taken for granted: nothing is told but a plan.
    """
    access = asyncio.run(_read_token(configuration, _read(token).strip()))
    client = configuration.clients.get(access.client)
    if client is None:
        known = ", ".join(configuration.clients)
        raise Forbidden(f"client `{access.client}` of the token is not registered; known: {known}")
    scopes = access.scopes & client.scopes
    if not scopes:
        raise Forbidden("the token carries none of the scopes that its client is registered for")
    return Caller(client.id, client.department, scopes, _purpose(client, purpose), subject=access.subject)


async def _read_token(configuration: Configuration, token: str) -> Access:
    """Return what a good token says, checked with the keys of the issuers that the configuration trusts."""
    issuers = _issuers(configuration)
    await asyncio.gather(*(issuer.keys.start() for issuer in issuers))
    try:
        return await TokenReader(issuers, configuration.settings.tokens.audience).read(token)
    except InvalidToken as error:
        raise Unauthenticated(error.reason) from error
    finally:
        for issuer in issuers:
            await issuer.keys.close()
            if issuer.introspection is not None:
                await issuer.introspection.close()


def _issuers(configuration: Configuration) -> list[Issuer]:
    """Return the trusted issuers; the development issuer's keys are those of its key file, or as it publishes them."""
    settings = configuration.settings
    tokens = settings.tokens
    found = open_issuers(tokens, os.environ, configuration.folder, production=settings.production)
    if settings.production:
        return found
    own = DevelopmentIssuer(
        {},  # its keys are all that is asked of it
        issuer=tokens.issuer,
        audience=tokens.audience,
        production=False,
        environ=os.environ,
        folder=configuration.folder,
    ).trusted()
    return [own if os.environ.get(KEY_FILE_ENV) else replace(own, keys=RemoteKeys(own.name)), *found]


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
