"""A check: what is needed is asked once for all, what is hidden apart, and keys that lead to nobody are never clean."""

from pathlib import Path

import msgspec
import pytest

from gateway.catalogue.shown import ShownBasis
from gateway.checks.checker import Checker
from gateway.checks.kept import keep
from gateway.checks.shown import show_check
from gateway.inner import Inner
from gateway.rules import NoRuleSet, RuleBook
from tests.checks.checked import BANK, DAY, Answers, book, checked, fine, record, request, section, subject


def basis(code: str) -> ShownBasis:
    return ShownBasis(code, code, "i", None, None, "LAW", None, None, True, None)


async def test_all_subjects_are_asked_about_at_once_and_each_once(tmp_path: Path) -> None:
    answers = Answers({"a": subject(), "b": subject(["5000"])})
    found = await checked(book(tmp_path), answers, request("a", "b", "a"))
    assert [len(each.variables["keys"]) for each in answers.asked] == [2, 2]
    assert [each.verdict for each in found.evaluation.subjects] == ["PASS", "REJECT", "PASS"]
    assert found.verdict == "REJECT"
    assert len(found.receipts) == 2


async def test_what_is_for_a_verdict_only_is_asked_apart_and_told_to_nobody(tmp_path: Path) -> None:
    answers = Answers({"a": subject(level="D")})
    found = await checked(book(tmp_path), answers, request("a"))
    open_, hidden = answers.asked
    assert "ratings" not in open_.document
    assert "fines" not in hidden.document
    # whose names are known from the first question no register is asked for twice
    assert "kind name" in open_.document
    assert "kind name" not in hidden.document
    assert open_.caller.evaluates == frozenset()
    assert hidden.caller.evaluates >= {"TaxCreditRating.level"}
    assert not any("Penalty" in name for name in hidden.caller.evaluates)
    shown = show_check(found, basis)
    assert shown.verdict == "ATTENTION"
    (outcome,) = [each for each in shown.subjects[0].rules if each.rule == "GP-02"]
    assert (outcome.result, outcome.verdict, outcome.evidence) == ("HIT", "ATTENTION", [])
    assert '"D"' not in msgspec.json.encode(shown).decode()
    assert "rating" not in msgspec.json.decode(shown.evidence)["subjects"][0]["sections"]


@pytest.mark.parametrize(("state", "told"), [("UNKNOWN", "UNAVAILABLE"), ("NOT_COVERED", "WITHHELD")])
async def test_of_what_is_hidden_only_sources_that_are_away_are_named(tmp_path: Path, state: str, told: str) -> None:
    ratings = section(state=state) if state == "UNKNOWN" else {**section(state=state), "coverage": []}
    found = await checked(book(tmp_path), Answers({"a": subject(ratings=ratings)}), request("a"))
    shown = show_check(found, basis)
    assert shown.verdict == "UNDETERMINED"
    assert [each.status for each in shown.missing] == [told]


async def test_a_key_that_leads_to_nobody_is_never_a_pass(tmp_path: Path) -> None:
    found = await checked(book(tmp_path), Answers({"a": subject(), "b": "没有。None"}), request("b", "a"))
    shown = show_check(found, basis)
    assert [each.verdict for each in shown.subjects] == ["UNDETERMINED", "PASS"]
    assert (shown.verdict, shown.subjects[0].problem) == ("UNDETERMINED", "没有。None")
    assert "check the identifier" in shown.next_step


async def test_a_source_that_is_closed_says_when_to_ask_again(tmp_path: Path) -> None:
    closed = section(state="UNKNOWN")
    closed["coverage"][0] |= {"status": "CLOSED", "until": "2026-11-21T05:30:00+08:00"}
    found = await checked(book(tmp_path), Answers({"a": {**subject(), "fines": closed}}), request("a"))
    shown = show_check(found, basis)
    assert (shown.verdict, shown.ask_again_after) == ("UNDETERMINED", "2026-11-21T05:30:00+08:00")
    assert "2026-11-21T05:30:00+08:00" in shown.next_step


async def test_a_set_that_is_not_there_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    answers = Answers({"a": subject()})
    with pytest.raises(NoRuleSet, match="GP"):
        await checked(book(tmp_path), answers, msgspec.structs.replace(request("a"), rule_set="XX"))
    assert answers.asked == []


async def test_versions_of_a_set_are_judged_over_what_was_asked_once(tmp_path: Path) -> None:
    strict, mild = book(tmp_path / "strict", "1", 100), book(tmp_path / "mild", "2", 1000)
    wider = book(tmp_path / "wider", "3", 1000, more='"decidedOn", "categories"')
    sets = [each.at("GP", DAY) for each in (strict, mild, wider)]
    fines, other = section(fine("500")), section(fine("5000"))
    answers = Answers(
        {"a": {"need1": fines, "need2": section(record("r", level="D")), "need3": other}, "b": "没有。None"}
    )
    found = await Checker(Inner(answers.put), RuleBook).check_by(request("a", "b"), sets, BANK, DAY)
    assert len(answers.asked) == 2, "once under the caller's rights, once for what is hidden"
    open_, hidden = (each.document for each in answers.asked)
    assert [f"need{at}: " in open_ for at in (1, 2, 3)] == [True, False, True]
    assert [f"need{at}: " in hidden for at in (1, 2, 3)] == [False, True, False]
    results = [{each.rule: each.result for each in one.evaluation.subjects[0].outcomes} for one in found]
    assert [each["GP-01"] for each in results] == ["HIT", "CLEAN", "HIT"], "each by its own needs"
    assert {each["GP-02"] for each in results} == {"HIT"}
    for one in found:
        kept = keep(one)
        assert list(kept.subjects[0].sections) == ["fines"], "under the names of the set, and nothing that is hidden"
        assert kept.subjects[1].problem == "没有。None"
