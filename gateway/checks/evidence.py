"""From the answer to `gateway.checks.document` to what rules may see: sections by the names of needs. Pure.

Terms
    evidence   what rules see of one subject, as JSON: `subject` and `sections`
    section    `state`, `items`, `coverage`, and `denied` where the caller may not see it: then its state is DENIED
    item       the fields of one record; one that was misread or is denied is absent, lest anybody take it for none

A need behind a link (`legalRepresentative.person.…`) is one section: the records of all whom the link leads to. It is
whole only when every section on the way is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import get_named_type

from gateway.checks.conflicts import section_of
from gateway.checks.document import Fields, owners_of, record_of
from gateway.rules.model import Need
from schema.bindings import Conflicts
from schema.schema import binding, graphql_name

COMPLETE: Final = "COMPLETE"
PARTIAL: Final = "PARTIAL"
DENIED: Final = "DENIED"
UNREADABLE: Final = frozenset({"MISREAD", "PLACEHOLDER_DATE"})
"""Notes on values of which nobody knows what they are."""
MORE: Final = "more records than one page holds"
LED_NOWHERE: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("source", "part", "department", "reason", "until", "asOf", "fetchedAt")),
    "status": "IDENTITY_UNRESOLVED",
}
"""Stands in the coverage of a need for a link that leads to nobody: no part that is set aside makes up for that."""
_BESIDE: Final = frozenset({"issues", "provenance", "recordId", "source", "underObjection"})
_FORBIDDEN: Final = "FIELD_FORBIDDEN"


@dataclass(frozen=True, slots=True)
class Problem:
    """A key that led to nobody: ``message`` in both languages, ``coverage`` of the registers that were asked."""

    message: str
    coverage: Sequence[Mapping[str, Any]] = ()


@dataclass(slots=True)
class Denials:
    """What the errors of an answer say is denied: sections by need, fields by need and name."""

    sections: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    fields: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, errors: Sequence[Mapping[str, Any]], needs: Mapping[str, Need]) -> "Denials":
        """Return the denials among ``errors``; of those that are alike, an answer lists only the first few."""
        found = cls()
        for error in errors:
            told, path = error.get("extensions", {}), error.get("path") or []
            if told.get("code") != _FORBIDDEN or not path:
                continue
            why = {"reason": told.get("reason"), "needs": told.get("needs")}
            within = [step for step in path if step in needs]
            if path[-1] in needs:
                found.sections.setdefault(path[-1], why)
            elif within and "items" in path:
                found.fields.setdefault((within[-1], _named_after_items(path)), why)
        return found


def _named_after_items(path: Sequence[Any]) -> str:
    """Return the field of a record that ``path`` leads to or through: behind links, of the last record on the way."""
    last = len(path) - 1 - [*reversed(path)].index("items")
    return str(path[last + 2]) if last + 2 < len(path) else ""


def read_evidence(content: Mapping[str, Any], needs: Mapping[str, Need]) -> list[dict[str, Any] | Problem]:
    """Return what rules may see of every subject, in the order of the keys; ``content`` is the response."""
    denials = Denials.of(content.get("errors", ()), needs)
    return [_subject(each, needs, denials) for each in content["data"]["subjects"]]


def _subject(told: Mapping[str, Any], needs: Mapping[str, Need], denials: Denials) -> dict[str, Any] | Problem:
    if "uscc" not in told:
        return Problem(told["message"], told.get("coverage", ()))
    sections = {name: _need(told, name, need, denials) for name, need in needs.items()}
    return {"subject": {name: told.get(name) for name in ("uscc", "kind", "name")}, "sections": sections}


def _need(told: Mapping[str, Any], name: str, need: Need, denials: Denials) -> dict[str, Any]:
    path = need.section.split(".")
    owners = owners_of(path[0])
    if owners[0].name != "Organization" and told["__typename"] not in {each.name for each in owners}:
        return {"state": "NOT_COVERED", "items": [], "coverage": []}
    if isinstance(binding(owners[0].name, path[0]), Conflicts):
        report = told[name]
        return _denied(name, denials) if report is None else section_of(report, need.fields)
    found = list(_sections(told, path, name, owners[0], denials))
    return _merged(found)


def _sections(
    at: Mapping[str, Any], path: Sequence[str], name: str, type_: Fields, denials: Denials
) -> Iterator[dict[str, Any]]:
    """Yield the sections along ``path`` from ``at``: those passed by without their records, and the last ones whole."""
    first, rest = path[0], path[1:]
    inner = get_named_type(type_.fields[first].type)
    assert isinstance(inner, Fields), "a path leads through objects"
    record = record_of(inner)
    if record is None:  # a group of fields, or a linked subject
        group = at.get(first)
        if group is None:
            why = denials.fields.get((name, first))
            if why is None:
                yield {"state": PARTIAL, "items": [], "coverage": [dict(LED_NOWHERE)]}
            else:
                yield {"state": DENIED, "items": [], "coverage": [], "denied": why}
        else:
            yield from _sections(group, rest, name, inner, denials)
        return
    section = at.get(name)
    if section is None:
        yield _denied(name, denials)
        return
    items = section["items"]
    yield _section(section, [] if rest else [_item(each, name, record, denials) for each in items])
    if rest:
        for each in items:
            yield from _sections(each, rest, name, record, denials)


def _denied(name: str, denials: Denials) -> dict[str, Any]:
    return {"state": DENIED, "items": [], "coverage": [], "denied": denials.sections.get(name, {})}


def _section(section: Mapping[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    state, coverage = section["state"], list(section["coverage"])
    if section["pageInfo"]["hasNextPage"]:
        state = PARTIAL if state == COMPLETE else state
        coverage = [{**each, "reason": each["reason"] or MORE} for each in coverage]
    return {"state": state, "items": items, "coverage": coverage}


def _item(told: Mapping[str, Any], name: str, record: Fields, denials: Denials) -> dict[str, Any]:
    unread = {
        graphql_name(record.name, issue["field"]).split(".")[0]
        for issue in told["issues"]
        if issue["code"] in UNREADABLE and _is_shown(record, issue["field"])
    }
    shown = {
        key: value
        for key, value in told.items()
        if key not in _BESIDE and key not in unread and not (value is None and (name, key) in denials.fields)
    }
    origin = told["provenance"] or {}
    return {
        "recordId": told["recordId"],
        "source": told["source"],
        "underObjection": told["underObjection"],
        "sourceUpdatedAt": origin.get("sourceUpdatedAt"),
        "fetchedAt": origin.get("fetchedAt"),
        "digest": origin.get("digest"),
        **shown,
    }


def _is_shown(record: Fields, entity_field: str) -> bool:
    """Return whether the type of a record shows ``entity_field`` at all."""
    try:
        graphql_name(record.name, entity_field)
    except KeyError:
        return False
    return True


def _merged(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sections on one path as one: of all their records, and whole only when all of them are."""
    if len(found) == 1:
        return found[0]
    states = {each["state"] for each in found}
    denied = next((each["denied"] for each in found if "denied" in each), None)
    merged = {
        "state": next(iter(states)) if len(states) == 1 else (DENIED if states == {COMPLETE, DENIED} else PARTIAL),
        "items": [item for each in found for item in each["items"]],
        "coverage": [source for each in found for source in each["coverage"]],
    }
    return merged if denied is None else {**merged, "denied": denied}
