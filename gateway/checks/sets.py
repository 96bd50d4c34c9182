"""Rule sets as the graph shows them: the attributes are those of `RuleSet` and `CheckRule` in `schema.check`. Pure."""

from dataclasses import dataclass

from gateway.checks.model import ShownRuleBasis
from gateway.checks.shown import Bases, Telling
from gateway.rules import needs_of
from gateway.rules.model import Overlay, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule as it is declared."""

    id: str
    title: str
    title_en: str
    kinds: list[str] | None
    needs: list[str]
    verdict: str | None
    mark: str | None
    mandatory: bool
    reveal: str
    reason: str
    reason_en: str
    basis: list[ShownRuleBasis]
    in_force_from: str | None
    in_force_to: str | None


@dataclass(frozen=True, slots=True)
class ShownRaise:
    """What a client raises a rule to, and why."""

    rule: str
    verdict: str
    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class ShownOverlay:
    """What a client laid over a set of its own accord."""

    client: str
    digest: str
    raises: list[ShownRaise]


@dataclass(frozen=True, slots=True)
class ShownSet:
    """A rule set as it is declared."""

    code: str
    version: str
    digest: str
    title: str
    title_en: str
    purposes: list[str]
    advisory: bool
    demands: list[str]
    in_force_from: str | None
    in_force_to: str | None
    rules: list[ShownRule]
    overlay: ShownOverlay | None


def show_set(declared: RuleSet, bases: Bases, overlay: Overlay | None) -> ShownSet:
    """Return ``declared`` as it is shown; ``bases`` looks legal bases up, ``overlay`` is that of whoever asks."""
    telling = Telling(declared, bases)
    return ShownSet(
        declared.code,
        declared.version,
        declared.digest,
        declared.title.zh,
        declared.title.en,
        list(declared.purposes),
        declared.advisory,
        list(declared.demands),
        declared.from_,
        declared.to,
        [_rule(rule, declared, telling) for rule in declared.rules],
        None if overlay is None else _overlay(overlay),
    )


def _overlay(overlay: Overlay) -> ShownOverlay:
    raises = [ShownRaise(each.rule, each.verdict, each.reason.zh, each.reason.en) for each in overlay.raises]
    return ShownOverlay(overlay.client, overlay.digest, raises)


def _rule(rule: Rule, declared: RuleSet, telling: Telling) -> ShownRule:
    return ShownRule(
        id=rule.id,
        title=rule.title.zh,
        title_en=rule.title.en,
        kinds=[str(each) for each in rule.kinds] or None,
        needs=list(dict.fromkeys(declared.needs[name].section for name in needs_of(rule))),
        verdict=None if rule.verdict == "NOTE" else rule.verdict,
        mark=rule.mark,
        mandatory=rule.mandatory,
        reveal=rule.reveal,
        reason=rule.reason.zh,
        reason_en=rule.reason.en,
        basis=telling.basis(rule.basis),
        in_force_from=rule.from_,
        in_force_to=rule.to,
    )
