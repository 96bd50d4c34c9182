"""Month cells, of figures that belong to a whole month, to ISO 8601; of a date, the month that it falls in."""

import re
from typing import Any, Final

from connectors.errors import InvalidValue
from connectors.values.dates import parse_date
from connectors.values.reading import Noted
from connectors.values.text import folded

_FORM: Final = re.compile(r"(\d{4})(?:(\d\d)|[-/.](\d{1,2})|年(\d{1,2})月)", re.ASCII)
_YEARS: Final = range(1901, 2099)


def parse_month(cell: Any) -> str | Noted | None:
    """Return a month as `2020-08`; `201811` is one, as it can be no date."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell) if type(cell) is int else cell
    if isinstance(text, str) and (found := _FORM.fullmatch(folded(text))):
        return _checked(int(found[1]), int(found[2] or found[3] or found[4]))
    day = parse_date(cell)
    return day[:7] if isinstance(day, str) else day


def _checked(year: int, month: int) -> str:
    if year not in _YEARS or not 1 <= month <= 12:
        raise InvalidValue("no such month")
    return f"{year}-{month:02d}"
