"""Sets of days, for comparing periods that are cut into pieces, overlap or meet. Pure.

Terms
    span    first and last day as ordinals, both included
    spans   a set of days: spans in order, of which no two overlap or meet
"""

from collections.abc import Iterable
from datetime import date

Span = tuple[int, int]
Spans = tuple[Span, ...]


def span(since: str, until: str) -> Span:
    """Return the days from ``since`` to ``until`` (ISO 8601, both included)."""
    return date.fromisoformat(since).toordinal(), date.fromisoformat(until).toordinal()


def days(one: Span) -> tuple[str, str]:
    """Return the first and the last day of a span (ISO 8601)."""
    return date.fromordinal(one[0]).isoformat(), date.fromordinal(one[1]).isoformat()


def union(spans: Iterable[Span]) -> Spans:
    """Return all days of ``spans``, which may come in any order and overlap; empty ones count for nothing."""
    joined: list[Span] = []
    for first, last in sorted(each for each in spans if each[0] <= each[1]):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def minus(some: Spans, others: Spans) -> Spans:
    """Return the days of ``some`` that are not among those of ``others``."""
    left: list[Span] = []
    for first, last in some:
        for taken_first, taken_last in others:
            if taken_last < first or taken_first > last:
                continue
            if first < taken_first:
                left.append((first, taken_first - 1))
            first = taken_last + 1
        if first <= last:
            left.append((first, last))
    return tuple(left)
