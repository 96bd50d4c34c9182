"""Mistakes of rules: their names, days and legal bases, and what goes together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from connectors.declaration import Part, joined, unknown
from gateway.days import period_mistakes
from gateway.rules.checks.cases import case_mistakes
from gateway.rules.checks.clauses import clause_mistakes
from gateway.rules.checks.known import Known
from gateway.rules.checks.sets import Found
from gateway.rules.conditions.types import Type
from gateway.rules.model import Clause
from gateway.rules.reads import needs_of_clause

_HIDDEN: Final = "VERDICT_ONLY"


def rules_mistakes(sound: Part, records: Mapping[str, Type], known: Known) -> Found:
    """Yield what is wrong with the rules of a set whose needs give ``records``."""
    rules: Sequence[Part] = sound.get("rules", [])
    ids = Counter(rule.get("id") for rule in rules)
    for at, rule in enumerate(rules, 1):
        place = joined("rules", rule.get("id") or str(at))
        if "id" in rule and ids[rule["id"]] > 1:
            yield joined(place, "id"), "is repeated"
        if "id" in rule and "code" in sound and rule["id"].partition("-")[0] != sound["code"]:
            yield joined(place, "id"), f"expected the code of the set, `{sound['code']}-…`"
        for key, message in _rule_mistakes(rule, records, sound.get("needs", {}), known):
            yield joined(place, key), message
    yield from _shared_needs(rules)


def _shared_needs(rules: Sequence[Part]) -> Found:
    """Yield each need that is read for a hidden rule and for another: it is asked with other rights for the first."""
    open_needs = {need for rule in rules if rule.get("reveal") != _HIDDEN for need in _needs(rule)}
    for at, rule in enumerate(rules, 1):
        shared = sorted(open_needs & _needs(rule)) if rule.get("reveal") == _HIDDEN else []
        for need in shared:
            message = f"need `{need}` is read by other rules too, and with other rights: give this rule one of its own"
            yield joined("rules", rule.get("id") or str(at)), message


def _needs(rule: Part) -> frozenset[str]:
    return frozenset(
        need for clause in rule.get("any", []) for need in needs_of_clause(msgspec.convert(clause, Clause))
    )


def _rule_mistakes(rule: Part, records: Mapping[str, Type], needs: Mapping[str, Part], known: Known) -> Found:
    yield from period_mistakes(rule.get("from"), rule.get("to"), ("from", "to"))
    yield from _basis_mistakes(rule, known)
    yield from _together(rule)
    if rule.get("any") == []:
        yield "any", "expected at least one clause"
    scope = rule.get("scope", "SUBJECT")
    for at, clause in enumerate(rule.get("any", []), 1):
        for key, message in clause_mistakes(clause, records, list(needs), scope):
            yield f"any.{at}.{key}".rstrip("."), message
    names = Counter(case.get("name") for case in rule.get("cases", []))
    for at, case in enumerate(rule.get("cases", []), 1):
        if "name" in case and names[case["name"]] > 1:
            yield f"cases.{at}.name", "is repeated"
        for key, message in case_mistakes(case, needs):
            yield joined(f"cases.{at}", key), message


def _basis_mistakes(rule: Part, known: Known) -> Found:
    if rule.get("basis") == []:
        yield "basis", "expected at least one legal basis"
    for at, basis in enumerate(rule.get("basis", []), 1):
        if known.bases is not None and "base" in basis and basis["base"] not in known.bases:
            yield f"basis.{at}.base", unknown("legal basis", basis["base"], list(known.bases))


def _together(rule: Part) -> Iterator[tuple[str, str]]:
    """Yield what does not go together, or needs what is not there."""
    if rule.get("verdict") == "REJECT" and rule.get("mandatory") is False:
        yield "mandatory", "a rule that rejects must be known: `mandatory = false` is for ATTENTION and NOTE"
    hidden = rule.get("reveal") == _HIDDEN
    if hidden and rule.lacks("ground"):
        yield "ground", 'missing: `reveal = "VERDICT_ONLY"` needs the legal ground on which it is evaluated'
    if not hidden and "ground" in rule:
        yield "ground", 'is for `reveal = "VERDICT_ONLY"` alone'
