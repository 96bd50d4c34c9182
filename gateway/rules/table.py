"""The table of cases that every rule brings with it: what each comes to, and whether that is what it says.

A rule without a case of a hit, one of a clean subject and one of what is not known is not finished: nobody has shown
that it can tell them apart.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from connectors.errors import Mistake
from gateway.rules.evaluate import evaluate
from gateway.rules.evidence import Evidence, Section, Subject
from gateway.rules.model import Case, Result, Rule, RuleSet
from gateway.rules.outcomes import Outcome
from gateway.rules.reads import needs_of

REQUIRED: Final[tuple[Result, ...]] = ("HIT", "CLEAN", "UNKNOWN")
_ABOUT: Final = frozenset(Subject.__struct_fields__)
_BIDDER: Final = "the other bidder"
_USUAL: Final = "ENTERPRISE"
"""Of which kind the subject of a case is that says nothing of it, where the rule is about all kinds."""


def outcome_of(rules: RuleSet, rule: Rule, case: Case) -> Outcome | None:
    """Return what ``rule`` comes to in ``case``, None when it is not in force on the day of the case."""
    kind = rule.kinds[0] if rule.kinds else _USUAL
    evidence = [_evidence(rules, {"kind": kind, **case.subject}, case.evidence)]
    for other in case.others:
        about = {key: value for key, value in other.items() if key in _ABOUT}
        sections = {key: value for key, value in other.items() if key not in _ABOUT}
        evidence.append(_evidence(rules, {"kind": kind, "name": _BIDDER, **about}, sections))
    found = evaluate(rules, evidence, case.input, case.as_of, lot=True)
    outcomes = [*found.subjects[0].outcomes, *found.lot]
    return next((outcome for outcome in outcomes if outcome.rule == rule.id), None)


def _alone(rules: RuleSet, rule: Rule) -> RuleSet:
    """Return ``rules`` with one ``rule`` and its needs alone."""
    return msgspec.structs.replace(rules, rules=[rule], needs={name: rules.needs[name] for name in needs_of(rule)})


def table_mistakes(sets: Iterable[RuleSet]) -> list[Mistake]:
    """Return a mistake for each case of ``sets`` that comes out otherwise, and for each table that lacks a case."""
    return [
        Mistake(each.file, place, message)
        for each in sets
        for rule in each.rules
        for place, message in _rule_mistakes(each, rule)
    ]


def _rule_mistakes(rules: RuleSet, rule: Rule) -> Iterator[tuple[str, str]]:
    place = f"rules.{rule.id}.cases"
    expected = {case.expect for case in rule.cases}
    missing = [result for result in REQUIRED if result not in expected]
    if missing:
        yield place, f"no case of {', '.join(missing)}: each rule shows a hit, a clean subject and what is not known"
    alone = _alone(rules, rule)
    for at, case in enumerate(rule.cases, 1):
        for need in case.evidence.keys() - alone.needs.keys():
            yield f"{place}.{at}.{need}", "is not read by the rule"
        outcome = outcome_of(alone, rule, case)
        found = "not in force" if outcome is None else outcome.result
        if found != case.expect:
            yield f"{place}.{at}", f"`{case.name}`: expected {case.expect}, found {found}{_why(outcome)}"


def _why(outcome: Outcome | None) -> str:
    if outcome is None or not (outcome.missing or outcome.inputs):
        return ""
    named = [f"{each.need or 'subject'} {each.status}" for each in outcome.missing]
    named += [f"input `{name}` is not given" for name in outcome.inputs]
    return f" ({', '.join(dict.fromkeys(named))})"


def _evidence(rules: RuleSet, subject: dict[str, Any], sections: dict[str, Any]) -> Evidence:
    """Return evidence as a case writes it: a need that is left out is COMPLETE and empty."""
    known = {name: msgspec.convert(sections.get(name, {}), Section) for name in rules.needs}
    return Evidence(subject=msgspec.convert(subject, Subject), sections=known)
