"""A check as the graph shows it: the attributes are those of the types in `schema.check`. Pure.

# INVARIANT: what was found for a verdict only leaves this file as a result, never as a record, a source or a value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from gateway.catalogue.shown import ShownBasis
from gateway.checks.checker import Checked, Found
from gateway.checks.kept import keep, marked
from gateway.checks.model import (
    ShownBidder,
    ShownCheck,
    ShownEvidence,
    ShownMissing,
    ShownOutcome,
    ShownRuleBasis,
    ShownRules,
    ShownSubject,
)
from gateway.checks.needed import VERDICT_ONLY
from gateway.checks.steps import next_step
from gateway.ledger import Secret
from gateway.rules.model import Basis, Need, Overlay, RuleSet
from gateway.rules.outcomes import Hit, Missing, Outcome, SubjectVerdict, worst

Bases = Callable[[str], ShownBasis]
"""From the code of a legal basis to what is shown of it."""
IDENTITY: Final = "identity"
"""Stands in the place of a section where it is not known who, or of what kind, the subject is."""
_BESIDE: Final = frozenset({"recordId", "source", "underObjection", "sourceUpdatedAt", "fetchedAt", "digest"})


def show_check(checked: Checked, bases: Bases, secret: Secret | None = None) -> ShownCheck:
    """Return ``checked`` as it is shown; ``bases`` looks legal bases up, ``secret`` marks the evidence as ours."""
    telling = Telling(checked.rule_set, bases, checked.overlay)
    subjects = _subjects(checked, telling)
    lot = [telling.outcome(each) for each in checked.evaluation.lot]
    verdict = checked.verdict
    missing = _together(
        [each for one in subjects for each in one.missing] + [each for one in lot for each in one.missing]
    )
    untils = [each.until for each in missing if each.until is not None]
    again = max(untils) if untils and verdict in {"UNDETERMINED", "ATTENTION"} else None
    return ShownCheck(
        verdict=verdict,
        rule_set=_rules(checked),
        purpose=checked.caller.purpose,
        case=checked.caller.case,
        as_of=checked.as_of,
        queried_at=checked.queried_at,
        subjects=subjects,
        bidders=_bidders(checked, subjects),
        lot=lot,
        missing=missing,
        ask_again_after=again,
        next_step=next_step(verdict, missing, again, [each for each in subjects if each.problem is not None]),
        receipts=list(checked.receipts),
        evidence=marked(keep(checked), secret),
    )


def _rules(checked: Checked) -> ShownRules:
    rules, overlay = checked.rule_set, checked.overlay
    return ShownRules(
        rules.code,
        rules.version,
        rules.digest,
        rules.title.zh,
        rules.title.en,
        rules.advisory,
        None if overlay is None else overlay.digest,
    )


def _subjects(checked: Checked, telling: "Telling") -> list[ShownSubject]:
    judged = iter(checked.evaluation.subjects)
    rows = zip(checked.request.subjects, checked.found, strict=True)
    return [
        _subject(found, row.bidder, None if found.evidence is None else next(judged), telling) for row, found in rows
    ]


def _subject(found: Found, bidder: str | None, judged: SubjectVerdict | None, telling: "Telling") -> ShownSubject:
    key = found.name
    if judged is None:
        assert found.problem is not None, "a key that led to nobody says why"
        missing = [telling.asked(each) for each in found.problem.coverage if each["status"] != "ANSWERED"]
        return ShownSubject(
            key, None, None, None, bidder, found.problem.message, "UNDETERMINED", [], [], _together(missing)
        )
    outcomes = [telling.outcome(each) for each in judged.outcomes]
    marks = list(dict.fromkeys(each.mark for each in outcomes if each.mark is not None and each.result == "HIT"))
    missing = _together(each for one in outcomes for each in one.missing)
    who = judged.subject
    return ShownSubject(key, who.uscc, who.kind, who.name, bidder, None, judged.verdict, marks, outcomes, missing)


def _bidders(checked: Checked, subjects: Sequence[ShownSubject]) -> list[ShownBidder]:
    members: dict[str, list[Any]] = {}
    for row, subject in zip(checked.request.subjects, subjects, strict=True):
        if row.bidder is not None:
            members.setdefault(row.bidder, []).append(subject.verdict)
    return [ShownBidder(bidder, worst(verdicts)) for bidder, verdicts in members.items()]


class Telling:
    """Tells outcomes of the rules of one set, and why its client raised some of them by an ``overlay`` of its own."""

    def __init__(self, rule_set: RuleSet, bases: Bases, overlay: Overlay | None = None) -> None:
        self._needs: Mapping[str, Need] = rule_set.needs
        self._rules = {rule.id: rule for rule in rule_set.rules}
        self._bases = bases
        self._own = {each.rule: each.reason for each in overlay.raises} if overlay is not None else {}

    def outcome(self, outcome: Outcome) -> ShownOutcome:
        """Return ``outcome`` as it is shown: of a rule that reveals its verdict only, nothing that it rests on."""
        rule = self._rules[outcome.rule]
        hidden = rule.reveal == VERDICT_ONLY
        own = self._own.get(rule.id) if outcome.raised_by is not None else None
        return ShownOutcome(
            rule=rule.id,
            title=rule.title.zh,
            title_en=rule.title.en,
            result=outcome.result,
            verdict=None if outcome.verdict in {None, "NOTE"} else outcome.verdict,
            mark=outcome.mark,
            mandatory=rule.mandatory,
            reason=rule.reason.zh,
            reason_en=rule.reason.en,
            lowered=outcome.lowered,
            raised_by=outcome.raised_by,
            raised_reason=None if own is None else own.zh,
            raised_reason_en=None if own is None else own.en,
            reveal=rule.reveal,
            basis=self.basis(rule.basis),
            evidence=[] if hidden else [self._evidence(each) for each in outcome.hits],
            lacking=[] if hidden else [_text(each) for each in outcome.lacking],
            missing=self._lacked(outcome, hidden=hidden),
        )

    def basis(self, declared: Iterable[Basis]) -> list[ShownRuleBasis]:
        """Return the bases of a rule."""
        return [ShownRuleBasis(self._bases(each.base), each.article) for each in declared]

    def asked(self, coverage: Mapping[str, Any]) -> ShownMissing:
        """Return a register that did not tell who somebody is."""
        return ShownMissing(
            coverage["source"],
            coverage["part"],
            coverage["department"]["name"],
            coverage["status"],
            coverage["reason"],
            coverage["until"],
            None,
            [IDENTITY],
        )

    def _lacked(self, outcome: Outcome, *, hidden: bool) -> list[ShownMissing]:
        """Return what ``outcome`` lacks; of one that is hidden only which sources are away, which says of nobody."""
        if not hidden:
            return _together(map(self._missing, outcome.missing))
        away = [self._missing(each) for each in outcome.missing if each.status in AWAY]
        return _together(away) if len(away) == len(outcome.missing) else [*_together(away), HIDDEN]

    def _missing(self, missing: Missing) -> ShownMissing:
        department = missing.department["name"] if isinstance(missing.department, Mapping) else missing.department
        return ShownMissing(
            missing.source,
            missing.part,
            department,
            missing.status,
            missing.reason,
            missing.until,
            None if missing.needs is None else _text(missing.needs),
            [self._needs[missing.need].section if missing.need else IDENTITY],
        )

    def _evidence(self, hit: Hit) -> ShownEvidence:
        item = hit.item
        shown = {name: value for name, value in item.items() if name not in _BESIDE}
        return ShownEvidence(
            section=self._needs[hit.need].section,
            uscc=hit.uscc,
            record_id=item["recordId"],
            source=item["source"],
            fields=_text(shown),
            fetched_at=item.get("fetchedAt"),
            source_updated_at=item.get("sourceUpdatedAt"),
            digest=item.get("digest"),
            under_objection=bool(item.get("underObjection")),
        )


AWAY: Final = frozenset({"CLOSED", "UNAVAILABLE", "TIMED_OUT"})
"""What a source says to everybody alike."""
HIDDEN: Final = ShownMissing(None, None, None, "WITHHELD", None, None, None, [])
"""Stands for what a rule lacks that reveals its verdict only."""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _together(missing: Iterable[ShownMissing]) -> list[ShownMissing]:
    """Return ``missing`` with those that differ in their sections alone as one."""
    found: dict[tuple[str | None, ...], ShownMissing] = {}
    for each in missing:
        alike = (each.source, each.part, each.status, each.reason, each.until, each.needs)
        if alike in found:
            known = found[alike].sections
            known += [section for section in each.sections if section not in known]
        else:
            found[alike] = replace(each, sections=list(each.sections))
    return list(found.values())
