"""Which fields a consent may name: those of records about organizations, and never what is said of a person.

The subject of a consent is an organization. What departments hold of natural persons takes that person's own consent
(个人信息保护法 art. 13, 23, 29), which no organization can give; so those entities and fields are no part of one.
"""

from collections.abc import Iterator
from typing import Final

from connectors.declaration import unknown
from schema.bindings import PersonPart, Section
from schema.entities import CROSSWALK, ENTITIES, ENTITY_FIELDS, INTERNAL_FIELDS
from schema.person import NaturalPerson
from schema.schema import SCHEMA, binding

ALL: Final = "*"


def _bindings() -> Iterator[object]:
    person = SCHEMA.type_map[NaturalPerson.__name__]
    yield from (binding(person.name, name) for name in person.fields)  # type: ignore[attr-defined]  # an object type


_BOUND: Final = list(_bindings())
PERSONAL_ENTITIES: Final = frozenset(each.entity for each in _BOUND if isinstance(each, Section) and each.person_key)
"""The entities that are asked by a person's key."""
PERSONAL_FIELDS: Final = frozenset(each.field for each in _BOUND if isinstance(each, PersonPart))
"""What records of organizations say of a person."""

CONSENTED_FIELDS: Final[dict[str, frozenset[str]]] = {
    entity: frozenset(fields) - INTERNAL_FIELDS.get(entity, frozenset()) - PERSONAL_FIELDS
    for entity, fields in ENTITY_FIELDS.items()
    if entity != CROSSWALK and entity not in PERSONAL_ENTITIES
}
"""Entity -> the fields that a consent may name."""


def field_mistake(name: str) -> str | None:
    """Return why a consent may not name ``name`` (`Entity.field` or `Entity.*`); None if it may."""
    entity, dot, field = name.partition(".")
    if not dot or not entity or not field:
        return f"`{name}` is not of the form `Entity.field` or `Entity.*`"
    if entity in PERSONAL_ENTITIES:
        return f"`{entity}` is about natural persons: an organization cannot consent for them"
    if entity not in CONSENTED_FIELDS:
        return unknown("entity", entity, sorted(CONSENTED_FIELDS))
    known = CONSENTED_FIELDS[entity]
    if field == ALL:
        if PERSONAL_FIELDS.isdisjoint(ENTITY_FIELDS[entity]):
            return None
        return f"`{name}` would cover a natural person's data: name single fields of {', '.join(sorted(known))}"
    if field in known:
        return None
    if entity in ENTITIES and field in PERSONAL_FIELDS & ENTITY_FIELDS[entity].keys():
        return f"`{name}` is about a natural person: an organization cannot consent for them"
    return unknown(f"field of `{entity}`", field, sorted(known))
