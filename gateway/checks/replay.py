"""The checks of an answer that is handed back, judged again by the rules of then, or those of now. Pure.

An answer holds what is needed when its client selected `evidence`; what it did not select cannot be judged again.

# INVARIANT: only evidence that this gateway marked is judged. An answer quotes keys, names of bidders, case numbers and
texts of sources: one that reads like evidence is no check, however well the answer is proven.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from gateway.checks.again import Difference, differences, judge_again, overlay_of
from gateway.checks.kept import EvidenceUnreadable, KeptCheck, KeptOutcome, is_own, read_kept
from gateway.ledger import Secret
from gateway.rules import NoRuleSet, RuleBook, RuleSet

MAXIMUM_CHECKS: Final = 20
WORDS: Final = {
    "IDENTICAL": ("按当时的规则重新判断，结论相同", "judged again by the rules of then, it comes to the same"),
    "DIFFERENT": ("按当时的规则重新判断，结论不同", "judged again by the rules of then, it comes to something else"),
    "RULES_CHANGED_IDENTICAL": (
        "当时的规则集已被替换；按现行版本判断，结论相同",
        "the rules of then were replaced; by those in force now it comes to the same",
    ),
    "RULES_CHANGED_DIFFERENT": (
        "当时的规则集已被替换；按现行版本判断，结论不同",
        "the rules of then were replaced; by those in force now it comes to something else",
    ),
    "RULES_GONE": ("该规则集已不存在，无法重新判断", "there is no such rule set any more: it cannot be judged again"),
}


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A rule that comes to something else than it did."""

    subject: str
    rule: str
    then: str | None
    now: str | None
    verdict_then: str | None
    verdict_now: str | None


@dataclass(frozen=True, slots=True)
class CheckReplay:
    """One check of the answer, judged again."""

    path: str
    rule_set: str
    version_then: str
    version_now: str | None
    as_of: str
    verdict_then: str
    verdict_now: str | None
    outcome: str
    zh: str
    en: str
    differences: list[ShownDifference]


def replay_checks(answer: str, book: RuleBook, today: str, secrets: Sequence[Secret]) -> list[CheckReplay]:
    """Return what becomes of every check in ``answer``, the exact text of a response, marked by one of ``secrets``."""
    try:
        content = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return []
    found = kept_checks(content.get("data")) if isinstance(content, dict) else iter(())
    own = islice(((path, kept) for path, kept in found if is_own(kept, secrets)), MAXIMUM_CHECKS)
    return [replay_check(path, kept, book, today) for path, kept in own]


def kept_checks(at: Any, path: str = "") -> Iterator[tuple[str, KeptCheck]]:
    """Yield the evidence of every check in ``at``, data of a response, with its path."""
    if isinstance(at, list):
        for place, each in enumerate(at):
            yield from kept_checks(each, f"{path}.{place}")
    if not isinstance(at, dict):
        return
    for name, each in at.items():
        if isinstance(each, str) and each.startswith('{"format":"credit-gateway/evidence/'):
            try:
                yield path.removeprefix("."), read_kept(each)
            except EvidenceUnreadable:
                continue
        else:
            yield from kept_checks(each, f"{path}.{name}")


def replay_check(path: str, kept: KeptCheck, book: RuleBook, today: str) -> CheckReplay:
    """Return ``kept`` judged again: by the set of the same digest, else by the one now in force.

    What its client had laid over the set is among the rules of then: where that is another now, or gone, they changed.
    """
    rules, same = _rules(kept, book, today)
    if rules is None:
        return _told(path, kept, None, "RULES_GONE", None, [])
    overlay = overlay_of(kept, book, kept.rule_set.code)
    same = same and kept.rule_set.overlay == (None if overlay is None else overlay.digest)
    judged = judge_again(kept, rules, overlay)
    found = list(differences(kept, judged))
    alike = not found and judged.verdict == kept.verdict
    outcome = ("" if same else "RULES_CHANGED_") + ("IDENTICAL" if alike else "DIFFERENT")
    return _told(path, kept, rules, outcome, judged.verdict, found)


def _rules(kept: KeptCheck, book: RuleBook, today: str) -> tuple[RuleSet | None, bool]:
    for each in book:
        if each.code == kept.rule_set.code and each.digest == kept.rule_set.digest:
            return each, True
    try:
        return book.at(kept.rule_set.code, today), False
    except NoRuleSet:
        return None, False


def _told(
    path: str,
    kept: KeptCheck,
    rules: RuleSet | None,
    outcome: str,
    verdict: str | None,
    found: Sequence[Difference],
) -> CheckReplay:
    zh, en = WORDS[outcome]
    return CheckReplay(
        path=path,
        rule_set=kept.rule_set.code,
        version_then=kept.rule_set.version,
        version_now=None if rules is None else rules.version,
        as_of=kept.as_of,
        verdict_then=kept.verdict,
        verdict_now=verdict,
        outcome=outcome,
        zh=zh,
        en=en,
        differences=[_difference(each) for each in found],
    )


def _difference(each: Difference) -> ShownDifference:
    def result(told: KeptOutcome | None) -> str | None:
        return None if told is None else told.result

    def verdict(told: KeptOutcome | None) -> str | None:
        return None if told is None else told.verdict

    return ShownDifference(
        each.subject, each.rule, result(each.then), result(each.now), verdict(each.then), verdict(each.now)
    )
