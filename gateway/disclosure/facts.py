"""What a source says of one negative record, as far as the rules ask, read from the values of its row.

# INVARIANT: a value that could not be read is told apart from one that is not there: it is named in ``unread``, and a
judgment that would need it is not made.

Terms
    penalty     a decision that is published for a term
    entry       what stands until it is removed or runs out: on a list, in arrears, non-normal, banned
    unread      names of facts for which the source sent something that could not be read
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from connectors.base import Issue
from schema.values import Money

NOTHING_UNREAD: Final[frozenset[str]] = frozenset()


class PenaltyFacts(Struct, frozen=True, gc=False):
    """A penalty; codes are names of the schema's enums, dates ISO texts; ``department`` owns the source."""

    decided_on: str | None = None
    categories: Sequence[str] | None = None
    procedure: str | None = None
    fine_amount: Money | None = None
    domain: str | None = None
    legal_grounds: str | None = None
    status: str | None = None
    source_state: str | None = None
    source_severity: str | None = None
    repaired_on: str | None = None
    department: str = ""
    unread: frozenset[str] = NOTHING_UNREAD
    under_objection: bool = False


class EntryFacts(Struct, frozen=True, gc=False):
    """An entry; ``lifted`` says that it stands no longer where no date does.

    ``kind`` is its list (`ListKind`), or the entity of what stands on no list.
    """

    started_on: str | None = None
    removed_on: str | None = None
    valid_until: str | None = None
    lifted: bool | None = None
    source_state: str | None = None
    source_severity: str | None = None
    repaired_on: str | None = None
    kind: str | None = None
    unread: frozenset[str] = NOTHING_UNREAD
    under_objection: bool = False


Facts = PenaltyFacts | EntryFacts
FactsReader = Callable[[Sequence[Any], Sequence[Issue], bool], Facts]
"""Takes the values of a row, its issues, and whether the record is under objection."""

_PENALTY: Final[dict[str, tuple[str, ...]]] = {
    name: (name,)
    for name in (
        *("decided_on", "categories", "procedure", "fine_amount", "domain", "legal_grounds"),
        *("status", "source_state", "source_severity", "repaired_on"),
    )
}
_SAID: Final[dict[str, tuple[str, ...]]] = {
    name: (name,) for name in ("source_state", "source_severity", "repaired_on")
}
_LISTED: Final[dict[str, tuple[str, ...]]] = {
    # Some lists tell no day of inclusion, only of publication or of the decision.
    "started_on": ("included_on", "published_on", "decided_on"),
    "removed_on": ("removed_on",),
    "valid_until": ("valid_until",),
    "kind": ("kind",),
    **_SAID,
}
FIELDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "AdministrativePenalty": _PENALTY,
    "ListEntry": {**_LISTED, "lifted": ("restored",)},
    "PersonListEntry": _LISTED,
    "TaxArrears": {"started_on": ("announced_on",), "removed_on": ("settled_on",), **_SAID},
    "TaxAnomaly": {"started_on": ("recognized_on",), "removed_on": ("released_on",), **_SAID},
    "ProfessionBan": {
        "started_on": ("decided_on", "banned_from"),
        "removed_on": ("lifted_on",),
        "valid_until": ("banned_until",),
        **_SAID,
    },
}
"""Entity -> fact -> the fields of the record that tell it, the first that says something."""


def inputs(entity: str) -> tuple[str, ...]:
    """Return the fields of ``entity`` from which it is judged; none for an entity that is never negative."""
    return tuple(field for fields in FIELDS.get(entity, {}).values() for field in fields)


def facts_reader(entity: str, places: Mapping[str, int], department: str) -> FactsReader:
    """Return the reader of rows of ``entity`` in which a field stands at its place; ``department`` owns the source.

    A field without a place is one that the source does not have.
    """
    found = {fact: [places[name] for name in names if name in places] for fact, names in FIELDS[entity].items()}
    facts_of = {name: fact for fact, names in FIELDS[entity].items() for name in names}
    if entity == "AdministrativePenalty":
        return _reader(PenaltyFacts, PenaltyFacts.__struct_fields__, found, facts_of, {"department": department})
    fixed = {} if "kind" in FIELDS[entity] else {"kind": entity}
    return _reader(EntryFacts, EntryFacts.__struct_fields__, found, facts_of, fixed)


def _reader(
    make: Callable[..., Facts],
    order: Sequence[str],
    found: Mapping[str, Sequence[int]],
    facts_of: Mapping[str, str],
    fixed: Mapping[str, str],
) -> FactsReader:
    """Return the reader as few steps by position: it runs for every negative record of an answer."""
    assert order[-2:] == ("unread", "under_objection"), "they follow what a row tells"
    template = [fixed.get(fact) for fact in order[:-2]]
    picks = [(at, found[fact][0]) for at, fact in enumerate(order) if len(found.get(fact, ())) == 1]
    chains = [(at, found[fact]) for at, fact in enumerate(order) if len(found.get(fact, ())) > 1]

    def read(values: Sequence[Any], issues: Sequence[Issue], under_objection: bool) -> Facts:
        facts = template.copy()
        for at, place in picks:
            facts[at] = values[place]
        for at, candidates in chains:
            facts[at] = next((values[place] for place in candidates if values[place] is not None), None)
        unread = NOTHING_UNREAD
        if issues:
            unread = frozenset(facts_of[each.field] for each in issues if each.misread and each.field in facts_of)
        return make(*facts, unread, under_objection)

    return read
