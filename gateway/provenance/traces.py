"""Where the records of an answer came from, as the ledger keeps it: section by section, keys as pseudonyms.

Made for every answer, so it does nothing per record but the HMAC of its key. What a caller calls its fields may hold a
number that the ledger must not: paths are starred as names of operations are (`ledger_path`).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from gateway.ledger.entry import SectionTrace
from gateway.ledger.pseudonym import RECORD_DIGITS, Secret
from gateway.plan.document import redact
from gateway.provenance.walk import ShownSection, walk, way_of
from gateway.run import Run
from gateway.told import Found, Item

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
    plain = way_of(run.plan).plain
    found: list[SectionTrace] = []
    for place in walk(run, values):
        path = place.path if plain else ledger_path(place.path)
        records: Sequence[Item | Found]
        if isinstance(place, ShownSection):
            page, entity = place.page, place.step.use.need.entity
            records = page.items if page is not None and place.step.items else ()
        else:
            entity = place.step.need.entity
            records = (place.found,) if place.found is not None else ()
        found.append(SectionTrace(path, entity, place.state, _keys(entity, records, secret) if records else ()))
    return tuple(found)


def _keys(entity: str, records: Sequence[Item | Found], secret: Secret) -> tuple[tuple[str, str], ...]:
    """Return source and pseudonym of each of ``records``: `finish`, in one loop, for every record of every answer."""
    found: list[tuple[str, str]] = []
    before = ""
    for record in records:
        source = record[1].ask.source.name
        if source != before:
            begun, keyed = secret.of_records(source, entity)
            before = source
        inner, outer = begun.copy(), keyed.copy()
        inner.update(record[0].record_key.encode())
        outer.update(inner.digest())
        found.append((source, outer.hexdigest()[:RECORD_DIGITS]))
    return tuple(found)
