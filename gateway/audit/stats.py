"""`disclosureStats`: how much was disclosed in a period, by one thing that entries have in common.

A period of up to MAX_ENTRIES is read entry by entry, in bounded memory, and every figure is told (`tally`). For a
longer one the database sums the columns beside the ledger, whatever the number: answers, denials and refusals of
every group, records where a group is of whole entries (not by source, owner or field), subjects never.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from gateway.audit.filters import period
from gateway.audit.pages import Reader, Span, span_of
from gateway.audit.tally import ANSWERS, REFUSALS, WHOLE, Group, Tally, day_text
from gateway.errors import BadQuery
from gateway.ledger.facets import CHINA_MS, DAY_MS
from gateway.ledger.tables import FACET_NAMES as NAMES
from gateway.ledger.tables import FACETS, LEDGER

NAME: Final = "disclosureStats"
MAX_DAYS: Final = 366
MAX_ENTRIES: Final = 25_000
"""Entries that are read one by one for one question."""
MAX_GROUPS: Final = 1_000
_CHUNK: Final = 500
_KIND: Final = "kind "


@dataclass(frozen=True, slots=True)
class ShownStats:
    """The figures of a period."""

    entries: int
    computed_from: str
    groups: Sequence[Group]
    left_out: int


async def read_stats(rows: Reader, arguments: Mapping[str, Any]) -> ShownStats:
    """Return the figures that ``arguments`` ask for; raises `BadQuery`, `LedgerUnavailable`."""
    since, until = period(arguments["from"], arguments["to"])
    assert since is not None, "the schema wants it"
    assert until is not None, "the schema wants it"
    if until - since > MAX_DAYS * DAY_MS:
        raise BadQuery(f"the period of `{NAME}` may have {MAX_DAYS} days: ask for a shorter one")
    by = arguments["by"]
    span = await span_of(rows, since, until)
    if span is None:
        return ShownStats(0, "ENTRIES", [], 0)
    if span.high - span.low >= MAX_ENTRIES:
        total, groups = await _by_columns(rows, by, span, since, until)
        return _shown(total, "COLUMNS", groups)
    tally = Tally(by, since, until)
    await _by_entries(rows, tally, span)
    return _shown(tally.entries, "ENTRIES", tally.told())


def _shown(total: int, computed_from: str, groups: Sequence[Group]) -> ShownStats:
    ordered = sorted(groups, key=lambda each: (-each.answers, -each.refusals, each.key))
    return ShownStats(total, computed_from, ordered[:MAX_GROUPS], max(0, len(ordered) - MAX_GROUPS))


async def _by_entries(rows: Reader, tally: Tally, span: Span) -> None:
    low = span.low
    while low <= span.high:
        query = sa.select(LEDGER.c["index"], LEDGER.c.entry).where(
            LEDGER.c["index"] >= low, LEDGER.c["index"] <= span.high
        )
        chunk = await rows(query.order_by(LEDGER.c["index"]).limit(_CHUNK))
        if not chunk:
            return
        await asyncio.to_thread(tally.count, [row[1] for row in chunk])
        low = chunk[-1][0] + 1


async def _by_columns(rows: Reader, by: str, span: Span, since: int, until: int) -> tuple[int, list[Group]]:
    """Return how many entries the period holds, and its groups."""
    sums = sums_of(span, since, until, by_day=by == "DAY").cte("sums")
    total = (await rows(sa.select(sa.func.coalesce(sa.func.sum(sums.c.entries), 0))))[0][0]
    groups = [
        Group(key, int(answers), None, int(records) if by in WHOLE else None, int(denials or 0), int(refusals))
        for key, answers, refusals, records, denials in await rows(_grouped(sums, by))
    ]
    if by == "DAY":
        for each in groups:
            each.key = day_text(int(each.key))
        return int(total), groups
    for each in groups:
        each.key = each.key.partition(" ")[2]
    if by == "FIELD":
        denied = {name.partition(" ")[2]: int(count) for name, count in await rows(_denied(sums))}
        for each in groups:
            each.denials = denied.get(each.key, 0)
    return int(total), groups


def sums_of(span: Span, since: int, until: int, *, by_day: bool) -> sa.Select[Any]:
    """Return the query of what entries of a period come to, by facets (and day): one row for many entries."""
    kinds = sa.select(NAMES.c.facets, NAMES.c.name.label("kind")).where(*_with(NAMES.c.name, _KIND)).subquery("kinds")
    day = (FACETS.c.at + CHINA_MS) // sa.literal(DAY_MS, sa.BigInteger) if by_day else sa.literal(0)
    figures = (
        sa.func.count().label("entries"),
        sa.func.sum(FACETS.c.records).label("records"),
        sa.func.sum(FACETS.c["count"]).label("count"),
    )
    query = sa.select(FACETS.c.facets, kinds.c.kind, day.label("day"), *figures)
    query = query.join_from(kinds, FACETS, FACETS.c.facets == kinds.c.facets)
    query = query.where(FACETS.c["index"] >= span.low, FACETS.c["index"] <= span.high)
    query = query.where(FACETS.c.at >= since, FACETS.c.at < until)
    return query.group_by(FACETS.c.facets, kinds.c.kind, sa.text("day"))


def _grouped(sums: sa.CTE, by: str) -> sa.Select[Any]:
    """Return the query of key, answers, refusals, records and denials of every group."""
    answered = sums.c.kind.in_([f"{_KIND}{each}" for each in sorted(ANSWERS)])
    refused = sums.c.kind.in_([f"{_KIND}{each}" for each in sorted(REFUSALS)])
    denied = (
        sa.select(NAMES.c.facets, sa.func.count().label("fields"))
        .where(*_with(NAMES.c.name, "denied "))
        .group_by(NAMES.c.facets)
        .subquery("denied")
    )
    figures = (
        sa.func.sum(sa.case((answered, sums.c.entries), else_=0)),
        sa.func.sum(sa.case((refused, sums.c["count"]), else_=0)),
        sa.func.sum(sums.c.records),
        sa.func.sum(sums.c.entries * denied.c.fields),
    )
    places = sums.outerjoin(denied, denied.c.facets == sums.c.facets)
    if by == "DAY":
        return sa.select(sums.c.day, *figures).select_from(places).group_by(sums.c.day)
    named = NAMES.alias("named")
    places = places.join(named, named.c.facets == sums.c.facets)
    query = sa.select(named.c.name, *figures).select_from(places).where(*_with(named.c.name, f"{by.lower()} "))
    return query.group_by(named.c.name)


def _denied(sums: sa.CTE) -> sa.Select[Any]:
    """Return the query of how many entries denied each field."""
    named = NAMES.alias("named")
    query = sa.select(named.c.name, sa.func.sum(sums.c.entries)).join_from(sums, named, named.c.facets == sums.c.facets)
    return query.where(*_with(named.c.name, "denied ")).group_by(named.c.name)


def _with(name: sa.ColumnElement[str], word: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Return that ``name`` begins with ``word``, which ends in a blank: `!` is the character after it."""
    return name >= word, name < f"{word[:-1]}!"
