"""Group commit: who waits for company and for how long, and who does not. The clock is moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from gateway.errors import LedgerUnavailable
from gateway.ledger.group import COMPANY, PACE_SECONDS, GroupCommit, UnderWay
from gateway.ledger.store import Store, open_store
from gateway.ledger.tree import Row, row_of
from gateway.storage import StoreThread
from tests.gateway.entries import entry

PATIENCE_SECONDS = 1000.0


class MovedClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._timers: list[tuple[asyncio.TimerHandle, Callable[[], None]]] = []

    def time(self) -> float:
        return self._now

    def call_at(self, when: float, callback: Callable[[], None], /) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, (), asyncio.get_running_loop())
        self._timers.append((timer, callback))
        return timer

    def move(self, seconds: float) -> None:
        """Let time go by; make the calls that have come due."""
        self._now += seconds
        due = [each for each in self._timers if each[0].when() <= self._now]
        self._timers = [each for each in self._timers if each not in due]
        for timer, call in due:
            if not timer.cancelled():
                call()


class Counted:
    """A group whose transactions are counted by how many entries they have."""

    def __init__(self, group: GroupCommit, under_way: UnderWay, clock: MovedClock, batches: list[int]) -> None:
        self.group, self.under_way, self.clock, self.batches = group, under_way, clock, batches

    def append(self, count: int = 1) -> "list[asyncio.Task[None]]":
        return [asyncio.create_task(self.group.append(row_of(entry()))) for _ in range(count)]

    async def settled(self) -> None:
        """Return when what is being written is written, and those who waited for it were told."""
        await asyncio.sleep(0)
        if self.group._writing is not None:
            await asyncio.wait([self.group._writing])


@asynccontextmanager
async def grouped(folder: Path, wait_seconds: float = PATIENCE_SECONDS) -> AsyncIterator[Counted]:
    batches: list[int] = []
    writer: StoreThread[Store] = StoreThread(partial(_counting, f"sqlite:///{folder}/ledger.db", batches))
    await writer.start()
    under_way, clock = UnderWay(), MovedClock()
    group = GroupCommit(writer, under_way, 100, wait_seconds, clock)
    try:
        yield Counted(group, under_way, clock, batches)
    finally:
        await group.close()
        await writer.stop()


def _counting(url: str, batches: list[int]) -> Store:
    store = open_store(url)
    store.begin("test", "sha-256")
    write = store.write

    def counted(rows: list[Row]) -> None:
        batches.append(len(rows))
        write(rows)

    vars(store)["write"] = counted
    return store


async def test_nobody_waits_who_is_alone(tmp_path: Path) -> None:
    async with grouped(tmp_path) as made:
        with made.under_way:
            for _ in range(3):
                await asyncio.gather(*made.append())
        assert made.batches == [1, 1, 1]


async def test_others_wait_for_those_under_way(tmp_path: Path) -> None:
    async with grouped(tmp_path) as made:
        made.under_way.count = COMPANY + 3
        await asyncio.gather(*made.append())  # the first for a long time: at once
        waiting = made.append(2)
        await made.settled()
        made.clock.move(PACE_SECONDS / 2)
        await made.settled()
        assert (made.batches, [each.done() for each in waiting]) == ([1], [False, False])
        made.clock.move(PACE_SECONDS / 2)
        await asyncio.gather(*waiting)
        assert made.batches == [1, 2]


async def test_nobody_waits_once_all_are_there(tmp_path: Path) -> None:
    async with grouped(tmp_path) as made:
        made.under_way.count = COMPANY + 3
        await asyncio.gather(*made.append())
        await asyncio.gather(*made.append(4))  # time stands still: fewer than COMPANY are yet to come
        assert made.batches == [1, 4]


async def test_closing_waits_for_no_company(tmp_path: Path) -> None:
    async with grouped(tmp_path) as made:
        made.under_way.count = COMPANY + 3
        await asyncio.gather(*made.append())
        waiting = made.append()
        await made.settled()
        await made.group.close()
        await asyncio.gather(*waiting)
        assert (made.batches, made.group.written, made.group.waiting) == ([1, 1], 2, 0)


async def test_each_has_the_patience_of_its_own(tmp_path: Path) -> None:
    """One timer serves all: who came later is told later."""
    async with grouped(tmp_path, wait_seconds=PACE_SECONDS / 2) as made:
        made.under_way.count = COMPANY + 5
        await asyncio.gather(*made.append())
        (first,) = made.append()
        await made.settled()
        made.clock.move(PACE_SECONDS / 4)
        (second,) = made.append()
        await made.settled()
        made.clock.move(PACE_SECONDS / 4)
        with pytest.raises(LedgerUnavailable, match="did not answer in time"):
            await first
        await made.settled()
        assert not second.done()
        made.clock.move(PACE_SECONDS / 4)
        with pytest.raises(LedgerUnavailable, match="did not answer in time"):
            await second
        made.clock.move(PACE_SECONDS)
        await made.settled()
        assert made.batches == [1, 2]  # written all the same


async def test_who_is_under_way_is_counted_until_it_ends() -> None:
    under_way = UnderWay()
    with under_way, under_way:
        assert under_way.count == 2
    with pytest.raises(ValueError, match="x"), under_way:
        raise ValueError("x")
    assert under_way.count == 0
