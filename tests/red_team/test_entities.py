"""Attacks as a router or a reader: by representations, and by what tells of the schema, the catalogue and a plan."""

from typing import Any, Final

import pytest

from gateway.demo import Departments
from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served
from tests.red_team.attacks import AUDITOR, BANK, PORTAL, Attacker

# Guard: representations go through the same plan as keys; what they claim beside `uscc` is ignored.
ENTITIES: Final = {
    "Enterprise": 3,
    "IndividualBusiness": 7,
    "FarmerCooperative": 8,
    "SocialOrganization": 9,
    "PublicInstitution": 11,
    "GovernmentBody": 12,
    "RuralCollective": 14,
    "LegalServiceBody": 31,
}


@pytest.mark.parametrize("type_name", ENTITIES)
async def test_a_router_is_told_no_more_than_its_client_may_know(served: Served, type_name: str) -> None:
    text = (
        "query($of: [_Any!]!) { _entities(representations: $of) { ... on %s { uscc taxRatings { items { level } } } } }"
    )
    claimed = {"taxRatings": {"items": [{"level": "D"}]}, "department": "taxation", "scopes": ["credit.gov.tax"]}
    of = {"__typename": type_name, "uscc": CODES[ENTITIES[type_name]], **claimed}
    told = await BANK.ask(served, text % type_name, of=[of])
    assert told.data == {"_entities": [{"uscc": CODES[ENTITIES[type_name]], "taxRatings": None}]}
    assert told.codes == {"_entities.0.taxRatings": "FIELD_FORBIDDEN"}


# Guard: `_representation` holds the type to the kind of the code, and only organizations are entities.
REPRESENTATIONS: Final[dict[str, Any]] = {
    "of another type": {"__typename": "GovernmentBody", "uscc": CODES[3]},
    "of a record": {"__typename": "TaxCreditRating", "recordId": "tax_credit:0"},
    "of a person": {"__typename": "NaturalPerson", "id": "person:market_registry:0"},
    "of a section": {"__typename": "TaxCreditRatingSection", "uscc": CODES[3]},
    "of the query": {"__typename": "Query"},
    "of no type": {"uscc": CODES[3]},
    "of two codes": {"__typename": "Enterprise", "uscc": [CODES[3], CODES[4]]},
    "of a code that is an object": {"__typename": "Enterprise", "uscc": {"eq": CODES[3]}},
    "of everything": {"__typename": "Enterprise", "uscc": "*"},
    "of a code like many": {"__typename": "Enterprise", "uscc": "9123%"},
}


@pytest.mark.parametrize("of", REPRESENTATIONS.values(), ids=REPRESENTATIONS)
async def test_a_representation_that_is_none_leads_to_nobody(served: Served, of: Any) -> None:
    text = "query($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Enterprise { name uscc } } }"
    told = await BANK.ask(served, text, of=[of])
    assert told.data == {"_entities": [None]}
    (error,) = told.errors
    assert error["extensions"] == {"code": "BAD_REPRESENTATION"}


# Guard: what the schema, the catalogue and a plan tell of names, they tell of no value and of no address.
DESCRIBED: Final = {
    "the schema of the subgraph": "{ _service { sdl } }",
    "all types": "{ __schema { types { name description fields { name description } } } }",
    "one type": '{ __type(name: "TaxCreditRating") { description fields { name description isDeprecated } } }',
    "the catalogue": "{ catalogue { code name reason served } }",
    "the fields of the catalogue": "{ catalogueFields { entity field source scope allowed reason } }",
    "the sources": "{ sources { name title kind state entities drift { entity field reason } } }",
    "the departments": "{ departments { code name } }",
}


@pytest.mark.parametrize("text", DESCRIBED.values(), ids=DESCRIBED)
async def test_what_describes_tells_no_value_and_no_column(
    served: Served, demo_departments: Departments, text: str
) -> None:
    told = await AUDITOR.ask(served, text)
    assert told.errors == []
    for secret in (b"XK_FR_ZJHM", b"cerno", b"e_baseinfo", b"scjdgl", b"127.0.0.1"):
        assert secret not in told.said
    for variable, value in demo_departments.environment.items():
        assert variable.encode() not in told.said
        assert value.encode() not in told.said


# Guard: an explained plan tells columns to those alone who may read provenance (`PROVENANCE_SCOPE`).
@pytest.mark.parametrize("attacker", [PORTAL, BANK, Attacker("utilities")], ids=lambda attacker: attacker.client)
async def test_an_explained_plan_names_no_column(served: Served, attacker: Attacker) -> None:
    body = {"query": '{ subject(key: {value: "%s"}) { ... on Organization { licenses { items { legalRepIdNo } } } } }'}
    body["query"] %= CODES[3]
    told = await served.post(
        {**body, "extensions": {"explain": True, "columns": True, "trace": True}},
        served.headers(attacker.client, attacker.purpose),
    )
    explained = told.content["extensions"]["explain"]
    assert all("columns" not in step and "legal_rep_id_no" not in step["fields"] for step in explained["steps"])
    assert b"XK_" not in told.said
