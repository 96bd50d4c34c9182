"""Reading of `config/guard.toml`: budgets, limits and canaries as declared, every mistake told at once.

# INVARIANT: no message quotes the code of a canary: who reads the log of a start must not learn it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta, Struct

from connectors.declaration import Part, joined, unknown
from schema.identifiers import IdentifierError, normalize, parse

OTHERWISE: Final = "otherwise"
"""Stands in a table of budgets for every purpose that it does not name."""
MOST: Final = 1_000_000
Budget = Annotated[int, Meta(ge=0, le=MOST)]
Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""
_CANARY: Final = re.compile(r"[a-z][a-z0-9_]*")
BUDGETS: Final = ("subjects_per_day", "persons_per_day")


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything in the guard file."""


class PersonsSpec(Strict, frozen=True, kw_only=True):
    """How far one request may go through persons."""

    enterprises_per_request: Annotated[int, Meta(ge=1, le=MOST)]


class ClientSpec(Strict, frozen=True, kw_only=True):
    """What one client may do otherwise than the others: purpose -> budget."""

    subjects_per_day: dict[str, Budget] = {}
    persons_per_day: dict[str, Budget] = {}


class CanarySpec(Strict, frozen=True, kw_only=True):
    """One subject that nobody is; ``names`` are names that nobody bears, under which it may be asked for too."""

    uscc: str
    names: list[str] = []


class Declared(Strict, frozen=True, kw_only=True):
    """The whole file."""

    persons: PersonsSpec
    subjects_per_day: dict[str, Budget]
    persons_per_day: dict[str, Budget]
    clients: dict[str, ClientSpec] = {}
    canaries: dict[str, CanarySpec] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the configuration declares: purposes, and the purposes of each client.

    None stands for a file that could not be read itself: what depends on it is then left unchecked.
    """

    purposes: Collection[str] | None
    clients: Mapping[str, Collection[str]] | None


def mistakes(sound: Part, known: Known) -> Found:
    """Yield place and message of what is well-formed and still cannot be meant."""
    for name in BUDGETS:
        table = sound.get(name, Part())
        if name in sound and table.lacks(OTHERWISE):
            yield joined(name, OTHERWISE), "missing: the budget for every other purpose; 0 says that there is no limit"
        if known.purposes is not None:
            yield from _purposes(name, table, known.purposes, "purpose")
    for client, spec in sound.get("clients", {}).items():
        yield from _client(f"clients.{client}", client, spec, known.clients)
    yield from _canaries(sound.get("canaries", {}))


def _purposes(place: str, table: Part, purposes: Collection[str], noun: str) -> Found:
    for purpose in table:
        if purpose != OTHERWISE and purpose not in purposes:
            yield joined(place, purpose), unknown(noun, purpose, [OTHERWISE, *sorted(purposes)])


def _client(place: str, client: str, spec: Part, clients: Mapping[str, Collection[str]] | None) -> Found:
    if clients is None:
        return
    if client not in clients:
        yield place, unknown("client", client, sorted(clients))
        return
    for name in BUDGETS:
        yield from _purposes(joined(place, name), spec.get(name, Part()), clients[client], "purpose of this client")


def _canaries(canaries: Mapping[str, Part]) -> Found:
    taken: dict[str, str] = {}
    for name, spec in canaries.items():
        place = f"canaries.{name}"
        if _CANARY.fullmatch(name) is None:
            yield place, "not a name for a canary: lower-case letters, digits and `_`"
        code = spec.get("uscc")
        if code is not None:
            if not _is_canonical(code):
                yield f"{place}.uscc", "not a unified code as it is written, its check digit right"
            elif taken.setdefault(code, name) != name:
                yield f"{place}.uscc", f"the code of `{taken[code]}` too"
        for at, each in enumerate(spec.get("names", ()), 1):
            if not _is_name(each):
                yield f"{place}.names.{at}", "not a name that anybody could ask for"


def _is_canonical(code: str) -> bool:
    try:
        return normalize(code) == code and parse("USCC", code).check == "OK"
    except IdentifierError:
        return False


def _is_name(text: str) -> bool:
    try:
        parse("NAME", text)
    except IdentifierError:
        return False
    return True
