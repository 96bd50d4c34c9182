"""What enters the ledger of the records shown: how many, misread, in time or late, and the oldest date of a source."""

from collections.abc import Sequence

import pytest

from connectors.spec import FieldSpec
from gateway.configuration import Configuration
from gateway.returns.observed import Observed, observed
from tests.gateway.staged import Record, staged, with_fields
from tests.gateway.test_working_days import DAYS
from tests.gateway.world import uscc_of

OLDEST, LATEST = "2026-10-13T03:00:00+08:00", "2026-10-31T03:00:00+08:00"
LICENSES = "licenses(first: 50) { items { decidedOn collectedAt } }"
PENALTIES = "penalties(first: 50) { items { content } }"
PLACE = ("double_publicity", "AdministrativeLicense")
PENALIZED = ("double_publicity", "AdministrativePenalty")
OF_FIRE = ("fire_penalties", "AdministrativePenalty")
HOUSING, FIRE, OWNER, ELSEWHERE = (
    *("11230881TJ00008796", "11230881TJ0000852E", "11230881TJ000081XX", "11230882TJ00000018"),
)


def license_(
    number: int, decided_on: str, first: str | None, as_of: str | None, *unread: str, by: str | None = None
) -> Record:
    values = {"decided_on": decided_on, "collected_at": first, "authority_uscc": by}
    return Record(*PLACE, uscc_of(1), values, str(number), as_of, unread)


async def told(
    selection: str, *records: Record, client: str = "court", configured: Configuration | None = None
) -> dict[tuple[str, str], Observed]:
    world = staged(*records, configured=configured)
    query = f"query Q($key: SubjectKey!) {{ subject(key: $key) {{ ... on Organization {{ {selection} }} }} }}"
    asked = await world.ask(query, {"key": {"scheme": "USCC", "value": uscc_of(1)}}, world.caller(client))
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
        ("licenses(first: 50) { items { content } }", Observed(5, 1, 2, 1, OLDEST)),
        ("licenses(first: 50) { state }", Observed(5, 1, 2, 1, OLDEST)),
        ("licenses(first: 1) { items { decidedOn collectedAt } }", Observed(1, 0, 0, 0, LATEST)),
    ],
    ids=["dates", "an alias adds nothing", "no date selected", "nothing of them selected", "one page"],
)
async def test_of_one_source(selection: str, expected: Observed) -> None:
    assert (await told(selection, *RECORDS))[PLACE] == expected


async def test_nothing_shown_is_nothing_observed() -> None:
    assert await told(LICENSES) == {}


@pytest.mark.parametrize("records", [RECORDS[:2], RECORDS[2:]], ids=["first known", "first not known"])
async def test_no_more_is_judged_than_shown(records: Sequence[Record]) -> None:
    found = (await told(LICENSES, *records))[PLACE]
    assert found.timely + found.overdue <= found.records == len(records)


@pytest.mark.parametrize(
    ("client", "timely", "overdue"),
    [("court", 2, 1), ("portal", 2, 0)],
    ids=["may see the first day", "may not: only what was touched in time is told"],
)
async def test_nobody_is_judged_by_a_day_that_the_caller_may_not_see(client: str, timely: int, overdue: int) -> None:
    closed = FieldSpec(column="ADD_TIME", type="datetime", scope="credit.gov", disclosure="GOV")
    configured = with_fields(*PLACE, collected_at=closed)
    found = await told("licenses(first: 50) { items { content } }", *RECORDS, client=client, configured=configured)
    assert (found[PLACE].timely, found[PLACE].overdue) == (timely, overdue)


async def test_a_decision_counts_for_the_department_that_made_it() -> None:
    late, in_time = "2026-10-30T09:00:00+08:00", "2026-10-13T09:00:00+08:00"
    deciders = (HOUSING, HOUSING, FIRE, OWNER, ELSEWHERE, None)
    found = await told(
        LICENSES,
        *(license_(at, "2026-10-12", late, late, by=decider) for at, decider in enumerate(deciders)),
        license_(7, "2026-10-12", in_time, late, by=HOUSING),
    )
    expected = {"housing_construction": (1, 2), "fire_rescue": (0, 1)}
    assert found[PLACE] == Observed(7, 0, 1, 6, in_time.replace("13T09", "30T09"), expected)


@pytest.mark.parametrize(
    ("collected", "touched", "said"),
    [
        ("2026-10-13T09:00:00+08:00", None, (1, 0)),
        ("2026-10-30T09:00:00+08:00", None, (0, 1)),
        ("2026-10-30T09:00:00+08:00", "2026-10-13T09:00:00+08:00", (1, 0)),
        (None, None, (0, 0)),
    ],
    ids=["the front-end database tells it", "and tells that it was late", "it was public elsewhere", "none tells"],
)
async def test_what_any_report_of_a_decision_tells_counts(
    collected: str | None, touched: str | None, said: tuple[int, int]
) -> None:
    values = {
        "decided_on": "2026-10-12",
        "decision_no": "同消行罚〔2026〕9号",
        "authority_uscc": FIRE,
    }
    published = Record(*PENALIZED, uscc_of(1), {**values, "collected_at": collected}, "1", "2026-10-29T09:00:00+08:00")
    kept = Record(*OF_FIRE, uscc_of(1), values, "2", touched or "2026-10-31T09:00:00+08:00")
    found = (await told(PENALTIES, published, kept)).values()
    assert sum(each.records for each in found) == 1, "it is one decision"
    assert (sum(each.timely for each in found), sum(each.overdue for each in found)) == said
