"""What is told of records: one decision is one record, in its strictest state, by the reports that a caller may see."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.demo import codes
from schema.scalars import Decimal
from schema.values import Money
from tests.gateway.staged import Record, staged
from tests.gateway.world import World, uscc_of

SUBJECT = uscc_of(3)
KEY = {"key": {"scheme": "USCC", "value": SUBJECT}}
FIRE = codes.uscc("11", 852)
PENALTIES = """query($key: SubjectKey!, $status: PenaltyStatus) { subject(key: $key) { ... on Organization {
    penalties(status: $status) {
        state totalCount coverage { source part status reason }
        items { state severity decisionNo content provenance { source } alsoReportedBy { source }
                conflicts { field values { value source } } } } } } }"""
DECISION = {
    "decision_no": "同消罚〔2026〕12号",
    "authority": "同江市消防救援大队",
    "authority_uscc": FIRE,
    "decided_on": "2026-08-01",
    "categories": ["FINE"],
    "procedure": "ORDINARY",
}


def penalty(source: str, part: str = "AdministrativePenalty", as_of: str | None = None, **values: Any) -> Record:
    known = {**DECISION, **values}
    if source == "fire_penalties":
        known.pop("procedure")
    return Record(source, part, SUBJECT, known, f"key at {source}", as_of)


async def penalties(made: World, client: str = "bank", purpose: str | None = None, **variables: Any) -> Any:
    asked = await made.ask(PENALTIES, {**KEY, **variables}, made.caller(client, purpose))
    return asked.data["subject"]["penalties"]


FINED = penalty("fire_penalties")
REPORTED = penalty("environment_penalties", as_of="2026-08-03T00:00:00+08:00", status="IN_FORCE")
REPAIRED = penalty("double_publicity", status="REPAIRED", repaired_on="2026-10-01")


async def test_a_decision_that_several_report_is_one_record_of_the_newest_report() -> None:
    section = await penalties(staged(FINED, REPORTED))
    (item,) = section["items"]
    assert (section["state"], section["totalCount"], item["state"]) == ("COMPLETE", 1, "PUBLISHED")
    assert item["provenance"] == {"source": "environment_penalties"}
    assert item["alsoReportedBy"] == [{"source": "fire_penalties"}]


@pytest.mark.parametrize(
    "other",
    [
        {"decision_no": "同消罚〔2026〕13号"},
        {"authority_uscc": codes.uscc("11", 879), "authority": "同江市住房和城乡建设局"},
        {"decision_no": None},
        {"authority_uscc": None, "authority": None},
    ],
)
async def test_what_is_not_surely_one_decision_stays_apart(other: dict[str, Any]) -> None:
    section = await penalties(staged(FINED, penalty("environment_penalties", **other)))
    assert section["totalCount"] == 2
    assert all(item["alsoReportedBy"] == item["conflicts"] == [] for item in section["items"])


async def test_ways_of_writing_a_number_make_no_difference() -> None:
    section = await penalties(staged(FINED, penalty("environment_penalties", decision_no=" 同消罚［２０２６］12 号")))
    assert section["totalCount"] == 1


async def test_reports_that_contradict_each_other_are_shown_side_by_side_in_what_is_selected() -> None:
    other: dict[str, Any] = {"content": "罚款2万元", "facts": "通道堵塞", "fine_amount": Money(amount=Decimal("20000"))}
    made = staged(
        penalty("fire_penalties", content="罚款1万元", facts="占用通道"), penalty("environment_penalties", **other)
    )
    (item,) = (await penalties(made))["items"]
    assert item["conflicts"] == [
        {
            "field": "content",
            "values": [
                {"value": "罚款2万元", "source": "environment_penalties"},
                {"value": "罚款1万元", "source": "fire_penalties"},
            ],
        }
    ]  # of what is not selected, `facts`, nothing is said; nor of the fine, which one of them does not tell


async def test_the_strictest_state_of_all_reports_counts_for_each() -> None:
    section = await penalties(staged(FINED, REPORTED, REPAIRED))
    assert (section["state"], section["totalCount"], section["items"]) == ("COMPLETE", 0, [])


@pytest.mark.parametrize(("said", "shown"), [(None, []), ("SERIOUS", ["SERIOUS"]), ("MINOR", [])])
async def test_a_severity_that_one_source_tells_goes_before_what_is_assumed_of_the_others(
    said: str | None, shown: list[str]
) -> None:
    warned = penalty("fire_penalties", categories=["WARNING"])
    told = penalty("upper_platform", categories=["WARNING"], source_severity=said)
    section = await penalties(staged(warned, told))
    assert [item["severity"] for item in section["items"]] == shown
    assert (section["state"], section["totalCount"]) == ("COMPLETE", len(shown))


@pytest.mark.parametrize(
    ("client", "source"),
    [("business_environment", "double_publicity"), ("ecology_environment", "environment_penalties")],
)
async def test_an_owner_sees_its_own_report_of_a_repaired_decision_alone(client: str, source: str) -> None:
    section = await penalties(staged(FINED, REPORTED, REPAIRED), client, "OWNER")
    (item,) = section["items"]
    assert (item["state"], item["provenance"], item["alsoReportedBy"]) == ("REPAIRED", {"source": source}, [])


@pytest.mark.parametrize(
    ("client", "purpose", "shown"),
    [("portal", None, 0), ("bank", None, 0), ("court", "LAW_ENFORCEMENT", 1), ("fire_rescue", "OWNER", 1)],
)
async def test_what_is_not_public_any_more_is_for_duties_and_owners(
    client: str, purpose: str | None, shown: int
) -> None:
    ended = penalty("fire_penalties", decided_on="2019-01-01")
    section = await penalties(staged(ended), client, purpose)
    assert [item["state"] for item in section["items"]] == ["PUBLICITY_ENDED"] * shown
    assert (section["state"], section["totalCount"]) == ("COMPLETE", shown)


async def test_a_report_that_a_filter_cannot_test_still_tells_of_the_repair() -> None:
    told = penalty("upper_platform", source_state="REPAIRED")
    assert (await penalties(staged(REPORTED), status="IN_FORCE"))["totalCount"] == 1
    section = await penalties(staged(REPORTED, told), status="IN_FORCE")
    assert (section["state"], section["items"]) == ("COMPLETE", [])


async def test_a_report_that_a_filter_cannot_test_stands_beside_one_that_it_can() -> None:
    (item,) = (await penalties(staged(FINED, REPORTED), status="IN_FORCE"))["items"]
    assert (item["provenance"]["source"], item["alsoReportedBy"]) == (
        "environment_penalties",
        [{"source": "fire_penalties"}],
    )


async def test_a_decision_passes_a_filter_by_what_its_leading_report_says() -> None:
    """Filters come after merging: an older report does not bring a decision back as what it no longer is."""
    altered = penalty("double_publicity", as_of="2026-09-09T00:00:00+08:00", status="ALTERED")
    made = staged(REPORTED, altered)
    assert (await penalties(made, status="IN_FORCE"))["items"] == []
    (item,) = (await penalties(made, status="ALTERED"))["items"]
    assert (item["state"], item["provenance"]["source"]) == ("ALTERED", "double_publicity")


@pytest.mark.parametrize("client", ["portal", "bank", "court"])
async def test_what_cannot_be_judged_is_withheld_and_never_reads_as_none(client: str) -> None:
    undated = penalty("fire_penalties", decided_on=None)
    section = await penalties(staged(undated), client)
    (coverage,) = [each for each in section["coverage"] if each["source"] == "fire_penalties"]
    assert (section["state"], section["totalCount"], section["items"]) == ("PARTIAL", None, [])
    assert coverage["status"] == "MISREAD"
    assert "a record was withheld: 缺少决定或列入日期" in coverage["reason"]
    assert {each["status"] for each in section["coverage"] if each["source"] != "fire_penalties"} == {"ANSWERED"}


async def test_its_owner_sees_what_cannot_be_judged() -> None:
    section = await penalties(staged(penalty("fire_penalties", decided_on=None)), "fire_rescue", "OWNER")
    assert [item["state"] for item in section["items"]] == [None]
    assert section["state"] == "COMPLETE"


async def test_a_state_that_nobody_could_read_withholds_what_another_source_publishes() -> None:
    unread = replace(REPAIRED, values={**REPAIRED.values, "repaired_on": None}, unread=("status",))
    section = await penalties(staged(REPORTED, unread))
    assert (section["state"], section["items"]) == ("PARTIAL", [])
    reasons = {each["source"]: each["reason"] for each in section["coverage"] if each["status"] == "MISREAD"}
    assert reasons.keys() == {"environment_penalties", "double_publicity"}
    assert all("来源所报状态无法识读" in reason for reason in reasons.values())


LICENSES = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
    licenses { totalCount items { alsoReportedBy { source } } } } } }"""


async def test_licenses_are_merged_though_they_are_not_judged() -> None:
    license_ = {key: DECISION[key] for key in ("decision_no", "authority", "authority_uscc", "decided_on")}
    owners = ("double_publicity", "AdministrativeLicense"), ("environment_credit", "AdministrativeLicense_permit")
    made = staged(*(Record(source, part, SUBJECT, license_) for source, part in owners))
    asked = await made.ask(LICENSES, KEY, made.caller("bank"))
    assert asked.data["subject"]["licenses"]["totalCount"] == 1
