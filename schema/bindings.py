"""How a schema field gets its value: the planner reads these bindings, it never guesses from names.

A binding is attached to a field with ``strawberry.field(metadata=bind(...))``. A field without one is a plain
attribute: on a record type (see ``schema.entities``) it is the entity field of the same
python name; on a value type (``Money``, ``Coverage``, ``Provenance``, ...) it is the attribute of that name.

Terms
    entity      one kind of record as source files name it (``AdministrativePenalty``); one GraphQL record type
                serves one or more entities
    section     the answer to a relation: state, items, coverage; never a bare list
    stage       a set of subjects whose sections are fetched together
    judged      what the rules of disclosure make of a negative record; never a column of the source
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

KEY: Final = "binding"

FilterTest = Literal["at_or_after", "equals", "contains", "one_of", "overlaps", "switch", "active"]
"""How the value of an argument tests the value of a field of a record.

    at_or_after  the field is not before the argument; both are ISO dates or months
    equals       the field is the argument
    contains     the field, a list, holds the argument
    one_of       the field is among the argument, a list
    overlaps     the field, a list, shares a member with the argument, a list
    switch       only when the argument is true: the field is among ``values`` of the filter
    active       whether the entry of a list stands today is the argument: told by included_on, removed_on, valid_until
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """One section argument that narrows `items`: ``argument`` (its name in the schema) tests ``field`` of the entity.

    ``field`` is empty where the test names its fields itself.
    """

    argument: str
    field: str
    test: FilterTest
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """What a section always is narrowed to: records whose ``field`` is one of ``values``."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A field of a subject that answers records of ``entity`` from every source that owns some."""

    entity: str
    order_by: str | None = None
    """Entity field (a date, time, month or year) by which items are merged, newest first; ties by record key."""
    filters: tuple[Filter, ...] = ()
    person_key: bool = False
    """True when the section is asked by the person's key, not by an organization's identifiers."""
    fixed: tuple[Fixed, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionPart:
    """A field of a section type: ``state``, ``coverage``, ``items``, ``total_count``, ``page_info``."""

    part: Literal["state", "coverage", "items", "total_count", "page_info"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A field of a subject known from its resolved key alone: no source is asked beyond the crosswalk.

    ``not_served`` tells which items of the catalogue no source serves for subjects of this kind, and why.
    """

    part: Literal["id", "kind", "uscc", "identifiers", "resolution", "not_served"]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """A field of a subject that asks every registry which identifiers it holds of it, and tells where they differ."""


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
    """A field every record has, written by the gateway: not a column of the source.

    ``department_as_written`` is the record's field `authority` (`registration_authority`, `court`) as the source wrote
    it, else the department's name; ``department_code`` is `authority_uscc`, else the department's own code.
    """

    part: Literal[
        "record_id",
        "record_type",
        "provenance",
        "source",
        "department",
        "department_as_written",
        "department_code",
        "catalogue_item",
        "disclosure",
        "also_reported_by",
        "conflicts",
        "issues",
        "under_objection",
    ]


@dataclass(frozen=True, slots=True)
class Judged:
    """A field of a negative record that the rules of disclosure say, from what the record and its list say."""

    part: Literal[
        "state",
        "severity",
        "severity_basis",
        "public_from",
        "min_public_until",
        "public_until",
        "public_until_difference_days",
        "repair",
        "under_objection",
    ]


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
    """A field of `Query` or `Subscription` that the planner serves."""

    kind: Literal[
        "subject",
        "subjects",
        "sources",
        "catalogue",
        "catalogue_fields",
        "departments",
        "legal_bases",
        "consents",
        "receipt",
        "replay",
        "checkpoint",
        "consistency",
        "audit_trail",
        "field_trace",
        "disclosure_stats",
        "inquiries",
        "department_reports",
        "objections",
        "watches",
        "watch_messages",
        "changed_since",
        "watch_subjects",
        "credit_check",
        "rule_sets",
        "measures",
        "applicable_measures",
        "screening",
        "screening_progress",
        "credit_report",
    ]


Binding = (
    Section
    | SectionPart
    | Identity
    | Conflicts
    | Same
    | Derived
    | RecordPart
    | Judged
    | Noted
    | Link
    | PersonPart
    | Root
)


def bind(binding: Binding) -> dict[str, Any]:
    """Return the metadata mapping for ``strawberry.field`` that carries ``binding``."""
    return {KEY: binding}
