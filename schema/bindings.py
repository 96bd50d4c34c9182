"""How a schema field gets its value: the planner reads these bindings, it never guesses from names.

A binding is attached to a field with ``strawberry.field(metadata=bind(...))``. A field without one is a plain
attribute: on a record type (see ``schema.entities``) it is the entity field of the same
python name; on a value type (``Money``, ``Coverage``, ``Provenance``, ...) it is the attribute of that name.

Terms
    entity      one kind of record as source files name it (``AdministrativePenalty``); one GraphQL record type
                serves one or more entities
    section     the answer to a relation: state, items, coverage; never a bare list
    stage       a set of subjects whose sections are fetched together
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

KEY: Final = "binding"

FilterTest = Literal["at_or_after", "equals", "contains", "one_of"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One section argument that narrows `items`: ``argument`` (python name) tests ``field`` of the entity."""

    argument: str
    field: str
    test: FilterTest


@dataclass(frozen=True, slots=True)
class Section:
    """A field of a subject that answers records of ``entity`` from every source that owns some."""

    entity: str
    order_by: str | None = None
    """Entity field (an ISO date) by which items are merged, newest first; ties and `None` by record key."""
    filters: tuple[Filter, ...] = ()
    person_key: bool = False
    """True when the section is asked by the person's key, not by an organization's identifiers."""


@dataclass(frozen=True, slots=True)
class SectionPart:
    """A field of a section type: ``state``, ``coverage``, ``items``, ``total_count``, ``page_info``."""

    part: Literal["state", "coverage", "items", "total_count", "page_info"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A field of a subject known from its resolved key alone: no source is asked beyond the crosswalk."""

    part: Literal["id", "kind", "uscc", "identifiers", "resolution"]


@dataclass(frozen=True, slots=True)
class Same:
    """A field that groups further fields of the same subject (``courtEnforcement``)."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A field of a subject read from the first record of another entity (``name`` from ``Registration.name``)."""

    entity: str
    field: str


@dataclass(frozen=True, slots=True)
class RecordPart:
    """A field every record has, written by the gateway: not a column of the source."""

    part: Literal["record_id", "record_type", "provenance", "source", "department", "issues"]


@dataclass(frozen=True, slots=True)
class Noted:
    """A Boolean field of a record: true when reading ``field`` left a note with ``code`` (`openEnded`: OPEN_ENDED)."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Link:
    """A field that leads from a record to a subject.

    ``person``        the `NaturalPerson` of a `PersonRole`, read from the same record
    ``organization``  the organization named by ``key_field`` (an entity field holding a USCC)
    ``scope`` is an extra scope that the caller needs to follow the link.
    """

    to: Literal["person", "organization"]
    key_field: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class PersonPart:
    """A field of `NaturalPerson` read from the role record that led to the person."""

    field: str


@dataclass(frozen=True, slots=True)
class Root:
    """A field of `Query` that the planner serves."""

    kind: Literal["subject", "subjects", "sources", "catalogue"]


Binding = Section | SectionPart | Identity | Same | Derived | RecordPart | Noted | Link | PersonPart | Root


def bind(binding: Binding) -> dict[str, Any]:
    """Return the metadata mapping for ``strawberry.field`` that carries ``binding``."""
    return {KEY: binding}
