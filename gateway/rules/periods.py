"""Periods of ISO 8601 (`P3Y`, `P6M`, `P90D`, `PT24H`), counted back from a day by the calendar."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MINYEAR, date, datetime, timedelta
from functools import lru_cache
from typing import Final

_WRITTEN: Final = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?(?:T(\d{1,5})H)?\Z")
_MONTHS: Final = 12
_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Period:
    """A span of calendar ``months``, whole ``days`` and ``hours``."""

    months: int
    days: int
    hours: int

    def since(self, end: datetime) -> datetime:
        """Return the moment with which the period begins that ends with ``end``: months by the calendar of its zone."""
        day = Period(self.months, self.days, 0).before(end.date())
        start = datetime.combine(day, end.timetz())
        try:
            return start - timedelta(hours=self.hours)
        except OverflowError:
            return start

    def before(self, end: date) -> date:
        """Return the day with which the period begins that ends with ``end``; hours count as the days they fill.

        As the last day of a month is reached, it stays: a month before 31 March is the end of February.
        """
        month = end.year * _MONTHS + end.month - 1 - self.months
        if month < MINYEAR * _MONTHS:
            return date.min
        year, at = divmod(month, _MONTHS)
        start = date(year, at + 1, min(end.day, monthrange(year, at + 1)[1]))
        back = self.days + self.hours // _HOURS
        return date.min if back >= start.toordinal() else start - timedelta(days=back)


@lru_cache(maxsize=256)
def period_of(written: str) -> Period | None:
    """Return the period that ``written`` says, None when it says none or an empty one."""
    found = _WRITTEN.match(written)
    if found is None or written[-1] in "PT":
        return None
    years, months, days, hours = (int(each or 0) for each in found.groups())
    period = Period(years * _MONTHS + months, days, hours)
    return period if period != Period(0, 0, 0) else None
