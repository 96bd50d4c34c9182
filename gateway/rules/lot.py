"""Rules about a lot: what two of its subjects have in common, and conditions that know of the other bidders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.rules.clauses import Answer, answer, unreadable
from gateway.rules.counting import some
from gateway.rules.facts import Facts, Record
from gateway.rules.logic import Tri, any_hits, both
from gateway.rules.outcomes import Hit, Missing
from gateway.rules.prepared import PreparedClause

_PAIR: Final = 2
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Bidding:
    """The facts of one subject of a lot, and the bidder that it is or belongs to."""

    bidder: str
    facts: Facts


def answer_of_lot(prepared: PreparedClause, lot: Sequence[Bidding]) -> Answer:
    """Return what a clause of a rule about a ``lot`` comes to; a bidder alone has nobody to be held against."""
    if len({each.bidder for each in lot}) < _PAIR:
        return Answer.of("NOT_APPLICABLE")
    if prepared.clause.same is not None:
        return _same(prepared, lot)
    answers = [(each.facts, answer(prepared, each.facts)) for each in lot]
    result = any_hits(each.result for _, each in answers)
    firm = any_hits(each.firm for _, each in answers)
    told = [(facts, each) for facts, each in answers if each.result == "HIT"]
    unclear = "UNKNOWN" in {result, firm}
    return Answer(
        result,
        firm,
        tuple(_of(facts, hit) for facts, each in told for hit in each.hits),
        tuple(missing for _, each in answers for missing in each.missing) if unclear else (),
        tuple(lacking for _, each in answers for lacking in each.lacking),
        tuple(dict.fromkeys(name for _, each in answers for name in each.inputs)),
    )


def _of(facts: Facts, hit: Hit) -> Hit:
    return Hit(need=hit.need, item=hit.item, uscc=facts.evidence.subject.uscc)


def _same(prepared: PreparedClause, lot: Sequence[Bidding]) -> Answer:
    """Return HIT when two bidders have records with equal values; null is like nothing, what is absent may be."""
    need, paths = prepared.clause.need, [f"e.{path}" for path in prepared.clause.same or ()]
    assert need is not None, "a clause about records names a need"
    alike: dict[tuple[object, ...], list[tuple[Bidding, Record]]] = {}
    untold: list[Missing] = []
    for each in lot:
        for record in each.facts.view(need).records:
            values = [record.values.get(path, _ABSENT) for path in paths]
            known = both(record.counts(prepared.states), record.sure or None, _ABSENT not in values or None)
            if known is None and None not in values:
                untold.append(unreadable(need, record))
            elif known and None not in values:
                alike.setdefault(tuple(map(_plain, values)), []).append((each, record))
    views = [each.facts.view(need) for each in lot]
    complete = all(view.complete for view in views)
    pairs = [group for group in alike.values() if _several(group)]
    firm = [group for group in pairs if _several([side for side in group if not side[1].objected])]
    unknown: list[Tri] = [None] * len(untold)
    result = some([*(True for _ in pairs), *unknown], complete=complete)
    firmly = some([*(True for _ in firm), *unknown], complete=complete)
    missing = [*(each for view in views for each in view.missing), *untold]
    return Answer(
        result,
        firmly,
        tuple(
            Hit(need=need, item=record.item, uscc=side.facts.evidence.subject.uscc)
            for group in pairs
            for side, record in group
        ),
        tuple(missing) if "UNKNOWN" in {result, firmly} else (),
    )


def _several(records: Sequence[tuple[Bidding, Record]]) -> bool:
    return len({side.bidder for side, _ in records}) >= _PAIR


def _plain(value: object) -> object:
    """Return what can be held against another: a list as its text."""
    return value if isinstance(value, str | int | float) else repr(value)
