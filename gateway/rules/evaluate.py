"""Evaluation: rules over evidence, to outcomes and verdicts. Pure: no clock, no I/O; it never raises for any evidence.

# INVARIANT: what is not known never reads as PASS, and a known hit is never lost (invariant 5).

Per subject: any REJECT is REJECT; else any outcome of a mandatory rule that is not known is UNDETERMINED; else any
ATTENTION is ATTENTION; else PASS. What is not known of a rule that is not mandatory is ATTENTION: nobody looked. A NOTE
changes no verdict.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from connectors.spec import SubjectKind
from gateway.rules.clauses import Answer, answer
from gateway.rules.evidence import Evidence, Subject
from gateway.rules.facts import Facts
from gateway.rules.inputs import input_values
from gateway.rules.logic import all_hit, any_hits
from gateway.rules.lot import Bidding, answer_of_lot
from gateway.rules.model import Overlay, Rule, RuleSet, RuleVerdict, Verdict
from gateway.rules.moment import Moment
from gateway.rules.outcomes import Evaluation, Missing, Outcome, SubjectVerdict, worst
from gateway.rules.prepared import Prepared, PreparedRule, prepare

KINDS: Final = frozenset(get_args(SubjectKind))


def evaluate(
    rules: RuleSet,
    evidence: Sequence[Evidence],
    given: Mapping[str, Any],
    as_of: str,
    overlay: Overlay | None = None,
    *,
    bidders: Sequence[str | None] = (),
    lot: bool = False,
    asked_at: str | None = None,
) -> Evaluation:
    """Return what ``rules`` come to over the ``evidence`` of each subject on the day ``as_of`` (ISO).

    ``given`` are the inputs of the check, without mistakes (`gateway.rules.inputs.input_mistakes`); ``overlay`` is the
    client's own for this set. Only of a ``lot`` are rules asked that are about several bidders; ``bidders`` then names
    for each subject whose member it is (a consortium's), None who bids alone: nobody is held against its own partners.
    ``asked_at`` is when sources were asked (ISO 8601): on the day itself, the age of answers is told from then on.
    """
    prepared = prepare(rules, as_of)
    moment = Moment.of(as_of, asked_at)
    values = input_values(given)
    weighing = _Weighing(rules, overlay)
    subjects = [_subject(prepared, Facts(each, prepared.needs, values, moment), weighing) for each in evidence]
    bidding = _bidding(prepared, evidence, values, moment, bidders) if lot else []
    of_lot = [_of_lot(each, bidding, weighing) for each in prepared.rules if lot and each.rule.scope == "LOT"]
    return Evaluation(
        verdict=worst([*(each.verdict for each in subjects), weighing.verdict(of_lot)]),
        subjects=subjects,
        lot=of_lot,
        rules={"code": rules.code, "version": rules.version, "digest": rules.digest},
        as_of=as_of,
        overlay=overlay.digest if overlay is not None else None,
    )


class _Weighing:
    """What hits mean under a rule set and the overlay of a client."""

    def __init__(self, rules: RuleSet, overlay: Overlay | None) -> None:
        self._rules = rules
        self._overlay = overlay

    def meaning(self, rule: Rule) -> tuple[RuleVerdict, str | None]:
        """Return what a hit of ``rule`` means, and the client that says so when its overlay does.

        An advisory set stops at ATTENTION: it is the client that decides to refuse, and it is recorded as its own.
        """
        raised = self._overlay.of(rule.id) if self._overlay is not None and self._rules.advisory else None
        if raised is not None and self._overlay is not None and rule.verdict != "NOTE":
            return raised.verdict, self._overlay.client
        if self._rules.advisory and rule.verdict == "REJECT":
            return "ATTENTION", None
        return rule.verdict, None

    def verdict(self, outcomes: Sequence[Outcome]) -> Verdict:
        """Return what ``outcomes`` come to together."""
        return worst(self._one(outcome) for outcome in outcomes)

    def _one(self, outcome: Outcome) -> Verdict:
        rule = self._rules.rule(outcome.rule)
        meaning, raised_by = self.meaning(rule)
        if meaning == "NOTE":
            return "PASS"
        unknown: Verdict = "UNDETERMINED" if rule.mandatory or raised_by is not None else "ATTENTION"
        match outcome.result:
            case "UNKNOWN":
                return unknown
            case "HIT" if outcome.open:
                return worst([unknown, "ATTENTION"])
            case "HIT":
                return "REJECT" if outcome.verdict == "REJECT" else "ATTENTION"
        return "PASS"


def _subject(prepared: Prepared, facts: Facts, weighing: _Weighing) -> SubjectVerdict:
    subject = facts.evidence.subject
    about = [each for each in prepared.rules if each.rule.scope == "SUBJECT"]
    outcomes = [_outcome_for(each, facts, weighing) for each in about]
    judged = not about or any(each.result in {"HIT", "CLEAN"} for each in outcomes)  # by no rule at all is not clean
    verdict = weighing.verdict(outcomes) if judged else "UNDETERMINED"
    return SubjectVerdict(subject=subject, verdict=verdict, outcomes=outcomes)


def _outcome_for(prepared: PreparedRule, facts: Facts, weighing: _Weighing) -> Outcome:
    rule, kind = prepared.rule, _kind(facts)
    if rule.kinds and kind is None:
        missing = [Missing(need="", status="IDENTITY_UNRESOLVED")]
        return Outcome(rule=rule.id, result="UNKNOWN", missing=missing)
    if rule.kinds and kind not in rule.kinds:
        return Outcome(rule=rule.id, result="NOT_APPLICABLE")
    return _outcome(rule, [answer(clause, facts) for clause in prepared.clauses], weighing)


def _bidding(
    prepared: Prepared,
    evidence: Sequence[Evidence],
    values: Mapping[str, Any],
    moment: Moment,
    bidders: Sequence[str | None],
) -> list[Bidding]:
    """Return the facts of every subject of a lot with the bidder that it is or belongs to; each knows the others."""
    named = [bidders[at] if at < len(bidders) else None for at in range(len(evidence))]
    whose = [f"bidder {name}" if name is not None else f"alone {at}" for at, name in enumerate(named)]
    found: list[Bidding] = []
    for own, each in zip(whose, evidence, strict=True):
        others = [_named(other.subject) for name, other in zip(whose, evidence, strict=True) if name != own]
        found.append(Bidding(own, Facts(each, prepared.needs, {**values, "others": others}, moment)))
    return found


def _of_lot(prepared: PreparedRule, bidding: Sequence[Bidding], weighing: _Weighing) -> Outcome:
    rule = prepared.rule
    about = [each for each in bidding if not rule.kinds or _kind(each.facts) in {None, *rule.kinds}]
    return _outcome(rule, [answer_of_lot(clause, about) for clause in prepared.clauses], weighing)


def _kind(facts: Facts) -> str | None:
    """Return of which kind a subject is, None when that is not known: no rule is passed by for another word."""
    kind = facts.evidence.subject.kind
    return kind if kind in KINDS else None


def _named(subject: Subject) -> dict[str, Any]:
    known = {"uscc": subject.uscc, "name": subject.name}
    return {name: value for name, value in known.items() if value is not None}


def _outcome(rule: Rule, answers: Sequence[Answer], weighing: _Weighing) -> Outcome:
    """Return what the clauses of ``rule`` come to together."""
    compose = all_hit if rule.all else any_hits
    result, firm = compose(each.result for each in answers), compose(each.firm for each in answers)
    meaning, raised_by = weighing.meaning(rule)
    hit = result == "HIT"
    lowered = hit and firm != "HIT" and meaning == "REJECT"
    open_ = lowered and firm == "UNKNOWN"
    return Outcome(
        rule=rule.id,
        result=result,
        verdict=("ATTENTION" if lowered else meaning) if hit else None,
        mark=rule.mark if hit else None,
        lowered=lowered,
        raised_by=raised_by,
        open=open_,
        hits=[record for each in answers for record in each.hits] if hit else [],
        missing=[each for one in answers for each in one.missing] if result == "UNKNOWN" or open_ else [],
        lacking=[each for one in answers for each in one.lacking] if hit else [],
        inputs=list(dict.fromkeys(name for each in answers for name in each.inputs)),
    )
