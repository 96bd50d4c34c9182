"""An outcome as the columns that are added to a portfolio, every cell a text. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gateway.screening.files.block import MASK
from gateway.screening.model import Missing, RowOutcome

RESULTS: Final[Mapping[str, Callable[[int, RowOutcome], str]]] = {
    "row": lambda number, _: str(number),
    "verdict": lambda _, outcome: outcome.verdict,
    "outcomes": lambda _, outcome: " ".join(_rule(outcome, *each) for each in outcome.rules),
    "reason": lambda _, outcome: outcome.fault or "",
    "missing": lambda _, outcome: " ".join(dict.fromkeys(map(_missing, outcome.missing))),
    "until": lambda _, outcome: outcome.until or "",
    "receipt": lambda _, outcome: outcome.receipt or "",
    "asOf": lambda _, outcome: outcome.as_of or "",
}
"""The columns by name; those of a job are named in its settings."""


def _rule(outcome: RowOutcome, rule: str, result: str) -> str:
    """Return `BK-02:HIT`, and whose verdict it is where a client raised the rule itself: `BK-02:HIT:rural_bank`."""
    return ":".join((rule, result, outcome.raised[rule]) if rule in outcome.raised else (rule, result))


def _missing(each: Missing) -> str:
    return f"{each.source}:{each.status}" if each.source else each.status


def cells(number: int, outcome: RowOutcome, names: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of the columns ``names`` for the row ``number``."""
    return tuple(RESULTS[name](number, outcome) for name in names)


def key_text(cell: object) -> str:
    """Return a cell as the text that goes into the tree; nothing for one that is empty, or masked.

    A number of a spreadsheet is told without its `.0`, which not every reader of workbooks tells.
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None or cell == MASK else str(cell)
