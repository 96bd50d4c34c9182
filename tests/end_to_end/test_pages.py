"""Paging through a section: every record once, in order, whatever the size of a page."""

from typing import Any

import pytest

from gateway.demo import Departments
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served

CASES = """
query Cases($key: SubjectKey!, $first: Int!, $after: String) {
  subject(key: $key) {
    ... on Organization { courtEnforcement { enforcementCases(first: $first, after: $after) {
      state totalCount items { caseNo filedOn recordId } pageInfo { hasNextPage endCursor }
    } } }
  }
}
"""


async def page(served: Served, first: int, after: str | None) -> Any:
    told = await served.ask("bank", CASES, key=uscc_key(27), first=first, after=after)
    return told.subject["courtEnforcement"]["enforcementCases"]


async def every_page(served: Served, first: int) -> list[Any]:
    """Return the pages from the first on, as a client follows their cursors."""
    pages = [await page(served, first, None)]
    while pages[-1]["pageInfo"]["hasNextPage"] and len(pages) < 25:
        pages.append(await page(served, first, pages[-1]["pageInfo"]["endCursor"]))
    return pages


@pytest.mark.parametrize("first", [1, 7, 10, 22, 23, 24, 1000])
async def test_pages_put_together_are_the_whole(served: Served, first: int) -> None:
    pages = await every_page(served, first)
    items = [item for each in pages for item in each["items"]]
    assert {(each["state"], each["totalCount"]) for each in pages} == {("COMPLETE", 23)}
    assert len(pages) == -(-23 // first)
    assert len({item["recordId"] for item in items}) == len(items) == 23
    dates = [item["filedOn"] for item in items]
    assert dates == sorted(dates, reverse=True)


async def test_the_courts_own_pages_are_read_to_the_end(served: Served, city: Departments) -> None:
    await page(served, 5, None)
    assert city.calls("court_enforcement")["paths"] == {"/api/enforcement": 3}, "ten a page, whatever it says of totals"


async def test_a_cursor_after_the_last_record_shows_none(served: Served) -> None:
    last = (await page(served, 23, None))["pageInfo"]["endCursor"]
    beyond = await page(served, 5, last)
    assert (beyond["items"], beyond["totalCount"]) == ([], 23)
    assert beyond["pageInfo"] == {"hasNextPage": False, "endCursor": None}
