"""Working days in China: weekends, less the weekend days that are worked, and the holidays of each year's notice.

Rules of this file: pure; days are ISO texts, which compare as such. A year without a notice is counted by its weekends
alone, and `WorkingDays.declared` tells which years those are not.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class WorkingDays:
    """A calendar: ``off`` are days off beside weekends, ``work`` weekend days that are worked, as ISO texts.

    ``declared`` are the years whose notice they come from; a decision is to be public ``term`` working days after it
    at the latest, if it is of the day ``since`` or a later one.
    """

    def __init__(
        self, off: Collection[str], work: Collection[str], declared: Collection[int], term: int, since: str, basis: str
    ) -> None:
        self._off = frozenset(off)
        self._work = frozenset(work)
        self.declared = tuple(sorted(declared))
        self.term = term
        self.since = since
        self.basis = basis
        # Dates and nothing else of a record are remembered: about as many as there are days with decisions.
        self.last_day = lru_cache(maxsize=16384)(self._last_day)
        """Return the last day on which a decision of a day is published in time; None where no rule says so yet."""

    def is_working(self, day: str) -> bool:
        """Return whether ``day`` is a working day."""
        if day in self._work:
            return True
        return day not in self._off and date.fromisoformat(day).weekday() < _SATURDAY

    def after(self, day: str, count: int) -> str:
        """Return the working day that is the ``count``-th after ``day``, whose own is not counted.

        Raises OverflowError beyond the year 9999.
        """
        at = date.fromisoformat(day)
        while count:
            at += _DAY
            count -= self.is_working(at.isoformat())
        return at.isoformat()

    def _last_day(self, decided_on: str) -> str | None:
        if decided_on < self.since:
            return None
        try:
            return self.after(decided_on, self.term)
        except (OverflowError, ValueError):  # a placeholder such as 9999-12-31, or no date
            return None


NO_TERM: Final = WorkingDays((), (), (), term=0, since="9999-12-31", basis="")
"""No decision has to be public by any day."""
