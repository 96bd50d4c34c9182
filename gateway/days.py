"""Days in declared files: ISO texts, compared as texts, and periods whose open ends are left out."""

from collections.abc import Iterator
from datetime import date
from typing import Final

FIRST_DAY: Final = "0001-01-01"
LAST_DAY: Final = "9999-12-31"
EXPECTED: Final = "expected a date in quotes, e.g. `2019-01-11`"


def is_day(text: str) -> bool:
    """Return whether ``text`` is a date written `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def covers(first: str | None, last: str | None, day: str) -> bool:
    """Return whether ``day`` lies between ``first`` and ``last``, both included; None leaves an end open."""
    return (first or FIRST_DAY) <= day <= (last or LAST_DAY)


def overlap(one: tuple[str | None, str | None], other: tuple[str | None, str | None]) -> bool:
    """Return whether two periods have a day in common."""
    later = max(one[0] or FIRST_DAY, other[0] or FIRST_DAY)
    return covers(*one, later) and covers(*other, later)


def period_mistakes(first: str | None, last: str | None, keys: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield key and message of what is wrong with a period written under two ``keys``."""
    wrong = [key for key, day in zip(keys, (first, last), strict=True) if day is not None and not is_day(day)]
    yield from ((key, EXPECTED) for key in wrong)
    if not wrong and first is not None and last is not None and first > last:
        yield keys[1], f"is before `{keys[0]}`"
