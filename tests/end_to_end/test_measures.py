"""Measures through the front door: which apply and why, which are not known, and the report that one was taken."""

from typing import Any, Final

import pytest

from gateway.demo import Departments
from tests.end_to_end.notice import CODES
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told

APPLICABLE: Final = """query($key: SubjectKey!) { applicableMeasures(key: $key) {
  uscc name problem complete receipt missing { source status }
  measures {
    objected because { kind source recordId includedOn underObjection }
    measure { code name nameEn direction autonomous bodies implementers { code } bases { article basis { inForce } } }
  }
} }"""
REPORT: Final = """mutation($given: ReportMeasureInput!) { reportMeasureApplied(input: $given) {
  measure subject act on reportedAt
} }"""


async def applicable(served: Served, number: int, client: str, purpose: str) -> Any:
    told = await served.ask(client, APPLICABLE, purpose=purpose, case="TJ-1", key=uscc_key(number))
    return told.data["applicableMeasures"]


async def test_what_applies_rests_on_a_list_and_a_law_in_force(served: Served) -> None:
    found = await applicable(served, 3, "finance", "FISCAL_FUNDS")
    measures = {each["measure"]["code"]: each for each in found["measures"]}
    barred = measures["N02"]
    assert {"DISHONEST_JUDGMENT_DEBTOR", "WAGE_ARREARS"} <= {each["kind"] for each in barred["because"]}
    assert all(each["basis"]["inForce"] for each in barred["measure"]["bases"])
    assert not barred["measure"]["autonomous"]
    assert (found["complete"], found["missing"]) == (True, [])
    entry = await served.gateway.desk.ledger.get(found["receipt"])
    assert entry is not None
    assert (entry.kind, entry.purpose) == ("CHECK", "FISCAL_FUNDS")


async def test_what_nobody_may_force_is_marked(served: Served) -> None:
    found = await applicable(served, 3, "bank", "BANK_CREDIT")
    assert found["measures"]
    assert all(each["measure"]["autonomous"] for each in found["measures"])
    assert all(each["measure"]["implementers"] == [] for each in found["measures"])


async def test_on_no_list_nothing_against_it_applies(served: Served) -> None:
    found = await applicable(served, 1, "finance", "FISCAL_FUNDS")
    assert {each["measure"]["direction"] for each in found["measures"]} <= {"INCENTIVE"}
    assert found["complete"]


async def test_with_a_list_away_there_may_be_more(served: Served, city: Departments) -> None:
    city.fault("court_enforcement", "down")
    found = await applicable(served, 3, "finance", "FISCAL_FUNDS")
    city.fault("court_enforcement")
    assert not found["complete"]
    assert "court_enforcement" in {each["source"] for each in found["missing"]}
    assert "N02" in {each["measure"]["code"] for each in found["measures"]}, "of wage arrears"


async def test_a_key_that_leads_to_nobody_has_no_measures_and_is_not_complete(served: Served) -> None:
    told = await served.ask("finance", APPLICABLE, purpose="FISCAL_FUNDS", key={"value": "91230881TJ0000999A"})
    found = told.data["applicableMeasures"]
    assert (found["uscc"], found["complete"], found["measures"]) == (None, False, [])
    assert found["problem"]


def given(**changes: Any) -> dict[str, Any]:
    return {"measure": "N02", "subject": CODES[3], "act": "APPLIED", "on": "2026-10-30", **changes}


async def report(served: Served, client: str, purpose: str, input_: dict[str, Any]) -> Told:
    return await served.ask(client, REPORT, purpose=purpose, case="TJ-1", given=input_)


async def test_a_report_is_in_the_ledger(served: Served) -> None:
    receipt = "0" * 32
    told = await report(served, "finance", "FISCAL_FUNDS", given(receipt=receipt))
    assert told.data["reportMeasureApplied"]["act"] == "APPLIED"
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert [(each.what, each.name, each.after) for each in entry.changes] == [
        ("measure", "N02", "APPLIED 2026-10-30"),
        ("measure ground", "N02", receipt),
    ]
    assert (len(entry.subjects), entry.outcome) == (1, "ANSWERED")


@pytest.mark.parametrize(
    ("client", "purpose", "measure"),
    [("statistics", "SUPERVISION", "N02"), ("bank", "BANK_CREDIT", "N02"), ("portal", "PUBLIC_DISCLOSURE", "N10")],
)
async def test_who_takes_no_such_measure_reports_none(served: Served, client: str, purpose: str, measure: str) -> None:
    told = await report(served, client, purpose, given(measure=measure))
    assert told.data["reportMeasureApplied"] is None
    (error,) = told.errors
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("FIELD_FORBIDDEN", "NOT_IMPLEMENTER")


async def test_a_bank_reports_what_it_decides_by_itself(served: Served) -> None:
    told = await report(served, "bank", "BANK_CREDIT", given(measure="N11", act="DECLINED"))
    assert told.data["reportMeasureApplied"]["act"] == "DECLINED"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"measure": "N99"}, "measure"),
        ({"subject": "110101189003074514"}, "subject"),
        ({"on": "2027-01-01"}, "on"),
        ({"receipt": "x"}, "receipt"),
    ],
)
async def test_what_is_wrong_with_a_report_is_said(served: Served, changes: dict[str, Any], part: str) -> None:
    told = await report(served, "finance", "FISCAL_FUNDS", given(**changes))
    (error,) = told.errors
    assert error["extensions"]["code"] == "INPUT_INVALID"
    assert [each["field"] for each in error["extensions"]["inputs"]] == [part]
    assert "110101189003074514" not in told.body.decode()


async def test_the_register_tells_what_is_in_force(served: Served) -> None:
    query = "query($to: MeasureDirection) { measures(direction: $to) { code direction bases { article } } }"
    every = (await served.ask("portal", query)).data["measures"]
    against = (await served.ask("portal", query, to="PUNISH")).data["measures"]
    assert {each["code"] for each in every} > {each["code"] for each in against} >= {"N01", "N02"}
    assert all(each["bases"] for each in every)
