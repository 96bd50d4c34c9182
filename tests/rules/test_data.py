"""The rule sets of `config/rules/`: read without a mistake, tables that come out right, and nothing unknown passes."""

import re
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.configuration import load_configuration
from gateway.demo.subjects import named
from gateway.rules import Evidence, Known, RuleBook, RuleSet, evaluate, needs_of
from gateway.rules.demands import CASE
from gateway.rules.evidence import Section, Subject
from gateway.rules.table import table_mistakes
from tests.rules.expected import DAY, EXPECTED, GIVEN

CONFIG: Final = Path(__file__).parents[2] / "config"
CONFIGURED: Final = load_configuration(CONFIG)
CLIENTS: Final = {name: client.purposes for name, client in CONFIGURED.clients.items()}
BOOK: Final = RuleBook.load(CONFIG / "rules", Known(CONFIGURED.policy.purposes, CONFIGURED.legal_bases))
SETS: Final = {each.code: each for each in BOOK}
DOMAIN: Final = {
    "GP": 13, "TB": 7, "BK": 13, "AA": 6, "MA": 2, "QR": 1, "FF": 3, "HN": 1, "SV": 1,
}  # fmt: skip
"""The highest number of each set in `domain.md` §5."""
NO_RULE: Final = {"GP-12", "TB-06", "BK-00"}
"""What is no rule over records, each with its reason at the head of its file."""
SCENARIOS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14)


def text_of(code: str) -> str:
    return (CONFIG / "rules" / f"{code.lower()}.toml").read_text(encoding="utf-8")


def clean(rules: RuleSet, kind: str = "ENTERPRISE", **sections: Section) -> Evidence:
    """A subject in being of which every source attests that there is nothing."""
    found = {name: Section() for name in rules.needs}
    if "registration" in found:
        capital = {"amount": "1000000"}
        found["registration"] = Section(items=[{"status": "IN_BUSINESS", "registeredCapital": capital}])
    return Evidence(subject=Subject(uscc="91230881TJ0000019A", kind=kind, name="甲"), sections=found | sections)


def test_every_table_of_cases_comes_out_as_it_says() -> None:
    assert table_mistakes(BOOK) == []


def test_all_nine_sets_are_there() -> None:
    assert set(SETS) == set(DOMAIN)


@pytest.mark.parametrize("code", DOMAIN)
def test_every_rule_of_the_domain_is_there_or_told_why_not(code: str) -> None:
    ids = {f"{code}-{number:02}" for number in range(0 if code == "BK" else 1, DOMAIN[code] + 1)}
    missing = ids - {rule.id for rule in SETS[code].rules}
    assert missing == {each for each in NO_RULE if each.startswith(code)}
    head = text_of(code).partition("[needs.")[0]
    assert all(each in head for each in missing), "what is left out says why at the head of its file"


@pytest.mark.parametrize("code", DOMAIN)
def test_every_need_is_read_by_a_rule(code: str) -> None:
    rules = SETS[code]
    assert {need for rule in rules.rules for need in needs_of(rule)} == set(rules.needs)


@pytest.mark.parametrize("code", DOMAIN)
def test_what_the_rules_cannot_see_is_told_at_the_head_of_the_file(code: str) -> None:
    assert "what these rules cannot see" in text_of(code).partition("[needs.")[0]


def test_only_the_rules_of_banks_are_advisory() -> None:
    assert [each.code for each in BOOK if each.advisory] == ["BK"]


def test_no_rule_of_a_bank_rejects_by_itself() -> None:
    assert {rule.verdict for rule in SETS["BK"].rules} == {"ATTENTION", "NOTE"}


def test_the_overlay_of_the_demo_bank_raises_what_it_says_and_nobody_else_is_touched() -> None:
    (own,) = BOOK.overlays
    assert (own.client, own.set, {each.rule: each.verdict for each in own.raises}) == (
        "rural_bank",
        "BK",
        {"BK-01": "REJECT", "BK-02": "REJECT"},
    )
    assert list(BOOK.unused(CLIENTS)) == []
    gone = Section(items=[{"status": "DEREGISTERED", "registeredCapital": {"amount": "1000000"}}])
    rules, subject = BOOK.at("BK", DAY), clean(SETS["BK"], registration=gone)
    assert BOOK.overlay("bank", "BK") is None
    assert evaluate(rules, [subject], {}, DAY).verdict == "ATTENTION"
    raised = evaluate(rules, [subject], {}, DAY, own)
    assert raised.verdict == "REJECT"
    assert [each.raised_by for each in raised.subjects[0].outcomes if each.rule == "BK-01"] == ["rural_bank"]


@pytest.mark.parametrize("code", DOMAIN)
def test_every_rule_names_its_legal_basis_with_an_article(code: str) -> None:
    bare = [rule.id for rule in SETS[code].rules if not rule.basis or any(each.article is None for each in rule.basis)]
    assert bare == []


@pytest.mark.parametrize("code", DOMAIN)
def test_somebody_may_run_the_set_for_each_of_its_purposes(code: str) -> None:
    for purpose in SETS[code].purposes:
        able = [
            name
            for name, client in CONFIGURED.clients.items()
            if purpose in client.purposes and "credit.check.run" in client.scopes
        ]
        assert able, f"no client may run {code} for {purpose}"
        assert purpose in CONFIGURED.policy.links["credit.check.run"].purposes


@pytest.mark.parametrize("code", DOMAIN)
def test_a_clean_enterprise_passes(code: str) -> None:
    assert evaluate(SETS[code], [clean(SETS[code])], {}, DAY).verdict == "PASS"


@pytest.mark.parametrize("state", ["PARTIAL", "UNKNOWN", "NOT_COVERED", "UNAVAILABLE", "DENIED"])
@pytest.mark.parametrize("code", DOMAIN)
def test_no_need_of_a_rule_that_counts_may_be_unknown_and_the_subject_pass(code: str, state: str) -> None:
    rules = SETS[code]
    passed: set[tuple[str, str]] = set()
    given: dict[str, Any] = {
        "requiredLicenses": ["食品经营许可"],
        "requiredQualifications": [{"kind": "建筑工程施工总承包", "grade": "三级"}],
        "license": "食品经营许可",
        "qualification": "市政公用工程施工总承包",
    }
    for rule in rules.rules:
        if rule.verdict == "NOTE" or rule.scope == "LOT":
            continue
        for need in needs_of(rule):
            kind = rule.kinds[0] if rule.kinds else "ENTERPRISE"
            subject = clean(rules, kind, **{need: Section(state=state)})
            if evaluate(rules, [subject], given, DAY).subjects[0].verdict == "PASS":
                passed.add((rule.id, need))
    assert passed == set()


@pytest.mark.parametrize("code", DOMAIN)
def test_rules_that_may_be_unknown_do_not_reject(code: str) -> None:
    assert [rule.id for rule in SETS[code].rules if not rule.mandatory and rule.verdict == "REJECT"] == []


def test_what_only_a_verdict_is_told_of_is_told_with_its_ground() -> None:
    hidden = [rule for rules in BOOK for rule in rules.rules if rule.reveal == "VERDICT_ONLY"]
    assert [rule.id for rule in hidden] == ["GP-04B", "GP-08", "GP-15"]
    assert all(rule.ground is not None for rule in hidden)


def test_reasons_and_titles_are_in_both_languages() -> None:
    han = re.compile(r"[一-鿿]")
    for rule in (rule for rules in BOOK for rule in rules.rules):
        for wording in (rule.title, rule.reason):
            assert han.search(wording.zh), rule.id
            assert not han.search(wording.en), rule.id


def test_every_input_that_a_set_demands_is_read_by_its_rules() -> None:
    for rules in BOOK:
        conditions = " ".join(text for rule in rules.rules for clause in rule.any for text in clause.conditions)
        assert [each for each in rules.demands if each != CASE and f"input.{each}" not in conditions] == []


def test_the_scenarios_are_given_what_each_set_demands() -> None:
    assert {code: sorted(each) for code, each in GIVEN.items()} == {
        each.code: sorted(set(each.demands) - {CASE}) for each in BOOK if set(each.demands) - {CASE}
    }


# ---- what the demo has to come to: the file itself; another test asks a running gateway ----------


def test_every_scenario_is_expected_under_every_set() -> None:
    assert {(each.set, each.number) for each in EXPECTED} == {(code, number) for code in DOMAIN for number in SCENARIOS}
    assert len({each.id for each in EXPECTED}) == len(EXPECTED)
    assert {(each.number, each.uscc) for each in EXPECTED} == {
        (subject.number, subject.uscc) for subject in named() if subject.number in SCENARIOS
    }


@pytest.mark.parametrize("code", DOMAIN)
def test_what_is_expected_can_come_of_the_rules(code: str) -> None:
    by_id = {rule.id: rule for rule in SETS[code].rules}
    for each in (each for each in EXPECTED if each.set == code):
        assert each.purpose in SETS[code].purposes, each.id
        assert each.purpose in CLIENTS[each.client], each.id
        assert "credit.check.run" in CONFIGURED.clients[each.client].scopes, each.id
        assert set(each.decided_by) <= set(by_id), each.id
        assert (each.decided_by == []) == (each.verdict == "PASS"), each.id
        verdicts = {by_id[name].verdict for name in each.decided_by}
        assert {"REJECT": verdicts == {"REJECT"}, "ATTENTION": "REJECT" not in verdicts}.get(each.verdict, True), (
            each.id
        )
        assert set(each.marks) <= {rule.mark for rule in by_id.values()}, each.id
