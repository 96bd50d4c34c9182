"""What evidence says of one subject, made ready for conditions: sections with what they lack, records with their marks.

# INVARIANT: what is not known is None or absent here, never false: it can only make an outcome UNKNOWN (invariant 5).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from connectors.hours import CHINA_TIME
from gateway.rules.conditions.functions import ENTRY_FIELDS
from gateway.rules.conditions.program import ACTIVE_KEY, USABLE_KEY, code_of
from gateway.rules.evidence import COMPLETE, DENIED, NOT_COVERED, PARTIAL, CoverageEntry, Evidence, Item, Section
from gateway.rules.logic import Tri, both
from gateway.rules.model import Need
from gateway.rules.moment import Moment
from gateway.rules.needs import PreparedNeed
from gateway.rules.outcomes import Missing

IN_FORCE: Final = frozenset({"PUBLISHED", "UNDER_OBJECTION"})
"""The states in which a negative record tells against its subject, whatever a clause says (`domain.md` §4.4)."""
ANSWERED: Final = "ANSWERED"
STALE: Final = "STALE"
UNSURE: Final = "UNSURE"
UNREADABLE: Final = "UNREADABLE"
_DAY: Final = 10


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its values by path, whether its entry stands, its state; ``sure`` when its source was asked surely.

    ``state`` is None where it is not known, and where records of the kind have none: see ``judged``.
    """

    item: Item
    values: Mapping[str, Any]
    active: Tri
    judged: bool
    state: str | None
    sure: bool
    objected: bool
    lacks: bool
    """True when a value that conditions read is not known."""

    def counts(self, states: frozenset[str]) -> Tri:
        """Return whether the record is in force: in one of ``states``, None when its state is not known."""
        if not self.judged:
            return True
        return None if self.state is None else self.state in states

    def marks(self, states: frozenset[str]) -> dict[str, Any]:
        """Return the variable `e`, which says what `active` and `usable` answer of the record."""
        return {"e": code_of(self.active, self.counts(states))}

    def map(self, states: frozenset[str]) -> dict[str, Any]:
        """Return the record as a value in a list, with what `active` and `usable` answer of it."""
        found: dict[str, Any] = {ACTIVE_KEY: self.active, USABLE_KEY: self.counts(states)}
        for path, value in self.values.items():
            *outer, last = path.removeprefix("e.").split(".")
            inner = found
            for step in outer:
                inner = inner.setdefault(step, {})
                if inner is None:
                    break
            else:
                inner.setdefault(last, {} if isinstance(value, dict) else value)
        return found


@dataclass(frozen=True, slots=True)
class View:
    """One section: its records, whether they are all, and what is missing when they are not."""

    records: tuple[Record, ...]
    complete: bool
    missing: tuple[Missing, ...]


class Facts:
    """What evidence says of one subject at a ``moment``; ``given`` are the variables that all subjects share."""

    def __init__(
        self,
        evidence: Evidence,
        needs: Mapping[str, PreparedNeed],
        given: Mapping[str, Any],
        moment: Moment,
    ) -> None:
        self.evidence = evidence
        self._needs = needs
        self._given = given
        self._moment = moment
        self._views: dict[str, View] = {}

    def view(self, name: str) -> View:
        """Return the section of the need ``name``."""
        if name not in self._views:
            section = self.evidence.sections.get(name)
            self._views[name] = _view(name, self._needs[name], section, self._moment)
        return self._views[name]

    @cached_property
    def common(self) -> dict[str, Any]:
        """The variables that no record fills."""
        subject = self.evidence.subject
        about = {"uscc": subject.uscc, "kind": subject.kind, "name": subject.name}
        known = {f"subject.{name}": value for name, value in about.items() if value is not None}
        return {**self._given, "asOf": self._moment.day, **known}

    def over(self, touched: frozenset[str], states: frozenset[str]) -> dict[str, Any]:
        """Return the variables of a condition that also reads `first.<need>` or `all.<need>` of the ``touched``."""
        if not touched:
            return self.common
        found = dict(self.common)
        for name in touched:
            records = self.standing(name, states)
            if records is None:
                continue
            found[f"all.{name}"] = [record.map(states) for record in records]
            if records:
                found[f"first.{name}"] = code_of(records[0].active, records[0].counts(states))
                found |= {f"first.{name}{path[1:]}": value for path, value in records[0].values.items()}
            else:
                found[f"first.{name}"] = None
        return found

    def standing(self, name: str, states: frozenset[str]) -> list[Record] | None:
        """Return the records of a need that are in force, None when they are not all known."""
        view = self.view(name)
        counts = [record.counts(states) for record in view.records]
        if not view.complete or None in counts:
            return None
        return [record for record, count in zip(view.records, counts, strict=True) if count]


def _view(name: str, need: PreparedNeed, section: Section | None, moment: Moment) -> View:
    if section is None:
        return View((), False, (Missing(need=name, status="UNKNOWN"),))
    clean = section.state == NOT_COVERED and need.need.not_covered == "CLEAN"
    doubts = list(_doubts(name, need, section.coverage, moment.at))
    unsure = {doubt.source for doubt in doubts if doubt.status == UNSURE}
    records = tuple(_record(need, item, unsure, moment.day) for item in section.items)
    complete = (section.state == COMPLETE or clean or _is_whole_but_for(need.need, section)) and not doubts
    missing = () if complete else tuple(_missing(name, need.need, section, doubts))
    return View(records, complete, missing)


def _is_whole_but_for(need: Need, section: Section) -> bool:
    """Return whether nothing but parts that the need sets aside keeps a section from being complete.

    Who answers with a reservation (that there are more pages, say) gives a reason; that a source does not cover the
    subject is told beside others only where no argument of the need could be what it does not cover.
    """
    rest = [each for each in section.coverage if not _is_set_aside(need, each)]
    if section.state != PARTIAL or section.denied is not None or len(rest) == len(section.coverage):
        return False
    answered = [each for each in rest if _status(each) == ANSWERED and each.get("reason") is None]
    uncovered = [each for each in rest if _status(each) == NOT_COVERED and not need.arguments]
    return bool(answered) and len(answered) + len(uncovered) == len(rest)


def _is_set_aside(need: Need, entry: CoverageEntry) -> bool:
    return _status(entry) == DENIED and entry.get("part") in need.set_aside


def _record(need: PreparedNeed, item: Item, unsure: set[str | None], as_of: str) -> Record:
    source = item.get("source")
    values = need.values(item)
    return Record(
        item=item,
        values=values,
        active=_stands(item, as_of) if need.entry else True,
        judged=need.judged,
        state=item.get("state") if need.judged and isinstance(item.get("state"), str) else None,
        sure=not unsure or (isinstance(source, str) and unsure.isdisjoint({source, None})),
        objected=item.get("underObjection") is True,
        lacks=not all(path.name in values for path in need.paths),
    )


def _stands(item: Item, as_of: str) -> Tri:
    """Return whether an entry of a list stands on ``as_of``: included by then, not removed, not past its term."""
    included, removed, until = (item.get(name, "") for name in ENTRY_FIELDS)
    return both(
        included[:_DAY] <= as_of if isinstance(included, str) and included else None,
        removed is None or (removed[:_DAY] > as_of if isinstance(removed, str) and removed else None),
        until is None or (until[:_DAY] >= as_of if isinstance(until, str) and until else None),
    )


def _doubts(name: str, need: PreparedNeed, coverage: list[CoverageEntry], at: datetime) -> Iterator[Missing]:
    """Yield sources that answered, but not well enough: too old, or asked by a code that is not sure enough."""
    least = need.need.min_confidence
    for entry in coverage:
        if _status(entry) != ANSWERED:
            continue
        if least is not None and not _at_least(entry.get("matchConfidence"), least):
            yield _of_entry(name, entry, UNSURE)
        elif need.oldest is not None and _is_old(need, entry, at):
            yield _of_entry(name, entry, STALE)


def _is_old(need: PreparedNeed, entry: CoverageEntry, at: datetime) -> bool:
    """Return whether an answer is too old at the moment ``at``.

    A period in hours is held against times, where the source told one or the answer is of when it was fetched; days
    against days, as is whatever has a date alone.
    """
    assert need.period is not None, "what may be too old says how old"
    told = _time_of(entry) if need.period.hours else None
    return (_day_of(entry) or "") < (need.oldest or "") if told is None else told < need.period.since(at)


def _time_of(entry: CoverageEntry) -> datetime | None:
    """Return the time of an answer: the source's own, else when it was fetched; None where a date is all it tells."""
    own = entry.get("asOfTime")
    told = own if isinstance(own, str) or isinstance(entry.get("asOf"), str) else entry.get("fetchedAt")
    try:
        found = datetime.fromisoformat(told) if told else None
    except (TypeError, ValueError):
        return None
    return found if found is not None and found.tzinfo is not None else None


def _at_least(value: Any, least: float) -> bool:
    return isinstance(value, int | float) and value >= least


def _day_of(entry: CoverageEntry) -> str | None:
    """Return the day of an answer: the source's own date of it, else when it was fetched, by the day in China."""
    own, fetched = entry.get("asOf"), entry.get("fetchedAt")
    if isinstance(own, str):
        return own[:_DAY]
    try:
        return datetime.fromisoformat(fetched).astimezone(CHINA_TIME).date().isoformat() if fetched else None
    except (TypeError, ValueError, OverflowError):
        return None


def _missing(name: str, need: Need, section: Section, doubts: list[Missing]) -> Iterator[Missing]:
    """Yield what a section lacks: each source that did not answer well, else the section itself."""
    yield from doubts
    if section.denied is not None:
        yield Missing(
            need=name, status="DENIED", reason=section.denied.get("reason"), needs=section.denied.get("needs")
        )
        return
    failed = [each for each in section.coverage if _status(each) not in {ANSWERED, NOT_COVERED}]
    failed = [each for each in failed if not _is_set_aside(need, each)]
    if section.state == NOT_COVERED and not failed:
        failed = [each for each in section.coverage if _status(each) == NOT_COVERED]
    yield from (_of_entry(name, each, _status(each)) for each in failed)
    if not failed and not doubts:
        yield Missing(need=name, status=section.state)


def _status(entry: CoverageEntry) -> str:
    status = entry.get("status")
    return status if isinstance(status, str) else "UNKNOWN"


def _of_entry(name: str, entry: CoverageEntry, status: str) -> Missing:
    told = {key: entry.get(key) for key in ("source", "part", "reason", "until")}
    return Missing(
        need=name,
        status=status,
        department=entry.get("department"),
        **{key: value for key, value in told.items() if isinstance(value, str)},
    )
