"""What a finished run says of the records it showed, source by source: counts and a date, never content.

On the hot path: one pass over the records shown. Nothing is asked for this: a date that the query did not read, or that
the caller may not see, is not there, and the record then counts as neither timely nor overdue.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from connectors.base import Row
from gateway.returns.publicity import DECIDED, DOUBLE, FIRST, publicity_of
from gateway.returns.working_days import WorkingDays

if TYPE_CHECKING:
    from gateway.plan.model import Ask
    from gateway.run import Run
    from gateway.told import Hit

Place = tuple[str, str]
"""A source's name and an entity's."""


class Observed(NamedTuple):
    """Of the records shown of one entity of one source, the parts of `SourceUse` of the same names."""

    records: int = 0
    misread: int = 0
    timely: int = 0
    overdue: int = 0
    as_of: str | None = None


class _Counts:
    """Counts of one ask while they grow."""

    __slots__ = ("as_of", "decided", "first", "misread", "overdue", "place", "records", "timely")

    def __init__(self, ask: "Ask") -> None:
        self.place = ask.source.name, ask.entity_name
        double = ask.entity_name in DOUBLE
        self.decided = ask.places.get(DECIDED) if double else None
        """Where rows hold the day of the decision, of double publicity only; and when it was first there."""
        self.first = [ask.places[name] for name in FIRST if name in ask.places]
        self.records = self.misread = self.timely = self.overdue = 0
        self.as_of: str | None = None

    def add(self, row: Row, hit: "Hit", days: WorkingDays) -> None:
        """Count one record."""
        self.records += 1
        if row.issues and any(issue.misread for issue in row.issues):
            self.misread += 1
        as_of = row.as_of or hit.reached.as_of
        if as_of is not None and (self.as_of is None or as_of < self.as_of):
            self.as_of = as_of
        if self.decided is None:
            return
        values, first = row.values, None
        for at in self.first:
            first = first or values[at]
        said = publicity_of(values[self.decided], first, as_of or hit.reached.fetched_at, days)
        if said == "timely":
            self.timely += 1
        elif said == "overdue":
            self.overdue += 1


def observed(run: "Run", days: WorkingDays) -> dict[Place, Observed]:
    """Return what ``run`` showed, by source and entity; of a record shown several times, once.

    A decision that several sources report counts for the one whose report leads.
    """
    found: dict[int, _Counts] = {}
    seen: set[int] = set()
    for _, page in run.shown():
        for row, hit, _ in page.items:
            if id(row) in seen:
                continue
            seen.add(id(row))
            counts = found.get(id(hit.ask))
            if counts is None:
                counts = found[id(hit.ask)] = _Counts(hit.ask)
            counts.add(row, hit, days)
    return _together(found.values())


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
        )
    return places
