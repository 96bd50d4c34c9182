"""What entries are found by: beside the ledger, which is proof, a narrow index of it, which is not.

An entry has *facets*: its kind, client, department, purpose, outcome and code, the sources it asked with their owners,
the entities and fields it asked for or was denied. Entries of one plan have the same, so they are kept once for all
(`ledger_facet`), under a number made from them, and an entry costs one short row (`ledger_facets`) whatever it asked.

`ledger_day` tells in which blocks of the ledger a day has entries: written once per day and block, true also where the
clock went backwards. All three are rebuilt from the entries at any time, and an auditor's page checks every entry
against its filter again: what was tampered with here can hide an entry from a filter, not from the trail without one.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from gateway.ledger.entry import Denial, Entry

MOST_KNOWN: Final = 100_000
BLOCK: Final = 4096
"""Entries in a block of `ledger_day`."""
DAY_MS: Final = 86_400_000
CHINA_MS: Final = 8 * 3_600_000
"""Days are those of China, which has no summer time."""

Uses = tuple[tuple[str, str, str, tuple[str, ...]], ...]
"""Source, owner, entity and fields of everything that was asked."""


class Facets(NamedTuple):
    """The names of what an entry is found by, and the number that stands for them."""

    number: int
    names: tuple[str, ...]


class Tables(NamedTuple):
    """The tables of the index."""

    facets: sa.Table
    names: sa.Table
    days: sa.Table


def facet_tables(metadata: sa.MetaData) -> Tables:
    """Return the tables, declared in ``metadata``."""
    return Tables(
        sa.Table(
            "ledger_facets",
            metadata,
            sa.Column("facets", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("at", sa.BigInteger, nullable=False),
            sa.Column("records", sa.Integer, nullable=False),
            sa.Column("count", sa.Integer, nullable=False),
            sqlite_with_rowid=False,
        ),
        sa.Table(
            "ledger_facet",
            metadata,
            sa.Column("name", sa.Text, primary_key=True),
            sa.Column("facets", sa.BigInteger, primary_key=True, autoincrement=False),
            sqlite_with_rowid=False,
        ),
        sa.Table(
            "ledger_day",
            metadata,
            sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
            sqlite_with_rowid=False,
        ),
    )


class Found(NamedTuple):
    """What an entry is found by, and its figures: the time in milliseconds, the records shown, like refusals in it."""

    facets: Facets
    figures: tuple[int, int, int]


def facets_of(entry: Entry) -> Facets:
    """Return what ``entry`` is found by."""
    return found_of(entry).facets


def found_of(entry: Entry) -> Found:
    """Return what ``entry`` is found by, with its figures."""
    uses: list[tuple[str, str, str, tuple[str, ...]]] = []
    records = 0
    for source, each in entry.sources.items():
        for use in each:
            uses.append((source, use.department, use.entity, use.fields))
            records += use.records
    of_request = (entry.kind, entry.client, entry.department or "", entry.purpose, entry.outcome, entry.code)
    facets = _facets(of_request, tuple(uses), entry.denied)
    return Found(facets, (milliseconds(entry.at), records, entry.count))


class Known:
    """What this process has seen in the tables that are written once for many entries: those rows are not sent again.

    ``missing`` is asked within a transaction, `learn` told after its commit; a row that another process wrote
    meanwhile is there already, so rows are inserted where they are missing.
    """

    def __init__(self) -> None:
        self._facets: set[int] = set()
        self._days: set[tuple[int, int]] = set()

    def missing(
        self, found: Sequence[Found], facets: Sequence[tuple[int, ...]]
    ) -> tuple[list[tuple[str, int]], list[tuple[int, int]]]:
        """Return the rows of `ledger_facet` and `ledger_day` that a batch may lack: ``facets`` are its rows there."""
        new = {each.facets.number: each.facets for each in found if each.facets.number not in self._facets}
        days = dict.fromkeys((day_of(at), index // BLOCK) for _, index, at, *_ in facets)
        names = [(name, number) for number, (_, names) in new.items() for name in names]
        return names, [each for each in days if each not in self._days]

    def learn(self, names: Sequence[tuple[str, int]], days: Sequence[tuple[int, int]]) -> None:
        """Take note that these rows are in the tables."""
        if len(self._facets) > MOST_KNOWN or len(self._days) > MOST_KNOWN:
            self._facets.clear()
            self._days.clear()
        self._facets.update(number for _, number in names)
        self._days.update(days)


def milliseconds(at: str) -> int:
    """Return the UNIX time, in milliseconds, of a time in ISO 8601 with its offset; raises ValueError."""
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("without an offset")
    return round(moment.timestamp() * 1000)


def day_of(at: int) -> int:
    """Return the day in China, counted from 1970, of a UNIX time in milliseconds."""
    return (at + CHINA_MS) // DAY_MS


@lru_cache(maxsize=4096)
def _facets(of_request: tuple[Any, ...], uses: Uses, denied: tuple[Denial, ...]) -> Facets:
    words = zip(("kind", "client", "department", "purpose", "outcome", "code"), of_request, strict=True)
    names = {f"{word} {value}" for word, value in words if value is not None}
    for source, owner, entity, fields in uses:
        names.update((f"source {source}", f"owner {owner}", f"entity {entity}"))
        names.update(f"field {entity}.{field}" for field in fields)
    for each in denied:
        entity, _, field = each.field.partition(".")
        names.update((f"entity {entity}", f"field {entity}.{field}", f"denied {entity}.{field}"))
    ordered = tuple(sorted(names))
    digest = sha256("\n".join(ordered).encode()).digest()
    return Facets(int.from_bytes(digest[:8], signed=True), ordered)
