"""What a change of decisions opens: the meanings are compared, not the texts, day by day. Pure.

Terms
    grant   one duty, approval or closure taken apart to single names: (kind, names...), with the days it holds
    wider   more duties, entities, approvals, fields, departments, purposes or days; fewer closures, fields or days

`*` is every entity, `Entity.*` every field of it, those of tomorrow too: only itself is as wide, and what it holds of
names of today is narrower. Bases and documents open nothing, so they do not count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.departmental.spans import Span, Spans, days, minus, span, union
from gateway.policy.departmental import EVERYTHING, Departmental

Kind = Literal["DUTY", "APPROVAL", "CLOSURE"]
Names = tuple[str, ...]
"""Duty: department, purpose, entity. Approval: source, field, department, purpose. Closure: source, field."""
Grants = Mapping[tuple[Kind, Names], Spans]


@dataclass(frozen=True, slots=True)
class Difference:
    """One grant that is wider from ``since`` to ``until`` (both included): a duty or approval more, a closure less."""

    kind: Kind
    names: Names
    since: str
    until: str


def wider(old: Departmental, new: Departmental) -> list[Difference]:
    """Return in what ``new`` opens more than ``old``, sorted; empty when nothing is open in it that was not before."""
    before, after = _grants(old), _grants(new)
    # INVARIANT: of what opens, the days that are new count; of what closes, the days that are gone.
    found = [
        *_uncovered({key: spans for key, spans in after.items() if key[0] != "CLOSURE"}, before),
        *_uncovered({key: spans for key, spans in before.items() if key[0] == "CLOSURE"}, after),
    ]
    return sorted(found, key=lambda each: (each.kind, each.names, each.since))


def _uncovered(grants: Grants, covering: Grants) -> Iterator[Difference]:
    """Yield the days of each of ``grants`` on which no grant in ``covering`` is as wide."""
    for (kind, names), spans in grants.items():
        covered = union(each for over in _as_wide(kind, names) for each in covering.get((kind, over), ()))
        for left in minus(spans, covered):
            yield Difference(kind, names, *days(left))


def _as_wide(kind: Kind, names: Names) -> set[Names]:
    """Return the names that a grant may have to be at least as wide as that of ``names``."""
    if kind == "DUTY":
        department, purpose, _ = names
        return {names, (department, purpose, EVERYTHING)}
    source, field, *rest = names
    return {names, (source, f"{field.partition('.')[0]}.{EVERYTHING}", *rest)}


def _grants(decided: Departmental) -> Grants:
    pieces: dict[tuple[Kind, Names], list[Span]] = {}
    for kind, names, held in _pieces(decided):
        pieces.setdefault((kind, names), []).append(held)
    return {key: union(spans) for key, spans in pieces.items()}


def _pieces(decided: Departmental) -> Iterator[tuple[Kind, Names, Span]]:
    for duty in decided.duties:
        held = span(duty.since, duty.until)
        for entity in duty.entities:
            yield "DUTY", (duty.department, duty.purpose, entity), held
    for approval in decided.approvals:
        held = span(approval.since, approval.until)
        for field in approval.fields:
            for department in approval.departments:
                for purpose in approval.purposes:
                    yield "APPROVAL", (approval.source, field, department, purpose), held
    for closure in decided.closures:
        held = span(closure.since, closure.until)
        for field in closure.fields:
            yield "CLOSURE", (closure.source, field), held
