"""From the disclosure file to the compiled rules."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from connectors.declaration import joined, read_toml, sound_part
from connectors.errors import ConfigError, Mistake
from gateway.disclosure.declared import ConditionSpec, Declared, OverrideSpec, PeriodSpec, RuleSetSpec
from gateway.disclosure.mistakes import Known, mistakes
from gateway.disclosure.model import (
    UNJUDGED,
    Condition,
    Domain,
    Override,
    Period,
    Rule,
    Rules,
    RuleSet,
    Showing,
    Weight,
    Window,
)
from gateway.policy import Audience


def load_disclosure(path: Path, known: Known) -> Rules:
    """Return the rules of the disclosure file ``path``; raises `ConfigError` with every mistake of it."""
    found: list[Mistake] = []
    tables = read_toml(path)
    sound = sound_part(tables, Declared, "", lambda place, message: found.append(Mistake(path.name, place, message)))
    found += [Mistake(path.name, place, message) for place, message in mistakes(sound, known)]
    if found:
        raise ConfigError(found)
    return _compile(msgspec.convert(tables, Declared), tables, sha256(path.read_bytes()).hexdigest()[:16])


def _compile(declared: Declared, tables: Mapping[str, Any], version: str) -> Rules:
    sets = [_rule_set(name, spec, declared.severity_overrides) for name, spec in declared.rule_sets.items()]
    periods = {**declared.lists, **declared.records}
    return Rules(
        version=version,
        rule_sets=tuple(sorted(sets, key=lambda each: each.since, reverse=True)),
        domains={
            name: Domain(frozenset(spec.departments), tuple(spec.citations)) for name, spec in declared.domains.items()
        },
        periods={name: _period(spec) for name, spec in periods.items()},
        cells=dict(_cells(declared)),
        unverified=tuple(_unverified(tables, "")),
    )


def _rule_set(name: str, spec: RuleSetSpec, declared: list[OverrideSpec]) -> RuleSet:
    rules = tuple(
        Rule(_condition(rule.when), (tuple(rule.severities), f"DEFAULT {name} {rule.name} {rule.basis}"))
        for rule in spec.rules
    )
    overrides = tuple(_override(each) for each in declared if name in each.rule_sets)
    conditions = [*(rule.condition for rule in rules), *(override.condition for override in overrides)]
    return RuleSet(
        name=name,
        since=spec.since or "",
        windows={
            severity: Window(window.published, window.min_months, window.max_months)
            for severity, window in spec.windows.items()
        },
        rules=rules,
        otherwise=((spec.otherwise,), f"DEFAULT {name} OTHERWISE {spec.basis[0]}"),
        overrides=overrides,
        amounts=tuple(sorted({each.fine_from for each in conditions if each.fine_from is not None})),
        basis=tuple(spec.basis),
    )


def _condition(spec: ConditionSpec) -> Condition:
    return Condition(
        procedure=spec.procedure,
        any_of=None if spec.any_of is None else frozenset(spec.any_of),
        all_of=None if spec.all_of is None else frozenset(spec.all_of),
        only=None if spec.only is None else frozenset(spec.only),
        fine_from=None if spec.fine_from is None else Decimal(spec.fine_from),
    )


def _override(spec: OverrideSpec) -> Override:
    weight: Weight = ((spec.severity,), f"OVERRIDE {spec.name} {spec.basis}")
    return Override(spec.domain, frozenset(spec.over), _condition(spec.when), weight)


def _period(spec: PeriodSpec) -> Period:
    return Period(spec.tone, spec.min_months, spec.max_months, tuple(spec.basis))


def _cells(declared: Declared) -> Iterator[tuple[tuple[str | None, Audience, bool], Showing]]:
    for row, cells in declared.showing.items():
        for audience, cell in cells.items():
            for duty in (False, True):
                state = None if row == UNJUDGED else row
                yield (state, audience, duty), ("SHOWN" if duty else "HIDDEN") if cell == "DUTY" else cell


def _unverified(value: Any, place: str) -> Iterator[str]:
    """Yield the place of every table marked `verified = false`."""
    if isinstance(value, Mapping):
        if value.get("verified") is False:
            yield place
        for key, each in value.items():
            yield from _unverified(each, joined(place, key))
    elif isinstance(value, list):
        for at, each in enumerate(value, 1):
            yield from _unverified(each, f"{place}.{at}")
