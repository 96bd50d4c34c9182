"""What other rules would say: two rule books over the same kept evidence, subject by subject. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.checks.again import Difference, as_judged, differing, judge_again, overlay_of
from gateway.checks.kept import KeptCheck
from gateway.rules import Overlay, RuleBook, RuleSet


@dataclass(frozen=True, slots=True)
class Tried:
    """One subject of a check under other rules: the verdicts then and now, and the rules that differ."""

    subject: str
    set: str
    then: str
    now: str
    differences: tuple[Difference, ...]

    @property
    def changed(self) -> bool:
        """Whether the verdict is another."""
        return self.then != self.now


def try_rules(kept: KeptCheck, rules: RuleSet, overlay: Overlay | None = None) -> list[Tried]:
    """Return what ``rules`` make of each subject of ``kept``; ``overlay`` is what its client lays over them."""
    return compared(kept, _judged(kept, rules, overlay))


def changes(kept: Iterable[KeptCheck], before: RuleBook, after: RuleBook) -> Iterator[Tried]:
    """Yield every subject of ``kept`` with what the rules ``before`` and ``after`` make of it.

    Sets are those in force on the day of each check; a check whose set is not in both is left out.
    """
    for each in kept:
        code = each.rule_set.code
        if code in before.sets and code in after.sets:
            books = (before, after)
            then, now = (_judged(each, book.at(code, each.as_of), overlay_of(each, book, code)) for book in books)
            yield from compared(then, now)


def compared(then: KeptCheck, now: KeptCheck) -> list[Tried]:
    """Return two checks of the same subjects, held against each other."""
    return [
        Tried(
            one.key,
            now.rule_set.code,
            one.verdict,
            other.verdict,
            tuple(differing(one.key, one.outcomes, other.outcomes)),
        )
        for one, other in zip(then.subjects, now.subjects, strict=True)
    ]


def _judged(kept: KeptCheck, rules: RuleSet, overlay: Overlay | None) -> KeptCheck:
    return as_judged(kept, rules, judge_again(kept, rules, overlay))
