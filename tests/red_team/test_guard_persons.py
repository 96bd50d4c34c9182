"""Attacks on the ways through persons: further than two links, to more enterprises, about more people than allowed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.demo import HTTP_SOURCES, Departments
from tests.end_to_end.queries import NAMED, uscc_key
from tests.end_to_end.served import Served
from tests.red_team import guarded
from tests.red_team.guarded import (
    RULES,
    code_of,
    literal,
    of_subject,
    persons,
    roles,
    set_rules,
)

served = guarded.served
new_day = guarded.new_day

# Guard of this group: `MAX_PERSON_LINKS`, when the plan is made.
THIRD = persons(roles(persons(roles(persons("name")))))
TOO_DEEP = {
    "direct": THIRD,
    "aliases": "a: uscc b: legalRepresentative { items { p: person { r: roles { items { o: organization { "
    "l: legalRepresentative { items { q: person { s: roles { items { z: organization { k: keyPersonnel { items { "
    "x: person { name } } } } } } } } } } } } } } }",
    "a_roles_own_person": persons("roles { items { person { roles { items { person { name } } } } } }"),
    "key_personnel": "keyPersonnel { items { person { roles { items { organization { keyPersonnel { items { person { "
    "roles { items { person { sex } } } } } } } } } } } }",
    "on_one_type_alone": persons(roles(f"... on IndividualBusiness {{ {persons(roles(persons('name')))} }}")),
    "inline_fragments": "... on Organization { ... { legalRepresentative { ... { items { ... { person { ... { "
    + roles(persons(roles(persons("id"))))
    + " } } } } } } } }",
}
FRAGMENTS = """
query($key: SubjectKey!, $on: Boolean = true) { subject(key: $key) { ...o } }
fragment o on Organization { legalRepresentative { items { ...p } } }
fragment p on PersonRole { person { roles { items { ...q } } } }
fragment q on PersonRole { organization { legalRepresentative { items { ...r @include(if: $on) } } } }
fragment r on PersonRole { person { roles { items { organization { keyPersonnel { items { person { name } } } } } } } }
"""


async def test_two_links_to_persons_are_followed(served: Served) -> None:
    told = await served.ask("public_security", of_subject(persons(roles(persons("name")))), key=uscc_key(4))
    (role,) = told.subject["legalRepresentative"]["items"]
    found = [each["organization"]["legalRepresentative"]["items"] for each in role["person"]["roles"]["items"]]
    names = [NAMED[number].representative.name for number in (5, 4)]
    assert [each["person"]["name"] for (each,) in found] == names


def _deep(way: str) -> dict[str, Any]:
    body: dict[str, Any] = {"query": of_subject(TOO_DEEP.get(way, THIRD)), "variables": {"key": uscc_key(3)}}
    if way == "fragments":
        body["query"] = FRAGMENTS
    if way == "entities":
        of = [{"__typename": "Enterprise", "uscc": NAMED[3].uscc}]
        query = f"query($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on Organization {{ {THIRD} }} }} }}"
        body = {"query": query, "variables": {"of": of}}
    if way == "explain":
        body["extensions"] = {"explain": True}
    return body


@pytest.mark.parametrize("client", ["public_security", "portal"])
@pytest.mark.parametrize("way", [*TOO_DEEP, "fragments", "entities", "explain"])
async def test_no_path_links_to_persons_three_times(
    served: Served, demo_departments: Departments, way: str, client: str
) -> None:
    for source in HTTP_SOURCES:
        demo_departments.forget_calls(source)
    headers = {**served.headers(client), "Accept": "application/graphql-response+json"}
    told = await served.post(_deep(way), headers)
    (error,) = told.errors
    said = error["extensions"]
    assert (told.status, said["code"], said["limit"]) == (400, "TOO_COSTLY", "person_links")
    assert (said["path"].split(".")[-1], said["path"].split(".").count("person")) == ("person", 3)
    assert f"`{said['path']}` follows more than 2 links to persons" in error["message"]
    assert sum(demo_departments.calls(source)["calls"] for source in HTTP_SOURCES) == 0


# Guards of this group: `Inquiry.follow` where their records are asked for, `Inquiry.settle` for all that is shown.
FIRST = "roles(first: 1) { items { organization { name } } }"
WIDE = {
    "one_list": persons(roles("name")),
    "names_alone": persons("roles { items { organizationName } }"),
    "codes_alone": persons(roles("uscc")),
    "records_alone": persons("roles { items { title } }"),
    "aliases": persons("a: roles(first: 1) { items { organization { uscc } } } b: " + roles("uscc name")),
    "counts_of_their_sections": persons(roles("penalties { totalCount }")),
    "both_kinds_of_roles": f"keyPersonnel {{ items {{ person {{ {roles('uscc')} }} }} }} " + persons(roles("uscc")),
    "fragments": persons("...a ...b"),
    "further_on": persons(roles(persons(roles("uscc")))),
}
"""How all three companies of one person might be seen in one request, where one other may."""
PARTS = (
    " fragment a on NaturalPerson { roles(first: 1) { items { organization { uscc } } } }"
    " fragment b on NaturalPerson { again: roles { items { organization { name } } } }"
)


async def _wide(served: Served, way: str) -> str:
    if way == "aliased_subjects":
        fields = [literal(NAMED[number].uscc, persons(FIRST), f"a{number}:") for number in (1, 2, 3)]
        return f"{{ {' '.join(fields)} {literal(NAMED[3].uscc, persons(roles('uscc')), 'all:')} }}"
    if way == "pages_side_by_side":
        page = persons("roles(first: 1) { items { title } pageInfo { endCursor } }")
        first = await served.ask("public_security", of_subject(page), key=uscc_key(26))
        (role,) = first.subject["legalRepresentative"]["items"]
        cursor = role["person"]["roles"]["pageInfo"]["endCursor"]
        rest = f'b: roles(after: "{cursor}") {{ items {{ organization {{ uscc }} }} }}'
        return of_subject(persons(f"a: {FIRST} {rest}"))
    return of_subject(WIDE[way]) + (PARTS if way == "fragments" else "")


@pytest.mark.parametrize("way", [*WIDE, "aliased_subjects", "pages_side_by_side"])
async def test_no_request_reaches_more_enterprises_through_persons_than_it_may(served: Served, way: str) -> None:
    set_rules(served, replace(RULES, enterprises_per_request=1))
    query = await _wide(served, way)
    body = {"query": query, "variables": {} if way == "aliased_subjects" else {"key": uscc_key(3)}}
    told = await served.post(body, served.headers("public_security"))
    (error,) = told.errors
    assert error["extensions"] == {"code": "TOO_COSTLY", "limit": "enterprises_per_request", "most": 1}
    assert "data" not in told.content
    assert NAMED[26].name.encode() not in told.body


async def test_sources_are_not_asked_about_enterprises_that_are_too_many(
    served: Served, demo_departments: Departments
) -> None:
    set_rules(served, replace(RULES, enterprises_per_request=1))
    demo_departments.forget_calls("environment_penalties")
    await served.ask("public_security", of_subject(WIDE["counts_of_their_sections"]), key=uscc_key(3))
    assert demo_departments.calls("environment_penalties")["keys"] == 0


async def test_what_fits_is_answered_whole(served: Served) -> None:
    fields = persons("roles { state totalCount items { organization { name } } }")
    told = await served.ask("public_security", of_subject(fields), key=uscc_key(3))
    (role,) = told.subject["legalRepresentative"]["items"]
    assert (role["person"]["roles"]["state"], role["person"]["roles"]["totalCount"]) == ("COMPLETE", 3)


async def test_those_that_roles_lead_to_are_subjects_of_the_day(served: Served) -> None:
    told = await served.ask("human_resources", of_subject(persons(roles("name"))), key=uscc_key(3))
    assert (told.status, code_of(told)) == (429, "SUBJECT_BUDGET_EXCEEDED")
    assert told.errors[0]["extensions"]["counted"] == "subjects"
    assert NAMED[26].name.encode() not in told.body


# Guard of this group: `Inquiry.follow`, for persons.
FOUR = [NAMED[number].uscc for number in (1, 2, 3, 4)]
KEYS = [f'{{value: "{code}"}}' for code in FOUR]
BANS = persons("professionBans { state }")
SECTIONS = ("qualifications { state }", "listEntries { state }", FIRST, "consumptionRestrictions { state }")
PERSON_WAYS: dict[str, Callable[[], list[str]]] = {
    "one_by_one": lambda: [f"{{ {literal(code, BANS)} }}" for code in FOUR],
    "aliases": lambda: [f"{{ {' '.join(literal(code, BANS, f'a{at}:') for at, code in enumerate(FOUR))} }}"],
    "several_sections": lambda: [
        f"{{ {literal(code, persons(each))} }}" for code, each in zip(FOUR, SECTIONS, strict=True)
    ],
    "key_personnel_too": lambda: [
        f"{{ {literal(code, BANS.replace('legalRepresentative', 'keyPersonnel') + ' ' + BANS)} }}" for code in FOUR
    ],
    "in_a_list": lambda: [f"{{ subjects(keys: [{', '.join(KEYS)}]) {{ ... on Organization {{ {BANS} }} }} }}"],
}


@pytest.mark.parametrize("way", PERSON_WAYS)
async def test_no_more_persons_are_asked_about_than_a_day_allows(served: Served, way: str) -> None:
    told = [await served.ask("court", query) for query in PERSON_WAYS[way]()]
    refused = [each for each in told if code_of(each) == "SUBJECT_BUDGET_EXCEEDED"]
    assert refused
    assert len(told) - len(refused) <= 2
    assert {each.status for each in refused} == {429}
    assert {(said["counted"], said["budget"]) for each in refused for said in [each.errors[0]["extensions"]]} == {
        ("persons", 2)
    }


async def test_persons_asked_about_today_may_be_asked_about_again(served: Served) -> None:
    first, second, third, _ = PERSON_WAYS["one_by_one"]()
    assert [(await served.ask("court", each)).status for each in (first, second, third, first, second)] == [
        200, 200, 429, 200, 200
    ]  # fmt: skip
