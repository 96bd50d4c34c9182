"""What rule sets need: what is hidden is asked apart, and looks back only where a hidden clause says so."""

from typing import Any

import pytest

from gateway.checks.needed import joined, needed_by
from gateway.rules import RuleSet
from tests.gateway.rulesets import WORDS, read, rule, tables

FINES = {"section": "penalties", "fields": ["state", "decidedOn"]}
OF_PERSONS = {"section": "legalRepresentative.person.listEntries", "fields": ["state", "includedOn"]}
LISTED = {"section": "listEntries", "fields": ["state", "includedOn"]}


def rules(*, hidden: bool, need: dict[str, Any] = FINES, ended: bool = True) -> RuleSet:
    secret = {"reveal": "VERDICT_ONLY", "ground": WORDS} if hidden else {}
    hits = rule("GP-01", {"need": "past", "when": "usable(e)", "ended": ended}, **secret)
    beside = rule("GP-02", {"need": "listed", "when": "usable(e)", "ended": True})
    return read(tables(hits, beside, needs={"past": need, "listed": LISTED}))


@pytest.mark.parametrize(
    ("told", "entities"),
    [
        ({"hidden": True}, {"AdministrativePenalty"}),
        ({"hidden": True, "ended": False}, set()),
        ({"hidden": False}, set()),
        ({"hidden": True, "need": OF_PERSONS}, set()),
    ],
    ids=["by statute", "no look-back", "shown to the caller", "of persons"],
)
def test_only_a_hidden_clause_that_says_so_looks_back(told: dict[str, Any], entities: set[str]) -> None:
    found = needed_by(rules(**told))
    assert found.looks_back == frozenset(entities)
    assert ("past" in found.hidden) == told["hidden"]
    assert joined([rules(**told), rules(hidden=False)]).needed.looks_back == frozenset(entities)


def test_what_one_set_hides_and_another_shows_is_asked_with_the_rights_of_each() -> None:
    found = joined([rules(hidden=True), rules(hidden=False)])
    first, second = found.names
    assert first["past"] in found.needed.hidden
    assert second["past"] in found.needed.open
    assert first["listed"] == second["listed"]
    assert len({*first.values(), *second.values()}) == 3
