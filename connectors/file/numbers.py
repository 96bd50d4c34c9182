"""Codes that a workbook holds as numbers: which keys they may have been.

A number has no leading zeros, and of more than fifteen digits the last are lost. So a row of such a code is nobody's;
but a key that the number may have been has perhaps more on record than was found, and that is told.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from math import isfinite
from typing import Final

EXACT: Final = 1e15
"""Whole numbers below it are what they were when somebody typed them."""
NUMBERED: Final = "a code of the file that may be this one is stored as a number: digits are lost"
_NUMBER: Final = re.compile("[0-9]+(?:E[0-9]{1,3})?", re.ASCII)
"""What Excel takes for a number: 912308811234567E12 has the form of a code, too."""
_NEAR: Final = 1e-13
"""Excel cuts numbers after fifteen digits, others round them."""


class Numbers:
    """The ``numbers`` in one column of codes."""

    def __init__(self, numbers: Iterable[float]) -> None:
        found = [number for number in numbers if isfinite(number)]
        self._whole = frozenset(int(number) for number in found if number < EXACT)
        self._lost = sorted(number for number in found if number >= EXACT)

    def may_be(self, key: str) -> bool:
        """Return whether ``key`` may stand there, mutilated; one that stands there as it is does not count."""
        if not (self._whole or self._lost) or _NUMBER.fullmatch(key) is None:
            return False
        number = float(key)
        if number < EXACT:
            return str(int(number)) != key and int(number) in self._whole
        at = bisect_left(self._lost, number * (1 - _NEAR))
        return at < len(self._lost) and self._lost[at] <= number * (1 + _NEAR)
