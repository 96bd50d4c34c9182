"""Month cells, and cells of which the year alone is to be shown.

A month is written with two digits, or stands apart: `201811` and `2018-1` are months, `20181` is not guessed at.
"""

import re
from typing import Any, Final

from connectors.errors import InvalidValue
from connectors.values.dates import parse_date
from connectors.values.numbers import parse_year
from connectors.values.reading import Noted
from connectors.values.text import folded, is_blank

_MONTH: Final = re.compile(r"(\d{4})(?:(\d\d)|年(\d{1,2})月|[-/.](\d{1,2}))", re.ASCII)
_YEARS: Final = range(1800, 2101)


def parse_month(cell: Any) -> str | None:
    """Return a month as `2026-11`."""
    text = _as_text(cell)
    if is_blank(text):
        return None
    month = _month(text)
    if month is None:
        raise InvalidValue("not a month")
    return month


def parse_birth_year(cell: Any) -> int | Noted | None:
    """Return the year of a date, a month or a year."""
    if isinstance(cell, str | int) and not isinstance(cell, bool):
        text = _as_text(cell)
        month = _month(text)
        if month is not None:
            return int(month[:4])
        if len(text.removesuffix("年")) == 4:
            return parse_year(text)
    day = parse_date(cell)
    return int(day[:4]) if isinstance(day, str) else day


def _month(text: str) -> str | None:
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or found[3] or found[4])
    return f"{year:04d}-{month:02d}" if year in _YEARS and 1 <= month <= 12 else None


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return folded(cell)
    if isinstance(cell, int) and 0 <= cell < 10**8:
        return str(cell)
    raise InvalidValue("not a month")
