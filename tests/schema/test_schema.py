"""The public schema is a contract: its text is held by a snapshot, its descriptions are complete, its bindings too."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    validate_schema,
)

from schema.bindings import Derived, Filter, Judged, Link, Noted, PersonPart, RecordPart, Section, SectionPart
from schema.entities import CROSSWALK, ENTITIES, ENTITY_FIELDS, INTERNAL_FIELDS, EntityField, entity_of
from schema.identifiers import SCHEMES
from schema.organization import ORGANIZATIONS
from schema.records.decisions import AdministrativePenalty
from schema.schema import SCHEMA, binding, graphql_name, python_name, sdl

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
            if not isinstance(binding(type_.name, name), RecordPart | Judged):
                assert not str(field.type).endswith("!"), f"{type_.name}.{name}"


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_entity_fields_are_shown_or_internal(entity: str) -> None:
    for name in ENTITY_FIELDS[entity]:
        if name not in INTERNAL_FIELDS.get(entity, ()):
            assert graphql_name(ENTITIES[entity], name)


def relations() -> Iterator[tuple[str, str, Section]]:
    """Yield type, field and binding of every relation of the objects of the schema."""
    for type_ in own_types():
        if isinstance(type_, GraphQLObjectType):
            for name in type_.fields:
                bound = binding(type_.name, name)
                if isinstance(bound, Section):
                    yield type_.name, name, bound


def fields_of_object(type_name: str) -> dict[str, GraphQLField]:
    type_ = SCHEMA.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    fields: dict[str, GraphQLField] = type_.fields
    return fields


def test_every_entity_has_a_relation() -> None:
    assert {bound.entity for _, _, bound in relations()} == set(ENTITIES)


def test_every_record_type_is_registered() -> None:
    record = SCHEMA.type_map["CreditRecord"]
    assert isinstance(record, GraphQLInterfaceType)
    assert {each.name for each in SCHEMA.get_possible_types(record)} == set(ENTITIES.values())


def test_relations_name_fields_and_arguments_that_exist() -> None:
    for type_name, name, bound in relations():
        known = ENTITY_FIELDS[bound.entity]
        place = f"{type_name}.{name}"
        assert bound.order_by is not None, place
        assert known[bound.order_by].form in {"date", "datetime", "month"}, place
        arguments = fields_of_object(type_name)[name].args
        assert {"first", "after", *(each.argument for each in bound.filters)} == arguments.keys(), place
        for each in bound.filters:
            assert_filter_fits(each, known, place)
        for fixed in bound.fixed:
            assert set(fixed.values) <= set(known[fixed.field].enum), place


def assert_filter_fits(filter_: Filter, known: Mapping[str, EntityField], place: str) -> None:
    """The form of the field is one that the test of the filter can be made on."""
    if filter_.test == "active":
        assert filter_.field == "", place
        assert {"included_on", "removed_on", "valid_until"} <= known.keys(), place
        return
    field = known[filter_.field]
    if filter_.test in {"contains", "overlaps"}:
        assert field.form == "enum_list", place
    elif filter_.test == "at_or_after":
        assert field.form in {"date", "month"}, place
    elif filter_.test == "switch":
        assert filter_.values, place
        assert set(filter_.values) <= set(field.enum), place
    else:
        assert field.form in {"enum", "integer"}, place


def test_every_section_tells_state_and_coverage_beside_its_items() -> None:
    for type_name, name, bound in relations():
        section = get_named_type(fields_of_object(type_name)[name].type)
        assert isinstance(section, GraphQLObjectType)
        assert [each.name for each in section.interfaces] == ["Section"]
        bindings = {field: binding(section.name, field) for field in section.fields}
        assert bindings == {
            "state": SectionPart("state"),
            "coverage": SectionPart("coverage"),
            "totalCount": SectionPart("total_count"),
            "pageInfo": SectionPart("page_info"),
            "items": SectionPart("items"),
        }
        assert str(section.fields["items"].type) == f"[{ENTITIES[bound.entity]}!]!"


def test_records_of_persons_are_asked_by_the_persons_key_alone() -> None:
    by_person = {(type_name, bound.entity) for type_name, _, bound in relations() if bound.person_key}
    assert {type_name for type_name, _ in by_person} == {"NaturalPerson"}
    others = {bound.entity for _, _, bound in relations() if not bound.person_key}
    assert others.isdisjoint(entity for _, entity in by_person)


def test_bindings_of_record_fields_name_fields_that_exist() -> None:
    for type_ in own_types():
        if not isinstance(type_, GraphQLObjectType):
            continue
        for name in type_.fields:
            match binding(type_.name, name):
                case Noted(field=field):
                    assert field in _fields_of(type_.name)
                case PersonPart(field=field):
                    assert field in ENTITY_FIELDS["PersonRole"]
                case Derived(entity=entity, field=field):
                    assert field in ENTITY_FIELDS[entity]
                case Link(key_field=field):
                    assert field in set().union(*(INTERNAL_FIELDS[each] for each in _entities_of(type_.name)))


def test_negative_records_say_how_they_are_judged_and_by_what() -> None:
    negative = SCHEMA.type_map["NegativeRecord"]
    assert isinstance(negative, GraphQLInterfaceType)
    shown = {each.name for each in SCHEMA.get_possible_types(negative)}
    assert shown == {
        *("AdministrativePenalty", "ListEntry", "PersonListEntry", "TaxArrears", "TaxAnomaly", "ProfessionBan")
    }
    judged = [bound for name in negative.fields if isinstance(bound := binding("NegativeRecord", name), Judged)]
    assert {each.part for each in judged} == set(get_args(Judged.__annotations__["part"]))
    for name in shown:
        said = {"source_public_until", "source_severity", "source_state", "repaired_on", "repair_basis"}
        assert said <= ENTITY_FIELDS[name].keys()


def test_public_bodies_alone_have_a_record_of_their_integrity() -> None:
    shown = {type_name for type_name, name, _ in relations() if name == "governmentIntegrity"}
    assert shown == {"GovernmentBody", "PublicInstitution"}


@pytest.mark.parametrize(
    ("part", "entity"),
    [("ListEntry", "ListEntry"), ("ListEntry_abnormal", "ListEntry"), ("Recall_since_2020", "Recall")],
)
def test_parts_belong_to_entities(part: str, entity: str) -> None:
    assert entity_of(part) == entity


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
    assert set(scheme.values) == set(SCHEMES), "identifiers of organizations"


def _entities_of(type_name: str) -> list[str]:
    return [entity for entity, shown in ENTITIES.items() if shown == type_name]


def _fields_of(type_name: str) -> set[str]:
    return {name for entity in _entities_of(type_name) for name in ENTITY_FIELDS[entity]}
