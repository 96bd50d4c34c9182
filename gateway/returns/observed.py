"""What a finished run says of the records it showed, source by source: counts and a date, never content.

On the hot path: one pass over the records shown. A date that the caller may not see was not read, and the record then
counts as neither timely nor overdue.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from connectors.base import Row
from gateway.departments import Departments
from gateway.returns.publicity import DECIDED, DECIDER, DOUBLE, FIRST, Publicity, publicity_of
from gateway.returns.working_days import WorkingDays

if TYPE_CHECKING:
    from gateway.plan.model import Ask
    from gateway.run import Run
    from gateway.told import Hit, Told

Place = tuple[str, str]
"""A source's name and an entity's."""
Deciders = Mapping[str, tuple[int, int]]
"""Department -> how many of its decisions were timely, and overdue."""
_NOBODY: Final[Deciders] = MappingProxyType({})


class Observed(NamedTuple):
    """Of the records shown of one entity of one source, the parts of `SourceUse` of the same names."""

    records: int = 0
    misread: int = 0
    timely: int = 0
    overdue: int = 0
    as_of: str | None = None
    deciders: Deciders = _NOBODY


class _Counts:
    """Counts of one ask while they grow."""

    __slots__ = ("as_of", "deciders", "double", "misread", "overdue", "place", "records", "timely")

    def __init__(self, ask: "Ask") -> None:
        self.place = ask.source.name, ask.entity_name
        self.double = ask.entity_name in DOUBLE
        self.records = self.misread = self.timely = self.overdue = 0
        self.as_of: str | None = None
        self.deciders: dict[str, tuple[int, int]] = {}

    def add(self, row: Row, hit: "Hit") -> None:
        """Count one record."""
        self.records += 1
        if row.issues and any(issue.misread for issue in row.issues):
            self.misread += 1
        as_of = row.as_of or hit.reached.as_of
        if as_of is not None and (self.as_of is None or as_of < self.as_of):
            self.as_of = as_of

    def judged(self, said: Publicity, decider: str | None) -> None:
        """Count whether a record was published in time; ``decider`` is who had to, where that is not the owner."""
        late = said == "overdue"
        self.timely += not late
        self.overdue += late
        if decider is not None:
            timely, overdue = self.deciders.get(decider, (0, 0))
            self.deciders[decider] = timely + (not late), overdue + late


def observed(run: "Run", days: WorkingDays) -> dict[Place, Observed]:
    """Return what ``run`` showed, by source and entity; of a record shown several times, once.

    A decision that several sources report counts for the one whose report leads.
    """
    departments = run.rights.catalogue.items.departments
    found: dict[int, _Counts] = {}
    seen: set[int] = set()
    for _, page in run.shown():
        for row, hit, told in page.items:
            if id(row) in seen:
                continue
            seen.add(id(row))
            counts = found.get(id(hit.ask))
            if counts is None:
                counts = found[id(hit.ask)] = _Counts(hit.ask)
            counts.add(row, hit)
            if counts.double and (said := _publicity(row, hit, told, days)) is not None:
                counts.judged(said, _decider(row, hit, departments))
    return _together(found.values())


def _publicity(row: Row, hit: "Hit", told: "Told | None", days: WorkingDays) -> Publicity | None:
    """Return whether a decision was published in time: it was if any of its reports was there in time."""
    reports = ((row, hit), *told.others) if told is not None and told.others else ((row, hit),)
    said = [_publicity_of(*report, days) for report in reports]
    return "timely" if "timely" in said else "overdue" if "overdue" in said else None


def _publicity_of(row: Row, hit: "Hit", days: WorkingDays) -> Publicity | None:
    there = row.as_of or hit.reached.as_of or hit.reached.fetched_at
    return publicity_of(hit.value(row, DECIDED), hit.value(row, FIRST), there, days)


def _decider(row: Row, hit: "Hit", departments: Departments) -> str | None:
    """Return the department that decided; None for the source's own, and for one that the register does not know."""
    uscc = hit.value(row, DECIDER)
    department = departments.of_uscc(uscc) if uscc is not None else None
    return None if department is None or department.code == hit.reached.department.code else department.code


def _together(found: Iterable[_Counts]) -> dict[Place, Observed]:
    """Return the counts by place: one table may have been asked in several ways."""
    places: dict[Place, Observed] = {}
    for each in found:
        before = places.get(each.place, Observed())
        dates = [as_of for as_of in (before.as_of, each.as_of) if as_of is not None]
        places[each.place] = Observed(
            before.records + each.records,
            before.misread + each.misread,
            before.timely + each.timely,
            before.overdue + each.overdue,
            min(dates, default=None),
            _added(before.deciders, each.deciders),
        )
    return places


def _added(one: Deciders, other: Deciders) -> Deciders:
    if not one or not other:
        return one or other or _NOBODY
    pairs = {code: (one.get(code, (0, 0)), other.get(code, (0, 0))) for code in (*one, *other)}
    return {code: (first[0] + second[0], first[1] + second[1]) for code, (first, second) in pairs.items()}
