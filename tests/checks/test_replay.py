"""A check that is handed back: judged again by the rules of then, or those of now, over what its client kept."""

from pathlib import Path
from typing import Final

import msgspec
import orjson
import pytest

from gateway.checks.again import overlay_of
from gateway.checks.kept import EvidenceUnreadable, keep, marked, read_kept
from gateway.checks.replay import CheckReplay, replay_checks
from gateway.checks.whatif import changes, try_rules
from gateway.rules import RuleBook
from tests.checks.checked import DAY, SECRET, Answers, book, checked, request, subject


async def replayed(tmp_path: Path, then: int, now: tuple[str, int], *fines: str, level: str = "A") -> CheckReplay:
    """Return the replay of a check made while fines from ``then`` yuan counted, by the version and the limit of now."""
    found = await checked(book(tmp_path / "then", "1", then), Answers({"a": subject(fines, level)}), request("a"))
    answer = orjson.dumps({"data": {"check": {"evidence": marked(keep(found), SECRET)}}}).decode()
    (told,) = replay_checks(answer, book(tmp_path / "now", *now), DAY, [SECRET])
    return told


async def test_by_the_rules_of_then_it_comes_to_the_same(tmp_path: Path) -> None:
    told = await replayed(tmp_path, 1000, ("1", 1000), "5000", level="D")
    assert (told.outcome, told.verdict_then, told.verdict_now) == ("IDENTICAL", "REJECT", "REJECT")
    assert (told.path, told.version_then, told.differences) == ("check", "1", [])


async def test_what_was_for_a_verdict_only_counts_as_it_was_told(tmp_path: Path) -> None:
    told = await replayed(tmp_path, 1000, ("1", 1000), level="D")
    assert (told.outcome, told.verdict_then, told.verdict_now) == ("IDENTICAL", "ATTENTION", "ATTENTION")


async def test_rules_that_were_replaced_say_what_differs(tmp_path: Path) -> None:
    told = await replayed(tmp_path, 10_000, ("2", 1000), "5000")
    assert (told.outcome, told.verdict_then, told.verdict_now) == ("RULES_CHANGED_DIFFERENT", "PASS", "REJECT")
    (difference,) = told.differences
    assert (difference.subject, difference.rule, difference.then, difference.now) == ("a", "GP-01", "CLEAN", "HIT")
    assert (difference.verdict_then, difference.verdict_now) == (None, "REJECT")


async def test_rules_that_were_replaced_may_come_to_the_same(tmp_path: Path) -> None:
    told = await replayed(tmp_path, 1000, ("2", 2000), "5000")
    assert (told.outcome, told.version_now) == ("RULES_CHANGED_IDENTICAL", "2")


async def test_a_set_that_is_gone_judges_nothing(tmp_path: Path) -> None:
    found = await checked(book(tmp_path / "then"), Answers({"a": subject()}), request("a"))
    kept = msgspec.structs.replace(keep(found), rule_set=msgspec.structs.replace(keep(found).rule_set, code="XX"))
    answer = orjson.dumps({"data": {"c": [{"evidence": marked(kept, SECRET)}]}}).decode()
    (told,) = replay_checks(answer, book(tmp_path / "then"), DAY, [SECRET])
    assert (told.path, told.outcome, told.verdict_now) == ("c.0", "RULES_GONE", None)


OWN: Final = 'set = "GP"\n[[raise]]\nrule = "GP-01"\nverdict = "{}"\nreason = {{ zh = "本行", en = "{}" }}\n'


def advisory(folder: Path, raised: str | None, why: str = "ours") -> RuleBook:
    """Return the book in ``folder`` as an advisory one, over which `bank` lays its own rule, if it raises any."""
    book(folder)
    path = folder / "gp.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('version = "1"', 'version = "1"\nadvisory = true'), encoding="utf-8")
    if raised is not None:
        (folder / "overlays").mkdir()
        (folder / "overlays" / "bank.toml").write_text(OWN.format(raised, why), encoding="utf-8")
    return RuleBook.load(folder)


@pytest.mark.parametrize(
    ("now", "why", "outcome", "verdict"),
    [
        ("REJECT", "ours", "IDENTICAL", "REJECT"),
        ("REJECT", "ours too", "RULES_CHANGED_IDENTICAL", "REJECT"),
        ("ATTENTION", "ours", "RULES_CHANGED_DIFFERENT", "ATTENTION"),
        (None, "", "RULES_CHANGED_DIFFERENT", "ATTENTION"),
    ],
    ids=["the same", "other words", "lower", "gone"],
)
async def test_what_a_client_laid_over_the_rules_is_among_those_of_then(
    tmp_path: Path, now: str | None, why: str, outcome: str, verdict: str
) -> None:
    then, today = advisory(tmp_path / "then", "REJECT"), advisory(tmp_path / "now", now, why)
    kept = keep(await checked(then, Answers({"a": subject(["5000"])}), request("a")))
    answer = orjson.dumps({"data": {"c": {"evidence": marked(kept, SECRET)}}}).decode()
    (told,) = replay_checks(answer, today, DAY, [SECRET])
    assert (told.verdict_then, told.outcome, told.verdict_now) == ("REJECT", outcome, verdict)
    (tried,) = try_rules(kept, today.at("GP", DAY), overlay_of(kept, today, "GP"))
    assert (tried.then, tried.now) == ("REJECT", verdict)
    (changed,) = changes([kept], then, today)
    assert (changed.then, changed.now) == ("REJECT", verdict)


@pytest.mark.parametrize("answer", ["", "[]", '{"data": null}', '{"data": {"a": {"evidence": "{}"}}}', "nonsense"])
def test_an_answer_without_a_check_has_none_to_replay(tmp_path: Path, answer: str) -> None:
    assert replay_checks(answer, book(tmp_path), DAY, [SECRET]) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other/1"}'])
def test_what_is_no_evidence_is_refused_in_words(text: str) -> None:
    with pytest.raises(EvidenceUnreadable):
        read_kept(text)
