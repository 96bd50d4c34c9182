"""From a company to its representative, to that person's other roles, and on: for those alone who may."""

import pytest

from gateway.demo import Departments
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
    assert [each["penalties"]["totalCount"] for each in organizations] == [1, 1, 5]
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
