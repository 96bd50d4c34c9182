"""Attacks through decisions that two departments report: what one keeps closed is read off the other, or off both."""

from typing import Any, Final

import pytest

from tests.end_to_end.served import Served
from tests.red_team.attacks import BANK, BIDDER, COURT, OFF_DUTY, PORTAL, TAX, Attacker

MERGED: Final = 26
"""Its penalty stands at double publicity, its content says 20000, and at the platform, which says 25000."""
WHOLE: Final = (
    "decisionNo source content issues { field code } conflicts { field values { value source } }"
    " alsoReportedBy { source recordKey departmentAsWritten digest sourceUpdatedAt }"
    " provenance { source recordKey departmentAsWritten }"
)
SECRET: Final = "罚款25000元"
ASKING: Final = {
    "the public": PORTAL,
    "a bank": BANK,
    "a bidder": BIDDER,
    "a department on duty": TAX,
    "a department off duty": OFF_DUTY,
    "a court": COURT,
    "the owner of the other report": Attacker("business_environment", "OWNER"),
    "an owner of neither": Attacker("utilities"),
}


# Guard: each report brings permitted values only (`Ask.fields`); conflicts are of these (`record_parts.conflicts`).
@pytest.mark.parametrize("attacker", ASKING.values(), ids=ASKING)
async def test_what_an_owner_closes_is_not_told_beside_the_other_report(closed: Served, attacker: Attacker) -> None:
    told = await attacker.about(closed, MERGED, f"penalties {{ totalCount items {{ {WHOLE} }} }}")
    (item,) = told.subject["penalties"]["items"]
    assert (item["source"], item["content"]) == ("double_publicity", "罚款20000元")
    assert "upper_platform" in {each["source"] for each in item["alsoReportedBy"]}
    assert "content" not in {each["field"] for each in item["conflicts"]}
    assert SECRET.encode() not in told.said


async def test_it_is_told_to_its_owner(closed: Served) -> None:
    told = await Attacker("upper_platform").about(closed, MERGED, f"penalties {{ items {{ {WHOLE} }} }}")
    assert SECRET.encode() in told.said


# Guard: of a source whose records are judged by what is closed none is shown (`Ask.unseen`), and coverage says so of
# every subject: whether it holds one is not told (`page._from_owner`, `Teller._is_shown`).
UNSEEN: Final = {
    "as it is": "penalties { state totalCount items { source decisionNo } coverage { source status reason } }",
    "by its first": "penalties(first: 1) { totalCount items { source } coverage { source status } }",
    "since a day": 'penalties(since: "2026-05-11") { totalCount items { source } coverage { source status } }',
    "of its kind": "penalties(domain: FIRE) { totalCount items { source } coverage { source status } }",
    "by who reports it too": "penalties { items { source alsoReportedBy { source } } coverage { source status } }",
    "by what differs": "penalties { items { source conflicts { field } } coverage { source status } }",
}


@pytest.mark.parametrize("selection", UNSEEN.values(), ids=UNSEEN)
async def test_a_record_that_cannot_be_judged_for_the_caller_is_not_told(closed: Served, selection: str) -> None:
    statuses = set()
    for number in (3, 105):
        section = (await PORTAL.about(closed, number, selection)).subject["penalties"]
        origins = [(item["source"], *item.get("alsoReportedBy", ())) for item in section["items"]]
        assert "fire_penalties" not in str(origins)
        statuses.add(next(each["status"] for each in section["coverage"] if each["source"] == "fire_penalties"))
    assert statuses == {"DENIED"}


# Guard: what leads says what it may, and its null is not filled from a report that is closed: own values, own errors.
async def test_a_closed_content_is_null_where_the_report_stands_alone(closed: Served) -> None:
    told = await PORTAL.about(closed, 27, "penalties { items { source content } }")
    (item,) = told.subject["penalties"]["items"]
    assert item == {"source": "upper_platform", "content": None}
    assert set(told.codes.values()) == {"FIELD_FORBIDDEN"}


# Guard: a filter is tested on what may be read: a report that may not be is never the one that passes it.
SEARCHES: Final = {
    "for a decision of before": 'penalties(since: "2026-04-28") { totalCount items { decisionNo } }',
    "for its active reports": "penalties(status: REPAIRED) { totalCount items { decisionNo fineAmount { amount } } }",
    "for its category": "penalties(category: REVOKE_LICENSE) { totalCount items { fineAmount { amount } } }",
}


@pytest.mark.parametrize("selection", SEARCHES.values(), ids=SEARCHES)
async def test_a_search_that_does_not_fit_brings_no_report(closed: Served, selection: str) -> None:
    told = await PORTAL.about(closed, MERGED, selection)
    assert told.subject["penalties"]["items"] == []


# Guard: registers are compared by what the caller may read of each (`identity._outcome`): what is closed is said to be.
IDENTITIES: Final[dict[str, tuple[Attacker, bool]]] = {
    "the public": (PORTAL, False),
    "a bank": (BANK, False),
    "a court without tax duties": (COURT, False),
    "the tax department": (TAX, True),
}


@pytest.mark.parametrize(("attacker", "open_"), IDENTITIES.values(), ids=IDENTITIES)
async def test_codes_that_differ_are_told_of_registers_that_are_open(
    served: Served, attacker: Attacker, open_: bool
) -> None:
    selection = "identityConflicts { state conflicts { scheme values { value source } } coverage { source status } }"
    told: Any = (await attacker.about(served, 23, selection)).subject["identityConflicts"]
    said = {value["source"] for conflict in told["conflicts"] for value in conflict["values"]}
    coverage = {each["source"]: each["status"] for each in told["coverage"]}
    assert (coverage["tax_credit"] == "ANSWERED") is open_
    assert open_ or ("tax_credit" not in said and told["state"] == "PARTIAL")
