"""How severe a penalty is: what its source says, else its sector's standard, else the default of its rule set.

Decided 2026-11: a fact that is not there does not hold (a source without procedures tells of no simple one), so the
general class is what is left; a fact that could not be read leaves open whatever it could have meant.

What follows from codes alone is remembered: it is the same for very many records, and holds nothing of any of them.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Final, get_args

from gateway.disclosure.facts import PenaltyFacts
from gateway.disclosure.model import Condition, Override, Rules, RuleSet, Severity, Weight
from schema.values import Money

_SOURCE: Final[dict[str | None, Weight]] = {name: ((name,), "SOURCE") for name in get_args(Severity)}
_OPEN: Final[Weight] = (get_args(Severity), None)
_WEIGHED: Final = frozenset({"source_severity", "categories", "procedure", "fine_amount"})
"""Facts on which a severity rests in every rule set."""
_CURRENCY: Final = "CNY"


def weigh(rules: Rules, rule_set: RuleSet, facts: PenaltyFacts) -> Weight:
    """Return the severities that the penalty may have under ``rule_set``, usually one, and what says so."""
    said = _SOURCE.get(facts.source_severity)
    if said is not None:
        return said
    if facts.unread and not facts.unread.isdisjoint(_WEIGHED):
        return _OPEN
    fined = 0 if facts.fine_amount is None else _fined(rule_set, facts.fine_amount)
    default, overrides = _by_codes(rule_set, facts.procedure, tuple(facts.categories or ()), fined)
    for override in overrides:
        within = _within(rules, override, facts)
        if within:
            return override.weight
        if within is None:
            return (*default[0], *override.weight[0]), None
    return default


def said_severity(severity: str | None) -> tuple[Severity | None, str | None]:
    """Return the severity that a source says, and that it does; UNCLASSIFIED says nothing."""
    said = _SOURCE.get(severity)
    return (None, None) if said is None else (said[0][0], said[1])


def _fined(rule_set: RuleSet, fine: Money) -> int:
    """Return how many of the amounts of ``rule_set`` the fine reaches; one in another currency is not compared."""
    reached = 0
    if rule_set.amounts and fine.currency == _CURRENCY:
        amount = Decimal(fine.amount)
        for least in rule_set.amounts:
            if amount < least:
                break
            reached += 1
    return reached


@lru_cache(maxsize=4096)
def _by_codes(
    rule_set: RuleSet, procedure: str | None, categories: tuple[str, ...], fined: int
) -> tuple[Weight, tuple[Override, ...]]:
    """Return the default of a penalty, and the standards that go before it if it belongs to their domain."""
    reached = rule_set.amounts[:fined]
    held = (rule.weight for rule in rule_set.rules if _holds(rule.condition, procedure, categories, reached))
    default = next(held, rule_set.otherwise)
    overrides = tuple(
        each
        for each in rule_set.overrides
        if each.over.issuperset(default[0]) and _holds(each.condition, procedure, categories, reached)
    )
    return default, overrides


def _holds(
    condition: Condition, procedure: str | None, categories: tuple[str, ...], reached: tuple[Decimal, ...]
) -> bool:
    return (
        condition.procedure in {None, procedure}
        and (condition.fine_from is None or condition.fine_from in reached)
        and (condition.any_of is None or not condition.any_of.isdisjoint(categories))
        and (condition.all_of is None or condition.all_of.issubset(categories))
        and (condition.only is None or (bool(categories) and condition.only.issuperset(categories)))
    )


def _within(rules: Rules, override: Override, facts: PenaltyFacts) -> bool | None:
    """Return whether the penalty belongs to the domain of ``override``; None when that could not be read."""
    if facts.domain is not None:
        return facts.domain == override.domain
    domain = rules.domains[override.domain]
    if facts.department in domain.departments:
        return True
    grounds = facts.legal_grounds
    if grounds is not None:
        for law in domain.citations:
            if law in grounds:
                return True
    if facts.unread and ("domain" in facts.unread or ("legal_grounds" in facts.unread and domain.citations)):
        return None
    return False
