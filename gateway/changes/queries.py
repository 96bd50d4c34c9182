"""Which queries of the ledger would be answered otherwise: entries tell the fields that were used and those denied.

Rules of this file: pure. The two configurations are compared with each other, not with what the entry was decided by: a
query that today's configuration already answers otherwise is not told again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from gateway.changes.compare import Change, Changes, Towards
from gateway.ledger import Entry
from schema.entities import entity_of

Effect = Literal["LOSES", "GAINS"]


@dataclass(frozen=True, slots=True)
class Query:
    """An operation as a client asked it for one purpose; ``name`` is None for one without a name."""

    client: str
    purpose: str
    operation_hash: str
    name: str | None


@dataclass(slots=True)
class Touched:
    """What would change: ``read`` entries were looked at, ``changed`` of them would differ.

    ``queries`` counts the entries by query, effect, and `source: Entity.field`.
    """

    read: int = 0
    changed: int = 0
    queries: dict[tuple[Query, Effect, str], int] = field(default_factory=dict)


def touched_queries(changes: Changes, entries: Iterable[Entry]) -> Touched:
    """Return which of ``entries`` would lose or gain fields by ``changes``."""
    by_client: dict[tuple[str, str], list[Change]] = {}
    for change in (*changes.opens, *changes.closes):
        by_client.setdefault((change.cell.client, change.cell.purpose), []).append(change)
    touched = Touched()
    for entry in entries:
        if entry.outcome == "EXPLAINED":  # asked nobody for anything
            continue
        touched.read += 1
        found = dict.fromkeys(_effects(entry, by_client.get((entry.client, entry.purpose), ())))
        touched.changed += bool(found)
        query = Query(entry.client, entry.purpose, entry.operation_hash, entry.operation_name)
        for effect, what in found:
            touched.queries[query, effect, what] = touched.queries.get((query, effect, what), 0) + 1
    return touched


def _effects(entry: Entry, changes: Iterable[Change]) -> Iterator[tuple[Effect, str]]:
    """Yield what ``entry`` loses (it was asked of a source) and gains (it was denied)."""
    towards: set[Towards] = {"ANYBODY", "ITSELF"} if entry.consent is None else {"ANYBODY", "ITSELF", "CONSENTING"}
    used = {(name, use.entity, each) for name, uses in entry.sources.items() for use in uses for each in use.fields}
    denied = {each.field for each in entry.denied}
    for change in changes:
        cell, entity = change.cell, entity_of(change.cell.entity)
        if cell.towards not in towards:
            continue
        what = f"{cell.source}: {cell.entity}.{cell.field}"
        if not change.opens and (cell.source, entity, cell.field) in used:
            yield "LOSES", what
        if change.opens and cell.source and {f"{entity}.{cell.field}", f"{entity}.*"} & denied:
            yield "GAINS", what
