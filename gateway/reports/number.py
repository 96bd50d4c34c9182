"""The number of a report: made from the receipt of its issue, and leading back to it.

`XYBG`, the second in the city (UTC+8) at which the receipt was drawn, and the last twelve of its hexadecimal digits
(48 of 62 random bits, RFC 9562 §5.7): no two reports share a number, and nobody guesses one.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple

from gateway.reports.times import CITY

PREFIX: Final = "XYBG"
_TIME: Final = "%Y%m%d%H%M%S"
_ENDING: Final = 12
_MILLISECONDS: Final = 12
"""Digits at the front of a receipt that tell its time, in milliseconds since 1970."""
_NUMBER: Final = re.compile(rf"{PREFIX}(\d{{14}})([0-9A-F]{{{_ENDING}}})", re.ASCII)


class Bounds(NamedTuple):
    """Where the receipt of a number lies among all: from ``first``, before ``last``, with this ``ending``."""

    first: str
    last: str
    ending: str


def report_number(receipt: str) -> str:
    """Return the number of the report that was issued under ``receipt``."""
    at = datetime.fromtimestamp(int(receipt[:_MILLISECONDS], 16) // 1000, CITY)
    return f"{PREFIX}{at.strftime(_TIME)}{receipt[-_ENDING:].upper()}"


def receipt_bounds(number: str) -> Bounds | None:
    """Return where the receipt of ``number`` is to be found; None for what is no number of a report."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        return None
    try:
        at = datetime.strptime(found[1], _TIME).replace(tzinfo=CITY)
        first = int(at.timestamp()) * 1000
        last = first + 1000
    except (ValueError, OverflowError):
        return None
    if first < 0 or last >= 1 << 48:
        return None
    return Bounds(f"{first:012x}", f"{last:012x}", found[2].lower())
