"""Days and months of publicity terms, on ISO dates as texts.

A term of months ends on the day of the same number in its last month, or on that month's last day where it has no such
day, and that day is still part of it: the day of the decision is not counted (民法典 art. 201, 202). So a decision of
2026-05-10 with a term of three months is published up to and including 2026-08-10, one of 2025-11-30 up to 2026-02-28.
"""

from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Final

LAST_DAY: Final = "9999-12-31"
"""Later days have no ISO form that compares as a text: a term that goes beyond ends here."""


# A date and a few lengths of terms, never more of a record: nothing that tells whose it is.
@lru_cache(maxsize=16384)
def term(start: str, least: int | None, most: int | None) -> tuple[str | None, str | None]:
    """Return the last days of the shortest and the longest term, in months, from a decision of ``start``."""
    return (
        None if least is None else add_months(start, least),
        None if most is None else add_months(start, most),
    )


def add_months(day: str, months: int) -> str:
    """Return the last day of a term of ``months`` that begins with a decision of ``day``."""
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    if year > int(LAST_DAY[:4]):
        return LAST_DAY
    last = monthrange(year, month + 1)[1]
    return f"{year:04}-{month + 1:02}-{min(int(day[8:]), last):02}"


def days_between(earlier: str, later: str) -> int:
    """Return how many days ``later`` is after ``earlier``; negative when it is before."""
    return date.fromisoformat(later).toordinal() - date.fromisoformat(earlier).toordinal()
