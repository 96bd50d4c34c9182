"""A check judged again, by the rules of then or of now, over the evidence that its client kept. Pure.

What rules saw for a verdict only was kept by nobody: the outcomes of such rules count as they were told then, and one
that was not there then is unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from gateway.checks.kept import KeptCheck, KeptOutcome, KeptRules, kept_outcomes
from gateway.checks.needed import VERDICT_ONLY
from gateway.rules import Overlay, RuleBook, RuleSet, evaluate
from gateway.rules.model import Scope, Verdict
from gateway.rules.outcomes import worst

LOT: Final = "LOT"
"""Stands for the bidders of a lot together, in the place of a subject."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What rules come to over kept evidence: the ``verdict`` of all, and verdict and outcomes of each subject."""

    verdict: Verdict
    subjects: Sequence[tuple[Verdict, Mapping[str, KeptOutcome]]]
    lot: Mapping[str, KeptOutcome]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a rule came to then and comes to now, for one subject; None where there was, or is, no such rule."""

    subject: str
    rule: str
    then: KeptOutcome | None
    now: KeptOutcome | None


def judge_again(kept: KeptCheck, rules: RuleSet, overlay: Overlay | None = None) -> Judged:
    """Return what ``rules`` come to over the evidence in ``kept``, as of the day of that check."""
    known = [each for each in kept.subjects if each.evidence is not None]
    shown = replace(
        rules, rules=[rule for rule in rules.rules if rule.reveal != VERDICT_ONLY], digest=f"{rules.digest} shown"
    )
    evidence = [each.evidence for each in known if each.evidence is not None]
    bidders = [each.bidder for each in known]
    found = evaluate(
        shown, evidence, kept.input, kept.as_of, overlay, bidders=bidders, lot=kept.lot, asked_at=kept.queried_at
    )
    verdicts: list[tuple[Verdict, Mapping[str, KeptOutcome]]] = []
    judged = iter(found.subjects)
    for each in kept.subjects:
        if each.evidence is None:
            verdicts.append(("UNDETERMINED", {}))
            continue
        one = next(judged)
        withheld = _withheld(each.outcomes, rules, kept.as_of, "SUBJECT")
        verdict = worst([one.verdict, *_verdicts(withheld)])
        verdicts.append((verdict, {**kept_outcomes(one.outcomes, rules), **withheld}))
    of_lot = _withheld(kept.lot_outcomes, rules, kept.as_of, LOT) if kept.lot else {}
    whole = worst([found.verdict, *(verdict for verdict, _ in verdicts), *_verdicts(of_lot)])
    return Judged(whole, verdicts, {**kept_outcomes(found.lot, rules), **of_lot})


def overlay_of(kept: KeptCheck, book: RuleBook, code: str) -> Overlay | None:
    """Return what the client that had an overlay under ``kept`` lays over the set ``code`` now, None for nothing."""
    return None if kept.rule_set.client is None else book.overlay(kept.rule_set.client, code)


def differences(kept: KeptCheck, judged: Judged) -> Iterator[Difference]:
    """Yield each rule that comes to something else than it did, subject by subject."""
    for each, (_, outcomes) in zip(kept.subjects, judged.subjects, strict=True):
        yield from differing(each.key, each.outcomes, outcomes)
    yield from differing(LOT, kept.lot_outcomes, judged.lot)


def _withheld(told: Mapping[str, KeptOutcome], rules: RuleSet, as_of: str, scope: Scope) -> dict[str, KeptOutcome]:
    """Return the outcomes that were ``told`` of rules of a ``scope`` that reveal their verdict only."""
    hidden = [rule for rule in rules.rules if (rule.reveal, rule.scope) == (VERDICT_ONLY, scope)]
    unknown = KeptOutcome(result="UNKNOWN", verdict="UNDETERMINED", withheld=True)
    return {rule.id: told.get(rule.id, unknown) for rule in hidden if rule.in_force(as_of)}


def _verdicts(outcomes: Mapping[str, KeptOutcome]) -> Iterator[Verdict]:
    return (each.verdict for each in outcomes.values() if each.verdict is not None)


def as_judged(kept: KeptCheck, rules: RuleSet, judged: Judged) -> KeptCheck:
    """Return ``kept`` with what ``rules`` came to, in the place of what it was told with."""
    subjects = [
        replace(each, verdict=verdict, outcomes=dict(outcomes))
        for each, (verdict, outcomes) in zip(kept.subjects, judged.subjects, strict=True)
    ]
    named = KeptRules(rules.code, rules.version, rules.digest)
    return replace(kept, rule_set=named, verdict=judged.verdict, subjects=subjects, lot_outcomes=dict(judged.lot))


def differing(subject: str, then: Mapping[str, KeptOutcome], now: Mapping[str, KeptOutcome]) -> Iterator[Difference]:
    """Yield each rule that came to something else for ``subject``."""
    for rule in dict.fromkeys([*then, *now]):
        one, other = then.get(rule), now.get(rule)
        if one != other:
            yield Difference(subject, rule, one, other)
