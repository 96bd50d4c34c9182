"""What a clause comes to over the facts of a subject, or of all subjects of a lot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from gateway.rules.conditions import UNTOLD, Program
from gateway.rules.counting import above, lack, newest, some
from gateway.rules.facts import UNREADABLE, Facts, Record, View
from gateway.rules.logic import Tri, any_hits, both
from gateway.rules.model import Result
from gateway.rules.outcomes import Hit, Missing
from gateway.rules.prepared import PreparedClause


@dataclass(frozen=True, slots=True)
class Answer:
    """What a clause comes to: ``result``, and ``firm`` what it would come to without records under objection."""

    result: Result
    firm: Result
    hits: tuple[Hit, ...] = ()
    missing: tuple[Missing, ...] = ()
    lacking: tuple[Any, ...] = ()
    inputs: tuple[str, ...] = ()

    @classmethod
    def of(cls, result: Result, **more: Any) -> "Answer":
        """Return an answer that no objection bears on."""
        return cls(result, result, **more)


@dataclass(frozen=True, slots=True)
class Judged:
    """A record and what its clause says of it."""

    record: Record
    value: Tri

    @property
    def firm(self) -> Tri:
        """What it says as long as the record is under objection: no hit can rest on it alone."""
        return False if self.record.objected else self.value


def answer(prepared: PreparedClause, facts: Facts) -> Answer:
    """Return what a clause comes to over the facts of one subject."""
    not_given = tuple(sorted(name for name in prepared.inputs if f"input.{name}" not in facts.common))
    if not_given:
        return Answer.of("NOT_APPLICABLE", inputs=not_given)
    common = facts.over(prepared.touched, prepared.states)
    if prepared.clause.test is not None:
        return _test(prepared, facts, common)
    if prepared.clause.lacks is not None:
        return _lacks(prepared, facts, common)
    return _records(prepared, facts, common)


def _records(prepared: PreparedClause, facts: Facts, common: Mapping[str, Any]) -> Answer:
    """Return what a clause with `when` comes to: the same decision twice, without and with what is objected to."""
    need = _need(prepared)
    view = facts.view(need)
    judged = [_judge(prepared, record, common) for record in view.records]
    if prepared.clause.latest is not None:  # what is not in force is as if it were not there
        counts = (each.record.counts(prepared.states) for each in judged)
        judged = [each for each, count in zip(judged, counts, strict=True) if count is not False]
    decide = _decision(prepared, view, judged, common)
    result = decide([each.value for each in judged])
    firm = decide([each.firm for each in judged])
    hits = tuple(Hit(need=need, item=each.record.item) for each in judged if each.value is True)
    return Answer(
        result,
        firm,
        hits if result == "HIT" else (),
        _missing(prepared, facts, judged) if "UNKNOWN" in {result, firm} else (),
    )


def _decision(
    prepared: PreparedClause, view: View, judged: Sequence[Judged], common: Mapping[str, Any]
) -> Callable[[Sequence[Tri]], Result]:
    """Return how the values of the records are taken together."""
    clause, complete = prepared.clause, view.complete
    if clause.sum is not None:
        amounts = [_amount(each.record.values.get(f"e.{clause.sum}")) for each in judged]
        over = _amount(_value(prepared.over, common))
        return lambda values: above(list(zip(values, amounts, strict=True)), over, complete=complete)
    if clause.latest is not None:
        orders = [_order(prepared, each.record) for each in judged]
        return lambda values: newest(list(zip(values, orders, strict=True)), complete=complete)
    return lambda values: some(values, complete=complete, at_least=clause.at_least or 1)


def _lacks(prepared: PreparedClause, facts: Facts, common: Mapping[str, Any]) -> Answer:
    """Return HIT when something that is required is shown by no record; objections have no say in what is missing."""
    required: Any = [None]
    if prepared.for_each is not None:
        required = _value(prepared.for_each, common)
        if not isinstance(required, list):
            return Answer.of("UNKNOWN", missing=_missing(prepared, facts, []))
    view = facts.view(_need(prepared))
    results: list[Result] = []
    unclear: list[Judged] = []
    for each in required:
        given = {**common, **_required(each)}
        judged = [_judge(prepared, record, given) for record in view.records]
        results.append(lack([one.value for one in judged], complete=view.complete))
        unclear += judged if results[-1] == "UNKNOWN" else []
    result = any_hits(results)
    lacking = tuple(each for each, one in zip(required, results, strict=True) if one == "HIT" and each is not None)
    return Answer.of(result, lacking=lacking, missing=_missing(prepared, facts, unclear) if result == "UNKNOWN" else ())


def _required(value: Any) -> dict[str, Any]:
    """Return the variables of a required thing: itself, and what it consists of."""
    parts = value.items() if isinstance(value, dict) else ()
    return {"r": value, **{f"r.{name}": part for name, part in parts}}


def _test(prepared: PreparedClause, facts: Facts, common: Mapping[str, Any]) -> Answer:
    """Return what a test comes to; its hits are the records that it was about."""
    told = prepared.judge.tell(common) if prepared.judge is not None else None
    if told is None:
        return Answer.of("UNKNOWN", missing=_missing(prepared, facts, []))
    if not told:
        return Answer.of("CLEAN")
    records = [
        (name, record) for name in sorted(prepared.touched) for record in facts.standing(name, prepared.states) or ()
    ]
    objected = any(record.objected for _, record in records)
    return Answer(
        "HIT", "CLEAN" if objected else "HIT", tuple(Hit(need=name, item=each.item) for name, each in records)
    )


def _judge(prepared: PreparedClause, record: Record, common: Mapping[str, Any]) -> Judged:
    """Return whether a record is in force and its condition true; of an unsure source it is at most possible."""
    assert prepared.judge is not None, "a clause about records has a condition"
    told = prepared.judge.tell(record.marks(prepared.states), record.values, common)
    value = both(record.counts(prepared.states), told)
    return Judged(record, None if value and not record.sure else value)


def _need(prepared: PreparedClause) -> str:
    assert prepared.clause.need is not None, "a clause about records names a need"
    return prepared.clause.need


def _value(found: Program | None, common: Mapping[str, Any]) -> Any:
    """Return what a condition gives, None where it is not to be told."""
    value = found.evaluate(common) if found is not None else UNTOLD
    return None if value is UNTOLD else value


def _amount(value: Any) -> Decimal | None:
    """Return an amount as an exact number, None when it is none or negative: no amount lowers a sum."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _order(prepared: PreparedClause, record: Record) -> Any:
    """Return by what a record is ordered: a date as its text, a year as a number.

    None when it says neither, or when it may not count at all: then it may be the newest or not.
    """
    value = record.values.get(f"e.{prepared.clause.latest}") if record.counts(prepared.states) else None
    if prepared.timed:
        return value if isinstance(value, str) and value else None
    known = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return value if known else None


def _missing(prepared: PreparedClause, facts: Facts, judged: Sequence[Judged]) -> tuple[Missing, ...]:
    """Return why a clause is not to be told: what its sections lack, and the records that do not tell."""
    own = [] if prepared.clause.need is None else [prepared.clause.need]
    needs = list(dict.fromkeys([*own, *sorted(prepared.touched)]))
    found = [each for name in needs for each in facts.view(name).missing]
    unread = [(own[0], each.record) for each in judged if each.value is None and each.record.sure]
    for name in prepared.touched:
        records = facts.view(name).records
        unread += [(name, record) for record in records if record.counts(prepared.states) is None]
    found += [unreadable(name, record) for name, record in unread]
    return tuple(found or _unexplained(needs, facts))


def _unexplained(needs: Sequence[str], facts: Facts) -> list[Missing]:
    """Return what is told of records that are all there: which of them lack a value, else that one says too little."""
    if not needs:
        return [Missing(need="", status="IDENTITY_UNRESOLVED")]
    lacking = [unreadable(name, record) for name in needs for record in facts.view(name).records if record.lacks]
    return lacking or [Missing(need=name, status=UNREADABLE) for name in needs]


def unreadable(need: str, record: Record) -> Missing:
    """Return that a record of ``need`` does not tell what is asked of it."""
    source, id_ = record.item.get("source"), record.item.get("recordId")
    return Missing(
        need=need,
        status=UNREADABLE,
        source=source if isinstance(source, str) else None,
        record=id_ if isinstance(id_, str) else None,
    )
