"""From a company to its representative, to that person's other roles, and on: for those alone who may."""

import pytest

from connectors.base import Batch
from gateway.demo import Departments
from gateway.subject import Person
from tests.end_to_end.queries import NAMED, PERSON, uscc_key
from tests.end_to_end.served import Served

LINKED = (26, 25, 3)
"""Companies of one representative, the latest role first."""


@pytest.mark.parametrize("number", LINKED)
async def test_one_representative_leads_to_all_three_companies(served: Served, number: int) -> None:
    told = await served.ask("court", PERSON, key=uscc_key(number))
    (role,) = told.subject["legalRepresentative"]["items"]
    roles = role["person"]["roles"]
    organizations = [item["organization"] for item in roles["items"]]
    assert (roles["state"], roles["totalCount"]) == ("COMPLETE", 3)
    assert [each["uscc"] for each in organizations] == [NAMED[linked].uscc for linked in LINKED]
    assert [each["name"] for each in organizations] == [item["organizationName"] for item in roles["items"]]
    assert [each["penalties"]["totalCount"] for each in organizations] == [1, 3, 5]
    restrictions = [each["courtEnforcement"]["consumptionRestrictions"] for each in organizations]
    assert [len(each["items"]) for each in restrictions] == [1, 0, 1]
    assert {each["state"] for each in restrictions} == {"COMPLETE"}


async def test_a_supervisor_of_another_company_is_linked_too(served: Served) -> None:
    told = await served.ask("court", PERSON, key=uscc_key(4))
    (role,) = told.subject["legalRepresentative"]["items"]
    roles = [(item["title"], item["organization"]["uscc"]) for item in role["person"]["roles"]["items"]]
    assert roles == [("监事", NAMED[5].uscc), ("执行董事", NAMED[4].uscc)]


async def test_only_the_roles_of_the_page_are_followed(served: Served, city: Departments) -> None:
    query = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
      legalRepresentative { items { person {
        roles(first: 1) { totalCount pageInfo { hasNextPage } items { organization { uscc penalties { totalCount } } } }
      } } }
    } } }"""
    told = await served.ask("court", query, key=uscc_key(3))
    (role,) = told.subject["legalRepresentative"]["items"]
    assert role["person"]["roles"] == {
        "totalCount": 3,
        "pageInfo": {"hasNextPage": True},
        "items": [{"organization": {"uscc": NAMED[26].uscc, "penalties": {"totalCount": 1}}}],
    }
    assert city.calls("environment_penalties")["keys"] == 1


async def test_a_person_has_no_identifier_and_an_id_of_the_role_alone(served: Served) -> None:
    people = []
    for number in LINKED:
        told = await served.ask("court", PERSON, key=uscc_key(number))
        (role,) = told.subject["legalRepresentative"]["items"]
        people.append(role["person"])
        assert NAMED[3].representative.id_no.encode() not in told.body
    assert {each["name"] for each in people} == {NAMED[3].representative.name}
    assert len({each["id"] for each in people}) == 3, "two roles of one person cannot be matched by their ids"
    assert all(each["identifiers"] == [] and each["maskedIdNo"] is None for each in people)
    assert people[0]["resolution"] == {"scheme": "PERSON", "method": "EXACT", "via": "market_registry"}


@pytest.mark.parametrize(
    ("client", "needs"),
    [
        (
            "portal",
            {
                "scope": "person.link",
                "department": True,
                "purpose": ["LAW_ENFORCEMENT", "MARKET_ACCESS", "SUPERVISION"],
            },
        ),
        ("tax_department", {"scope": "person.link"}),
    ],
)
async def test_without_the_scope_the_person_stays_and_the_roles_are_forbidden(
    served: Served, client: str, needs: dict[str, object]
) -> None:
    told = await served.ask(client, PERSON, key=uscc_key(25))
    (role,) = told.subject["legalRepresentative"]["items"]
    assert (role["person"]["name"], role["person"]["roles"]) == (NAMED[3].representative.name, None)
    (error,) = [each for each in told.errors if each["path"][-1] == "roles"]
    assert (error["extensions"]["code"], error["extensions"]["needs"]) == ("FIELD_FORBIDDEN", needs)
    assert NAMED[26].name.encode() not in told.body


RELATIONS = ("qualifications", "professionBans", "listEntries", "consumptionRestrictions", "identityVerification")
ABOUT = (
    "query($key: SubjectKey!, $more: Boolean!) { subject(key: $key) { ... on Organization {"
    " legalRepresentative { items { person { __typename name RELATIONS"
    " ... @include(if: $more) { again: professionBans { items { recordId } } } } } } } } }"
).replace(
    "RELATIONS",
    " ".join(f"{name} {{ state totalCount items {{ recordId }} coverage {{ source status }} }}" for name in RELATIONS),
)
ASKED_OF_PERSONS = ("police_verification", "court_enforcement")


@pytest.mark.parametrize("client", ["court", "human_resources", "public_security", "market_regulation"])
async def test_who_may_follow_persons_sees_what_departments_hold_of_them(served: Served, client: str) -> None:
    told = await served.ask(client, ABOUT, key=uscc_key(3), more=True)
    (role,) = told.subject["legalRepresentative"]["items"]
    assert {role["person"][name]["state"] for name in RELATIONS} == {"COMPLETE"}
    assert [len(role["person"][name]["items"]) for name in RELATIONS] == [2, 1, 1, 2, 1]
    assert NAMED[3].representative.id_no.encode() not in told.body
    assert told.errors == []


@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize("client", ["portal", "bank", "tax_department", "business_environment", "upper_platform"])
async def test_who_may_not_is_refused_each_relation_and_nobody_is_asked(
    served: Served, city: Departments, client: str, more: bool
) -> None:
    told = await served.ask(client, ABOUT, key=uscc_key(3), more=more)
    for role in told.subject["legalRepresentative"]["items"]:
        assert [role["person"][name] for name in RELATIONS] == [None] * len(RELATIONS)
    refused = {error["path"][-1] for error in told.errors if error["extensions"]["code"] == "FIELD_FORBIDDEN"}
    assert refused >= {*RELATIONS, *(["again"] if more else [])}
    assert {source: city.calls(source)["keys"] for source in ASKED_OF_PERSONS} == dict.fromkeys(ASKED_OF_PERSONS, 0)


@pytest.mark.parametrize("scheme", ["NAME", None])
async def test_nobody_is_found_by_the_name_of_a_person(served: Served, scheme: str | None) -> None:
    query = "query($key: SubjectKey!) { subject(key: $key) { __typename } }"
    company, person = NAMED[3].name, NAMED[3].representative.name
    for name in (person, f"{person}%", company[:-1], company[1:], f"%{company[4:]}", "__", "*公司", "公司"):
        told = await served.ask("court", query, key={"scheme": scheme, "value": name})
        assert told.subject["__typename"] in {"SubjectNotFound", "SubjectUnresolved", "SubjectKeyInvalid"}, name


async def test_a_person_is_no_entity_that_a_router_may_ask_for(served: Served) -> None:
    query = "query($of: [_Any!]!) { _entities(representations: $of) { __typename } }"
    keys = [{"id": "person:market_registry:0"}, {"uscc": NAMED[3].uscc}, {"name": NAMED[3].representative.name}]
    told = await served.ask("court", query, of=[{"__typename": "NaturalPerson", **key} for key in keys])
    assert told.data == {"_entities": [None, None, None]}
    assert {error["extensions"]["code"] for error in told.errors} == {"BAD_REPRESENTATION"}
    assert NAMED[3].representative.name.encode() not in told.body


def test_of_two_names_under_one_number_none_is_checked() -> None:
    person = Person("230881198501010019")
    person.learn_name("吕 栋明")
    person.learn_name("吕栋明")
    assert person.keys("NAME") == ("吕 栋明",)
    person.learn_name("赵海")
    assert person.keys("NAME") == ()
    batch = Batch("PersonVerification", "PERSON", person.keys("PERSON"), ("result",), False, {"NAME": {"赵海": "2308"}})
    assert not [each for each in ("230881", "赵海", "吕") if each in f"{person!r} {batch!r}"]
