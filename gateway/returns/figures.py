"""From counts to the figures of one department, one source or all: shares, percentiles, ranks. Pure.

A figure that rests on nothing is None, never 0 or 100 %: who was not asked was not unavailable either.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final

from gateway.returns.columns import RANKED, Column
from gateway.returns.tally import Asked, Owned

GOOD: Final = ("ANSWERED", "NOT_COVERED")
"""Statuses of a source that did what it should."""
BAD: Final = ("UNAVAILABLE", "TIMED_OUT", "CLOSED", "MISREAD", "STALE")
"""Those of one that did not; others (DENIED, IDENTITY_UNRESOLVED, DISCONTINUED) say nothing of the source."""
_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of `columns.OWNED`; shares are decimals from 0 to 1 as texts."""

    queries: int
    calls: int
    records: int
    denials: int
    answers: int
    availability: str | None
    unavailable: int
    timed_out: int
    closed: int
    misread_answers: int
    stale_answers: int
    latency_p50_ms: int | None
    latency_p95_ms: int | None
    age_p50_days: int | None
    age_max_days: int | None
    misread_records: int
    readable: str | None
    timely: int
    overdue: int
    timeliness: str | None


@dataclass(frozen=True, slots=True)
class PurposeCount:
    """How many queries declared one purpose."""

    purpose: str
    queries: int


@dataclass(frozen=True, slots=True)
class AskedFigures:
    """The figures of `columns.ASKED`, and the purposes, the most frequent first."""

    queries: int
    subjects: int
    records: int
    denials: int
    refused: int
    purposes: list[PurposeCount]


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of one department in one column, of how many that have a figure there; equals share a place."""

    column: str
    rank: int
    of: int


def figures(owned: Owned) -> Figures:
    """Return the figures of what was counted."""
    statuses = owned.statuses
    good = sum(statuses[each] for each in GOOD)
    answers = good + sum(statuses[each] for each in BAD)
    return Figures(
        queries=owned.queries,
        calls=owned.calls,
        records=owned.records,
        denials=owned.denials,
        answers=answers,
        availability=share(good, answers),
        unavailable=statuses["UNAVAILABLE"],
        timed_out=statuses["TIMED_OUT"],
        closed=statuses["CLOSED"],
        misread_answers=statuses["MISREAD"],
        stale_answers=statuses["STALE"],
        latency_p50_ms=percentile(owned.latencies, 50),
        latency_p95_ms=percentile(owned.latencies, 95),
        age_p50_days=percentile(owned.ages, 50),
        age_max_days=max(owned.ages, default=None),
        misread_records=owned.misread,
        readable=share(owned.records - owned.misread, owned.records),
        timely=owned.timely,
        overdue=owned.overdue,
        timeliness=share(owned.timely, owned.timely + owned.overdue),
    )


def asked_figures(asked: Asked) -> AskedFigures:
    """Return the figures of what one department asked."""
    purposes = sorted(asked.purposes.items(), key=lambda each: (-each[1], each[0]))
    return AskedFigures(
        asked.queries,
        asked.subjects,
        asked.records,
        asked.denials,
        asked.refused,
        [PurposeCount(purpose, queries) for purpose, queries in purposes],
    )


def share(part: int, whole: int) -> str | None:
    """Return ``part`` of ``whole`` to four places, cut: one failure among a million is less than 1."""
    return str((Decimal(part) / whole).quantize(_PLACES, ROUND_DOWN)) if whole else None


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """Return the smallest value that ``percent`` of all are not above (nearest rank); None of nothing.

    ``counts`` tells how often each value occurred.
    """
    wanted = -(-sum(counts.values()) * percent // 100)
    reached = 0
    for value in sorted(counts):
        reached += counts[value]
        if reached >= wanted:
            return value
    return None


def ranks(found: Mapping[str, Figures]) -> dict[str, list[Rank]]:
    """Return the ranks of each department (by code) in the columns that are ranked and have a figure of it."""
    told: dict[str, list[Rank]] = {code: [] for code in found}
    for column in RANKED:
        for code, rank, of in _ranked(column, found.items()):
            told[code].append(Rank(column.field, rank, of))
    return told


def _ranked(column: Column, found: Iterable[tuple[str, Figures]]) -> Sequence[tuple[str, int, int]]:
    values = {code: getattr(each, column.name) for code, each in found}
    numbers = {code: Decimal(value) for code, value in values.items() if value is not None}
    before = Counter(numbers.values())
    ahead = sorted(before, reverse=column.better == "MORE")
    place, places = 1, {}
    for number in ahead:
        places[number] = place
        place += before[number]
    return [(code, places[number], len(numbers)) for code, number in numbers.items()]
