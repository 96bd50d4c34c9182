"""Every section of 同政发〔2018〕12号 through the front door: its records are told, or it is said why nobody can."""

from typing import Any

import pytest

from tests.end_to_end.notice import CODES, ROWS, Refused, Row, ask, section_of
from tests.end_to_end.served import Served

SECTIONS = [
    "二(一)1", "二(一)2", "二(二)", "二(三)1", "二(三)2", "二(四)1", "二(四)2", "二(四)3", "二(四)4", "二(四)5",
    "二(四)6", "二(五)1-3", "二(五)4", "二(六)1(1)", "二(六)1(2)", "二(六)2(1)(2)", "二(六)2(3)", "二(六)3", "二(六)4",
    "二(六)5",
    "二(六)6", "二(六)7", "二(六)8", "二(六)9", "二(六)10", "二(六)11", "二(六)12", "二(六)13", "二(六)14", "二(七)1",
    "二(七)2(1)", "二(七)2(2)", "二(七)3", "二(七)4", "二(七)5", "二(七)6", "二(七)7(1)", "二(七)7(2)", "二(七)8",
    "二(七)9", "二(八)1", "二(八)2", "二(八)3", "二(八)4", "二(九)1", "二(九)2", "二(九)3", "二(十)", "二(十一)1",
    "二(十一)2", "二(十二)",
]  # fmt: skip
"""The rows of the table of sections in the domain reference."""
ANNEX = "附件"
"""Owners whom the annex of the notice alone names; below the table."""
BY_PLATFORM = {"二(一)1", "二(二)", "二(三)1", "二(三)2"}
"""Sections about the platform itself: asked of the gateway, not of a department."""
ORGANIZATIONS = (3, 6, 7, 8, 9, 11, 12, 14, 31)
"""Subjects of every kind of organization that the demo has."""
PERSON = "PERSON"


def named(row: Row) -> str:
    return f"{row.section} {row.title}"


async def catalogue(served: Served, arguments: str = "") -> list[Any]:
    items = "code name section served reason entities fields { type field } legalBases { code } owner { code }"
    told = await served.ask("portal", f"{{ catalogue{arguments} {{ {items} }} }}")
    found: list[Any] = told.data["catalogue"]
    return found


def sections_of(item: Any) -> set[str]:
    return set((item["section"] or "").split("、"))


def test_the_rows_are_those_of_the_table() -> None:
    assert [row.section for row in ROWS] == [*SECTIONS, ANNEX]
    for row in ROWS:
        assert row.probes or row.refused or row.section in BY_PLATFORM, row.section


async def test_the_catalogue_has_every_section_and_no_other(served: Served) -> None:
    listed = {section for item in await catalogue(served) for section in sections_of(item)}
    assert listed == {section for row in ROWS for section in row.of_notice}


@pytest.mark.parametrize("row", [row for row in ROWS if row.probes], ids=named)
async def test_records_are_told(served: Served, row: Row) -> None:
    for probe in row.probes:
        told = await ask(served, probe)
        assert told.errors == [], probe
        section = section_of(told, probe)
        assert section["state"] == "COMPLETE", (probe.field, section["coverage"])
        assert section["totalCount"] >= 1
        assert any(probe.record.items() <= item.items() for item in section["items"]), (probe, section["items"])


@pytest.mark.parametrize("row", [row for row in ROWS if row.refused], ids=named)
async def test_what_is_never_told_is_refused_with_the_reason(served: Served, row: Row) -> None:
    unserved = {item["code"]: item for item in await catalogue(served, "(served: false)")}
    for refused in row.refused:
        item = unserved[refused.code]
        assert set(row.of_notice) & sections_of(item)
        assert item["reason"]
        assert item["fields"] == [], "no source has a field of it"
        assert await not_served(served, refused) == set(refused.kinds)


async def not_served(served: Served, refused: Refused) -> set[str]:
    """Return of which kinds of subjects the gateway says that it never tells the item, and check that it says why."""
    organization = "... on Organization { notServed { status reason item { code } } }"
    keys = [{"scheme": "USCC", "value": CODES[number]} for number in ORGANIZATIONS]
    subjects = f"query($keys: [SubjectKey!]!) {{ subjects(keys: $keys) {{ {organization} }} }}"
    of_organizations = (await served.ask("portal", subjects, keys=keys)).data["subjects"]
    role = "legalRepresentative { items { person { notServed { status reason item { code } } } } }"
    query = f"query($key: SubjectKey!) {{ subject(key: $key) {{ ... on Organization {{ {role} }} }} }}"
    representatives = (await served.ask("portal", query, key=keys[0])).subject["legalRepresentative"]["items"]
    found: set[str] = set()
    for kind, subjects_ in (("ORGANIZATION", of_organizations), (PERSON, [each["person"] for each in representatives])):
        for entry in (entry for each in subjects_ for entry in each["notServed"]):
            if entry["item"]["code"] == refused.code:
                found.add(kind)
                assert entry["status"] in {"DISCONTINUED", "NOT_COVERED"}
                assert entry["reason"]
    return found


async def test_no_field_of_the_schema_can_hold_what_is_never_told(served: Served) -> None:
    query = "{ __schema { types { name kind description fields { name description } } } }"
    types = (await served.ask("portal", query)).data["__schema"]["types"]
    told = [
        f"{type_['name']}.{field['name']} {type_['description']} {field['description']}".lower()
        for type_ in types
        if type_["kind"] == "OBJECT"
        for field in type_["fields"]
    ]
    assert len(told) > 500
    for word in (word for row in ROWS for refused in row.refused for word in refused.words):
        assert [each for each in told if word in each] == [], word
    entities = {item["code"]: item["entities"] for item in await catalogue(served, "(served: false)")}
    assert {code for code, covered in entities.items() if covered} == {"C02-101"}, "but the file that was given up"
    assert entities["C02-101"] == ["BriberyRecord"]


async def test_the_bribery_file_says_that_it_was_given_up(served: Served) -> None:
    query = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
      briberyRecord { state totalCount items { recordId } coverage { source status reason department { code } } }
    } } }"""
    for client, purpose in (("portal", None), ("court", "OWNER")):
        told = await served.ask(client, query, purpose=purpose, key={"scheme": "USCC", "value": CODES[3]})
        section = told.subject["briberyRecord"]
        (coverage,) = section["coverage"]
        assert (section["state"], section["items"], section["totalCount"]) == ("NOT_COVERED", [], None)
        assert (coverage["status"], coverage["department"]["code"]) == ("DISCONTINUED", "procuratorate")
        assert "2018 年 8 月" in coverage["reason"]
        assert "不等于没有记录" in coverage["reason"]


async def test_section_one_names_the_departments_of_now_and_of_then(served: Served) -> None:
    query = '{ departments { code name predecessors successor } then: departments(asOf: "2018-01-01") { code } }'
    told = await served.ask("portal", query)
    found = {each["code"]: each for each in told.data["departments"]}
    assert len(found) >= 50
    assert found["state_taxation"]["successor"] == found["local_taxation"]["successor"] == "taxation"
    assert found["taxation"]["predecessors"] == ["国税局", "地税局"]
    assert {"state_taxation", "environmental_protection"} <= {each["code"] for each in told.data["then"]}


async def test_section_two_names_the_legal_basis_of_the_catalogue_and_of_each_record(served: Served) -> None:
    query = """query($key: SubjectKey!) {
      legalBases { code title inForce }
      subject(key: $key) { ... on Organization { penalties { items { catalogueItem { code legalBases { code } } } } } }
    }"""
    told = await served.ask("portal", query, key={"scheme": "USCC", "value": CODES[2]})
    known = {each["code"]: each for each in told.data["legalBases"]}
    assert known["credit_repair_measures_2025"]["inForce"] is True
    (penalty,) = told.subject["penalties"]["items"]
    bases = {each["code"] for each in penalty["catalogueItem"]["legalBases"]}
    assert {"administrative_penalty_law", "credit_catalogue_2024"} <= bases <= known.keys()


async def test_section_three_names_the_backbone_systems_and_whether_they_answer(served: Served) -> None:
    told = await served.ask("portal", "{ sources { name state department { code } } }")
    states = {each["department"]["code"]: each["state"] for each in told.data["sources"]}
    backbone = {"market_regulation", "taxation", "public_security", "transport", "human_resources"}
    backbone |= {"emergency_management", "financial_office", "ecology_environment", "customs"}
    assert backbone <= states.keys(), "agriculture decides through double publicity"
    assert len(told.data["sources"]) >= 31


async def test_section_three_publishes_the_catalogue(served: Served) -> None:
    items = await catalogue(served, "(served: true)")
    assert len(items) > 80
    for item in items:
        of_platform = item["code"].startswith("C00")
        assert bool(item["legalBases"]) is not of_platform, item["code"]
        assert bool(item["entities"]) is not of_platform
        assert item["owner"]["code"]


async def test_the_portal_is_never_told_what_needs_the_subjects_consent(served: Served) -> None:
    query = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
      socialInsurancePayments { state } utilityUsage { state }
    } } }"""
    for client in ("portal", "bank", "market_regulation"):
        told = await served.ask(client, query, key={"scheme": "USCC", "value": CODES[1]})
        assert told.subject == {"socialInsurancePayments": None, "utilityUsage": None}
        assert set(told.codes.values()) == {"FIELD_FORBIDDEN"}
