"""Where the records of an answer came from, as the ledger keeps it: section by section, keys as pseudonyms.

Made for every answer, so it does nothing per record but the HMAC of its key, and one for what a section says: by that
a later answer to the same question is compared without keeping any content (`gateway.watch.since`). What a caller calls
its fields may hold a number that the ledger must not: paths are starred as names of operations are (`ledger_path`).
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson

from connectors.base import Row
from gateway.ledger.entry import SectionTrace
from gateway.ledger.pseudonym import RECORD_DIGITS, Secret, record_scheme
from gateway.plan.document import redact
from gateway.provenance.walk import ShownSection, walk, way_of
from gateway.run import Run
from gateway.told import Hit, Item

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

KNOWN: Final = frozenset({"COMPLETE", "NOT_COVERED"})
"""States of sections that leave nothing to be asked for: what they say can be compared."""
_BLOCK: Final = 64
"""Bytes that SHA-256 takes at once."""
_INNER: Final = bytes(each ^ 0x36 for each in range(256))
_OUTER: Final = bytes(each ^ 0x5C for each in range(256))
_starred = lru_cache(4096)(redact)
"""Names of fields are few, but a caller may make up as many as it likes."""


def ledger_path(path: str) -> str:
    """Return a response path as entries and shapes have it: long numbers in names of the caller's own are starred."""
    return ".".join(map(_starred, path.split(".")))


def traces(run: Run, values: Sequence[Sequence[Any]], secret: Secret) -> tuple[SectionTrace, ...]:
    """Return the sections of an answer, and the values derived from records, with where their records came from.

    In the order of the response; ``values`` as `complete` takes them. A section of which no items are selected shows
    no record; one that is denied whole has the state DENIED.
    """
    keys, contents = _Keys(secret), _Contents(secret, run.caller.client)
    plain = way_of(run.plan).plain
    found: list[SectionTrace] = []
    for place in walk(run, values):
        if isinstance(place, ShownSection):
            page, entity = place.page, place.step.use.need.entity
            rows = [item[:2] for item in page.items] if page is not None and place.step.items else []
            told = [page.total_count, *map(_said, page.items)] if page is not None else []
        else:
            entity = place.step.need.entity
            rows = [place.found] if place.found is not None else []
            told = [row.values[hit.ask.places[place.step.name]] for row, hit in rows]
        path = place.path if plain else ledger_path(place.path)
        digest = contents.of(entity, told) if place.state in KNOWN else ""
        found.append(SectionTrace(path, entity, place.state, keys.of(entity, rows) if rows else (), digest))
    return tuple(found)


def _said(item: Item) -> list[Any]:
    """Return what a record of a section says: its values, what the rules make of it, and who else reports it."""
    row, hit, told = item
    said: list[Any] = [hit.ask.source.name, row.record_key, row.values]
    if told is not None:
        judged = told.judgment
        said += [judged.state, judged.severity, judged.public_until] if judged is not None else []
        said += [[other.ask.source.name, each.record_key, each.values] for each, other in told.others]
    return said


class _Contents:
    """What stands for the content of a section: HMAC-SHA-256, with the client in it, so that no two can compare."""

    __slots__ = ("_begun",)

    def __init__(self, secret: Secret, client: str) -> None:
        self._begun = secret.keyed.copy()
        self._begun.update(f"section\x1f{client}\x1f".encode())

    def of(self, entity: str, told: Sequence[Any]) -> str:
        """Return the digest of what a section of ``entity`` told."""
        digest = self._begun.copy()
        digest.update(entity.encode())
        digest.update(orjson.dumps(told, default=str))
        return digest.hexdigest()[:RECORD_DIGITS]


class _Keys:
    """The pseudonyms of record keys, as `gateway.ledger.pseudonym` makes them.

    HMAC (RFC 2104 §2) with both hashes begun once per scheme: half the time of a copied `hmac.HMAC`, for every record
    of every answer.
    """

    __slots__ = ("_begun", "_key")

    def __init__(self, secret: Secret) -> None:
        key = secret.key if len(secret.key) <= _BLOCK else sha256(secret.key).digest()
        self._key = key.ljust(_BLOCK, b"\0")
        self._begun: dict[str, dict[str, tuple[Hash, Hash]]] = {}

    def of(self, entity: str, records: Sequence[tuple[Row, Hit]]) -> tuple[tuple[str, str], ...]:
        """Return source and pseudonym of each of ``records``."""
        found: list[tuple[str, str]] = []
        begun = self._begun.setdefault(entity, {})
        for row, hit in records:
            source = hit.ask.source.name
            inner, outer = begun.get(source) or self._begin(source, entity)
            inner, outer = inner.copy(), outer.copy()
            inner.update(row.record_key.encode())
            outer.update(inner.digest())
            found.append((source, outer.hexdigest()[:RECORD_DIGITS]))
        return tuple(found)

    def _begin(self, source: str, entity: str) -> "tuple[Hash, Hash]":
        inner = sha256(self._key.translate(_INNER))
        inner.update(f"{record_scheme(source, entity)}\x1f".encode())
        begun = self._begun[entity][source] = inner, sha256(self._key.translate(_OUTER))
        return begun
