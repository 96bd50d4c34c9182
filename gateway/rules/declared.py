"""Reading of one rule set and of one overlay: every mistake at once, with its place, then a frozen value."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from connectors.declaration import Note, Part, sound_part, unknown
from gateway.rules.checks.known import Known
from gateway.rules.checks.rules import rules_mistakes
from gateway.rules.checks.sets import CASE_KEYS, head_mistakes, need_mistakes, record_types
from gateway.rules.model import DeclaredOverlay, DeclaredSet, Overlay, RuleSet


def read_rule_set(tables: Mapping[str, Any], file: str, known: Known, note: Note) -> RuleSet | None:
    """Return the rule set that the ``tables`` of ``file`` declare, or None after noting every mistake."""
    tables = _with_evidence(tables)
    noted = _Noted(note)
    sound = sound_part(tables, DeclaredSet, "", noted)
    for place, message in _mistakes(sound, known):
        noted(place, message)
    if noted.any:
        return None
    return msgspec.convert({**tables, "digest": _digest(tables), "file": file}, RuleSet)


def read_overlay(tables: Mapping[str, Any], client: str, note: Note) -> Overlay | None:
    """Return the overlay of ``client`` that ``tables`` declare, or None after noting every mistake.

    Whether its set and rules are there is told when all sets are known (`overlay_mistakes`).
    """
    noted = _Noted(note)
    sound = sound_part(tables, DeclaredOverlay, "", noted)
    if sound.get("raise") == []:
        noted("raise", "empty: the overlay says nothing")
    rules = [each.get("rule") for each in sound.get("raise", [])]
    for at, rule in enumerate(rules, 1):
        if rule is not None and rules.index(rule) + 1 < at:
            noted(f"raise.{at}.rule", f"`{rule}` is repeated")
    if noted.any:
        return None
    return msgspec.convert({**tables, "client": client, "digest": _digest(tables)}, Overlay)


def overlay_mistakes(overlay: Overlay, sets: Mapping[str, list[RuleSet]]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an overlay beside the ``sets`` of all codes."""
    if overlay.set not in sets:
        yield "set", unknown("rule set", overlay.set, sorted(sets))
        return
    if not all(each.advisory for each in sets[overlay.set]):
        yield "set", f"`{overlay.set}` is not advisory: its verdicts rest on the law, and nobody raises them"
    rules = {rule.id: rule for each in sets[overlay.set] for rule in each.rules}
    for at, raised in enumerate(overlay.raises, 1):
        if raised.rule not in rules:
            yield f"raise.{at}.rule", unknown("rule", raised.rule, sorted(rules))
        elif rules[raised.rule].verdict == "NOTE":
            yield f"raise.{at}.rule", f"`{raised.rule}` is a note in favor of its subject: there is nothing to raise"


class _Noted:
    """Hands notes on and remembers whether there was any."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self.any = False

    def __call__(self, place: str, message: str) -> None:
        self.any = True
        self._note(place, message)


def _mistakes(sound: Part, known: Known) -> Iterator[tuple[str, str]]:
    yield from head_mistakes(sound, known)
    needs: Mapping[str, Part] = sound.get("needs", {})
    for name, need in needs.items():
        yield from need_mistakes(name, need)
    yield from rules_mistakes(sound, record_types(needs), known)


def _with_evidence(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``tables`` with the sections of each case, written beside its other keys, under `evidence`."""
    rules = tables.get("rules")
    if not isinstance(rules, list):
        return dict(tables)
    return {**tables, "rules": [_rule_with_evidence(rule) for rule in rules]}


def _rule_with_evidence(rule: Any) -> Any:
    cases = rule.get("cases") if isinstance(rule, dict) else None
    if not isinstance(cases, list):
        return rule
    return {**rule, "cases": [_case_with_evidence(case) for case in cases]}


def _case_with_evidence(case: Any) -> Any:
    if not isinstance(case, dict) or "evidence" in case:
        return case
    sections = {key: _with_nulls(value) for key, value in case.items() if key not in CASE_KEYS}
    known = {key: value for key, value in case.items() if key in CASE_KEYS}
    others = known.get("others")
    if isinstance(others, list):
        known["others"] = [_with_nulls_within(other) for other in others]
    return {**known, "evidence": sections}


def _with_nulls_within(other: Any) -> Any:
    return {key: _with_nulls(value) for key, value in other.items()} if isinstance(other, dict) else other


def _with_nulls(section: Any) -> Any:
    """Return a section of a case with None for each empty table in its items: TOML has no null."""
    items = section.get("items") if isinstance(section, dict) else None
    return {**section, "items": [_null(item) for item in items]} if isinstance(items, list) else section


def _null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _null(each) for key, each in value.items()} or None
    return value


def _digest(tables: Mapping[str, Any]) -> str:
    """Return the SHA-256 (16 hex) over the canonical JSON of everything but the tables of cases."""
    rules = tables.get("rules", [])
    judged = {**tables, "rules": [{key: value for key, value in rule.items() if key != "cases"} for rule in rules]}
    return sha256(msgspec.json.encode(judged, order="deterministic")).hexdigest()[:16]
