"""What the gateway tells of records before a page shows them: what may be shown now, and what is one decision.

A negative record is judged at every reading: its state, its severity, until when it may be published, and whether this
caller may see it in that state (`gateway.disclosure`). A decision that several departments report is one record, with
all who report it and where they contradict each other. Who reports a repair is believed by all: the strictest state
among the reports counts for each of them.

A severity that one source tells goes before what the rules would make of the reports that tell none: the same decision
is not minor, and so unpublished, by the report that says less.

# INVARIANT: a record that the caller may not see in its present state is in no item, count or cursor (invariant 8).

Terms
    found      a row as it came, with its origin
    report     one row of a decision that several rows tell of
    withheld   what could not be judged: never shown, and its source is then no whole answer
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, get_args

from msgspec import Struct
from msgspec.structs import replace

from connectors.base import Row
from gateway.disclosure import Judgment, Rules, Severity, judge, strictest
from gateway.merge import SEVERAL, DecisionKey, Origin, best_first, decision_of, groups
from gateway.objections.marks import NO_MARKS, Mark, Marks, is_objected, repair_of
from gateway.plan.model import Ask, Need
from gateway.reach import Reached
from gateway.subject import Person, Subject

ENDED: Final = frozenset({"REVOKED", "REPAIRED", "PUBLICITY_ENDED"})
"""States of records that are not in force any more."""
_SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
_SAID: Final = "SOURCE"
"""The basis of a severity that a source tells."""
_UNSEEN: Final = "whether its records may be shown depends on what is not open to this caller"


class Hit(Struct, frozen=True):
    """Where a row came from: the ask, the call that brought it and the subject it was asked for."""

    ask: Ask
    reached: Reached
    subject: Subject | Person

    def value(self, row: Row, field: str) -> Any:
        """Return the value of ``field`` in ``row``, None where the ask does not include it."""
        at = self.ask.places.get(field)
        return None if at is None else row.values[at]


Found = tuple[Row, Hit]
Report = tuple[Found, Judgment | None]
"""One row of a decision, and what the rules make of it alone; None where its kind is not judged."""


class Told(Struct, frozen=True):
    """What is told of one record: its judgment where it is of a kind that is judged, and its other reports."""

    judgment: Judgment | None = None
    others: tuple[Found, ...] = ()


Item = tuple[Row, Hit, Told | None]
"""A record as a page shows it; without `Told` it is neither judged nor reported twice."""


def unseen_reason(ask: Ask) -> str:
    """Return why no record of ``ask`` is shown: the caller may not see all that they are judged by."""
    return f"{_UNSEEN}: {', '.join(ask.unseen)}"


def is_active(item: Item) -> bool | None:
    """Tell whether a record is in force today, None when that cannot be told; what is not judged always is."""
    told = item[2]
    if told is None or told.judgment is None:
        return True
    return None if told.judgment.state is None else told.judgment.state not in ENDED


class Telling(NamedTuple):
    """The records to show, and why some of a source's (by index of its ask) were withheld: status and reason."""

    items: list[Item]
    withheld: dict[int, tuple[str, str]]


class Teller:
    """Tells records under ``rules`` on the day ``today`` (ISO)."""

    def __init__(self, rules: Rules, today: str) -> None:
        self._rules = rules
        self._today = today
        self.marks: Marks = NO_MARKS
        """What owners and subjects have told of records since; read before any record is told."""

    def tell(self, need: Need, found: Sequence[Found]) -> Telling:
        """Return what of ``found``, records of one subject, is shown, in no particular order."""
        decided = need.merged and len(found) > 1
        if not need.judged and not decided:
            return Telling([(row, hit, None) for row, hit in found], {})
        judgments = [self._judge(row, hit) for row, hit in found] if need.judged else [None] * len(found)
        together = _by_decision(need, found) if decided else [[at] for at in range(len(found))]
        telling = Telling([], {})
        for group in together:
            self._tell_one([(found[at], judgments[at]) for at in group], telling)
        return telling

    def marks_of(self, row: Row, hit: Hit) -> Sequence[Mark]:
        """Return the marks of a record; mostly there are none."""
        return self.marks.of(hit.ask.source.name, hit.ask.part, row.record_key)

    def _judge(self, row: Row, hit: Hit, severity: Severity | None = None) -> Judgment:
        """Return what the rules make of a row; ``severity`` is what another report says where this one says none."""
        assert hit.ask.facts is not None, "the planner gave every ask of a judged entity its reader"
        marks = self.marks_of(row, hit)
        facts = hit.ask.facts(row.values, row.issues, is_objected(marks))
        if (noticed := repair_of(marks)) is not None:
            facts = replace(facts, repaired_on=noticed[0])
        if severity is not None and "source_severity" not in facts.unread:
            facts = replace(facts, source_severity=severity)
        return judge(self._rules, facts, self._today)

    def _judged_together(self, reports: Sequence[Report]) -> list[Judgment]:
        """Return the judgments of the reports of one decision, each by the severity that any of them says."""
        made = [each for _, each in reports if each is not None]
        said = {each.severity for each in made if each.severity is not None and each.severity_basis == _SAID}
        if not said or len(made) == 1:
            return made
        severity = min(said, key=_SEVERITIES.index)
        return [
            each if each.severity_basis == _SAID else self._judge(*found, severity)
            for found, each in reports
            if each is not None
        ]

    def _tell_one(self, reports: Sequence[Report], telling: Telling) -> None:
        """Add the record that ``reports`` tell of to ``telling``, by those of them that this caller may be shown."""
        made = self._judged_together(reports)
        judgment = strictest(made) if len(made) > 1 else made[0] if made else None
        shown: list[Found] = []
        for found, own in reports:
            if judgment is None or self._is_shown(found[1].ask, judgment, own, telling):
                shown.append(found)
        if not shown:
            return
        (row, hit), *others = _best_first(shown) if len(shown) > 1 else shown
        told = Told(judgment, tuple(others)) if judgment is not None or others else None
        telling.items.append((row, hit, told))

    def _is_shown(self, ask: Ask, judgment: Judgment, own: Judgment | None, telling: Telling) -> bool:
        if ask.unseen:  # its coverage says so whether or not it holds a record
            return False
        match self._rules.showing(judgment.state, ask.audience, duty=ask.duty):
            case "SHOWN" | "MARKED":
                return True
            case "WITHHELD":
                reason = next((each.reason for each in (own, judgment) if each and each.reason), None)
                why = f"{reason.zh}。{reason.en}" if reason else "another report of it could not be judged"
                telling.withheld[ask.index] = ("MISREAD", f"a record was withheld: {why}")
        return False


def _by_decision(need: Need, found: Sequence[Found]) -> list[list[int]]:
    """Return the places of rows by the decision that they tell of."""
    apart = need.entity in SEVERAL
    sources = [hit.reached.source if apart else str(at) for at, (_, hit) in enumerate(found)]
    return groups([_decision(need, each) for each in found], sources)


def _decision(need: Need, found: Found) -> DecisionKey | None:
    """Return the decision that a row tells of, None where it does not say."""
    row, hit = found
    return decision_of(need.entity, lambda field: hit.value(row, field))


def _best_first(reports: Sequence[Found]) -> list[Found]:
    """Return the reports of one decision, that which leads first."""
    origins = [
        Origin(hit.reached.source, row.record_key, row.as_of or hit.reached.as_of, row.values) for row, hit in reports
    ]
    return [reports[at] for at in best_first(origins)]
