"""What judged records come to: pure decisions, one for each kind of clause, from what is true, false or not known.

``complete`` tells whether the records are all that there are. Whatever is not known can only lead to UNKNOWN: with more
known, an answer that was HIT or CLEAN stays what it is.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gateway.rules.logic import Tri
from gateway.rules.model import Result


def some(judged: Sequence[Tri], *, complete: bool, at_least: int = 1) -> Result:
    """Return HIT when at least ``at_least`` of the records are true."""
    sure = sum(value is True for value in judged)
    if sure >= at_least:
        return "HIT"
    possible = sure + sum(value is None for value in judged)
    return "UNKNOWN" if not complete or possible >= at_least else "CLEAN"


def above(judged: Sequence[tuple[Tri, Decimal | None]], over: Decimal | None, *, complete: bool) -> Result:
    """Return HIT when the amounts of the true records come to more than ``over``.

    Amounts are not negative, so that a part of them over the limit is a hit; one that is not known is None.
    """
    sure = sum((amount for value, amount in judged if value is True and amount is not None), Decimal(0))
    if over is not None and sure > over:
        return "HIT"
    possible = [value for value, _ in judged if value is not False]
    if complete and not possible:
        return "CLEAN"
    doubtful = any(value is None or amount is None for value, amount in judged if value is not False)
    return "UNKNOWN" if not complete or doubtful or over is None else "CLEAN"


def newest(judged: Sequence[tuple[Tri, Any]], *, complete: bool) -> Result:
    """Return HIT when one of the newest records is true; with each stands by what it is ordered, None if unknown.

    A record of unknown order may be the newest or not: only when that makes no difference something is told.
    """
    if not complete:
        return "UNKNOWN"
    known = [order for _, order in judged if order is not None]
    last = max(known, default=None)
    candidates = [value for value, order in judged if order is None or order == last]
    if any(order is None for _, order in judged):
        told = set(candidates)
        return "UNKNOWN" if len(told) != 1 or None in told else ("HIT" if True in told else "CLEAN")
    return some(candidates, complete=True)


def lack(judged: Sequence[Tri], *, complete: bool) -> Result:
    """Return HIT when no record is true: one that is found is enough, however much is missing beside it."""
    if True in judged:
        return "CLEAN"
    return "UNKNOWN" if not complete or None in judged else "HIT"
