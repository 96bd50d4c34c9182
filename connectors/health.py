"""How a source has been answering, as far as this process has seen: counts and a state, no record, no key.

Terms
    drift   a field that could not be read in some record: the sign that a department has changed something, such as the
            name of a column or a code, and has not told
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final, Literal

from connectors.base import Answer, Issue
from connectors.clock import utc_text

RECENT: Final = 64
"""Answers whose times count for the median."""

WHOLE: Final = "*"
"""Stands for all fields of a part, when a whole answer could not be read."""
_LONGEST_REASON: Final = 160

State = Literal["UNKNOWN", "UP", "FAILING", "CLOSED"]


@dataclass(frozen=True, slots=True)
class Drift:
    """How often ``field`` of the part ``entity`` could not be read, when last, and why then; `WHOLE` stands for all."""

    entity: str
    field: str
    count: int
    last_at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a source.

    ``calls`` are the questions put to it outside quiet times, ``failures`` those left without an answer, by coverage
    status, also where the source was not asked because no turn came in time. ``state`` follows what the source itself
    did last: UP, FAILING, or CLOSED when it said so or a quiet time has begun. ``misreads`` counts rows with a value
    that could not be read, ``drift`` tells of which fields. ``median_ms`` is the median time of recent answers, waiting
    for a turn not counted.
    """

    state: State
    last_answered_at: str | None
    calls: int
    failures: dict[str, int]
    misreads: int
    median_ms: float | None
    drift: tuple[Drift, ...] = ()


class Tally:
    """Counts what happens at one gate; used in one event loop."""

    def __init__(self) -> None:
        self.calls = 0
        self._state: State = "UNKNOWN"
        self._answered_at: datetime | None = None
        self._failures: Counter[str] = Counter()
        self._misreads = 0
        self._drift: dict[tuple[str, str], tuple[int, datetime, str]] = {}
        self._milliseconds: deque[float] = deque(maxlen=RECENT)

    def answered(self, at: datetime) -> None:
        """Note that the source answered."""
        self._state = "UP"
        self._answered_at = at

    def measured(self, part: str, answer: Answer, seconds: float, at: datetime) -> None:
        """Note what came in an ``answer`` about ``part`` that took ``seconds``."""
        self._milliseconds.append(seconds * 1000)
        for rows in answer.rows.values():
            for row in rows:
                if row.issues:
                    self._misread_in(part, row.issues, at)

    def misread(self, part: str, reason: str, at: datetime) -> None:
        """Note that a whole answer about ``part`` could not be read."""
        self._count(part, WHOLE, reason, at)

    def failed(self, status: str, *, asked: bool) -> None:
        """Note a question without an answer; ``asked`` is False when it never reached the source."""
        self._failures[status] += 1
        if asked:
            self._state = "CLOSED" if status == "CLOSED" else "FAILING"

    def health(self, *, closed: bool) -> Health:
        """Return the state; ``closed`` tells that it is in quiet hours now."""
        answered_at = self._answered_at
        return Health(
            "CLOSED" if closed else self._state,
            utc_text(answered_at) if answered_at else None,
            self.calls,
            dict(self._failures),
            self._misreads,
            round(median(self._milliseconds), 1) if self._milliseconds else None,
            tuple(
                Drift(entity, field, count, utc_text(at), reason)
                for (entity, field), (count, at, reason) in sorted(self._drift.items())
            ),
        )

    def _misread_in(self, part: str, issues: Iterable[Issue], at: datetime) -> None:
        misread = [issue for issue in issues if issue.misread]
        for issue in misread:
            self._count(part, issue.field, issue.message, at)
        self._misreads += bool(misread)

    def _count(self, part: str, field: str, reason: str, at: datetime) -> None:
        count, _, _ = self._drift.get((part, field), (0, at, ""))
        self._drift[part, field] = (count + 1, at, reason[:_LONGEST_REASON])
