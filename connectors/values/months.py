"""Month cells: `201811`, `2018-11`, `2018年11月` and days, whose month counts, to `2018-11`.

A month without a separator has two digits: `20181` may be January, or November cut short, and is misread.
"""

import re
from functools import lru_cache
from typing import Any, Final

from connectors.errors import InvalidValue
from connectors.values.dates import parse_date
from connectors.values.reading import Noted
from connectors.values.text import folded

_FORM: Final = re.compile(r"(\d{4})(?:(\d\d)|[-/.](\d{1,2})|年(\d{1,2})月)", re.ASCII)
_YEARS: Final = range(1901, 2100)


def parse_month(cell: Any) -> str | Noted | None:
    """Return a month as ISO 8601 has it."""
    if isinstance(cell, int) and 0 <= cell < 10**6:
        cell = str(cell)
    if isinstance(cell, str):
        return _known(cell)
    return _of_day(parse_date(cell))


# The months of a column are few. What does not read as one raises and is not kept.
@lru_cache(4096)
def _known(cell: str) -> str | Noted | None:
    found = _FORM.fullmatch(folded(cell))
    if found is None:
        return _of_day(parse_date(cell))
    year, month = int(found[1]), int(found[2] or found[3] or found[4])
    if year not in _YEARS or not 1 <= month <= 12:
        raise InvalidValue("no such month")
    return f"{year}-{month:02d}"


def _of_day(day: str | Noted | None) -> str | Noted | None:
    return day[:7] if isinstance(day, str) else day
