"""How many examples property tests draw: few each time that everything runs, many where somebody asks for them.

`make test EXAMPLES=10` draws ten times as many; so does the variable `EXAMPLES` where pytest is run by hand.
"""

import os
from typing import Final

from hypothesis import settings

FEW: Final = 40
"""Examples of a property that does not say how many it needs."""
_TIMES: Final = int(os.environ.get("EXAMPLES") or 1)


def register_profile() -> None:
    """Let properties draw few examples, and none of them fail for the time that it takes."""
    settings.register_profile("drawn", max_examples=examples(FEW), deadline=None)
    settings.load_profile("drawn")


def examples(count: int) -> int:
    """Return how many examples a property draws that draws ``count`` of them each time that everything runs."""
    return count * _TIMES
