"""What tests of rules share: small rule sets written as tables, and evidence for them."""

from typing import Any, Final

from connectors.errors import ConfigError, Mistake
from gateway.rules.checks.known import UNCHECKED, Known
from gateway.rules.declared import read_overlay, read_rule_set
from gateway.rules.evaluate import evaluate
from gateway.rules.evidence import Evidence, Section, Subject
from gateway.rules.model import Overlay, RuleSet
from gateway.rules.outcomes import Evaluation, Outcome

DAY: Final = "2026-06-01"
WORDS: Final = {"zh": "规则", "en": "rule"}
NEEDS: Final[dict[str, Any]] = {
    "listed": {
        "section": "listEntries",
        "arguments": {"kinds": ["WAGE_ARREARS", "MAJOR_TAX_VIOLATION"]},
        "fields": ["kind", "state", "includedOn", "removedOn", "validUntil"],
    },
    "dishonest": {"section": "courtEnforcement.dishonestEntries", "fields": ["caseNo", "publishedOn", "performance"]},
    "penalties": {
        "section": "penalties",
        "fields": ["state", "decidedOn", "categories", "fineAmount.amount", "domain"],
    },
    "cases": {"section": "courtEnforcement.enforcementCases", "fields": ["filedOn", "amount.amount"]},
    "levels": {"section": "taxRatings", "fields": ["evaluationYear", "level"]},
    "licenses": {"section": "licenses", "fields": ["certificateName", "status", "validTo", "openEnded"]},
    "registration": {
        "section": "registration",
        "fields": ["status", "registeredCapital.amount"],
        "min_confidence": 1.0,
        "max_age": "P7D",
    },
    "persons": {"section": "legalRepresentative", "fields": ["title", "person.name"]},
    "holders": {"section": "shareholders", "fields": ["name", "organization.uscc"]},
}
"""A need of every sort: lists, penalties, amounts, years, what a subject should have, one record, links."""


def rule(id_: str = "GP-01", *clauses: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Return the table of a rule that rejects, with ``clauses``; ``keys`` replace or add some (`from_` is `from`)."""
    told = {key.rstrip("_"): value for key, value in keys.items()}
    table = {"id": id_, "title": WORDS, "verdict": "REJECT", "reason": WORDS, "basis": [{"base": "law"}]}
    return {**table, "any": list(clauses), **told}


def tables(*rules: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """Return the tables of a rule set with ``rules`` and all `NEEDS`; ``keys`` replace or add some."""
    told = {key.rstrip("_"): value for key, value in keys.items()}
    head = {"code": "GP", "version": "1", "title": WORDS, "purposes": ["GOVERNMENT_PROCUREMENT"]}
    return {**head, "needs": NEEDS, "rules": list(rules), **told}


def read(written: dict[str, Any], known: Known = UNCHECKED) -> RuleSet:
    """Return the rule set of ``written``; raises `ConfigError` with every mistake."""
    mistakes: list[Mistake] = []
    found = read_rule_set(
        written, "gp.toml", known, lambda place, message: mistakes.append(Mistake("gp.toml", place, message))
    )
    if found is None:
        raise ConfigError(mistakes)
    return found


def mistakes_of(written: dict[str, Any], known: Known = UNCHECKED) -> list[str]:
    """Return the mistakes in ``written`` as `place: message`."""
    try:
        read(written, known)
    except ConfigError as error:
        return [f"{each.place}: {each.message}" for each in error.mistakes]
    return []


def overlay(*raises: tuple[str, str], set_: str = "GP", client: str = "bank") -> Overlay:
    """Return the overlay of ``client`` that raises rules to verdicts."""
    written = {"set": set_, "raise": [{"rule": id_, "verdict": to, "reason": WORDS} for id_, to in raises]}
    found = read_overlay(written, client, lambda place, message: None)
    assert found is not None
    return found


def evidence(
    kind: str | None = "ENTERPRISE", uscc: str = "91230881TJ00000350", name: str = "甲", **sections: Any
) -> Evidence:
    """Return evidence of one subject: needs that are not named are COMPLETE and empty, a list is of its records."""
    found = dict.fromkeys(NEEDS, Section())
    for need, section in sections.items():
        found[need] = Section(items=section) if isinstance(section, list) else section
    return Evidence(subject=Subject(uscc=uscc, kind=kind, name=name), sections=found)


def evaluated(rules: RuleSet, *subjects: Evidence, **keys: Any) -> Evaluation:
    """Return what ``rules`` come to over ``subjects`` on `DAY`, without inputs unless ``keys`` say otherwise."""
    return evaluate(rules, subjects, keys.pop("given", {}), keys.pop("as_of", DAY), keys.pop("overlay", None), **keys)


def outcome(
    clause: dict[str, Any], *, given: dict[str, Any] | None = None, as_of: str = DAY, **sections: Any
) -> Outcome:
    """Return what a rule with one ``clause`` comes to over ``sections`` of an enterprise."""
    rules = read(tables(rule("GP-01", clause)))
    return evaluated(rules, evidence(**sections), given=given or {}, as_of=as_of).subjects[0].outcomes[0]


def entry(**fields: Any) -> dict[str, Any]:
    """Return an entry on a list that stands on `DAY`; ``fields`` replace some of it."""
    usual = {"kind": "WAGE_ARREARS", "state": "PUBLISHED", "includedOn": "2026-01-05"}
    return {"recordId": "r1", "source": "s", **usual, "removedOn": None, "validUntil": None, **fields}


def penalty(amount: str | None = "100", **fields: Any) -> dict[str, Any]:
    """Return a penalty in force; ``fields`` replace some of it."""
    usual = {"state": "PUBLISHED", "decidedOn": "2025-06-01", "categories": ["FINE"], "domain": "MARKET"}
    return {"recordId": "p1", "source": "s", **usual, "fineAmount": {"amount": amount}, **fields}


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return ``item`` without fields: misread, or denied."""
    return {name: value for name, value in item.items() if name not in names}
