"""Number cells: whole numbers, years and decimals, exact in every digit.

Separators of thousands are read where they stand rightly; full-width digits are digits. A sign of exponent, a second
point or a unit is no number here. A float is read as the shortest decimal that means it; one that needs more digits
than a float holds is misread: what the source had in mind is lost.
"""

import re
from decimal import Context, Decimal, Inexact
from typing import Any, Final

from connectors.errors import InvalidValue
from connectors.values.text import folded, is_blank

NUMBER: Final = r"(?:\d{1,24}|\d{1,3}(?:,\d{3}){1,7})(?:\.\d{1,24})?|\.\d{1,24}"
"""A decimal number without sign, ASCII; `.5` is how Oracle writes a half."""
EXACT: Final = Context(prec=100, traps=[Inexact])
"""Arithmetic that would rather raise than round; no number that is read here makes it raise."""
_SIGNED: Final = re.compile(f"-?(?:{NUMBER})", re.ASCII)
_YEAR: Final = re.compile(r"(\d{4})(?:年度?)?", re.ASCII)
_YEARS: Final = range(1900, 2101)
_LARGEST_INTEGER: Final = 2**31 - 1
"""What an Int of GraphQL takes."""
_FLOAT_DIGITS: Final = 15
"""Every decimal of so many digits comes back from a float as it went in."""
_LARGEST: Final = Decimal(10) ** 24


def parse_integer(cell: Any) -> int | None:
    """Return a whole number."""
    if type(cell) is str and len(cell) < 10 and cell.isascii() and cell.isdigit():
        return int(cell)
    number: int | Decimal | None = cell if type(cell) is int else parse_number(cell)
    if number is None:
        return None
    if not -_LARGEST_INTEGER <= number <= _LARGEST_INTEGER:
        raise InvalidValue("a number too large to be meant")
    if number % 1:
        raise InvalidValue("not a whole number")
    return int(number)


def parse_year(cell: Any) -> int | None:
    """Return a year of four digits, `2025年度` included."""
    if isinstance(cell, str) and (found := _YEAR.fullmatch(folded(cell))):
        cell = int(found[1])
    year = parse_integer(cell)
    if year is not None and year not in _YEARS:
        raise InvalidValue("not a year")
    return year


def parse_decimal(cell: Any) -> str | None:
    """Return a decimal number as text, without an exponent."""
    number = parse_number(cell)
    return None if number is None else plain(number)


def parse_number(cell: Any) -> Decimal | None:
    """Return the exact number that ``cell`` means; raises `InvalidValue`."""
    if isinstance(cell, str):
        return _from_text(folded(cell))
    if isinstance(cell, float):
        return _from_float(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return _limited(Decimal(cell))
    if isinstance(cell, Decimal):
        return _limited(cell)
    raise InvalidValue("not a number")


def plain(number: Decimal) -> str:
    """Return ``number`` without exponent and without zeros that say nothing."""
    if not number:
        return "0"  # a zero may have a sign and an exponent too
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _from_text(text: str) -> Decimal | None:
    if is_blank(text):
        return None
    if _SIGNED.fullmatch(text) is None:
        raise InvalidValue("not a number")
    return Decimal(text.replace(",", ""))


def _from_float(cell: float) -> Decimal:
    number = _limited(Decimal(repr(cell)))
    if len(number.normalize().as_tuple().digits) > _FLOAT_DIGITS:
        raise InvalidValue("a number that has lost digits")
    return number


def _limited(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise InvalidValue("not a number")
    exponent = number.as_tuple().exponent
    if number.copy_abs() >= _LARGEST or (isinstance(exponent, int) and exponent < -24):
        raise InvalidValue("a number with more digits than can be meant")
    return number
