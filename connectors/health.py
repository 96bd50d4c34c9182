"""How a source has been answering, as far as this process has seen: counts and a state, no record, no key."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final, Literal

from connectors.base import Answer
from connectors.clock import utc_text

RECENT: Final = 64
"""Answers whose times count for the median."""

State = Literal["UNKNOWN", "UP", "FAILING", "CLOSED"]


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a source.

    ``calls`` are the questions put to it outside quiet hours, ``failures`` those left without an answer, by coverage
    status, also where the source was not asked because no turn came in time. ``state`` follows what the source itself
    did last: UP, FAILING, or CLOSED when it said so or its quiet hours have begun. ``misreads`` counts rows with a
    value that could not be read; ``median_ms`` is the median time of recent answers, waiting for a turn not counted.
    """

    state: State
    last_answered_at: str | None
    calls: int
    failures: dict[str, int]
    misreads: int
    median_ms: float | None


class Tally:
    """Counts what happens at one gate; used in one event loop."""

    def __init__(self) -> None:
        self.calls = 0
        self._state: State = "UNKNOWN"
        self._answered_at: datetime | None = None
        self._failures: Counter[str] = Counter()
        self._misreads = 0
        self._milliseconds: deque[float] = deque(maxlen=RECENT)

    def answered(self, at: datetime) -> None:
        """Note that the source answered."""
        self._state = "UP"
        self._answered_at = at

    def measured(self, answer: Answer, seconds: float) -> None:
        """Note what came in an ``answer`` that took ``seconds``."""
        self._milliseconds.append(seconds * 1000)
        for rows in answer.rows.values():
            for row in rows:
                if row.issues and any(issue.misread for issue in row.issues):
                    self._misreads += 1

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
        )
