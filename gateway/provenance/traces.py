"""Where the records of an answer came from, as the ledger keeps it: section by section, keys as pseudonyms.

Made for every answer, so it does nothing per record but the HMAC of its key, and one for what a section says: by that
a later answer is compared without keeping any content (`gateway.watch.since`). What a caller calls its fields may hold
a number that the ledger must not: paths are starred as names of operations are (`ledger_path`).
"""

import hmac
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import orjson

from gateway.ledger.entry import SectionTrace
from gateway.ledger.pseudonym import RECORD_DIGITS, Secret
from gateway.plan.document import redact
from gateway.provenance.walk import ShownSection, walk, way_of
from gateway.run import Run
from gateway.told import Found, Item

KNOWN: Final = frozenset({"COMPLETE", "NOT_COVERED"})
"""States of sections that leave nothing to be asked for: what they say can be compared."""
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
    plain, contents = way_of(run.plan).plain, _Contents(secret, run.caller.client)
    found: list[SectionTrace] = []
    for place in walk(run, values):
        path = place.path if plain else ledger_path(place.path)
        records: Sequence[Item | Found]
        if isinstance(place, ShownSection):
            page, entity = place.page, place.step.use.need.entity
            records = page.items if page is not None and place.step.items else ()
            told = [page.total_count, *map(_said, page.items)] if page is not None else []
        else:
            entity = place.step.need.entity
            records = (place.found,) if place.found is not None else ()
            told = [hit.value(row, place.step.name) for row, hit in records]
        digest = contents.of(entity, told) if place.state in KNOWN else ""
        found.append(SectionTrace(path, entity, place.state, _keys(records, secret) if records else (), digest))
    return tuple(found)


def _said(item: Item) -> list[Any]:
    """Return what a record of a section says: its values, what the rules make of it, and who else reports it."""
    row, hit, told = item
    said: list[Any] = [hit.ask.place, row.record_key, row.values]
    if told is not None:
        judged = told.judgment
        said += [judged.state, judged.severity, judged.public_until] if judged is not None else []
        said += [[other.ask.place, each.record_key, each.values] for each, other in told.others]
    return said


class _Contents:
    """What stands for the content of a section: HMAC-SHA-256, with the client in it, so that no two can compare."""

    __slots__ = ("_begun",)

    def __init__(self, secret: Secret, client: str) -> None:
        self._begun = hmac.new(secret.key, f"section\x1f{client}\x1f".encode(), sha256)

    def of(self, entity: str, told: Sequence[Any]) -> str:
        """Return the digest of what a section of ``entity`` told."""
        digest = self._begun.copy()
        digest.update(entity.encode())
        digest.update(orjson.dumps(told, default=str))
        return digest.hexdigest()[:RECORD_DIGITS]


def _keys(records: Sequence[Item | Found], secret: Secret) -> tuple[tuple[str, str], ...]:
    """Return table (`Ask.place`) and pseudonym of each of ``records``: `finish`, in one loop, for all of an answer."""
    found: list[tuple[str, str]] = []
    before = ""
    for record in records:
        ask = record[1].ask
        if ask.place != before:
            begun, keyed = secret.of_records(ask.source.name, ask.part)
            before = ask.place
        inner, outer = begun.copy(), keyed.copy()
        inner.update(record[0].record_key.encode())
        outer.update(inner.digest())
        found.append((ask.place, outer.hexdigest()[:RECORD_DIGITS]))
    return tuple(found)
