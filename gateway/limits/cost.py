"""What a plan costs at most: the calls to each source, each weighted by the source's declared `cost`.

Pure and linear in the plan: no source is asked to find out how many records there are, so a section that leads on to
other subjects counts as full (`first` of it) for every subject above it. A subject counts as one key; the former names
that a register may know of it beside its name are not foreseen.

A call is one batch: n keys cost ceil(n / `batch_size`) calls of every table that is asked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from graphql.execution.values import VariableValues

from gateway.plan.asks import CROSSWALK_FIELDS, KNOWN_SCHEMES
from gateway.plan.model import Ask, Need, Plan, Stage

_USCC_LENGTH = 18
READS: Final = {"audit_trail": 1, "field_trace": 1, "disclosure_stats": 10, "inquiries": 1}
"""Kinds of roots that read the ledger -> what they cost at least: figures of a period read all of it."""
ENTRIES_PER_COST: Final = 100
_BY_ANY = ""
"""Stands for the scheme of a key that was given without one: which registers are asked depends on how it reads."""


def keys_of(plan: Plan, variables: VariableValues) -> list[list[Any]]:
    """Return the keys of the subjects that each root field asks for; raises `BadQuery`, `TooCostly` as reading does."""
    return [root.keys(variables) if root.keys is not None else [] for root in plan.roots]


def cost_of(plan: Plan, variables: VariableValues, keys: Sequence[list[Any]] | None = None) -> int:
    """Return an upper bound of what ``plan`` costs under ``variables``; raises as the readers of arguments do.

    ``keys`` are those of each root field, where they have been read already.
    """
    keys = keys_of(plan, variables) if keys is None else keys
    users = {index: len(each) for index, each in enumerate(keys)}
    return _lookups(plan, keys) + _stage(plan, plan.stage, users, variables) + _own(plan, variables)


def _own(plan: Plan, variables: VariableValues) -> int:
    """Return the cost of reading the ledger: one for each root, and one more for every hundred entries of a page."""
    costs = [(READS[root.kind], root.arguments(variables)) for root in plan.roots if root.kind in READS]
    return sum(least + max(0, said.get("first", 0)) // ENTRIES_PER_COST for least, said in costs)


def _stage(plan: Plan, stage: Stage, users: Mapping[int, int], variables: VariableValues) -> int:
    """Return the cost of ``stage``, and of those behind it, for so many subjects of each root field or use."""
    total = 0
    translated: set[int] = set()
    for need in stage.needs.values():
        asking = {index for index, _ in need.users}
        subjects = sum(users.get(index, 0) for index in asking)
        if need.translated:
            translated |= asking
        total += sum(_calls(ask, subjects) for ask in need.asks if ask.refused is None)
        total += _links(plan, need, subjects, variables)
    return total + _translation(plan, stage, sum(users.get(index, 0) for index in translated))


def _links(plan: Plan, need: Need, subjects: int, variables: VariableValues) -> int:
    total = 0
    for follow in need.follows.values():
        linked = {use.index: subjects * use.arguments(variables).first for use in follow.uses}
        total += _stage(plan, follow.stage, linked, variables) if linked else 0
    return total


def _calls(ask: Ask, keys: int) -> int:
    return -(-keys // ask.source.batch_size) * ask.source.cost


def _translation(plan: Plan, stage: Stage, subjects: int) -> int:
    """Return the cost of learning the codes that sources of ``stage`` ask by, and of seeing whose they are."""
    total = 0
    if not stage.crosswalk or not subjects:
        return total
    for ask in _registers(plan):
        gives = any(CROSSWALK_FIELDS.get(scheme) in ask.fields for scheme in stage.crosswalk)
        if gives and not KNOWN_SCHEMES.isdisjoint(ask.entity.keys):
            total += _calls(ask, subjects)
        total += sum(_calls(ask, subjects) for scheme in stage.crosswalk if scheme in ask.entity.keys)
    return total


def _lookups(plan: Plan, keys: Sequence[list[Any]]) -> int:
    """Return the cost of finding the subjects of keys that hold no unified code."""
    asked = Counter(
        scheme
        for root, each in zip(plan.roots, keys, strict=True)
        if root.kind != "entities"
        for scheme in _foreign(each)
    )
    if not asked:
        return 0
    return sum(
        _calls(ask, count) + (0 if scheme else _further(ask, count))
        for scheme, count in asked.items()
        for ask in _registers(plan)
        if not scheme or not {scheme, "ORG_CODE"}.isdisjoint(ask.entity.keys)
    )


def _further(ask: Ask, keys: int) -> int:
    """Return the cost of the calls that ``keys`` of unknown schemes may take beside: each scheme is asked apart."""
    return (min(keys, len(ask.entity.keys)) - 1) * ask.source.cost


def _foreign(keys: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Yield the schemes of ``keys`` that a register must be asked about."""
    for key in keys:
        scheme = key.get("scheme")
        name = getattr(scheme, "name", scheme) or _BY_ANY
        unified = len(key["value"]) == _USCC_LENGTH and key["value"].isascii()
        if name != "USCC" and not (name == _BY_ANY and unified):
            yield name


def _registers(plan: Plan) -> Iterable[Ask]:
    return (ask for ask in plan.crosswalk if ask.refused is None)
