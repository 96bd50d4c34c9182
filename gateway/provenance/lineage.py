"""How the selected fields of a record were read, and why each is open: the same for all records of one ask.

Made once per plan for each selection of a record; what it tells is found once per ask, standing and sort of record.

# INVARIANT: only fields that the ask may show are told of, and a source's own names to those alone who may read
provenance (`gateway.names`).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from connectors.columns import columns_of
from connectors.spec import FieldSpec
from gateway.catalogue import CatalogueItem
from gateway.plan.build import JUDGED_FROM
from gateway.plan.model import Selected
from gateway.policy import decide, place_of
from gateway.policy.model import OWNER_PREFIX
from gateway.provenance.transformations import Transformation, in_words, is_masked, transformations_of
from gateway.run import Run
from gateway.told import Hit
from schema.bindings import Derived, Judged, Link, Noted, PersonPart
from schema.entities import INTERNAL_FIELDS


class FieldProvenance(NamedTuple):
    """How one field of a record was read; the attributes of the schema's type of that name."""

    field: str
    column: str | None
    transformations: tuple[Transformation, ...]
    masked: bool
    disclosure: str | None
    opened_by: str | None
    scope: str | None
    catalogue_item: str | None
    legal_basis: tuple[str, ...]


class Shown(NamedTuple):
    """A field that a selection shows: its name in the graph, and the fields of source files that it is told by.

    ``code`` is that of the transformation which makes it, where it is no field of a source file itself.
    """

    field: str
    names: tuple[str, ...]
    code: str = ""


class Lineage:
    """What is told of the fields of records that ``selections``, those of all records told together, show."""

    __slots__ = ("_known", "_shown")

    def __init__(self, *selections: Sequence[Selected]) -> None:
        self._shown = tuple(dict.fromkeys(shown for each in selections for shown in _shown(each)))
        self._known: dict[tuple[int, int, str | None], tuple[FieldProvenance, ...]] = {}

    def fields(self, run: Run, hit: Hit, sort: str | None) -> tuple[FieldProvenance, ...]:
        """Return the shown fields of a record of ``hit``, in the order of the selection; ``run`` is of the plan.

        ``sort`` tells to which item of the catalogue the record belongs, where records go to several.
        """
        # All else that decides, the caller's rights and the policy of the day, is in the key of the plan.
        key = (hit.ask.index, run.standing(hit.subject), sort)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(_told(run, hit, sort, self._shown))
        return known


def _shown(selections: Sequence[Selected], prefix: str = "") -> Iterator[Shown]:
    """Yield the fields of a record that come from its source, and those that are made of them."""
    for selected in selections:
        field = prefix + selected.name
        match selected.binding:
            case None if selected.name != "__typename":
                yield Shown(field, (selected.attribute,))
            case PersonPart(field=name) | Derived(field=name):
                yield Shown(field, (name,))
            case Noted(field=name):
                yield Shown(field, (name,), "NOTED")
            case Judged(part=part):
                yield Shown(field, JUDGED_FROM.get(part, ()), "JUDGED")
            case Link(to="person"):
                yield from _shown(selected.only, f"{field}.")
            case _:
                pass


def _told(run: Run, hit: Hit, sort: str | None, shown: Sequence[Shown]) -> Iterator[FieldProvenance]:
    """Yield what is told of those of ``shown`` that the ask has and may show."""
    ask = hit.ask
    hidden = INTERNAL_FIELDS.get(ask.entity_name, frozenset())
    for each in shown:
        if each.code == "JUDGED":
            if ask.denied.keys().isdisjoint(each.names):
                yield _judged(run, hit, sort, each.field)
        elif each.names[0] in ask.places and each.names[0] not in hidden:
            yield _read(run, hit, sort, each)


def _judged(run: Run, hit: Hit, sort: str | None, field: str) -> FieldProvenance:
    item = run.rights.catalogue.items.item_of(hit.ask.entity_name, None, sort)
    return FieldProvenance(field, None, (in_words("JUDGED"),), False, None, None, None, _code(item), _bases(item))


def _read(run: Run, hit: Hit, sort: str | None, shown: Shown) -> FieldProvenance:
    ask, (name,) = hit.ask, shown.names
    spec, rights = ask.entity.fields[name], run.rights
    place = place_of(ask.entity_name, name, mine=ask.decided_by is not None)
    standing = rights.caller.standings[run.standing(hit.subject)]
    decision = decide(rights.policy, rights.caller, ask.source, spec, place, standing)
    item = rights.catalogue.items.item_of(ask.entity_name, name, sort)
    return FieldProvenance(
        shown.field,
        _column(spec) if run.named else None,
        (*transformations_of(spec), *([in_words(shown.code)] if shown.code else ())),
        is_masked(spec),
        "OWNER" if spec.scope.startswith(OWNER_PREFIX) else spec.disclosure,
        decision.reason.value,
        decision.scope,
        _code(item),
        _bases(item),
    )


def _column(spec: FieldSpec) -> str | None:
    return ", ".join(columns_of(spec)) or None


def _code(item: CatalogueItem | None) -> str | None:
    return None if item is None else item.code


def _bases(item: CatalogueItem | None) -> tuple[str, ...]:
    return () if item is None else tuple(item.legal_bases)
