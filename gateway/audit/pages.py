"""Entries page by page, newest first, found by the index beside the ledger; each is checked against its filter again.

A page is found in windows: the newest entries first, each window eight times as wide as the one before, until enough
is found or the ledger ends. So what is read grows with what is told, whether one entry in two fits or one in a
million, and every query is a range of one index. A page is read from the ledger as it was when it was asked for:
what is appended meanwhile is newer than its first entry, so that a cursor loses nothing and repeats nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from connectors.clock import utc_text
from gateway.audit.filters import Wanted
from gateway.ledger import Entry
from gateway.ledger.entry import decode_entry
from gateway.ledger.facets import BLOCK, day_of
from gateway.ledger.tables import DAYS, FACETS, LEDGER
from gateway.ledger.tables import FACET_NAMES as NAMES
from gateway.ledger.tables import LEDGER_SUBJECT as SUBJECTS

Reader = Callable[[sa.Select[Any]], Awaitable[Sequence[Any]]]
Keep = Callable[[Entry], bool]
Placed = tuple[int, Entry]
"""An entry and its place in the ledger."""

FIRST_WINDOW: Final = 4096
"""Entries of the first window."""
WIDER: Final = 8
MAX_READ: Final = 2000
"""Entries that are read at once, where few of those that were found fit."""
COLUMNS: Final = frozenset({"kind", "client", "department", "purpose", "outcome"})
"""Names of facets that are columns of the ledger too."""
MAX_SCANNED: Final = 20_000
"""Entries that one page looks at in vain; it then ends early, and its cursor goes on from there."""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; ``end`` is the place up to which the ledger was looked at, ``more`` whether it goes on."""

    entries: list[Placed]
    end: int | None
    more: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A range of places in the ledger, both included."""

    low: int
    high: int


async def read_page(
    rows: Reader, wanted: Wanted, first: int, after: int | None, keep: Keep = lambda _: True, scan: int = MAX_SCANNED
) -> Page:
    """Return up to ``first`` entries that are wanted and pass ``keep``, older than the place ``after``.

    ``more`` tells whether another such entry follows; when ``scan`` entries did not fit, that nobody looked yet.
    """
    found: list[Placed] = []
    scanned = 0
    async for at, entry in _entries(rows, wanted, first, after):
        scanned += 1
        if wanted.matches(entry) and keep(entry):
            if len(found) == first:
                return Page(found, found[-1][0], True)
            found.append((at, entry))
        if scanned - len(found) >= scan:
            return Page(found, at, True)
    return Page(found, found[-1][0] if found else None, False)


async def span_of(rows: Reader, since: int | None, until: int | None) -> Span | None:
    """Return the places between which all entries of a period lie, and others; None when there are none."""
    newest = (await rows(sa.select(sa.func.max(LEDGER.c["index"]))))[0][0]
    if newest is None:
        return None
    if since is None and until is None:
        return Span(0, newest)
    in_period = [DAYS.c.day >= day_of(since)] if since is not None else []
    if until is not None:
        in_period.append(DAYS.c.day <= day_of(until - 1))
    query = sa.select(sa.func.min(DAYS.c.block), sa.func.max(DAYS.c.block)).where(*in_period)
    lowest, highest = (await rows(query))[0]
    return None if lowest is None else Span(lowest * BLOCK, min(newest, (highest + 1) * BLOCK - 1))


def sets_of(wanted: Wanted) -> sa.Select[Any]:
    """Return the query of the numbers of facets that have one name of every group; there is at least one group."""
    name = NAMES.alias("n0")
    conditions: list[sa.ColumnElement[bool]] = [name.c.name.in_(wanted.facets[0])]
    for at, group in enumerate(wanted.facets[1:], 1):
        other = NAMES.alias(f"n{at}")
        there = sa.select(sa.literal(1)).where(other.c.facets == name.c.facets, other.c.name.in_(group))
        conditions.append(there.exists())
    query = sa.select(name.c.facets).where(*conditions)
    return query.distinct() if len(wanted.facets[0]) > 1 else query


def places(wanted: Wanted, span: Span, limit: int) -> sa.Select[Any]:
    """Return the query of the places in ``span`` of entries that may be wanted, newest first; the caller looks again.

    By subject where one is named: nobody is asked about so often as by all clients together.
    """
    if wanted.pseudonyms is not None:
        at = SUBJECTS.c["index"]
        query = sa.select(at).distinct().where(SUBJECTS.c.pseudonym.in_(wanted.pseudonyms))
        if tests := list(_columns(wanted)):
            query = query.join_from(SUBJECTS, LEDGER, LEDGER.c["index"] == at).where(*tests)
    elif wanted.facets:
        at, sets = FACETS.c["index"], sets_of(wanted).subquery("sets")
        query = sa.select(at).join_from(sets, FACETS, FACETS.c.facets == sets.c.facets)
        query = query.where(*_in_period(wanted))
    else:
        at = LEDGER.c["index"]
        query = sa.select(at).where(*_written_in_period(wanted))
    return query.where(at >= span.low, at <= span.high).order_by(at.desc()).limit(limit)


def _columns(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what is wanted of columns of the ledger."""
    for group in wanted.facets:
        word, _, value = group[0].partition(" ")
        if word in COLUMNS and len(group) == 1:
            yield LEDGER.c[word] == value


def _in_period(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = [FACETS.c.at >= wanted.since] if wanted.since is not None else []
    return found + ([FACETS.c.at < wanted.until] if wanted.until is not None else [])


def _written_in_period(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the same of the ledger itself, where times are texts that sort as times do."""
    if wanted.since is not None:
        yield LEDGER.c.at >= _text(wanted.since)
    if wanted.until is not None:
        yield LEDGER.c.at < _text(wanted.until)


def _text(moment: int) -> str:
    return utc_text(datetime.fromtimestamp(moment / 1000, UTC))


async def _entries(rows: Reader, wanted: Wanted, first: int, after: int | None) -> AsyncIterator[Placed]:
    """Yield the entries that may be wanted, newest first."""
    if wanted.receipt is not None:
        by_receipt = sa.select(LEDGER.c["index"], LEDGER.c.entry).where(LEDGER.c.receipt == wanted.receipt)
        for at, text in await rows(by_receipt):
            if after is None or at < after:
                yield at, decode_entry(text)
        return
    whole = await span_of(rows, wanted.since, wanted.until)
    if whole is None:
        return
    low, high = whole.low, whole.high if after is None else min(whole.high, after - 1)
    width, limit = FIRST_WINDOW, first + 1
    while high >= low:
        window = Span(max(low, high - width + 1), high)
        found = [row[0] for row in await rows(places(wanted, window, limit))]
        async for each in _read(rows, found):
            yield each
        if len(found) == limit:
            high, limit = found[-1] - 1, min(limit * 2, max(MAX_READ, first + 1))
        else:
            high, width = window.low - 1, width * WIDER


async def _read(rows: Reader, found: Sequence[int]) -> AsyncIterator[Placed]:
    """Yield the entries at the places ``found``, newest first."""
    if not found:
        return
    query = sa.select(LEDGER.c["index"], LEDGER.c.entry).where(LEDGER.c["index"].in_(found))
    for at, text in await rows(query.order_by(LEDGER.c["index"].desc())):
        yield at, decode_entry(text)
