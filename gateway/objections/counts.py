"""How many objections a department was told of in a period, and how they stand: for its monthly return."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from connectors.clock import utc_text
from connectors.hours import CHINA_TIME
from gateway.objections.states import State
from gateway.objections.tables import OBJECTIONS

Numbers = sa.Select[tuple[str, State, int, int | None]]
UNDECIDED: Final = ("SUBMITTED", "ROUTED", "NOT_ACCEPTED", "INVESTIGATING")


@dataclass(frozen=True, slots=True)
class ObjectionCounts:
    """The objections of one ``department`` that were ``filed`` in a period.

    ``states`` counts them by the state that they are in now, states without any left out; ``overdue`` are those of them
    that are not decided although the day for it is over.
    """

    department: str
    filed: int
    overdue: int = 0
    states: dict[str, int] = field(default_factory=dict)


def numbers(since: str, until: str, today: str) -> Numbers:
    """Return what asks the store for the numbers that `counted` makes counts of.

    ``since`` and ``until`` are ISO days in China, included; ``today`` decides what is overdue.
    """
    late = sa.and_(OBJECTIONS.c.due_on < today, OBJECTIONS.c.state.in_(UNDECIDED))
    overdue = sa.func.sum(sa.case((late, 1), else_=0))
    department, state = OBJECTIONS.c.department, OBJECTIONS.c.state
    filed = sa.and_(OBJECTIONS.c.filed_at >= _begin(since), OBJECTIONS.c.filed_at < _begin(until, 1))
    return sa.select(department, state, sa.func.count(), overdue).where(filed).group_by(department, state)


def counted(rows: Iterable[Any]) -> list[ObjectionCounts]:
    """Return the counts of the departments that have any, by code, from the rows that `numbers` gives."""
    found: dict[str, list[tuple[State, int, int]]] = {}
    for name, *row in rows:
        found.setdefault(name, []).append((row[0], row[1], int(row[2])))
    return [
        ObjectionCounts(
            name,
            sum(number for _, number, _ in states),
            sum(late for _, _, late in states),
            {state: number for state, number, _ in states},
        )
        for name, states in sorted(found.items())
    ]


def _begin(day: str, later: int = 0) -> str:
    """Return when ``day`` in China begins, or one ``later`` days on, in UTC as times are stored."""
    begins = datetime.fromisoformat(day).replace(tzinfo=CHINA_TIME) + timedelta(later)
    return utc_text(begins)
