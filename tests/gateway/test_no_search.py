"""Nobody is searched for: not by a name alone, not by a number, not by likeness. What the schema offers is pinned here.

Whoever adds an argument, a scheme or a root field that leads to a person meets these tests first (`domain.md` §4.5).
"""

from collections.abc import Iterator

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type, is_input_object_type

from connectors.personal import OF_PERSONS, WORDS, types_of_personal
from connectors.spec import FieldSpec
from connectors.values import reader
from gateway.subject import PERSON, TYPE_NAMES
from schema.entities import ENTITY_FIELDS
from schema.identifiers import SCHEMES, parse
from schema.identifiers.identifier import IdentifierError
from schema.schema import SCHEMA, sdl

ORGANIZATIONS = frozenset(TYPE_NAMES.values())
TEXTS = {
    ("Query.catalogue", "edition"),
    ("Query.catalogue", "entity"),
    ("Query.catalogueFields", "entity"),
    ("Query.catalogueFields", "source"),
    ("Query.consents", "subject"),  # the code of an organization, whose consents to this caller are listed
    ("Query.receipt", "id"),
    ("Query.replay", "bundle"),
    ("Query.fieldTrace", "receipt"),
    ("Query.fieldTrace", "path"),
    ("Query.departmentReports", "department"),
    ("Query.objections", "id"),
    ("Query.objections", "source"),
    ("Query.screening", "id"),
    ("Query.watches", "id"),
    ("Query.changedSince", "receipt"),
    ("Query.creditReport", "number"),
    ("Subscription.watchSubjects", "sections"),
    ("Subscription.screeningProgress", "id"),
}
"""Arguments that take a text, other than cursors: none of them is compared with a name or a number of a person."""
PERSON_NO = "230881189304160019"


def arguments() -> Iterator[tuple[str, str, str]]:
    """Yield place, name and type of every argument of every field that reads."""
    for type_ in SCHEMA.type_map.values():
        if (
            isinstance(type_, GraphQLObjectType)
            and not type_.name.startswith("__")
            and type_ is not SCHEMA.mutation_type
        ):
            for name, field in type_.fields.items():
                for argument, told in field.args.items():
                    yield f"{type_.name}.{name}", argument, get_named_type(told.type).name


def test_root_fields_are_these_and_only_three_take_keys() -> None:
    query = SCHEMA.query_type
    assert query is not None
    taken = {name: sorted(field.args) for name, field in query.fields.items() if field.args}
    keyed = {name for name, args in taken.items() if {"key", "keys"} & set(args)}
    assert keyed == {"subject", "subjects", "applicableMeasures"}
    assert not {name for name in query.fields if "person" in name.lower() or "search" in name.lower()}
    assert get_named_type(query.fields["subject"].type).name == "SubjectResult"


def test_what_a_key_leads_to_is_an_organization_or_a_reason() -> None:
    union = SCHEMA.get_type("SubjectResult")
    members = {each.name for each in SCHEMA.get_possible_types(union)}  # type: ignore[arg-type]  # a union
    assert members - ORGANIZATIONS == {"SubjectAmbiguous", "SubjectKeyInvalid", "SubjectNotFound", "SubjectUnresolved"}
    assert PERSON not in members


def test_a_key_has_a_scheme_and_a_value_and_no_scheme_is_a_persons() -> None:
    key = SCHEMA.get_type("SubjectKey")
    assert isinstance(key, GraphQLInputObjectType)
    assert set(key.fields) == {"scheme", "value"}
    assert set(SCHEMA.get_type("IdentifierScheme").values) >= set(SCHEMES)  # type: ignore[union-attr]  # an enum
    assert {"PERSON", "CITIZEN_ID", "PASSPORT", "PRIPID"}.isdisjoint(SCHEMES)


def test_no_field_takes_a_name_or_number_of_a_person() -> None:
    for place, argument, type_ in arguments():
        if type_ in {"String", "ID"}:
            assert (place, argument) in TEXTS or argument == "after", f"{place}({argument}:): what is it compared with?"


def test_no_input_but_the_key_tells_who_is_meant() -> None:
    inputs = {type_ for _, _, type_ in arguments() if is_input_object_type(SCHEMA.get_type(type_))}
    known = {"SubjectKey", "AuditFilter", "CheckInput", "QuestionInput"}
    assert inputs == known, "the filter's subject is compared with pseudonyms; a question is one of a client's own"
    checked = SCHEMA.get_type("CheckedSubject")
    assert isinstance(checked, GraphQLInputObjectType)
    assert {name: str(each.type) for name, each in checked.fields.items()} == {"key": "SubjectKey!", "bidder": "String"}


def test_persons_are_no_entities_of_the_subgraph() -> None:
    keyed = {line.split()[1] for line in sdl().splitlines() if line.startswith("type ") and "@key" in line}
    assert keyed
    assert keyed <= ORGANIZATIONS


def test_only_a_role_leads_to_a_person() -> None:
    leading = {
        f"{type_.name}.{name}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if get_named_type(field.type).name == PERSON
    }
    assert leading == {"PersonRole.person"}


@pytest.mark.parametrize("text", [f"张三{PERSON_NO}", f"{PERSON_NO[:6]} {PERSON_NO[6:]}张三", "张", "7", "张*"])
def test_what_is_no_whole_name_of_an_organization_is_no_name(text: str) -> None:
    with pytest.raises(IdentifierError):
        parse("NAME", text)


def test_every_personal_field_of_the_schema_can_be_masked() -> None:
    """A field that no permitted type fits, such as a date of birth as a date, could never be filled lawfully."""
    for entity, fields in ENTITY_FIELDS.items():
        for name, field in fields.items():
            types = types_of_personal(entity, name)
            if types is not None and field.form != "key":
                assert field.form == ("integer" if "birth" in name else "text"), f"{entity}.{name}"
                for type_ in types:
                    reader(name, FieldSpec(column="c", type=type_, scope=""), [])


@pytest.mark.parametrize(("word", "types"), WORDS)
def test_a_personal_field_takes_masked_types_alone(word: str, types: tuple[str, ...]) -> None:
    for entity in OF_PERSONS:
        assert types_of_personal(entity, f"home_{word}") == types
    assert types_of_personal("Registration", f"legal_rep_{word}") == types
