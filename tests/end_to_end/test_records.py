"""What stands with each record: where it came from, how it was matched; and which records a filter lets through."""

import re
from typing import Any

import pytest

from tests.end_to_end.queries import NAMED, PUNISHERS, column, statuses, uscc_key
from tests.end_to_end.served import Served

TAX = "tax_department"
ORIGINS = """
query Origins($key: SubjectKey!) {
  subject(key: $key) { ... on Organization { penalties { items {
    recordId recordType source department { code }
    provenance {
      source system department { code } recordKey keyScheme matchMethod sourceUpdatedAt asOf fetchedAt digest
    }
  } } } }
}
"""
FILTERED = """
query Filtered($key: SubjectKey!) {
  subject(key: $key) {
    ... on Organization { %s { state totalCount items { recordId %s } coverage { source status } } }
  }
}
"""


async def origins(served: Served) -> list[Any]:
    told = await served.ask("portal", ORIGINS, key=uscc_key(3))
    found: list[Any] = told.subject["penalties"]["items"]
    return found


async def test_every_record_tells_its_owner_and_how_to_find_it_again(served: Served) -> None:
    found = {item["provenance"]["recordKey"]: item for item in await origins(served)}
    assert set(found) == {
        "11230881TJ0000852E|同消行罚〔2026〕28号",
        "CF0000000025",
        "11230881TJ0000123N|同市监罚〔2026〕29号",
        "HBCF00000027",
        "CF0000000026",
    }
    for item in found.values():
        origin = item["provenance"]
        assert item["recordType"] == "AdministrativePenalty"
        assert origin["source"] == item["source"] == item["recordId"].split(":")[0]
        assert origin["department"] == item["department"]
        assert re.fullmatch("[0-9a-f]{64}", origin["digest"])
        assert re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", origin["fetchedAt"])
    publicity = found["CF0000000025"]["provenance"]
    assert (publicity["sourceUpdatedAt"], publicity["asOf"]) == ("2026-03-20T03:12:45+08:00", None)
    ledger = found["11230881TJ0000123N|同市监罚〔2026〕29号"]["provenance"]
    assert ledger["asOf"] is not None, "a file has a date of its own"
    assert (ledger["keyScheme"], ledger["matchMethod"]) == ("REG_NO", "CROSSWALK")


async def test_the_digest_of_a_record_is_its_own_and_does_not_change(served: Served) -> None:
    first, second = [[item["provenance"]["digest"] for item in await origins(served)] for _ in range(2)]
    assert first == second
    assert len(set(first)) == 5


PASSED: list[tuple[str, str, list[Any]]] = [
    ('penalties(since: "2026-02-03")', "decidedOn", ["2026-05-11", "2026-03-18", "2026-02-03"]),
    ('penalties(since: "2030-01-01")', "decidedOn", []),
    ("penalties(category: ORDER_SUSPENSION)", "decisionNo", ["同消行罚〔2026〕28号", "同人社罚〔2026〕25号"]),
    ("taxRatings(years: [2024, 2023])", "evaluationYear", [2024, 2023]),
    ("taxRatings(level: D)", "evaluationYear", [2025, 2024]),
    ("taxRatings(years: [2023], level: D)", "evaluationYear", []),
    ("licenses(category: RECOGNITION)", "decisionNo", ["同建许〔2021〕24号"]),
    ("licenses(status: INVALID)", "decisionNo", []),
]


@pytest.mark.parametrize(("section", "field", "expected"), PASSED, ids=lambda value: str(value)[:40])
async def test_a_filter_lets_through_what_it_names_and_attests_the_rest(
    served: Served, section: str, field: str, expected: list[Any]
) -> None:
    told = await served.ask(TAX, FILTERED % (section, field), key=uscc_key(3))
    (found,) = told.subject.values()
    assert (found["state"], found["totalCount"]) == ("COMPLETE", len(expected))
    assert column(found, field) == expected


async def test_a_filter_by_what_a_source_does_not_record_attests_nothing_for_it(served: Served) -> None:
    told = await served.ask(TAX, FILTERED % ("penalties(status: IN_FORCE)", "source"), key=uscc_key(3))
    penalties = told.subject["penalties"]
    assert (penalties["state"], penalties["totalCount"]) == ("PARTIAL", None)
    assert set(column(penalties, "source")) == {"double_publicity", "environment_penalties"}
    untested = dict.fromkeys(("fire_penalties", "market_penalties", "upper_platform"), "NOT_COVERED")
    assert statuses(penalties) == dict.fromkeys(PUNISHERS, "ANSWERED") | untested


async def test_a_filter_by_what_a_record_does_not_say_attests_nothing_for_its_source(served: Served) -> None:
    told = await served.ask(TAX, FILTERED % ("penalties(domain: PRICE)", "decisionNo domain"), key=uscc_key(7))
    penalties = told.subject["penalties"]
    assert column(penalties, "decisionNo", "domain") == [("同市监罚〔2026〕60号", "PRICE")]
    assert (penalties["state"], penalties["totalCount"]) == ("PARTIAL", None)
    found = {each["source"]: each["status"] for each in penalties["coverage"] if each["status"] != "ANSWERED"}
    assert found == {"double_publicity": "NOT_COVERED"}, "a decision of the market regulator, of whatever domain"


async def test_one_subject_by_two_keys_is_shown_under_both(served: Served) -> None:
    query = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
        uscc resolution { scheme } penalties { totalCount items { decisionNo } } } } }"""
    old = {"scheme": "REG_NO", "value": NAMED[3].registration_number}
    subjects = (await served.ask("bank", query, keys=[uscc_key(3), old, uscc_key(3)])).data["subjects"]
    assert [each.pop("resolution")["scheme"] for each in subjects] == ["USCC", "REG_NO", "USCC"]
    assert subjects[0] == subjects[1] == subjects[2]
    assert subjects[0]["penalties"]["totalCount"] == 5


async def test_fragments_aliases_and_directives_shape_the_answer(served: Served) -> None:
    query = """query Shaped($key: SubjectKey!, $no: Boolean!) {
      subject(key: $key) { ...who ... on FarmerCooperative { kind } }
    }
    fragment who on Organization { code: uscc ...named }
    fragment named on Subject { called: name skipped: name @skip(if: $no) kept: name @include(if: $no) }"""
    told = await served.ask("bank", query, key=uscc_key(3), no=True)
    assert list(told.subject.items()) == [("code", NAMED[3].uscc), ("called", NAMED[3].name), ("kept", NAMED[3].name)]
