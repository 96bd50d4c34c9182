"""What a section shows of one subject: filters and what they cannot test, tables ruled out, pages, coverage."""

from typing import Any

import pytest

from connectors.errors import SourceUnavailable
from connectors.spec import FieldSpec
from gateway.demo import codes
from tests.gateway.staged import Record, staged, with_fields
from tests.gateway.world import World, configuration, uscc_of

ENTERPRISE = uscc_of(3)
SOCIETY = codes.uscc("52", 24)
SOURCE = "market_supervision"
TITLE = "经营异常名录"
ABNORMAL, SERIOUS = "ListEntry_abnormal", "ListEntry_serious"


async def section(
    made: World, selection: str, client: str = "bank", purpose: str | None = None, uscc: str = ENTERPRISE, **more: Any
) -> Any:
    """Return the one section that ``selection`` asks for; ``more`` are variables with their types."""
    declared = "".join(f", ${name}: {type_}" for name, (type_, _) in more.items())
    query = f"query($uscc: String!{declared}) {{ subject(key: {{scheme: USCC, value: $uscc}}) {{ ...S }} }}"
    query += f" fragment S on Organization {{ section: {selection} }}"
    variables = {"uscc": uscc, **{name: value for name, (_, value) in more.items()}}
    asked = await made.ask(query, variables, made.caller(client, purpose))
    return asked.data["subject"]["section"]


def entry(part: str, number: int, uscc: str = ENTERPRISE, **values: Any) -> Record:
    known = {"decision_no": f"同市监〔2026〕{number}号", "authority": "同江市市场监督管理局", **values}
    return Record(SOURCE, part, uscc, known, str(number))


STANDING = entry(ABNORMAL, 1, included_on="2026-03-01")
REMOVED = entry(ABNORMAL, 2, included_on="2025-03-01", removed_on="2025-09-01")
UNDATED = entry(ABNORMAL, 3)


@pytest.mark.parametrize(
    ("client", "active", "shown"),
    [
        ("bank", None, ["1"]),
        ("bank", True, ["1"]),
        ("bank", False, []),
        ("court", None, ["1", "2"]),
        ("court", True, ["1"]),
        ("court", False, ["2"]),
    ],
)
async def test_an_entry_is_active_until_it_is_removed(client: str, active: bool | None, shown: list[str]) -> None:
    items = "state items { decisionNo provenance { recordKey } }"
    found = await section(
        staged(STANDING, REMOVED), f"abnormalEntries(active: $active) {{ {items} }}", client, active=("Boolean", active)
    )
    assert [item["provenance"]["recordKey"] for item in found["items"]] == shown
    assert found["state"] == "COMPLETE"


@pytest.mark.parametrize("active", [True, False])
async def test_what_nobody_can_tell_to_be_active_is_left_out_and_its_source_not_whole(active: bool) -> None:
    made = staged(STANDING, UNDATED)
    owner = ("market_regulation", "OWNER")
    everything = await section(made, "abnormalEntries { state totalCount }", *owner)
    assert everything == {"state": "COMPLETE", "totalCount": 2}
    told = "state items { provenance { recordKey } } coverage { part status reason }"
    found = await section(made, f"abnormalEntries(active: {str(active).lower()}) {{ {told} }}", *owner)
    assert found["state"] == "PARTIAL"
    assert [item["provenance"]["recordKey"] for item in found["items"]] == (["1"] if active else [])
    coverage = {each["part"]: (each["status"], each["reason"]) for each in found["coverage"]}
    assert coverage[TITLE] == ("NOT_COVERED", "a record does not say what a filter names")


@pytest.mark.parametrize(("only", "shown"), [(True, ["NONE", "PARTIAL"]), (False, 4)])
async def test_a_switch_narrows_only_when_it_is_on(only: bool, shown: Any) -> None:
    levels = ("FULL", "PARTIAL", "NONE", None)
    made = staged(
        *(
            Record("credit_center", "CreditCommitment", ENTERPRISE, {"fulfillment": level}, str(at))
            for at, level in enumerate(levels)
        )
    )
    found = await section(
        made, "commitments(unfulfilledOnly: $only) { items { fulfillment } }", only=("Boolean!", only)
    )
    said = [item["fulfillment"] for item in found["items"]]
    assert (sorted(said) if only else len(said)) == shown


async def test_an_argument_without_a_value_filters_nothing() -> None:
    """A filter is one when it has a value: clients write all arguments, and leave variables out."""
    fine = Record("fire_penalties", "AdministrativePenalty", ENTERPRISE, {"decided_on": "2026-08-01"})
    variable: dict[str, Any] = {"status": ("PenaltyStatus", None)}
    for written, more in (("null", {}), ("$status", variable)):
        found = await section(staged(fine), f"penalties(status: {written}) {{ state totalCount }}", **more)
        assert found == {"state": "COMPLETE", "totalCount": 1}
    denied = "taxRatings(level: $level) { state }"
    assert await section(staged(), denied, "tax_department", level=("TaxCreditLevel", None)) == {"state": "COMPLETE"}


class Closed:
    """A section that is fixed to lists of one kind, at a source that does not tell the kind, or not to everybody."""

    WITHOUT = with_fields(SOURCE, ABNORMAL, kind=None)
    OWNERS = with_fields(
        SOURCE, ABNORMAL, kind=FieldSpec(column="kind", scope=f"owner.{SOURCE}", disclosure="OWNER", type="code")
    )


@pytest.mark.parametrize(("configured", "status"), [(Closed.WITHOUT, "MISREAD"), (Closed.OWNERS, "DENIED")])
async def test_what_a_section_is_fixed_to_must_be_told(configured: Any, status: str) -> None:
    made = staged(STANDING, configured=configured)
    found = await section(made, "abnormalEntries { state totalCount items { state } coverage { part status } }")
    assert (found["state"], found["totalCount"], found["items"]) == ("PARTIAL", None, [])
    assert {each["part"]: each["status"] for each in found["coverage"]}[TITLE] == status


async def test_who_holds_no_such_subjects_has_none_that_a_denied_filter_could_test() -> None:
    closed = FieldSpec(column="kind", scope="owner.civil_affairs", disclosure="OWNER", type="code")
    made = staged(configured=with_fields("civil_affairs", ABNORMAL, kind=closed))
    found = await section(made, "abnormalEntries { state coverage { source status } }")
    assert found["state"] == "COMPLETE"
    assert {each["source"]: each["status"] for each in found["coverage"]}["civil_affairs"] == "NOT_COVERED"


def holders(kind: str) -> set[tuple[str, str]]:
    """Return the tables of list entries of which some may be of ``kind``."""
    owners = configuration().catalogue.owners("ListEntry")
    return {(source.name, part) for source, part, spec in owners if spec.fields["kind"].value in {None, kind}}


@pytest.mark.parametrize(
    ("selection", "kind"),
    [
        ("abnormalEntries", "ABNORMAL_OPERATION"),
        ("honors", "HONOR"),
        ("listEntries(kinds: [STATISTICS])", "STATISTICS"),
        ("listEntries(kinds: $kinds)", "STATISTICS"),
    ],
)
async def test_tables_that_are_ruled_out_are_not_asked_and_not_in_coverage(selection: str, kind: str) -> None:
    made = staged(faults={"social_insurance": SourceUnavailable("down"), "customs_credit": SourceUnavailable("down")})
    more: dict[str, Any] = {"kinds": ("[ListKind!]", [kind])} if "$" in selection else {}
    found = await section(made, f"{selection} {{ state coverage {{ source }} }}", **more)
    assert sorted(each["source"] for each in found["coverage"]) == sorted(source for source, _ in holders(kind))
    assert found["state"] == "COMPLETE"
    asked = {(source, batch.entity) for source, batch in made.batches() if not batch.entity.startswith("Crosswalk")}
    assert asked <= holders(kind)
    registers = {source for source, batch in made.batches() if batch.entity.startswith("Crosswalk")}
    assert registers.isdisjoint({"social_insurance", "customs_credit"})


async def test_a_table_is_asked_when_one_of_two_sections_may_show_it() -> None:
    made = staged(STANDING, entry(SERIOUS, 4, included_on="2026-04-01"))
    selection = "listEntries(kinds: [SERIOUS_MARKET_VIOLATION]) { totalCount coverage { source part } } }"
    selection += " fragment T on Organization { other: abnormalEntries { totalCount coverage { source part } }"
    query = "query($uscc: String!) { subject(key: {scheme: USCC, value: $uscc}) { ...S ...T } }"
    asked = await made.ask(f"{query} fragment S on Organization {{ section: {selection} }}", {"uscc": ENTERPRISE})
    subject = asked.data["subject"]
    assert (subject["section"]["totalCount"], subject["other"]["totalCount"]) == (1, 1)
    parts = [{each["part"] for each in subject[name]["coverage"] if each["source"] == SOURCE} for name in subject]
    assert parts == [{"严重违法失信名单"}, {TITLE, "个体工商户经营异常状态标记"}]


async def test_a_constant_is_tested_by_its_value_and_not_by_how_it_is_written() -> None:
    year = FieldSpec(value="2025", type="integer", scope="credit.gov.tax")
    made = staged(configured=with_fields("tax_credit", "TaxCreditRating", evaluation_year=year))
    for years, asked in (([2024, 2025], 1), ([2024], 0)):
        before = len(made.connectors["tax_credit"].batches)
        await section(made, "taxRatings(years: $years) { state }", "tax_department", years=("[Int!]", years))
        assert len(made.connectors["tax_credit"].batches) - before == asked


async def test_pages_go_on_from_one_table_to_the_next() -> None:
    """Two tables of a source may write the same record key on the same day: a cursor tells them apart."""
    day: dict[str, Any] = {"included_on": "2026-04-01", "decision_no": None}
    made = staged(entry(ABNORMAL, 7, **day), entry(SERIOUS, 7, **day))
    shown = "pageInfo { hasNextPage endCursor } items { recordId kind }"
    first = await section(made, f"listEntries(first: 1) {{ {shown} }}")
    after = first["pageInfo"]["endCursor"]
    second = await section(made, f"listEntries(first: 1, after: $after) {{ {shown} }}", after=("String", after))
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    items = [*first["items"], *second["items"]]
    assert {item["kind"] for item in items} == {"ABNORMAL_OPERATION", "SERIOUS_MARKET_VIOLATION"}
    assert len({item["recordId"] for item in items}) == 2


async def test_coverage_tells_how_sure_the_code_is_by_which_a_source_was_asked() -> None:
    found = await section(staged(), "utilityArrears { state coverage { matchConfidence } }", "tax_department")
    assert found == {"state": "COMPLETE", "coverage": [{"matchConfidence": 0.8}]}
    sure = await section(staged(), "abnormalEntries { coverage { source status matchConfidence } }")
    statuses = {(each["status"], each["matchConfidence"]) for each in sure["coverage"]}
    assert statuses == {("ANSWERED", 1.0), ("NOT_COVERED", None)}


async def test_a_source_that_did_not_answer_matched_nobody() -> None:
    made = staged(faults={"utility_arrears": SourceUnavailable("down")})
    found = await section(made, "utilityArrears { state coverage { status matchConfidence } }", "tax_department")
    assert found == {"state": "UNKNOWN", "coverage": [{"status": "UNAVAILABLE", "matchConfidence": None}]}


async def test_an_entity_that_nobody_serves_says_why() -> None:
    found = await section(staged(), "briberyRecord { state totalCount items { recordId } coverage { status reason } }")
    assert (found["state"], found["items"], found["totalCount"]) == ("NOT_COVERED", [], None)
    (coverage,) = found["coverage"]
    assert coverage["status"] == "DISCONTINUED"
    assert "2018 年 8 月" in coverage["reason"]
