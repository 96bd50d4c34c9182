"""What rules may see of an answer: what was misread or denied is absent, and nothing is whole that is not."""

from typing import Any

import pytest

from gateway.checks.evidence import Problem, read_evidence
from gateway.rules.model import Need

NEEDS = {
    "fines": Need(section="penalties", fields=["fineAmount.amount", "decidedOn"]),
    "restricted": Need(section="legalRepresentative.person.consumptionRestrictions", fields=["caseNo"]),
    "integrity": Need(section="governmentIntegrity", fields=["recordType"]),
}
SUBJECT = {"__typename": "Enterprise", "uscc": "91230881TJ0000019A", "kind": "ENTERPRISE", "name": "x"}


def section(*items: Any, state: str = "COMPLETE", more: bool = False) -> dict[str, Any]:
    coverage = [{"source": "a", "part": None, "status": "ANSWERED", "reason": None}]
    return {"state": state, "coverage": coverage, "pageInfo": {"hasNextPage": more}, "items": list(items)}


def record(name: str, issues: tuple[tuple[str, str], ...] = (), **fields: Any) -> dict[str, Any]:
    return {
        "recordId": name,
        "source": "a",
        "underObjection": False,
        "issues": [{"field": field, "code": code} for field, code in issues],
        "provenance": {"recordKey": "k", "sourceUpdatedAt": None, "fetchedAt": "t", "digest": "d"},
        **fields,
    }


def evidence(told: dict[str, Any], errors: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    legal = {"recordId": "r", "person": {"restricted": section()}}
    subject = {**SUBJECT, "fines": section(), "restricted": section(legal), **told}
    (found,) = read_evidence({"data": {"subjects": [subject]}, "errors": list(errors)}, NEEDS)
    assert isinstance(found, dict)
    return found["sections"]  # type: ignore[no-any-return]


def forbidden(*path: Any) -> dict[str, Any]:
    told = {"code": "FIELD_FORBIDDEN", "reason": "SCOPE_MISSING", "needs": {"scope": "s"}}
    return {"message": "m", "path": ["subjects", 0, *path], "extensions": told}


def test_a_record_is_read_with_where_it_is_from() -> None:
    fine = record("1", fineAmount={"amount": "5"}, decidedOn="2026-01-01")
    found = evidence({"fines": section(fine)})["fines"]
    assert found["state"] == "COMPLETE"
    assert found["items"] == [
        {
            "recordId": "1",
            "source": "a",
            "underObjection": False,
            "sourceUpdatedAt": None,
            "fetchedAt": "t",
            "digest": "d",
            "fineAmount": {"amount": "5"},
            "decidedOn": "2026-01-01",
        }
    ]


@pytest.mark.parametrize(
    ("issues", "absent"),
    [
        ((("fine_amount", "MISREAD"),), {"fineAmount"}),
        ((("decided_on", "PLACEHOLDER_DATE"),), {"decidedOn"}),
        ((("effective_until", "OPEN_ENDED"), ("no_such_field", "MISREAD")), set()),
    ],
    ids=["misread", "a placeholder", "a note that leaves nothing open"],
)
def test_what_nobody_knows_is_absent(issues: tuple[tuple[str, str], ...], absent: set[str]) -> None:
    found = evidence({"fines": section(record("1", issues, fineAmount=None, decidedOn=None))})["fines"]
    assert {"fineAmount", "decidedOn"} - found["items"][0].keys() == absent


def test_a_denied_field_is_absent_where_it_is_null_and_kept_where_it_was_told() -> None:
    told = section(record("1", fineAmount=None, decidedOn=None), record("2", fineAmount={"amount": "1"}, decidedOn="x"))
    found = evidence({"fines": told}, (forbidden("fines", "items", 0, "fineAmount"),))["fines"]
    assert "fineAmount" not in found["items"][0]
    assert found["items"][0]["decidedOn"] is None
    assert found["items"][1]["fineAmount"] == {"amount": "1"}


def test_a_denied_section_says_what_would_open_it() -> None:
    found = evidence({"fines": None}, (forbidden("fines"),))["fines"]
    assert (found["state"], found["items"]) == ("DENIED", [])
    assert found["denied"] == {"reason": "SCOPE_MISSING", "needs": {"scope": "s"}}


def test_a_section_of_which_there_is_more_is_not_whole() -> None:
    found = evidence({"fines": section(record("1"), more=True)})["fines"]
    assert found["state"] == "PARTIAL"
    assert found["coverage"][0]["reason"]


def test_a_kind_without_the_section_is_not_covered() -> None:
    assert evidence({})["integrity"]["state"] == "NOT_COVERED"
    told = {**SUBJECT, "__typename": "GovernmentBody", "integrity": section(), "fines": None, "restricted": None}
    (found,) = read_evidence({"data": {"subjects": [told]}}, NEEDS)
    assert isinstance(found, dict)
    assert found["sections"]["integrity"]["state"] == "COMPLETE"


LED = {"recordId": "r", "person": {"restricted": section(record("9", caseNo="c"))}}


@pytest.mark.parametrize(
    ("told", "errors", "state", "items"),
    [
        (section(LED), (), "COMPLETE", 1),
        (section(LED, LED), (), "COMPLETE", 2),
        (section(LED, state="PARTIAL"), (), "PARTIAL", 1),
        (section(LED, more=True), (), "PARTIAL", 1),
        (section({"recordId": "r", "person": {"restricted": section(state="UNKNOWN")}}), (), "PARTIAL", 0),
        (
            section({"recordId": "r", "person": {"restricted": None}}),
            (forbidden("restricted", "items", 0, "person", "restricted"),),
            "DENIED",
            0,
        ),
        (section({"recordId": "r", "person": None}), (), "PARTIAL", 0),
        (section({"recordId": "r", "person": None}), (forbidden("restricted", "items", 0, "person"),), "DENIED", 0),
        (section(), (), "COMPLETE", 0),
        (section(state="UNKNOWN"), (), "UNKNOWN", 0),
        (None, (forbidden("restricted"),), "DENIED", 0),
    ],
)
def test_a_need_behind_a_link_is_whole_when_all_on_the_way_is(
    told: Any, errors: tuple[dict[str, Any], ...], state: str, items: int
) -> None:
    found = evidence({"restricted": told}, errors)["restricted"]
    assert (found["state"], len(found["items"])) == (state, items)


def test_a_key_that_led_to_nobody_is_a_problem() -> None:
    told = {"__typename": "SubjectUnresolved", "message": "m", "coverage": [{"source": "a"}]}
    assert read_evidence({"data": {"subjects": [told]}}, NEEDS) == [Problem("m", [{"source": "a"}])]


CONFLICTS = Need(section="identityConflicts", fields=["scheme", "value"])


def compared(report: dict[str, Any] | None, *errors: dict[str, Any]) -> dict[str, Any]:
    told = {"data": {"subjects": [{**SUBJECT, "identity": report}]}, "errors": list(errors)}
    (found,) = read_evidence(told, {"identity": CONFLICTS})
    assert isinstance(found, dict)
    return found["sections"]["identity"]  # type: ignore[no-any-return]


def test_each_value_that_differs_is_a_record_of_its_own_register() -> None:
    values = [{"value": "甲", "source": "a"}, {"value": "乙", "source": "b"}]
    coverage = [{"source": "a", "fetchedAt": "t"}, {"source": "b", "fetchedAt": None}]
    found = compared({"state": "PARTIAL", "conflicts": [{"scheme": "NAME", "values": values}], "coverage": coverage})
    assert (found["state"], found["coverage"]) == ("PARTIAL", coverage)
    assert [(each["recordId"], each["source"], each["fetchedAt"]) for each in found["items"]] == [
        ("NAME:a:1", "a", "t"),
        ("NAME:b:2", "b", None),
    ]
    assert [(each["scheme"], each["value"]) for each in found["items"]] == [("NAME", "甲"), ("NAME", "乙")]


@pytest.mark.parametrize("state", ["COMPLETE", "PARTIAL", "UNKNOWN"])
def test_registers_that_do_not_differ_are_told_with_how_far_they_were_heard(state: str) -> None:
    assert compared({"state": state, "conflicts": [], "coverage": []}) == {"state": state, "items": [], "coverage": []}


def test_a_comparison_that_is_denied_is_no_agreement() -> None:
    found = compared(None, forbidden("identity"))
    assert (found["state"], found["denied"]["reason"]) == ("DENIED", "SCOPE_MISSING")
