"""One query per section of the schema, with every text of its records: written from the schema, to miss none."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLObjectType, get_named_type

from schema.bindings import Section
from schema.schema import SCHEMA, binding

BY_KEY = "query($key: SubjectKey!) { subject(key: $key) { ... on %s { %s } } }"
PERSON_OF = "legalRepresentative { items { person { %s } } }"


def type_of(name: str) -> GraphQLObjectType:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def sections_of(type_name: str) -> dict[str, str]:
    """Return the sections of a type by name, each as it is selected with the texts of its records."""
    fields = type_of(type_name).fields
    return {name: f"{name} {_selection(fields[name].type)}" for name in fields if _is_section(type_name, name)}


def queries() -> Iterator[str]:
    """Yield a query for every section of organizations and of the persons in their roles."""
    seen: set[str] = set()
    for type_name in ("Enterprise", "GovernmentBody", "PublicInstitution", "SocialOrganization"):
        for name, selection in sections_of(type_name).items():
            if name not in seen:
                seen.add(name)
                yield BY_KEY % ("Organization" if type_name == "Enterprise" else type_name, selection)
    for selection in sections_of("NaturalPerson").values():
        yield BY_KEY % ("Organization", PERSON_OF % selection)


def texts(shown: Any) -> Iterator[str]:
    """Yield every text of the records in an answer."""
    match shown:
        case Mapping():
            for name, value in shown.items():
                yield from _strings(value) if name == "items" else texts(value)
        case list():
            for value in shown:
                yield from texts(value)


def answered(shown: Any) -> Iterator[str]:
    """Yield the sources that answered, wherever coverage stands in an answer."""
    match shown:
        case {"source": str(source), "status": "ANSWERED"}:
            yield source
        case Mapping():
            for value in shown.values():
                yield from answered(value)
        case list():
            for value in shown:
                yield from answered(value)


def _is_section(type_name: str, name: str) -> bool:
    return isinstance(binding(type_name, name), Section)


def _selection(type_: Any) -> str:
    record = get_named_type(type_of(get_named_type(type_).name).fields["items"].type)
    names = [
        name
        for name, field in record.fields.items()
        if get_named_type(field.type).name == "String" and not field.args and name not in {"source", "recordId"}
    ]
    return f"{{ state items {{ {' '.join(names)} provenance {{ recordKey }} }} coverage {{ source status reason }} }}"


def _strings(shown: Any) -> Iterator[str]:
    match shown:
        case str():
            yield shown
        case Mapping():
            for name, value in shown.items():
                yield from () if name == "coverage" else _strings(value)
        case list():
            for value in shown:
                yield from _strings(value)
