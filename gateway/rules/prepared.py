"""A rule set made ready for a day: its conditions compiled, with what each reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from gateway.rules.conditions import Program, program, read_condition
from gateway.rules.conditions.types import TIMES, Type, record_of
from gateway.rules.facts import IN_FORCE
from gateway.rules.model import Clause, Rule, RuleSet, Scope
from gateway.rules.needs import PreparedNeed, prepare_need
from gateway.rules.reads import inputs, touched
from gateway.rules.variables import common_variables


@dataclass(frozen=True, slots=True)
class PreparedClause:
    """One clause; ``judge`` is its condition over a record, or its test, None of `same`.

    ``touched`` are the needs that conditions read as `first.<need>` or `all.<need>`, ``inputs`` the inputs they read,
    ``states`` those in which a record counts; ``timed`` tells that the newest are told by a date, not by a number.
    """

    clause: Clause
    judge: Program | None
    over: Program | None
    for_each: Program | None
    touched: frozenset[str]
    inputs: frozenset[str]
    states: frozenset[str]
    timed: bool


@dataclass(frozen=True, slots=True)
class PreparedRule:
    """One rule with its clauses."""

    rule: Rule
    clauses: tuple[PreparedClause, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule set for a day: its needs by name, and those of its rules that are in force then."""

    needs: Mapping[str, PreparedNeed]
    rules: tuple[PreparedRule, ...]


@lru_cache(maxsize=64)
def prepare(rules: RuleSet, as_of: str) -> Prepared:
    """Return ``rules`` made ready for the day ``as_of`` (ISO)."""
    needs = {name: prepare_need(need, as_of) for name, need in rules.needs.items()}
    records = {name: record_of(need.types) for name, need in needs.items()}
    in_force = [rule for rule in rules.rules if rule.in_force(as_of)]
    return Prepared(needs, tuple(_rule(rule, records, as_of) for rule in in_force))


def _rule(rule: Rule, records: Mapping[str, Type], as_of: str) -> PreparedRule:
    return PreparedRule(rule, tuple(_clause(clause, records, rule.scope, as_of) for clause in rule.any))


def _clause(clause: Clause, records: Mapping[str, Type], scope: Scope, as_of: str) -> PreparedClause:
    common = common_variables(records, scope)
    own = {**common, "e": records[clause.need]} if clause.need is not None else common
    if clause.for_each is not None:
        own["r"] = read_condition(clause.for_each, common).type.item
    judge = _program(clause.when or clause.lacks or clause.test, own, as_of)
    over = _program(clause.over, common, as_of)
    for_each = _program(clause.for_each, common, as_of)
    reads = frozenset[str]().union(*(each.reads for each in (judge, over, for_each) if each is not None))
    return PreparedClause(
        clause=clause,
        judge=judge,
        over=over,
        for_each=for_each,
        touched=touched(reads),
        inputs=inputs(reads),
        states=IN_FORCE | {state for state, counts in _more_states(clause) if counts},
        timed=clause.latest is not None and _is_time(records[clause.need or ""], clause.latest),
    )


def _is_time(record: Type, path: str) -> bool:
    for step in path.split("."):
        record = (record.fields or {})[step]
    return record.form in TIMES


def _more_states(clause: Clause) -> tuple[tuple[str, bool], ...]:
    return ("PUBLICITY_ENDED", clause.ended), ("NOT_PUBLISHABLE", clause.minor), ("REPAIRED", clause.repaired)


def _program(text: str | None, variables: Mapping[str, Type], as_of: str) -> Program | None:
    return None if text is None else program(text, read_condition(text, variables).reads, as_of)
