"""The return of a month, put together: every department's figures, the totals, and what a reader must know. Pure.

Values here have the attributes of the schema's types (`schema.returns`), and are what tables and documents are made of.

Decided 2026-11:
  * The order is that of `config/departments.toml`, not one of merit: a rank stands in single columns only.
  * A department that is told its own return is told no figure of others: no total, no rank, no count of entries.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.departments import Department, Departments
from gateway.objections.counts import ObjectionCounts as Counted
from gateway.returns.columns import ASKED, OWNED, Column
from gateway.returns.figures import AskedFigures, Figures, Rank, asked_figures, figures, ranks
from gateway.returns.month import Month
from gateway.returns.tally import Asked, Owned, Tally
from gateway.returns.working_days import WorkingDays

UNREGISTERED_NAME: Final = "未登记的部门"


class ObjectionCounts(Protocol):
    """Where objections are counted."""

    async def counts(self, since: str, until: str, today: str) -> Sequence[Counted]:
        """Return the counts of departments that have any; ``since`` and ``until`` are ISO days in China, included."""
        ...


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many objections are in one state."""

    state: str
    count: int


@dataclass(frozen=True, slots=True)
class ObjectionReport:
    """The objections to a department's records that were filed in the month."""

    filed: int
    overdue: int
    states: list[StateCount]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source of a department."""

    source: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class DepartmentReport:
    """The return of one department; ``objections`` is None where objections are not kept here."""

    department: Department
    figures: Figures
    asking: AskedFigures
    sources: list[SourceReport]
    objections: ObjectionReport | None
    ranks: list[Rank]


@dataclass(frozen=True, slots=True)
class DepartmentReports:
    """The return of one month: all departments, or one that asks for its own (then what is of all is None).

    ``complete`` is false while the month is not over; ``read`` and ``unreadable`` count entries of the ledger.
    """

    month: str
    first_day: str
    last_day: str
    complete: bool
    made_at: str
    departments: list[DepartmentReport]
    total: Figures | None
    others: AskedFigures | None
    read: int | None
    unreadable: int | None
    calendar_years: list[int]
    working_days: int
    basis: str
    columns: list[Column]
    asked_columns: list[Column]


@dataclass(frozen=True, slots=True)
class Made:
    """What a report is made of, beside the counts: the register, who owns sources, the calendar, and when."""

    departments: Departments
    owners: Collection[str]
    working_days: WorkingDays
    today: str
    at: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a return is shown: ``department`` alone or every one; ``all`` whether figures of others are too."""

    department: str | None = None
    all: bool = True


def report(
    month: Month, tally: Tally, objected: Sequence[Counted] | None, made: Made, shown: Shown
) -> DepartmentReports:
    """Return the return of ``month`` as far as it is ``shown``; ``objected`` None where objections are not kept."""
    of = {each.department: each for each in objected or ()}
    codes = _codes(made, (*tally.owned, *filter(None, tally.asked), *of)) if shown.all else []
    told = codes if shown.department is None else [shown.department]
    counted = {code: figures(tally.owned.get(code) or Owned()) for code in {*codes, *told}}
    placed = ranks(counted) if shown.all else {}
    return DepartmentReports(
        month=month.text,
        first_day=month.first_day,
        last_day=month.last_day,
        complete=month.is_over(made.today),
        made_at=made.at,
        departments=[
            DepartmentReport(
                made.departments.get(code) or Department(code=code, name=UNREGISTERED_NAME),
                counted[code],
                asked_figures(tally.asked.get(code) or Asked()),
                _sources(tally, code),
                None if objected is None else _objections(of.get(code)),
                placed.get(code, []),
            )
            for code in told
        ],
        total=figures(tally.total) if shown.all else None,
        others=asked_figures(tally.asked.get(None) or Asked()) if shown.all else None,
        read=tally.entries if shown.all else None,
        unreadable=tally.unreadable if shown.all else None,
        calendar_years=list(made.working_days.declared),
        working_days=made.working_days.term,
        basis=made.working_days.basis,
        columns=list(OWNED),
        asked_columns=list(ASKED),
    )


def _codes(made: Made, found: Iterable[str]) -> list[str]:
    """Return the departments that own a source or have figures, in the order of the register; unknown ones last."""
    wanted = {*made.owners, *found}
    return [*(code for code in made.departments if code in wanted), *sorted(wanted - made.departments.keys())]


def _sources(tally: Tally, code: str) -> list[SourceReport]:
    mine = sorted((source, owned) for (department, source), owned in tally.sources.items() if department == code)
    return [SourceReport(source, figures(owned)) for source, owned in mine]


def _objections(objected: Counted | None) -> ObjectionReport:
    if objected is None:
        return ObjectionReport(0, 0, [])
    states = [StateCount(state, count) for state, count in objected.states.items()]
    return ObjectionReport(objected.filed, objected.overdue, states)
