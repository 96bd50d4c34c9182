"""Kept evidence judged again where its rules are hidden, raised, or about a lot, and what cannot be judged."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from gateway.checks.again import differences, judge_again
from gateway.checks.kept import EvidenceUnreadable, KeptCheck, KeptOutcome, keep, marked, read_kept
from gateway.checks.replay import replay_check
from gateway.checks.request import CheckRequest, Key, Row
from gateway.checks.shown import show_check
from gateway.rules import RuleBook
from tests.checks.checked import BANK, DAY, RULES, SECRET, Answers, book, checked, record, request, section, subject
from tests.checks.test_checker import basis

HIDDEN_OF_LOT: Final = """
[needs.names]
section = "changes"
fields = ["after"]

[[rules]]
id = "GP-03"
title = { zh = "串", en = "together" }
verdict = "REJECT"
scope = "LOT"
reveal = "VERDICT_ONLY"
ground = { zh = "法", en = "law" }
basis = [{ base = "x", article = "3" }]
reason = { zh = "同", en = "the same" }
[[rules.any]]
need = "names"
same = ["after"]
"""
OVERLAY: Final = """
set = "GP"
[[raise]]
rule = "GP-01"
verdict = "REJECT"
reason = { zh = "本行", en = "our own" }
"""


def book_with(folder: Path, more: str = "", head: str = "", overlay: str = "") -> RuleBook:
    folder.mkdir(parents=True, exist_ok=True)
    text = RULES.format(version="1", least=1000, more="").replace("version =", f"{head}\nversion =", 1)
    (folder / "gp.toml").write_text(text + more, encoding="utf-8")
    if overlay:
        (folder / "overlays").mkdir(exist_ok=True)
        (folder / "overlays" / "bank.toml").write_text(overlay, encoding="utf-8")
    return RuleBook.load(folder)


async def lot(folder: Path, *addresses: str) -> tuple[RuleBook, KeptCheck]:
    """Return rules with a hidden one about lots, and the check of bidders that moved to ``addresses``."""
    rules = book_with(folder, HIDDEN_OF_LOT)
    told = {f"b{at}": subject(names=section(record(f"r{at}", after=each))) for at, each in enumerate(addresses)}
    asked = CheckRequest("GP", tuple(Row(Key(each), each) for each in told), lot=True)
    return rules, keep(await checked(rules, Answers(told), asked))


@pytest.mark.parametrize(
    ("addresses", "verdict", "result"),
    [(("x", "x"), "REJECT", "HIT"), (("x", "y"), "PASS", "CLEAN")],
    ids=["a hit", "clean"],
)
async def test_what_was_hidden_of_a_lot_counts_as_it_was_told(
    tmp_path: Path, addresses: tuple[str, ...], verdict: str, result: str
) -> None:
    rules, kept = await lot(tmp_path, *addresses)
    assert (kept.verdict, kept.lot_outcomes["GP-03"].result) == (verdict, result)
    judged = judge_again(kept, rules.at("GP", DAY))
    assert judged.verdict == verdict
    assert list(differences(kept, judged)) == []
    assert judged.lot["GP-03"].withheld


async def test_a_hidden_rule_of_lots_that_was_not_there_is_unknown(tmp_path: Path) -> None:
    rules, kept = await lot(tmp_path, "x", "y")
    before = msgspec.structs.replace(kept, lot_outcomes={})
    judged = judge_again(before, rules.at("GP", DAY))
    assert (judged.verdict, judged.lot["GP-03"].result) == ("UNDETERMINED", "UNKNOWN")


async def test_a_hidden_rule_that_was_not_there_is_unknown(tmp_path: Path) -> None:
    rules = book(tmp_path)
    kept = keep(await checked(rules, Answers({"a": subject()}), request("a")))
    (one,) = kept.subjects
    outcomes: dict[str, KeptOutcome] = {name: each for name, each in one.outcomes.items() if name != "GP-02"}
    before = msgspec.structs.replace(kept, subjects=[msgspec.structs.replace(one, outcomes=outcomes)])
    judged = judge_again(before, rules.at("GP", DAY))
    assert [verdict for verdict, _ in judged.subjects] == ["UNDETERMINED"]
    assert judged.verdict == "UNDETERMINED"


async def test_a_key_that_led_to_nobody_stays_undetermined(tmp_path: Path) -> None:
    rules = book(tmp_path)
    kept = keep(await checked(rules, Answers({"a": subject(), "b": "nobody"}), request("a", "b")))
    judged = judge_again(kept, rules.at("GP", DAY))
    assert ([verdict for verdict, _ in judged.subjects], judged.verdict) == (["PASS", "UNDETERMINED"], "UNDETERMINED")


async def test_an_overlay_that_is_gone_makes_the_rules_others_than_then(tmp_path: Path) -> None:
    head = "advisory = true"
    then = book_with(tmp_path / "then", head=head, overlay=OVERLAY)
    kept = keep(await checked(then, Answers({"a": subject(["5000"])}), request("a")))
    assert (kept.verdict, kept.rule_set.overlay) == ("REJECT", then.overlay(BANK.client, "GP").digest)  # type: ignore[union-attr]
    same = replay_check("c", kept, then, DAY)
    assert (same.outcome, same.verdict_now) == ("IDENTICAL", "REJECT")
    gone = replay_check("c", kept, book_with(tmp_path / "now", head=head), DAY)
    assert (gone.outcome, gone.verdict_then, gone.verdict_now) == ("RULES_CHANGED_DIFFERENT", "REJECT", "ATTENTION")


async def test_a_subject_of_no_known_kind_is_told_as_such(tmp_path: Path) -> None:
    class Kindless(Answers):
        def _subject(self, key: str, document: str) -> dict[str, Any]:
            return super()._subject(key, document) | {"kind": "OTHERWORLDLY"}

    rules = book_with(tmp_path)
    text = RULES.format(version="1", least=1000, more="").replace(
        'verdict = "REJECT"', 'verdict = "REJECT"\nkinds = ["ENTERPRISE"]'
    )
    (tmp_path / "gp.toml").write_text(text, encoding="utf-8")
    rules = RuleBook.load(tmp_path)
    shown = show_check(await checked(rules, Kindless({"a": subject()}), request("a")), basis, SECRET)
    assert shown.verdict == "UNDETERMINED"
    assert [(each.status, each.sections) for each in shown.missing] == [("IDENTITY_UNRESOLVED", ["identity"])]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'"asOf":"{DAY}"', '"asOf":"tomorrow"'),
        (f'"asOf":"{DAY}"', '"asOf":"20261120"'),
        ('"input":{}', '"input":{"amount":-1}'),
        ('"input":{}', '"input":{"no":"such"}'),
        ("credit-gateway/evidence/1", "credit-gateway/evidence/2"),
    ],
    ids=["no day", "a day otherwise written", "a negative amount", "an unknown input", "another format"],
)
async def test_evidence_that_no_check_could_leave_is_refused_in_words(tmp_path: Path, old: str, new: str) -> None:
    text = marked(keep(await checked(book(tmp_path), Answers({"a": subject()}), request("a"))), SECRET)
    assert read_kept(text).verdict == "PASS"
    assert old in text
    with pytest.raises(EvidenceUnreadable):
        read_kept(text.replace(old, new))


PERSON: Final = "230881198501010022"


async def test_a_key_that_leads_to_nobody_is_told_without_long_numbers(tmp_path: Path) -> None:
    """It may be a person's, and an answer with its evidence is kept for years."""
    rules = book(tmp_path)
    found = await checked(rules, Answers({PERSON: "nobody", "b": subject()}), request(PERSON, "b"))
    shown = show_check(found, basis, SECRET)
    assert [each.key for each in shown.subjects] == [keep(found).subjects[0].key, "b"]
    assert PERSON not in shown.evidence
    assert PERSON not in str(shown)


async def test_what_one_client_raised_is_raised_for_nobody_else(tmp_path: Path) -> None:
    rules = book_with(tmp_path, head="advisory = true", overlay=OVERLAY)
    (tmp_path / "overlays" / "bank.toml").rename(tmp_path / "overlays" / "other.toml")
    others = RuleBook.load(tmp_path)
    found = [await checked(each, Answers({"a": subject(["5000"])}), request("a")) for each in (rules, others)]
    assert [each.verdict for each in found] == ["REJECT", "ATTENTION"]
    assert [each.overlay is None for each in found] == [False, True]
