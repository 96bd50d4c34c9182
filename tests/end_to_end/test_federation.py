"""The gateway as a subgraph and as a schema to read: `_entities`, `_service`, introspection."""

from typing import Any

from graphql import build_client_schema, get_introspection_query, parse

from schema.schema import SCHEMA, sdl
from tests.end_to_end.queries import NAMED, uscc_key
from tests.end_to_end.served import Served

ENTITIES = """
query Entities($of: [_Any!]!) {
  _entities(representations: $of) {
    __typename
    ... on Organization { uscc name penalties { state totalCount } }
  }
}
"""
ENTERPRISE, BUSINESS = NAMED[3].uscc, NAMED[7].uscc
WRONG_CHECK = "91230881TJ00000351"
BAD: list[tuple[Any, str]] = [
    ({"__typename": "Enterprise", "uscc": BUSINESS}, "the `uscc` of a representation of `Enterprise` belongs to a "),
    ({"__typename": "NaturalPerson", "uscc": ENTERPRISE}, "a representation names a type that is no entity of this"),
    ({"__typename": "Bank", "uscc": ENTERPRISE}, "a representation names a type that is no entity of this subgraph"),
    ({"uscc": ENTERPRISE}, "a representation must be an object with a `__typename`"),
    ({"__typename": "Enterprise"}, "a representation of `Enterprise` needs its `uscc`"),
    ({"__typename": "Enterprise", "uscc": 5}, "a representation of `Enterprise` needs its `uscc`"),
    ({"__typename": "Enterprise", "uscc": WRONG_CHECK}, "校验码不符。The check digit of this USCC is wrong"),
    ({"__typename": ["Enterprise"], "uscc": ENTERPRISE}, "a representation must be an object with a `__typename`"),
    ("Enterprise", "a representation must be an object with a `__typename`"),
    (None, "Variable '$of' has invalid value at [1]"),
]


async def test_good_representations_are_resolved_in_order_with_their_sections(served: Served) -> None:
    of = [
        {"__typename": "IndividualBusiness", "uscc": BUSINESS.lower()},
        {"__typename": "Enterprise", "uscc": ENTERPRISE, "stars": 5},
        {"__typename": "IndividualBusiness", "uscc": BUSINESS},
    ]
    told = await served.ask("bank", ENTITIES, of=of)
    found = told.data["_entities"]
    assert [(each["__typename"], each["uscc"]) for each in found] == [
        ("IndividualBusiness", BUSINESS),
        ("Enterprise", ENTERPRISE),
        ("IndividualBusiness", BUSINESS),
    ]
    assert [each["penalties"]["totalCount"] for each in found] == [0, 5, 0], (
        "those of the stall are minor: not for banks"
    )
    assert told.errors == []


async def test_a_bad_representation_is_null_with_an_error_and_spoils_no_other(served: Served) -> None:
    good = {"__typename": "Enterprise", "uscc": ENTERPRISE}
    for bad, message in BAD[:-1]:
        told = await served.ask("bank", ENTITIES, of=[good, bad, good])
        first, none, last = told.data["_entities"]
        assert first == last
        assert (first["uscc"], none) == (ENTERPRISE, None)
        (error,) = told.errors
        assert error["message"].startswith(message)
        assert (error["path"], error["extensions"]["code"]) == (["_entities", 1], "BAD_REPRESENTATION")
        assert WRONG_CHECK not in error["message"]


async def test_a_null_among_the_representations_is_a_bad_request(served: Served) -> None:
    bad, message = BAD[-1]
    told = await served.ask("bank", ENTITIES, of=[{"__typename": "Enterprise", "uscc": ENTERPRISE}, bad])
    assert (told.errors[0]["extensions"]["code"], list(told.content)) == ("BAD_QUERY", ["errors", "extensions"])
    assert told.errors[0]["message"].startswith(message)


async def test_more_than_a_thousand_representations_are_too_many(served: Served) -> None:
    of = [{"__typename": "Enterprise", "uscc": ENTERPRISE}] * 1001
    told = await served.ask("bank", ENTITIES, of=of)
    assert told.errors[0]["message"] == "`_entities` takes at most 1000 keys, got 1001"


async def test_denials_hold_for_entities_too(served: Served) -> None:
    query = (
        """query($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { taxRatings { state } } } }"""
    )
    told = await served.ask("portal", query, of=[{"__typename": "Enterprise", "uscc": ENTERPRISE}])
    assert told.data == {"_entities": [{"taxRatings": None}]}
    assert told.codes == {"_entities.0.taxRatings": "FIELD_FORBIDDEN"}


async def test_the_schema_of_the_subgraph_is_served_as_text(served: Served) -> None:
    told = await served.ask("portal", "{ _service { sdl } }")
    text = told.data["_service"]["sdl"]
    assert '@key(fields: "uscc")' in text
    parse(text)
    assert text.strip() == sdl().strip()


async def test_a_full_introspection_gives_the_schema(served: Served) -> None:
    told = await served.ask("portal", get_introspection_query())
    client = build_client_schema(told.data)
    assert set(client.type_map) == set(SCHEMA.type_map)
    organization = client.type_map["Organization"]
    assert set(organization.fields) == set(SCHEMA.type_map["Organization"].fields)  # type: ignore[attr-defined]


async def test_introspection_and_data_stand_in_one_answer_in_the_order_asked(served: Served) -> None:
    query = """query Both($key: SubjectKey!, $name: String!) {
      last: __type(name: $name) { name kind }
      subject(key: $key) { __typename }
      __schema { queryType { name } }
      ...root
    }
    fragment root on Query { __typename none: __type(name: "Nothing") { name } }"""
    told = await served.ask("portal", query, key=uscc_key(7), name="Enterprise")
    assert list(told.data.items()) == [
        ("last", {"name": "Enterprise", "kind": "OBJECT"}),
        ("subject", {"__typename": "IndividualBusiness"}),
        ("__schema", {"queryType": {"name": "Query"}}),
        ("__typename", "Query"),
        ("none", None),
    ]


async def test_an_introspection_that_would_multiply_without_end_is_refused(served: Served) -> None:
    query = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"
    told = await served.ask("portal", query)
    assert told.errors[0]["message"] == "Maximum introspection depth exceeded"
    assert told.errors[0]["extensions"]["code"] == "BAD_QUERY"
