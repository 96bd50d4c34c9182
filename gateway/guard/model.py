"""The rules of the guard as they are asked while requests run. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Counted = Literal["subjects", "persons"]
"""What a budget of a day counts: subjects that were asked about, persons whose records elsewhere were."""
EVERYBODY: Final = ""
"""Stands for the client in budgets that hold for all who have none of their own."""
ANY_PURPOSE: Final = ""
Budgets = Mapping[tuple[Counted, str, str], int]
"""(what is counted, client or `EVERYBODY`, purpose or `ANY_PURPOSE`) -> how many a day; 0 is no limit."""


@dataclass(frozen=True, slots=True)
class GuardRules:
    """What the guard file says. ``canaries``: every value by which a canary may be asked for -> its name there."""

    enterprises_per_request: int
    budgets: Budgets
    canaries: Mapping[str, str] = field(default_factory=dict, repr=False)

    def budget(self, counted: Counted, client: str, purpose: str) -> int:
        """Return how many a day ``client`` may ask about for ``purpose``, 0 for no limit: the closest that is said.

        The client's own budget of the purpose goes before its own for all others, and both before those of everybody.
        """
        for whose in (client, EVERYBODY):
            for what in (purpose, ANY_PURPOSE):
                budget = self.budgets.get((counted, whose, what))
                if budget is not None:
                    return budget
        raise LookupError("the loader sees to it that every purpose has a budget")
