"""A record that the caller may not see in its present state leaves no trace in items, counts, coverage or errors."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from connectors.base import Batch, Issue, Row
from connectors.gate import Gate
from gateway.catalogue import Catalogue
from gateway.coalesce import Coalescer
from schema.values import Money
from tests.gateway.world import Inventor, World, configuration, uscc_of

SOURCE, BESIDE = "environment_penalties", "upper_platform"
KEY = {"key": {"scheme": "USCC", "value": uscc_of(3)}}
QUERY = """query($key: SubjectKey!, $after: String) { subject(key: $key) { ... on Organization {
  penalties(after: $after) {
    state totalCount pageInfo { hasNextPage endCursor }
    items { decisionNo decidedOn violationType state fineAmount { amount } alsoReportedBy { source }
            conflicts { field values { source value } } }
    coverage { source status reason }
  }
} } }"""
SHOWN = {"decision_no": "同环罚〔2026〕7号", "decided_on": "2026-09-01", "authority": "同江市生态环境局(示例)",
         "categories": ["FINE"], "fine_amount": Money(amount="100")}  # type: ignore[arg-type]  # fmt: skip
HIDDEN = {**SHOWN, "decision_no": "同环罚〔2026〕8号", "decided_on": "2026-08-01", "status": "REPAIRED"}
UNREADABLE = {**HIDDEN, "violation_type": None, "fine_amount": None}


@dataclass
class Told(Inventor):
    """A source that tells these records of everybody, some of their fields unreadable."""

    records: tuple[dict[str, Any], ...] = ()
    unread: tuple[str, ...] = ()

    def rows(self, batch: Batch, key: str) -> list[Row]:
        return [self.told(batch, record) for record in self.records]

    def told(self, batch: Batch, record: dict[str, Any]) -> Row:
        unread = [name for name in self.unread if name in record and record[name] is None and name in batch.fields]
        issues = tuple(Issue(name, "MISREAD", "made up") for name in unread)
        return Row(tuple(record.get(name) for name in batch.fields), f"key of {record['decision_no']}", None, issues)


def world(*records: dict[str, Any], unread: tuple[str, ...] = (), beside: tuple[dict[str, Any], ...] = ()) -> World:
    return telling(World(), {SOURCE: records, BESIDE: beside}, unread)


def telling(made: World, records: Mapping[str, tuple[dict[str, Any], ...]], unread: tuple[str, ...] = ()) -> World:
    for name, connector in made.connectors.items():
        told = Told(connector.spec, records=records.get(name, ()), unread=unread)
        made.sources[name] = Coalescer(Gate(told.spec, told))
    return made


async def penalties(made: World, client: str, **variables: Any) -> tuple[Any, list[Any]]:
    asked = await made.ask(QUERY, {**KEY, **variables}, made.caller(client))
    return asked.data["subject"]["penalties"], asked.errors


@pytest.mark.parametrize("client", ["portal", "bank", "court", "tax_department"])
@pytest.mark.parametrize("hidden", [HIDDEN, UNREADABLE], ids=["whole", "unreadable"])
async def test_nothing_is_told_of_a_repaired_record(client: str, hidden: dict[str, Any]) -> None:
    unread = ("violation_type", "fine_amount")
    with_it = await penalties(world(SHOWN, hidden, unread=unread), client)
    without = await penalties(world(SHOWN, unread=unread), client)
    assert with_it == without
    section, _ = with_it
    assert [item["decisionNo"] for item in section["items"]] == [SHOWN["decision_no"]]


async def test_what_cannot_be_read_of_a_shown_record_still_leaves_its_source_not_whole() -> None:
    section, errors = await penalties(world({**SHOWN, "violation_type": None}, unread=("violation_type",)), "portal")
    (coverage,) = [each for each in section["coverage"] if each["source"] == SOURCE]
    assert (coverage["status"], section["state"], section["totalCount"]) == ("MISREAD", "PARTIAL", None)
    assert coverage["reason"] == "1 record(s) with unreadable violation_type"
    assert [error["extensions"]["code"] for error in errors] == ["SOURCE_MISREAD"]


@pytest.mark.parametrize("client", ["portal", "bank"])
async def test_a_page_after_a_hidden_record_is_the_page_after_its_place(client: str) -> None:
    owner = world(HIDDEN)
    asked = await owner.ask(QUERY, KEY, owner.caller("ecology_environment", "OWNER"))
    page = asked.data["subject"]["penalties"]
    assert len(page["items"]) == 1
    older = {**SHOWN, "decision_no": "同环罚〔2026〕6号", "decided_on": "2026-07-01"}
    section, _ = await penalties(world(SHOWN, older), client, after=page["pageInfo"]["endCursor"])
    assert [item["decisionNo"] for item in section["items"]] == [older["decision_no"]]
    assert await penalties(world(SHOWN, HIDDEN, older), client, after=page["pageInfo"]["endCursor"]) == (
        section,
        [],
    )


@pytest.mark.parametrize("client", ["portal", "bank", "court"])
async def test_a_repair_that_one_source_knows_hides_the_other_reports_and_is_not_told(client: str) -> None:
    reported = {**HIDDEN, "source_state": "REPAIRED", "status": None}
    stale = {**HIDDEN, "status": "IN_FORCE"}
    section, errors = await penalties(world(SHOWN, stale, beside=(reported,)), client)
    assert (section, errors) == await penalties(world(SHOWN), client)


async def test_an_owner_sees_its_own_report_and_not_that_another_source_has_it_repaired_elsewhere() -> None:
    reported = {**HIDDEN, "source_state": "REPAIRED", "status": None}
    made = world({**HIDDEN, "status": "IN_FORCE"}, beside=(reported,))
    asked = await made.ask(QUERY, KEY, made.caller("ecology_environment", "OWNER"))
    (item,) = asked.data["subject"]["penalties"]["items"]
    assert (item["state"], item["alsoReportedBy"], item["conflicts"]) == ("REPAIRED", [], [])


@pytest.mark.parametrize("records", [(), (SHOWN,)], ids=["none", "one"])
async def test_a_source_whose_records_cannot_be_judged_by_this_caller_says_so_with_and_without_records(
    records: tuple[dict[str, Any], ...],
) -> None:
    known = configuration()
    spec = known.catalogue.sources[SOURCE]
    (entity,) = spec.entities.values()
    closed = with_changes(entity.fields["status"], scope=f"owner.{SOURCE}", disclosure="OWNER")
    changed = with_changes(entity, fields={**entity.fields, "status": closed})
    sources = {**known.catalogue.sources, SOURCE: with_changes(spec, entities={"AdministrativePenalty": changed})}
    configured = replace(known, catalogue=Catalogue(sources, known.catalogue.items))
    made = telling(World(configured=configured), {SOURCE: records})
    section, _ = await penalties(made, "bank")
    (coverage,) = [each for each in section["coverage"] if each["source"] == SOURCE]
    assert (coverage["status"], section["state"], section["items"]) == ("DENIED", "PARTIAL", [])
    assert coverage["reason"].endswith("not open to this caller: status")
