"""How long to wait before something that failed is tried again. Pure."""

from typing import Final

_DOUBLINGS: Final = 60
"""More would leave the range of floats; the longest pause is reached long before."""


def doubled(first_seconds: float, most_seconds: float, failures: int) -> float:
    """Return the pause after ``failures`` in a row: ``first_seconds``, doubled each time up to ``most_seconds``."""
    return min(most_seconds, first_seconds * 2.0 ** min(failures - 1, _DOUBLINGS))
