"""What enters the ledger of the records shown: how many, misread, in time or late, and the oldest date of a source."""

from collections.abc import Sequence

import pytest

from connectors.spec import FieldSpec
from gateway.returns.observed import Observed, observed
from tests.gateway.staged import Record, staged, with_fields
from tests.gateway.test_working_days import DAYS
from tests.gateway.world import uscc_of

OLDEST, LATEST = "2026-10-13T03:00:00+08:00", "2026-10-31T03:00:00+08:00"
LICENSES = "licenses(first: 50) { items { decidedOn collectedAt } }"
WITH_FIRST = with_fields(
    "double_publicity",
    "AdministrativeLicense",
    collected_at=FieldSpec(column="ADD_TIME", type="datetime", scope="credit.public"),
)
PLACE = ("double_publicity", "AdministrativeLicense")


def license_(number: int, decided_on: str, first: str | None, as_of: str | None, *unread: str) -> Record:
    values = {"decided_on": decided_on, "collected_at": first}
    return Record(*PLACE, uscc_of(1), values, str(number), as_of, unread)


async def told(selection: str, *records: Record) -> dict[tuple[str, str], Observed]:
    world = staged(*records, configured=WITH_FIRST)
    query = f"query Q($key: SubjectKey!) {{ subject(key: $key) {{ ... on Organization {{ {selection} }} }} }}"
    asked = await world.ask(query, {"key": {"scheme": "USCC", "value": uscc_of(1)}}, world.caller("court"))
    return observed(asked.run, DAYS)


RECORDS = (
    license_(1, "2026-10-12", "2026-10-12T09:00:00+08:00", "2026-10-20T03:00:00+08:00"),
    license_(2, "2026-10-12", "2026-10-30T09:00:00+08:00", "2026-10-31T03:00:00+08:00"),
    license_(3, "2026-10-12", None, "2026-10-13T03:00:00+08:00"),
    license_(4, "2026-10-12", None, "2026-10-31T03:00:00+08:00"),
    license_(5, "2026-10-12", None, "2026-10-14T03:00:00+08:00", "decided_on"),
)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (LICENSES, Observed(5, 1, 2, 1, OLDEST)),
        (f"{LICENSES} again: {LICENSES}", Observed(5, 1, 2, 1, OLDEST)),
        ("licenses(first: 50) { items { content } }", Observed(5, 1, 2, 0, OLDEST)),
        ("licenses(first: 1) { items { decidedOn collectedAt } }", Observed(1, 0, 0, 0, LATEST)),
        ("licenses(first: 1) { state }", Observed(1, 0, 0, 0, "2026-10-14T03:00:00+08:00")),
    ],
    ids=["dates", "an alias adds nothing", "no first day was read", "one page", "nothing of them selected"],
)
async def test_of_one_source(selection: str, expected: Observed) -> None:
    assert (await told(selection, *RECORDS))[PLACE] == expected


async def test_nothing_shown_is_nothing_observed() -> None:
    assert await told(LICENSES) == {}


@pytest.mark.parametrize("records", [RECORDS[:2], RECORDS[2:]], ids=["first known", "first not known"])
async def test_no_more_is_judged_than_shown(records: Sequence[Record]) -> None:
    found = (await told(LICENSES, *records))[PLACE]
    assert found.timely + found.overdue <= found.records == len(records)
