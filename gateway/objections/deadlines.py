"""Until when a department has to act: days counted from the day after, calendar or working ones. Pure.

A working day is Monday to Friday but for the holidays that are declared, and the weekend days that the State Council
declares working days (调休).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["calendar", "working"]


@dataclass(frozen=True, slots=True)
class Calendar:
    """How days are counted; ``holidays`` and ``workdays`` are ISO dates, used where ``unit`` is `working`."""

    unit: Unit = "calendar"
    holidays: frozenset[str] = frozenset()
    workdays: frozenset[str] = frozenset()

    def after(self, day: str, days: int) -> str:
        """Return the last day of a term of ``days`` that begins on the day after ``day`` (ISO dates)."""
        if self.unit == "calendar":
            return (date.fromisoformat(day) + timedelta(days)).isoformat()
        counted = self._working_days(date.fromisoformat(day))
        last = day
        for _ in range(days):
            last = next(counted)
        return last

    def is_working(self, day: date) -> bool:
        """Return whether ``day`` is a working day."""
        text = day.isoformat()
        return text in self.workdays or (day.weekday() < 5 and text not in self.holidays)

    def _working_days(self, day: date) -> Iterator[str]:
        while True:
            day += timedelta(1)
            if self.is_working(day):
                yield day.isoformat()
