"""From rows of the table to clients, by exactly the rules of the file. Pure.

A bad row keeps that client as it was last good; whoever was never good is not there. What the row says of the state
counts even when the rest of it cannot be read: a suspension never waits for somebody to mend a row.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from connectors.errors import ConfigError, Mistake
from gateway.auth.clients import Client, read_clients
from gateway.auth.documents import read_json
from gateway.catalogue.across import department_mistakes
from gateway.clients.model import State
from gateway.clients.table import Row
from gateway.departments import Departments
from gateway.policy import Policy

TABLE: Final = "table clients"
"""Where a mistake of a row is said to be."""
MAXIMUM_SPEC_LENGTH: Final = 65_536
_PLACE: Final = "clients."

ReadRow = Callable[[Row], Client]
"""Returns the client of a row, or raises `ConfigError`."""


@dataclass(frozen=True, slots=True)
class Read:
    """The clients of a table by name, and what is wrong with rows, by the row's name."""

    clients: Mapping[str, Client]
    mistakes: Mapping[str, tuple[Mistake, ...]]


def read_rows(rows: Iterable[Row], last: Mapping[str, Client], read: ReadRow) -> Read:
    """Return the clients of ``rows``; those of bad rows as they are in ``last``, if they are."""
    clients: dict[str, Client] = {}
    mistakes: dict[str, tuple[Mistake, ...]] = {}
    for row in rows:
        try:
            clients[row.id] = read(row)
        except ConfigError as error:
            mistakes[row.id] = tuple(error.mistakes)
            if row.id in last:
                known = last[row.id]
                clients[row.id] = replace(known, suspended=known.suspended or row.state == State.SUSPENDED)
    return Read(clients, mistakes)


def read_row(row: Row, policy: Policy, departments: Departments) -> Client:
    """Return the client of ``row``; raises `ConfigError` with every mistake of it."""
    if not all(isinstance(each, str) for each in row):
        raise _mistaken(row, "", "holds what is no text")
    spec = _spec(row)
    if row.state not in set(State):
        raise _mistaken(row, "state", f"expected one of {', '.join(State)}")
    if "suspended" in spec:
        raise _mistaken(row, "spec", "`suspended` stands in the column `state`, not here")
    (client,) = read_clients({"clients": {row.id: spec}}, TABLE, policy, departments).values()
    found = department_mistakes((), [client], policy, departments)
    if mistakes := [Mistake(TABLE, each.place, each.message) for each in found]:
        raise ConfigError(mistakes)
    return replace(client, suspended=row.state == State.SUSPENDED)


def spec_text(spec: Mapping[str, Any]) -> str:
    """Return a client's spec as the table keeps it: canonical JSON."""
    return msgspec.json.encode(spec, order="deterministic").decode()


def _spec(row: Row) -> dict[str, Any]:
    if len(row.spec) > MAXIMUM_SPEC_LENGTH:
        raise _mistaken(row, "spec", f"is longer than {MAXIMUM_SPEC_LENGTH} characters")
    try:
        spec = read_json(row.spec.encode("utf-8"))
    except ValueError:
        raise _mistaken(row, "spec", "is no JSON: one object without repeated names, in UTF-8") from None
    if not isinstance(spec, dict):
        raise _mistaken(row, "spec", "is no JSON object")
    return spec


def _mistaken(row: Row, key: str, message: str) -> ConfigError:
    return ConfigError([Mistake(TABLE, f"{_PLACE}{row.id}.{key}".rstrip("."), message)])
