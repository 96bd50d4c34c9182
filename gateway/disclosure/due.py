"""What time alone makes of a record: still public, over, or not to be told; whatever its source claims of its state.

Rules of this file: pure. Days are ISO texts and compare as such; the last day of a term is still part of it.
"""

from collections.abc import Iterable
from typing import Final

from gateway.disclosure.facts import EntryFacts
from gateway.disclosure.model import Due, Period, Reason
from gateway.disclosure.months import term

OPEN: Final[Due] = ("PUBLISHED", None)
OVER: Final[Due] = ("PUBLICITY_ENDED", None)
NEVER: Final[Due] = ("NOT_PUBLISHABLE", None)
UNDATED: Final[Due] = (None, Reason.START_UNKNOWN)
_AHEAD: Final[Due] = (None, Reason.START_AHEAD)
_ENDS: Final = frozenset({"removed_on", "valid_until", "lifted"})


def due_until(start: str, limit: str | None, today: str) -> Due:
    """Return what is due from ``start`` up to ``limit``, which None leaves open."""
    if today < start:
        return _AHEAD
    return OVER if limit is not None and today > limit else OPEN


def due_by_any(limits: Iterable[str | None], start: str, today: str) -> Due:
    """Return what is due if one of ``limits`` is right, nobody knows which; None is for what is not to be public."""
    found = {NEVER if limit is None else due_until(start, limit, today) for limit in limits}
    if found <= {OVER, NEVER}:
        return OVER
    return found.pop() if len(found) == 1 else (None, Reason.SEVERITY_UNKNOWN)


def due_entry(period: Period | None, facts: EntryFacts, today: str) -> tuple[Due, str | None]:
    """Return what is due to an entry, and its last day where it has one."""
    start, removed, limit = facts.started_on, facts.removed_on, facts.valid_until
    if start is not None:
        if (removed is not None and removed < start) or (limit is not None and limit < start):
            return (None, Reason.CONTRADICTORY), None
        most = None if period is None else term(start, period.least, period.most)[1]
        if most is not None and (limit is None or most < limit):
            limit = most
    if facts.lifted or (removed is not None and removed <= today) or (limit is not None and limit < today):
        return OVER, limit
    if not facts.unread.isdisjoint(_ENDS):
        return (None, Reason.END_UNREADABLE), limit
    if period is None:
        return (None, Reason.KIND_UNKNOWN), limit
    if start is None:
        return OPEN if period.tone == "RED" else UNDATED, limit
    return due_until(start, limit, today), limit
