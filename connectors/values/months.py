"""Cells that mean less than a day: months, to ISO 8601, and dates of birth, of which the year alone is shown."""

import re
from typing import Any, Final

from connectors.errors import InvalidValue
from connectors.values.dates import parse_date
from connectors.values.numbers import parse_year
from connectors.values.reading import Noted
from connectors.values.text import folded

_FORM: Final = re.compile(r"(\d{4})(?:(\d\d)|[-/.](\d{1,2})|年(\d{1,2})月)", re.ASCII)
_MASKED_BIRTH: Final = re.compile(r"(\d{4})(?:[-/.年]?\*{1,2}){2}日?|(\d{4})[-/.年]?\*{2,4}", re.ASCII)
"""A date of birth that its source has masked down to the year: `1985-**-**`, `1985****`."""
_YEARS: Final = range(1901, 2099)
_BIRTHS: Final = range(1800, 2101)


def parse_month(cell: Any) -> str | Noted | None:
    """Return a month as `2020-08`, of a date the month that it falls in; `201811` is one, as it can be no date."""
    found = _FORM.fullmatch(_text(cell))
    if found is not None:
        return _checked(int(found[1]), int(found[2] or found[3] or found[4]), _YEARS)
    day = parse_date(cell)
    return day[:7] if isinstance(day, str) else day


def parse_birth_year(cell: Any) -> int | Noted | None:
    """Return the year of a date, a month or a year."""
    text = _text(cell)
    found = _FORM.fullmatch(text)
    if found is not None:
        return int(_checked(int(found[1]), int(found[2] or found[3] or found[4]), _BIRTHS)[:4])
    if masked := _MASKED_BIRTH.fullmatch(text.replace("月", "")):
        return parse_year(masked[1] or masked[2])
    if len(text.removesuffix("年")) == 4:
        return parse_year(text)
    day = parse_date(cell)
    return int(day[:4]) if isinstance(day, str) else day


def _text(cell: Any) -> str:
    """Return a cell that may hold a month as a text, blank for one of another type."""
    if type(cell) is int or (isinstance(cell, float) and cell.is_integer()):
        return str(int(cell))
    return folded(cell) if isinstance(cell, str) else ""


def _checked(year: int, month: int, years: range) -> str:
    if year not in years or not 1 <= month <= 12:
        raise InvalidValue("no such month")
    return f"{year}-{month:02d}"
