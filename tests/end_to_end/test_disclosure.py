"""Who is shown which negative record in which state, through the front door; and that nobody counts what is hidden."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway.demo import Departments
from tests.end_to_end.notice import CODES
from tests.end_to_end.queries import column, statuses, uscc_key
from tests.end_to_end.served import Served, Told, serving

PENALTIES = """
query Penalties($key: SubjectKey!, $first: Int! = 100, $after: String) {
  subject(key: $key) { ... on Organization { penalties(first: $first, after: $after) {
    state totalCount coverage { source part status reason } pageInfo { hasNextPage endCursor }
    items {
      decisionNo source state severity severityBasis publicFrom minPublicUntil publicUntil
      sourcePublicUntil publicUntilDifferenceDays underObjection repair { repairedOn basis }
      alsoReportedBy { source }
    }
  } } }
}
"""


class Asking(NamedTuple):
    """Who asks, and for what."""

    client: str
    purpose: str | None = None
    case: str | None = None


class Held(NamedTuple):
    """A penalty in a state of its own: of which demo subject, the serial in its number, and who owns the source."""

    number: int
    serial: str
    owner: str = "business_environment"


AUDIENCES = {
    "portal": Asking("portal"),
    "bank": Asking("bank"),
    "procurement": Asking("procurement", "BIDDING", "TJ-2026-17"),
    "on duty": Asking("tax_department", "SUPERVISION"),
    "off duty": Asking("tax_department", "OWNER"),
}
"""The owner comes to these: another for each source."""
STATES = {
    "PUBLISHED": Held(25, "203"),
    "ALTERED": Held(25, "202"),
    "UNDER_OBJECTION": Held(6, "50", "ecology_environment"),
    "SHIELDED": Held(27, "220"),
    "NOT_PUBLISHABLE": Held(7, "59"),
    "PUBLICITY_ENDED": Held(25, "207"),
    "REPAIRED": Held(4, "33"),
    "REVOKED": Held(25, "201"),
}
SHOWN = {
    "PUBLISHED": {*AUDIENCES, "owner"},
    "ALTERED": {*AUDIENCES, "owner"},
    "UNDER_OBJECTION": {*AUDIENCES, "owner"},
    "SHIELDED": {"on duty", "off duty", "owner"},
    "NOT_PUBLISHABLE": {"on duty", "owner"},
    "PUBLICITY_ENDED": {"on duty", "owner"},
    "REPAIRED": {"owner"},
    "REVOKED": {"owner"},
}
"""State -> to whom a record in it is shown (`domain.md` §4.4)."""


async def penalties(served: Served, asking: Asking, number: int, **variables: Any) -> Told:
    client, purpose, case = asking
    key = {"scheme": "USCC", "value": CODES[number]}
    return await served.ask(client, PENALTIES, purpose=purpose, case=case, key=key, **variables)


def section(told: Told) -> Any:
    return told.subject["penalties"]


def by_serial(told: Told) -> dict[str, Any]:
    """Return the penalties by the serial in their number: of 同金罚〔2026〕203号 it is 203."""
    return {re.split(r"\D+", item["decisionNo"])[-2]: item for item in section(told)["items"]}


@pytest.mark.parametrize("audience", [*AUDIENCES, "owner"])
@pytest.mark.parametrize("state", STATES)
async def test_a_record_is_shown_to_whom_its_state_allows(served: Served, state: str, audience: str) -> None:
    held = STATES[state]
    asking = AUDIENCES[audience] if audience in AUDIENCES else Asking(held.owner, "OWNER")
    told = await penalties(served, asking, held.number)
    found = by_serial(told)
    assert told.errors == []
    assert (held.serial in found) is (audience in SHOWN[state])
    if held.serial in found:
        assert found[held.serial]["state"] == state
        assert found[held.serial]["underObjection"] is (held.serial in {"50", "207"})
    else:
        assert f"{held.serial}号".encode() not in told.body
    assert (section(told)["state"], section(told)["totalCount"]) == ("COMPLETE", len(found))


@pytest.mark.parametrize(("asking", "expected"), [
    (AUDIENCES["portal"], ["203", "202"]),
    (AUDIENCES["off duty"], ["203", "202"]),
    (AUDIENCES["on duty"], ["203", "202", "207"]),
    (Asking("business_environment", "OWNER"), ["203", "202", "201", "207"]),
])  # fmt: skip
async def test_no_count_and_no_cursor_tells_of_a_hidden_record(
    served: Served, asking: Asking, expected: list[str]
) -> None:
    serials: list[str] = []
    after: str | None = None
    while True:
        told = await penalties(served, asking, 25, first=1, after=after)
        page = section(told)
        serials += by_serial(told)
        assert page["totalCount"] == len(expected)
        assert page["pageInfo"]["hasNextPage"] is (len(serials) < len(expected))
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert serials == expected


async def test_coverage_is_the_same_whether_or_not_a_record_is_hidden(served: Served) -> None:
    hidden = section(await penalties(served, AUDIENCES["portal"], 4))
    clean = section(await penalties(served, AUDIENCES["portal"], 1))
    assert (hidden["items"], clean["items"]) == ([], [])
    assert hidden == clean, "one penalty, repaired a week ago, and none at all"


async def test_who_audits_is_told_of_no_record(served: Served) -> None:
    told = await penalties(served, Asking("auditor"), 25)
    assert told.subject == {"penalties": None}
    assert told.codes == {"subject.penalties": "FIELD_FORBIDDEN"}


async def test_a_repair_that_one_source_tells_of_hides_the_decision_at_all(served: Served) -> None:
    for asking in (*AUDIENCES.values(), Asking("court"), Asking("market_regulation")):
        told = await penalties(served, asking, 23)
        assert list(by_serial(told)) == ["184"], (
            "double publicity still publishes 185, the platform says it is repaired"
        )
        assert (section(told)["state"], section(told)["totalCount"]) == ("COMPLETE", 1)
    for owner in ("business_environment", "upper_platform"):
        repaired = by_serial(await penalties(served, Asking(owner, "OWNER"), 23))["185"]
        assert repaired["state"] == "REPAIRED"
        assert repaired["repair"] is not None
    assert repaired["repair"] == {"repairedOn": "2026-10-15", "basis": None}


TERMS = [
    (25, "203", "GENERAL", "DEFAULT R2026 OTHERWISE", "2026-07-30", "2026-10-30", "2027-07-30", 0),
    (23, "184", "GENERAL", "DEFAULT R2023 OTHERWISE", "2025-03-04", "2025-06-04", "2028-03-04", -501),
    (25, "207", "GENERAL", "DEFAULT R2018 OTHERWISE", "2017-08-21", "2017-11-21", "2018-08-21", None),
    (116, "同消行罚〔2024〕928", "SERIOUS", "OVERRIDE R2023_FIRE", "2024-04-16", "2025-04-16", "2027-04-16", -730),
    (7, "59", "MINOR", "DEFAULT R2026 SIMPLE_PROCEDURE", None, None, None, None),
]
"""Subject, serial, severity and its basis, first day, shortest and longest term, days by which the source differs."""


@pytest.mark.parametrize("term", TERMS, ids=lambda term: f"{term[0]} {term[1]}")
async def test_the_term_of_publicity_is_computed_and_compared_with_what_the_source_says(
    served: Served, term: tuple[Any, ...]
) -> None:
    number, serial, severity, basis, *days, difference = term
    items = section(await penalties(served, AUDIENCES["on duty"], number))["items"]
    (found,) = [item for item in items if item["decisionNo"].endswith(f"{serial}号")]
    assert found["severity"] == severity
    assert found["severityBasis"].startswith(basis)
    assert [found["publicFrom"], found["minPublicUntil"], found["publicUntil"]] == days
    assert found["publicUntilDifferenceDays"] == difference


@pytest.mark.parametrize(("day", "shown"), [("2027-07-30", True), ("2027-07-31", False)])
async def test_publicity_ends_by_itself_after_its_last_day(
    served: Served, monkeypatch: pytest.MonkeyPatch, day: str, shown: bool
) -> None:
    monkeypatch.setattr("gateway.desk.today_text", lambda: day)
    public = await penalties(served, AUDIENCES["portal"], 25)
    assert ("203" in by_serial(public)) is shown
    assert section(public)["state"] == "COMPLETE"
    on_duty = by_serial(await penalties(served, AUDIENCES["on duty"], 25))
    assert on_duty["203"]["state"] == ("PUBLISHED" if shown else "PUBLICITY_ENDED")


LISTS = """
query Lists($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  listEntries { state totalCount items { kind source state publicFrom publicUntil validUntil removedOn } }
  standing: listEntries(active: true) { items { kind source } }
  past: listEntries(active: false) { items { kind source } }
  taxArrears { items { state publicUntil } }
} } }
"""


async def test_an_entry_of_a_list_stands_until_it_is_removed_or_runs_out(served: Served) -> None:
    told = (await served.ask("tax_department", LISTS, key=uscc_key(3))).subject
    assert column(told["listEntries"], "kind", "source", "state", "publicUntil") == [
        ("CONSTRUCTION", "construction_market", "PUBLISHED", "2027-05-20"),
        ("WAGE_ARREARS", "labor_inspection", "PUBLISHED", "2029-04-01"),
        ("WAGE_ARREARS", "upper_platform", "PUBLISHED", "2029-03-30"),
        ("GOVERNMENT_PROCUREMENT", "procurement_records", "PUBLICITY_ENDED", "2024-05-16"),
    ]
    assert column(told["past"], "kind") == ["GOVERNMENT_PROCUREMENT"]
    assert len(told["standing"]["items"]) == 3
    assert told["taxArrears"]["items"] == [{"state": "PUBLISHED", "publicUntil": None}], "until it is paid"
    public = (await served.ask("portal", LISTS, key=uscc_key(3))).subject
    assert public["listEntries"]["totalCount"] == 3
    assert public["past"]["items"] == []
    assert public["standing"] == told["standing"]


@pytest.fixture
async def changing(demo_departments: Departments, tmp_path: Path) -> AsyncIterator[tuple[Served, Path]]:
    """A gateway on departments of which one, double publicity, is a copy that a test may change."""
    copy = tmp_path / "double_publicity.sqlite"
    original = sqlite3.connect(demo_departments.folder / "double_publicity.sqlite")
    with closing(original), closing(sqlite3.connect(copy)) as target:
        original.backup(target)
    environment = {**demo_departments.environment, "DOUBLE_PUBLICITY_URL": f"sqlite+aiosqlite:///{copy}"}
    async with serving(environment, tmp_path / "gateway") as running:
        yield running, copy


def update(database: Path, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        changed = connection.execute(statement, values).rowcount
    assert changed == 1


async def test_a_repair_takes_effect_on_the_next_query(changing: tuple[Served, Path]) -> None:
    served, database = changing
    owner = Asking("business_environment", "OWNER")
    before = section(await penalties(served, AUDIENCES["portal"], 2))
    assert (column(before, "state"), before["totalCount"]) == (["PUBLISHED"], 1)
    update(database, "UPDATE cf_info SET CF_ZT = '9', CF_XFRQ = '2026-10-30' WHERE ID = ?", "CF0000000017")
    for asking in AUDIENCES.values():
        after = await penalties(served, asking, 2)
        assert (section(after)["items"], section(after)["totalCount"]) == ([], 0)
        assert (section(after)["state"], "17号".encode() in after.body) == ("COMPLETE", False)
    (kept,) = section(await penalties(served, owner, 2))["items"]
    assert (kept["state"], kept["repair"]) == ("REPAIRED", {"repairedOn": "2026-10-30", "basis": None})
    update(database, "UPDATE cf_info SET CF_ZT = 'D' WHERE ID = ?", "CF0000000017")
    assert section(await penalties(served, owner, 2))["items"] == [], "deleted is deleted, for the owner too"


async def test_a_penalty_that_is_made_or_revoked_takes_effect_on_the_next_query(changing: tuple[Served, Path]) -> None:
    served, database = changing
    asking = AUDIENCES["portal"]
    assert list(by_serial(await penalties(served, asking, 25))) == ["203", "202"]
    update(database, "UPDATE cf_info SET CF_ZT = '2' WHERE ID = ?", "CF0000000203")
    assert list(by_serial(await penalties(served, asking, 25))) == ["202"]
    update(database, "UPDATE cf_info SET CF_ZT = '1' WHERE ID = ?", "CF0000000201")
    assert list(by_serial(await penalties(served, asking, 25))) == ["202", "201"]


async def test_a_state_that_cannot_be_read_withholds_the_record_and_says_so(changing: tuple[Served, Path]) -> None:
    served, database = changing
    update(database, "UPDATE cf_info SET CF_ZT = '8' WHERE ID = ?", "CF0000000017")
    told = await penalties(served, AUDIENCES["portal"], 2)
    assert (section(told)["items"], section(told)["state"], section(told)["totalCount"]) == ([], "PARTIAL", None)
    assert statuses(section(told))["double_publicity"] in {"ANSWERED", "MISREAD"}
    (withheld,) = [each for each in section(told)["coverage"] if each["status"] == "MISREAD"]
    assert (withheld["source"], withheld["part"]) == ("double_publicity", None)
    owner = section(await penalties(served, Asking("business_environment", "OWNER"), 2))
    assert column(owner, "state") == [None]
