"""Rows of a screening whose client may not ask about so many at once: asked about in parts, each once, in order."""

from collections.abc import Sequence

import pytest

from gateway.errors import Forbidden, RequestError, TooCostly
from gateway.screening.checking import parted
from gateway.screening.model import Row, RowOutcome
from schema.identifiers import Identifier


class Limited:
    """A check of at most ``most`` rows at once, which writes down how many it is asked about."""

    def __init__(self, most: int, error: type[RequestError] = TooCostly) -> None:
        self.most = most
        self.error = error
        self.asked: list[int] = []
        self.refused = 0

    async def __call__(self, rows: Sequence[Row]) -> Sequence[RowOutcome]:
        if len(rows) > self.most:
            self.refused += 1
            raise self.error("too many")
        self.asked.append(len(rows))
        return [RowOutcome("PASS", receipt=str(row.number)) for row in rows]


def rows(count: int) -> list[Row]:
    return [Row(number, Identifier("USCC", str(number), "OK")) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("most", "asked", "refused"),
    [(10, [10], 0), (9, [5, 5], 1), (5, [5, 5], 1), (4, [3, 2, 3, 2], 2), (1, [1] * 10, 4)],
    ids=["all", "all but one", "half", "fewer", "one by one"],
)
async def test_every_row_is_asked_about_once_and_told_in_its_place(most: int, asked: list[int], refused: int) -> None:
    limited = Limited(most)
    told = await parted(limited)(rows(10))
    assert [each.receipt for each in told] == [str(number) for number in range(1, 11)]
    assert (sorted(limited.asked, reverse=True), sum(limited.asked)) == (sorted(asked, reverse=True), 10)
    assert limited.refused == refused


async def test_what_was_found_out_is_not_tried_again() -> None:
    limited = Limited(3)
    check = parted(limited)
    await check(rows(10))
    refused = limited.refused
    await check(rows(10))
    await check(rows(2))
    assert limited.refused == refused


async def test_a_row_that_may_not_be_asked_about_is_refused() -> None:
    with pytest.raises(TooCostly):
        await parted(Limited(0))(rows(3))


async def test_another_refusal_parts_nothing() -> None:
    limited = Limited(5, Forbidden)
    with pytest.raises(Forbidden):
        await parted(limited)(rows(10))
    assert (limited.refused, limited.asked) == (1, [])


async def test_of_nobody_nobody_is_asked_twice() -> None:
    limited = Limited(5)
    assert await parted(limited)([]) == []
    assert limited.asked == [0]
