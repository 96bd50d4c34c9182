"""The marks as a process reads them: no request relies on a read that began before it, and none is read twice."""

import asyncio
from collections.abc import Sequence

from gateway.objections.marks import Mark, Mirror


def mark(record: str, revision: int) -> Mark:
    return Mark(record, "fire_penalties", "AdministrativePenalty", 1, None, None, revision)


async def test_a_request_relies_on_no_read_that_began_before_it() -> None:
    began: list[int] = []
    answer = asyncio.Event()

    async def read(revision: int) -> Sequence[Mark]:
        began.append(revision)
        await answer.wait()
        return ()

    mirror = Mirror(read, lambda *_: ())
    first = mirror.current()
    await asyncio.sleep(0)
    assert began == [0]
    second, third = mirror.current(), mirror.current()
    assert second is not first, "that one may have read before what was committed since"
    assert third is second, "two that wait for the next share it"
    answer.set()
    await asyncio.gather(first, second)
    assert began == [0, 0]


async def test_what_was_read_is_not_asked_for_again() -> None:
    asked: list[int] = []

    async def read(revision: int) -> Sequence[Mark]:
        asked.append(revision)
        return (mark("b", 7), mark("a", 3)) if revision == 0 else ()

    mirror = Mirror(read, lambda source, part, key: (key,))
    await mirror.current()
    await mirror.current()
    assert asked == [0, 7], "marks come in any order"
    assert [each.revision for each in mirror.of("fire_penalties", "AdministrativePenalty", "a")] == [3]
