"""A month of the return: calendar days in China, and the moments in UTC between which entries belong to it.

Pure: the day is an argument.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from connectors.clock import utc_text
from connectors.hours import CHINA_TIME

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2999
_EXPECTED: Final = "expected a year and a month such as `2026-10`"
_LONGEST_QUOTED: Final = 20


@dataclass(frozen=True, slots=True)
class Month:
    """One month: ``text`` as `YYYY-MM`, its first and last day in China as ISO dates.

    An entry belongs to it when its `at`, a text in UTC, is not before ``start`` and before ``end``.
    """

    text: str
    first_day: str
    last_day: str
    start: str
    end: str

    def has_begun(self, today: str) -> bool:
        """Return whether the month has begun on the day ``today`` (ISO, in China)."""
        return self.first_day <= today

    def is_over(self, today: str) -> bool:
        """Return whether the month is over on the day ``today``: nothing that it counts can be added."""
        return self.last_day < today


def read_month(text: str) -> Month:
    """Return the month that ``text`` names; raises ValueError, which says what was expected."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = None
    if first is None or f"{first:%Y-%m}" != text or not _FIRST_YEAR <= first.year <= _LAST_YEAR:
        quoted = text if text.isprintable() and "`" not in text and len(text) <= _LONGEST_QUOTED else "…"
        raise ValueError(f"`{quoted}` is no month: {_EXPECTED}")
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    last = after - timedelta(days=1)
    return Month(text, first.isoformat(), last.isoformat(), _begin(first), _begin(after))


def _begin(day: date) -> str:
    """Return the moment at which ``day`` begins in China, as entries write moments."""
    return utc_text(datetime.combine(day, time.min, CHINA_TIME))
