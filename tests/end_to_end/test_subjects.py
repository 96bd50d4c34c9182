"""The demo's subjects through the front door: each situation is told as it is, none as another."""

import pytest

from gateway.demo import archive
from gateway.demo.bureaus.finance import lenders
from gateway.demo.platform_data import punishment_rows
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE
from tests.end_to_end.queries import COURT_LISTS, PUNISHERS, WHOLE, column, sections, states, statuses, uscc_key
from tests.end_to_end.served import Served

TAX = "tax_department"


async def test_a_clean_subject_is_attested_clean_by_every_owner(served: Served) -> None:
    told = await served.ask(TAX, WHOLE, key=uscc_key(1))
    subject = told.subject
    assert told.errors == []
    assert set(states(subject).values()) == {"COMPLETE"}
    penalties = subject["penalties"]
    assert (penalties["items"], penalties["totalCount"]) == ([], 0)
    assert statuses(penalties) == dict.fromkeys(PUNISHERS, "ANSWERED")
    assert [sections(subject)[name]["totalCount"] for name in COURT_LISTS] == [0, 0, 0, 0]
    assert column(subject["taxRatings"], "evaluationYear", "level") == [(2025, "A"), (2024, "A"), (2023, "A")]


async def test_penalties_of_four_owners_are_merged_newest_first(served: Served) -> None:
    penalties = (await served.ask(TAX, WHOLE, key=uscc_key(3))).subject["penalties"]
    fines = [item["fineAmount"]["amount"] for item in penalties["items"]]
    assert (penalties["state"], penalties["totalCount"]) == ("COMPLETE", 5)
    assert column(penalties, "decidedOn", "source", "decisionNo") == [
        ("2026-05-11", "fire_penalties", "同消行罚〔2026〕28号"),
        ("2026-03-18", "double_publicity", "同人社罚〔2026〕25号"),
        ("2026-02-03", "market_penalties", "同市监罚〔2026〕29号"),
        ("2026-01-20", "environment_penalties", "佳同环罚〔2026〕27号"),
        ("2025-12-02", "double_publicity", "同建罚〔2025〕26号"),
    ]
    assert fines == ["1230000", "50000", "3000", "26000", "20000"], "all in yuan, whatever the source counts in"
    assert penalties["items"][1]["categories"] == ["FINE", "ORDER_SUSPENSION"]
    assert column(penalties, "withoutTerm")[-1] is True


async def test_the_courts_lists_are_told_apart(served: Served) -> None:
    found = sections((await served.ask(TAX, WHOLE, key=uscc_key(3))).subject)
    assert column(found["dishonestEntries"], "caseNo", "performance", "publishedOn") == [
        ("(2026)黑0881执123号", "NONE", "2026-04-13"),
        ("(2025)黑0881执87号", "PARTIAL", "2025-09-01"),
    ]
    assert column(found["enforcementCases"], "caseNo") == ["(2026)黑0881执123号", "(2025)黑0881执87号"]
    assert column(found["terminatedExecutions"], "caseNo", "terminatedOn") == [("(2025)黑0881执87号", "2025-12-30")]
    assert column(found["consumptionRestrictions"], "relation") == ["LEGAL_REPRESENTATIVE"]


@pytest.mark.parametrize("client", ["portal", "bank", "procurement", TAX, "court"])
async def test_a_repaired_penalty_is_hidden_from_everybody(served: Served, client: str) -> None:
    told = await served.ask(client, WHOLE, key=uscc_key(4), purpose=PURPOSES.get(client), case="2026-7")
    penalties = told.subject["penalties"]
    assert (penalties["state"], penalties["items"], penalties["totalCount"]) == ("COMPLETE", [], 0)
    assert "33号".encode() not in told.body


PURPOSES = {"procurement": "BIDDING"}


async def test_a_closed_tax_system_is_no_clean_record_and_nobody_elses_matter(served: Served) -> None:
    subject = (await served.ask(TAX, WHOLE, key=uscc_key(5))).subject
    ratings = subject["taxRatings"]
    (coverage,) = ratings["coverage"]
    assert (ratings["state"], ratings["items"], ratings["totalCount"]) == ("UNKNOWN", [], None)
    assert coverage["status"] == "CLOSED"
    assert coverage["until"].endswith("T05:30:00+08:00")
    assert set(states(subject).values()) == {"COMPLETE", "UNKNOWN"}
    assert [name for name, state in states(subject).items() if state == "UNKNOWN"] == ["taxRatings"]
    assert statuses((await served.ask(TAX, WHOLE, key=uscc_key(3))).subject["taxRatings"]) == {"tax_credit": "ANSWERED"}


async def test_a_deleted_twin_and_a_level_in_lower_case_do_not_confuse(served: Served) -> None:
    subject = (await served.ask(TAX, WHOLE, key=uscc_key(6))).subject
    assert column(subject["registration"], "name") == ["江畔热力有限公司(示例)"]
    assert column(subject["taxRatings"], "level") == ["A", "B"]
    assert column(subject["penalties"], "source", "decidedOn") == [("environment_penalties", "2025-01-15")]
    assert subject["uscc"][16] == "X"


async def test_rows_that_carry_the_old_registration_number_alone_are_found(served: Served) -> None:
    subject = (await served.ask(TAX, WHOLE, key=uscc_key(7))).subject
    assert subject["__typename"] == "IndividualBusiness"
    for section, decisions in (
        (subject["penalties"], ["同市监罚〔2026〕60号", "同市监罚〔2026〕59号"]),
        (subject["licenses"], ["同市监许〔2026〕58号", "同市监许〔2025〕57号", "同市监许〔2012〕56号"]),
    ):
        assert column(section, "decisionNo") == decisions
        assert section["state"] == "COMPLETE"
        old = [item["provenance"] for item in section["items"] if item["decisionNo"] != "同市监许〔2026〕58号"]
        assert all(each == {"keyScheme": "REG_NO", "matchMethod": "CROSSWALK"} for each in old)
    (entry,) = sections(subject)["dishonestEntries"]["items"]
    assert (entry["partyType"], entry["maskedIdNo"][10:14]) == ("PERSON", "****")


async def test_rows_that_carry_the_organization_code_or_the_tax_number_alone_are_found(served: Served) -> None:
    licenses = (await served.ask(TAX, WHOLE, key=uscc_key(8))).subject["licenses"]
    schemes = [item["provenance"]["keyScheme"] for item in licenses["items"]]
    assert column(licenses, "decisionNo") == ["同交许〔2024〕65号", "同市监许〔2013〕64号"]
    assert (licenses["state"], schemes) == ("COMPLETE", ["TAX_NO", "ORG_CODE"])


async def test_a_code_that_no_table_lists_is_null_and_said_so(served: Served) -> None:
    told = await served.ask(TAX, WHOLE, key=uscc_key(23))
    registration = told.subject["registration"]
    assert column(registration, "name", "status") == [("异码物业服务有限公司(示例)", None)]
    assert (registration["state"], registration["totalCount"]) == ("PARTIAL", None)
    others = dict.fromkeys(("civil_affairs", "institution_registry"), "NOT_COVERED")
    assert statuses(registration) == {"market_registry": "MISREAD"} | others
    assert told.codes == {"subject.registration.items.0.status": "SOURCE_MISREAD"}
    assert {state for name, state in states(told.subject).items() if name != "registration"} == {"COMPLETE"}


async def test_an_overwritten_end_of_publicity_and_a_repair_that_only_the_platform_above_knows(served: Served) -> None:
    told = await served.ask(TAX, WHOLE, key=uscc_key(23))
    (overwritten,) = told.subject["penalties"]["items"]
    assert "185号".encode() not in told.body, "double publicity still shows it, the nation says that it is repaired"
    assert overwritten["sourcePublicUntil"] == "2026-10-20", "as the source has it: nobody computes with it"
    assert overwritten["confiscatedAmount"] == {"amount": "3000"}


async def test_a_deleted_registration_is_none_and_what_hangs_on_it_is_not_known(served: Served) -> None:
    subject = (await served.ask(TAX, WHOLE, key=uscc_key(24))).subject
    registration = subject["registration"]
    assert (registration["state"], registration["items"], subject["name"]) == ("COMPLETE", [], None)
    assert subject["penalties"]["state"] == "PARTIAL"
    assert statuses(subject["penalties"])["market_penalties"] == "IDENTITY_UNRESOLVED"


async def test_one_decision_delivered_three_times_is_shown_once_a_deleted_one_never(served: Served) -> None:
    penalties = (await served.ask(TAX, MERGED, key=uscc_key(26))).subject["penalties"]
    (decision,) = penalties["items"]
    assert decision["decisionNo"] == "同建罚〔2026〕208号"
    assert sorted(each["source"] for each in decision["alsoReportedBy"]) == ["double_publicity", "upper_platform"]
    (conflict,) = [each for each in decision["conflicts"] if each["field"] == "fineAmount"]
    assert {each["value"] for each in conflict["values"]} == {"20000 CNY", "25000 CNY"}
    assert (penalties["state"], penalties["totalCount"]) == ("COMPLETE", 1)


MERGED = """
query Merged($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties {
  state totalCount
  items { decisionNo fineAmount { amount } alsoReportedBy { source } conflicts { field values { value source } } }
} } } }
"""


def _plain(number: str) -> str:
    """Return the number of a document without regard to its brackets."""
    return number.translate(str.maketrans("〔〕【】（）[]", "()()()()"))


CITY = """
query City($keys: [SubjectKey!]!) {
  subjects(keys: $keys) {
    ... on Organization {
      uscc
      licenses(first: 100) { items { decisionNo } }
      penalties(first: 100) { items { decisionNo } }
      taxRatings { items { evaluationYear } }
      courtEnforcement { enforcementCases(first: 100) { items { caseNo } } }
    }
  }
}
"""


async def test_the_whole_city_in_one_query_is_what_its_departments_hold(served: Served) -> None:
    known = list(everyone(DEFAULT_SIZE))
    keys = [{"scheme": "USCC", "value": each.subject.uscc} for each in known]
    told = await served.ask(TAX, CITY, keys=keys)
    for each, subject in zip(known, told.data["subjects"], strict=True):
        facts = each.facts
        held = (
            *facts.published_penalties,
            *facts.environment_penalties,
            *facts.fire_penalties,
            *facts.market_penalties,
        )
        ratings = [] if facts.tax_closed else [rating.year for rating in facts.ratings]
        assert subject["uscc"] == each.subject.uscc, "in the order of the keys"
        # A decision that several sources have is one; the nation says of some that they are repaired.
        decided = {_plain(penalty.decision_no) for penalty in held if penalty.status not in {"2", "9", "D"}}
        above = {_plain(row["docNo"]): row["state"] for row in punishment_rows(each)}
        repaired = {number for number, state in above.items() if state == "REPAIRED"}
        old = [row for row in archive.penalty_rows([each]) if row[archive.PENALTY_COLUMNS.index("CF_ZT")] != "1"]
        shown = [_plain(number) for number in column(subject["penalties"], "decisionNo")]
        assert sorted(shown) == sorted({*decided, *above, *(_plain(row[0]) for row in old)} - repaired)
        licenses = len(facts.licenses) + len(list(archive.license_rows([each]))) + len(lenders(each.subject))
        assert len(subject["licenses"]["items"]) == licenses
        assert column(subject["taxRatings"], "evaluationYear") == ratings
        cases = sorted(case.case_no for case in facts.executions if "E" in case.lists)
        assert sorted(column(subject["courtEnforcement"]["enforcementCases"], "caseNo")) == cases


async def test_a_query_about_another_kind_of_subject_is_an_empty_answer(served: Served) -> None:
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on GovernmentBody { uscc } } }"
    told = await served.ask("bank", query, key=uscc_key(3))
    assert (told.subject, told.errors) == ({}, [])
    entities = "query($of: [_Any!]!) { _entities(representations: $of) { ... on GovernmentBody { uscc } } }"
    told = await served.ask("bank", entities, of=[{"__typename": "Enterprise", "uscc": uscc_key(3)["value"]}])
    assert (told.data, told.errors) == ({"_entities": [{}]}, [])
