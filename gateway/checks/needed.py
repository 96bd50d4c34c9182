"""What rule sets need, made ready to be asked: needs by name, and the queries that ask them. Pure.

What rules evaluate on a legal ground and show to nobody (`VERDICT_ONLY`) is asked apart, under rights that open exactly
its fields.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.checks.document import HIDDEN_OPERATION, document_of, entity_of, fields_of
from gateway.rules import RuleSet, needs_of
from gateway.rules.model import Need
from gateway.rules.reads import needs_of_clause

VERDICT_ONLY: Final = "VERDICT_ONLY"


@dataclass(frozen=True, slots=True)
class Needed:
    """What rules need: in the ``open`` under the caller's own rights, and ``hidden``, for a verdict only.

    ``fields`` are what the second may read, `Entity.field`; ``looks_back`` the entities of which records count to it,
    by a clause that says so, when their publicity has ended.
    """

    open: Mapping[str, Need]
    hidden: Mapping[str, Need]
    open_document: str | None
    hidden_document: str | None
    fields: frozenset[str]
    looks_back: frozenset[str]


@dataclass(frozen=True, slots=True)
class Joined:
    """What several rule sets need, each thing once; ``names`` tells for each set what its needs are called there."""

    needed: Needed
    names: Sequence[Mapping[str, str]]


def needed_by(rule_set: RuleSet) -> Needed:
    """Return what ``rule_set`` needs, under the names that it gives."""
    hidden = _hidden(rule_set)
    return _ready(
        {name: need for name, need in rule_set.needs.items() if name not in hidden},
        {name: need for name, need in rule_set.needs.items() if name in hidden},
        _looks_back([rule_set]),
    )


def joined(rule_sets: Sequence[RuleSet]) -> Joined:
    """Return what ``rule_sets`` need: what several need alike, and with the same rights, is there once."""
    known: dict[tuple[bool, bytes], str] = {}
    open_: dict[str, Need] = {}
    hidden: dict[str, Need] = {}
    names: list[dict[str, str]] = []
    for each in rule_sets:
        secret = _hidden(each)
        called: dict[str, str] = {}
        names.append(called)
        for name, need in each.needs.items():
            alike = (name in secret, msgspec.json.encode(need, order="deterministic"))
            called[name] = known.setdefault(alike, f"need{len(known) + 1}")
            (hidden if name in secret else open_)[called[name]] = need
    return Joined(_ready(open_, hidden, _looks_back(rule_sets)), names)


def _ready(open_: Mapping[str, Need], hidden: Mapping[str, Need], looks_back: frozenset[str]) -> Needed:
    return Needed(
        open_,
        hidden,
        document_of(open_) if open_ or not hidden else None,
        document_of(hidden, HIDDEN_OPERATION, named=not open_) if hidden else None,
        frozenset(name for need in hidden.values() for name in fields_of(need)),
        looks_back,
    )


def _hidden(rule_set: RuleSet) -> frozenset[str]:
    return frozenset(name for rule in rule_set.rules if rule.reveal == VERDICT_ONLY for name in needs_of(rule))


def _looks_back(rule_sets: Iterable[RuleSet]) -> frozenset[str]:
    """Return the entities that hidden rules of ``rule_sets`` look back at; never those of persons."""
    clauses = (
        (each.needs, clause)
        for each in rule_sets
        for rule in each.rules
        if rule.reveal == VERDICT_ONLY
        for clause in rule.any
    )
    found = (entity_of(needs[name]) for needs, clause in clauses if clause.ended for name in needs_of_clause(clause))
    return frozenset(entity for entity in found if entity is not None)
