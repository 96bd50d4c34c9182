"""The public schema is a contract: its text is held by a snapshot, its descriptions are complete, its bindings too."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    validate_schema,
)

from schema.bindings import Link, Noted, PersonPart, RecordPart, Section
from schema.entities import CROSSWALK, ENTITIES, ENTITY_FIELDS, INTERNAL_FIELDS
from schema.records.decisions import AdministrativePenalty
from schema.schema import SCHEMA, binding, graphql_name, python_name, sdl
from schema.subjects import ORGANIZATIONS

SNAPSHOT = Path(__file__).parent / "snapshots" / "schema.graphql"
CHINESE = re.compile(r"[一-鿿]")
ENGLISH = re.compile(r"[A-Za-z]{2}")
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def own_types() -> list[GraphQLNamedType]:
    names = [name for name in SCHEMA.type_map if not name.startswith(("_", "link__")) and name not in BUILT_IN]
    return [SCHEMA.type_map[name] for name in names]


def described() -> Iterator[tuple[str, str | None]]:
    """Yield every place of the schema that needs a description, with the one it has."""
    for type_ in own_types():
        yield type_.name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{type_.name}.{name}", value.description) for name, value in type_.values.items())
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{type_.name}.{name}", each.description) for name, each in type_.fields.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                if name.startswith("_"):
                    continue
                yield f"{type_.name}.{name}", field.description
                yield from ((f"{type_.name}.{name}({key})", each.description) for key, each in field.args.items())


def test_text_is_the_snapshot() -> None:
    assert sdl() == SNAPSHOT.read_text(encoding="utf-8"), "run `make schema` and review the change as a contract"


def test_text_is_a_valid_schema() -> None:
    directives = "scalar link__Import directive @link(url: String!, import: [link__Import]) on SCHEMA "
    directives += "directive @key(fields: String!) on OBJECT "
    assert validate_schema(build_schema(directives + sdl())) == []


def test_every_description_is_bilingual_chinese_first() -> None:
    bad = [
        place
        for place, text in described()
        if not text or not CHINESE.search(text) or not ENGLISH.search(text) or not CHINESE.match(text.lstrip("ABMCD"))
    ]
    assert bad == []


def test_every_organization_is_an_entity_of_the_federation() -> None:
    text = sdl()
    for type_ in ORGANIZATIONS:
        assert re.search(rf'^type {type_.__name__} implements .*@key\(fields: "uscc"\)', text, re.MULTILINE)
    entity = SCHEMA.get_type("_Entity")
    assert isinstance(entity, GraphQLUnionType)
    assert {each.name for each in entity.types} == {each.__name__ for each in ORGANIZATIONS}


def test_what_a_source_fills_may_be_null() -> None:
    """A field that one source can fail to fill must not take its neighbors with it."""
    for type_ in own_types():
        if not isinstance(type_, GraphQLObjectType) or type_.name not in ENTITIES.values():
            continue
        for name, field in type_.fields.items():
            if not isinstance(binding(type_.name, name), RecordPart):
                assert not str(field.type).endswith("!"), f"{type_.name}.{name}"


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_entity_fields_are_shown_or_internal(entity: str) -> None:
    for name in ENTITY_FIELDS[entity]:
        if name not in INTERNAL_FIELDS.get(entity, ()):
            assert graphql_name(ENTITIES[entity], name)


def test_bindings_name_entities_and_fields_that_exist() -> None:
    for type_ in own_types():
        if not isinstance(type_, GraphQLObjectType):
            continue
        for name in type_.fields:
            match binding(type_.name, name):
                case Section(entity=entity, order_by=order_by, filters=filters):
                    known = ENTITY_FIELDS[entity]
                    assert order_by in known
                    assert {each.field for each in filters} <= known.keys()
                    assert {each.argument for each in filters} <= type_.fields[name].args.keys()
                case Noted(field=field):
                    assert field in _fields_of(type_.name)
                case PersonPart(field=field):
                    assert field in ENTITY_FIELDS["PersonRole"]
                case Link(key_field=field):
                    assert field in set().union(*(INTERNAL_FIELDS[each] for each in _entities_of(type_.name)))


def test_the_crosswalk_is_never_shown() -> None:
    assert CROSSWALK not in ENTITIES
    assert INTERNAL_FIELDS[CROSSWALK] == ENTITY_FIELDS[CROSSWALK].keys()


def test_names() -> None:
    assert python_name("AdministrativePenalty", "fineAmount") == "fine_amount"
    assert graphql_name("PersonRole", "person_masked_id") == "person.maskedIdNo"
    with pytest.raises(KeyError):
        graphql_name("PersonRole", "no_such_field")
    assert binding("AdministrativePenalty", "facts") is None
    assert ENTITIES["AdministrativePenalty"] == AdministrativePenalty.__name__


def test_personal_fields_are_never_arguments() -> None:
    """No search of persons: no root takes a name or a personal number (`domain.md` §4.5)."""
    query = SCHEMA.query_type
    assert query is not None
    key = SCHEMA.get_type("SubjectKey")
    assert isinstance(key, GraphQLInputObjectType)
    assert set(key.fields) == {"value", "scheme"}
    scheme = SCHEMA.get_type("IdentifierScheme")
    assert isinstance(scheme, GraphQLEnumType)
    assert set(scheme.values) == {"USCC", "ORG_CODE", "REG_NO", "TAX_NO"}


def _entities_of(type_name: str) -> list[str]:
    return [entity for entity, shown in ENTITIES.items() if shown == type_name]


def _fields_of(type_name: str) -> set[str]:
    return {name for entity in _entities_of(type_name) for name in ENTITY_FIELDS[entity]}
