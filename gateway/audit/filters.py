"""What entries must have in common: from the arguments of a query to names of facets, pseudonyms and a period. Pure.

# INVARIANT: the value of a subject leaves this file as pseudonyms and as `about`, which becomes pseudonyms, alone; no
message quotes it, nor anything else that was sent.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLInterfaceType, GraphQLObjectType

from gateway.errors import BadQuery
from gateway.ledger import Entry, is_receipt
from gateway.ledger.facets import facets_of, milliseconds
from gateway.resolve import LONGEST_KEY, UNSTATED
from schema.entities import ENTITIES, ENTITY_FIELDS
from schema.identifiers import SCHEMES, Identifier, IdentifierError, canonical_name, classify, derive, normalize, parse
from schema.schema import SCHEMA, python_name

Pseudonyms = Callable[[str, str], Sequence[str]]
"""From scheme and value to the pseudonym under every key that the ledger was ever written with."""

LONGEST: Final = 200
MAXIMUM_FIRST: Final = 1000
_FIELD: Final = re.compile(r"([A-Za-z]{1,60})(?:\.([A-Za-z0-9_]{1,60}))?")
_LATEST: Final = 253_402_300_800_000
"""The year 10000 as UNIX time in milliseconds."""
_WORDS: Final = ("client", "department", "owner", "source", "purpose", "kind", "outcome")
"""Members of the filter that are names of facets as they stand."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an entry must have: one name of each group of ``facets``, one of ``pseudonyms``, and lie in the period.

    ``pseudonyms`` are None where it does not matter whom it is about; ``since`` and ``until`` are UNIX times in
    milliseconds, the first included, the last not.
    """

    facets: tuple[tuple[str, ...], ...] = ()
    pseudonyms: tuple[str, ...] | None = None
    receipt: str | None = None
    since: int | None = None
    until: int | None = None

    def matches(self, entry: Entry) -> bool:
        """Return whether ``entry`` is one that is wanted."""
        if self.receipt is not None and entry.receipt != self.receipt:
            return False
        if self.pseudonyms is not None and not set(self.pseudonyms).intersection(entry.subjects):
            return False
        if self.facets:
            names = frozenset(facets_of(entry).names)
            if any(names.isdisjoint(group) for group in self.facets):
                return False
        return self._in_period(entry.at)

    def _in_period(self, at: str) -> bool:
        if self.since is None and self.until is None:
            return True
        moment = milliseconds(at)
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)


def read_filter(given: Mapping[str, Any], pseudonyms: Pseudonyms) -> tuple[Wanted, tuple[tuple[str, str], ...]]:
    """Return what is wanted, and whom it asks about (scheme and value, for the entry of the auditor's own reading).

    ``given`` are the members of `AuditFilter`, enums as their names; raises `BadQuery`.
    """
    said = {name: value for name, value in given.items() if value is not None}
    about: tuple[tuple[str, str], ...] = ()
    found: tuple[str, ...] | None = None
    if "subject" in said:
        about = tuple(subject_keys(said["subject"]["value"], _name(said["subject"].get("scheme"))))
        found = tuple(dict.fromkeys(each for scheme, value in about for each in pseudonyms(scheme, value)))
    groups: list[tuple[str, ...]] = [(f"{word} {_text(word, _name(said[word]))}",) for word in _WORDS if word in said]
    if "field" in said:
        groups.append(field_names(said["field"]))
    receipt = said.get("receipt")
    if receipt is not None and not is_receipt(receipt):
        raise BadQuery("`receipt` of the filter is not the id of a receipt: 32 lower-case hex digits")
    since, until = period(said.get("from"), said.get("to"))
    return Wanted(tuple(groups), found, receipt, since, until), about


def subject_keys(value: str, scheme: str | None) -> Iterator[tuple[str, str]]:
    """Yield scheme and value of every way in which a question about a subject may stand in the ledger, each once.

    Whoever was found stands there by the unified code; a key that led to nobody as it was read. Raises `BadQuery`.
    """
    if len(value) > LONGEST_KEY or not value.strip() or not _is_text(value):
        raise BadQuery(f"`subject` of the filter is no identifier: expected 1 to {LONGEST_KEY:,} printable characters")
    found = dict.fromkeys(_as_stated(value, scheme) if scheme is not None else _as_read(value))
    yield from found


def _as_stated(value: str, scheme: str) -> Iterator[tuple[str, str]]:
    if scheme in SCHEMES:
        try:
            identifier = parse(scheme, value)
        except IdentifierError:
            yield scheme, normalize(value)
            return
        yield from _with_code([identifier])
    else:
        yield scheme, value.strip()
    yield scheme, normalize(value)
    if scheme == "NAME":
        yield scheme, canonical_name(value)


def _as_read(value: str) -> Iterator[tuple[str, str]]:
    yield from _with_code(classify(value))
    yield UNSTATED, normalize(value)


def _with_code(identifiers: Iterable[Identifier]) -> Iterator[tuple[str, str]]:
    for each in identifiers:
        yield each.scheme, each.value
        yield from ((other.scheme, other.value) for other in derive(each) if other.scheme == "USCC")


def field_names(text: str) -> tuple[str, ...]:
    """Return the facets of which an entry that asked for the field or entity ``text`` has one; raises `BadQuery`.

    Both `AdministrativePenalty.fineAmount`, as the schema names it, and `AdministrativePenalty.fine_amount` do.
    """
    read = _FIELD.fullmatch(text)
    if read is None or not (read[1] in ENTITIES or SCHEMA.get_type(read[1]) is not None):
        raise BadQuery(
            "`field` of the filter names no field and no entity: expected `AdministrativePenalty.fineAmount`, or "
            "`AdministrativePenalty`"
        )
    entity, name = read[1], read[2]
    if name is None:
        return (f"entity {entity}",)
    known = ENTITIES.get(entity, entity)
    named = python_name(known, name) if name not in ENTITY_FIELDS.get(entity, ()) and _has(known, name) else name
    return tuple(dict.fromkeys((f"field {entity}.{named}", f"field {entity}.{name}", f"denied {entity}.*")))


def _has(type_name: str, field: str) -> bool:
    type_ = SCHEMA.get_type(type_name)
    return isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and field in type_.fields


def period(since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Return a period as UNIX times in milliseconds; raises `BadQuery` where it is none."""
    read = (_moment("from", since), _moment("to", until))
    if read[0] is not None and read[1] is not None and read[0] >= read[1]:
        raise BadQuery("`from` is not before `to`")
    return read


def page_size(first: int, name: str) -> int:
    """Return ``first`` of the root ``name``; raises `BadQuery` when it is out of range."""
    if not 1 <= first <= MAXIMUM_FIRST:
        raise BadQuery(f"`first` of `{name}` must be between 1 and {MAXIMUM_FIRST}, got {first}")
    return first


def _moment(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = milliseconds(text)
        if 0 <= moment < _LATEST:
            return moment
    except (ValueError, OverflowError):
        pass
    raise BadQuery(f"`{name}` must be a time from 1970 on, with its offset, such as `2026-03-18T09:30:00+08:00`")


def _name(value: Any) -> Any:
    """Return an enum member as its name."""
    return getattr(value, "name", value)


def _text(word: str, value: str) -> str:
    if not 1 <= len(value) <= LONGEST or not _is_text(value):
        raise BadQuery(f"`{word}` of the filter must be 1 to {LONGEST} printable characters")
    return value


def _is_text(value: str) -> bool:
    return value.isprintable()
