"""Group commit: entries that come while others are being written wait, and share the next transaction.

No wait when idle. What a transaction costs whatever its size, syncing above all, is shared by the more entries the
longer one waits for them: while others are under way whose entries are yet to come, transactions begin `PACE_SECONDS`
apart at the least. Back-pressure is an error, not a queue without end: over `max_waiting`, after `wait_seconds`, or
when the write failed, the requests concerned (and no others) get LedgerUnavailable. A request that was cancelled is
written all the same: its sources were asked.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple, Protocol

from gateway.errors import LedgerUnavailable
from gateway.ledger.store import RowRefused, Store
from gateway.ledger.tree import Row
from gateway.storage import StoreThread

MAX_BATCH: Final = 500
PACE_SECONDS: Final = 0.02
COMPANY: Final = 4
"""So many must be under way without an entry yet for others to wait for them."""

_log = logging.getLogger("gateway.ledger")


class _Waiter(NamedTuple):
    """An entry that waits, the future of who waits for it, and until when, by the clock of the event loop."""

    row: Row
    written: asyncio.Future[None]
    until: float


class UnderWay:
    """Counts who holds it."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        self.count += 1

    def __exit__(self, *_: object) -> None:
        self.count -= 1


class Clock(Protocol):
    """Tells the time and calls when it has come, as an event loop does."""

    def time(self) -> float:
        """Return the time in seconds."""
        ...

    def call_at(self, when: float, callback: Callable[[], None], /) -> asyncio.TimerHandle:
        """Call ``callback`` at the time ``when``, unless that is cancelled."""
        ...


class GroupCommit:
    """Writes entries to one store; of one event loop, which is its clock where no other is given.

    ``under_way`` counts the requests that may yet have an entry.
    """

    def __init__(
        self,
        writer: StoreThread[Store],
        under_way: UnderWay,
        max_waiting: int,
        wait_seconds: float,
        clock: Clock | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock: Clock = clock or self._loop
        self._writer = writer
        self._under_way = under_way
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._waiting: deque[_Waiter] = deque()
        self._batch: list[_Waiter] = []
        """What is being written."""
        self._writing: asyncio.Future[list[int]] | None = None
        self._began = 0.0
        """When the last transaction did."""
        self._pause: asyncio.TimerHandle | None = None
        self._expiry: asyncio.TimerHandle | None = None
        """For all that wait, since they have the same patience: the first to come is the first to go."""
        self._closed = False
        self.written = 0
        """Entries written so far."""
        self.refused = 0
        """Entries that could not be written."""

    @property
    def waiting(self) -> int:
        """Return how many entries wait for their turn to be written."""
        return len(self._waiting)

    async def append(self, row: Row) -> None:
        """Return when ``row`` is on disk; raise LedgerUnavailable when that cannot be said."""
        if self._closed or len(self._waiting) >= self._max_waiting:
            raise _unavailable("the ledger has too much to write" if not self._closed else "the ledger is closed")
        until = self._clock.time() + self._wait_seconds
        waiter = _Waiter(row, self._loop.create_future(), until)
        self._waiting.append(waiter)
        if self._expiry is None:
            self._expiry = self._clock.call_at(until, self._expire)
        if self._writing is None:
            self._go_on(self._under_way.count)
        await waiter.written

    async def close(self) -> None:
        """Return when all that waits is written; take nothing more."""
        self._closed = True
        if self._pause is not None:
            self._write()
        while self._writing is not None:
            await asyncio.wait([self._writing])
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def _go_on(self, under_way: int) -> None:
        """Write what waits now, or when there may be company; ``under_way`` counts who has no answer yet."""
        due = self._began + PACE_SECONDS
        if self._closed or under_way - len(self._waiting) < COMPANY or self._clock.time() >= due:
            self._write()
        elif self._pause is None:
            self._pause = self._clock.call_at(due, self._write)

    def _write(self) -> None:
        """Hand the next batch to the writer."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self._began = self._clock.time()
        self._batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
        self._writing = self._writer.submit(partial(_write, rows=[each.row for each in self._batch]))
        self._writing.add_done_callback(self._settle)

    def _settle(self, written: "asyncio.Future[list[int]]") -> None:
        """Tell each of the batch how it went; go on with those that came meanwhile."""
        batch, error = self._batch, written.exception()
        refused = range(len(batch)) if error is not None else written.result()
        self.written += len(batch) - len(refused)
        self.refused += len(refused)
        if refused:
            kind = type(error).__name__ if error else "rows"
            _log.error("ledger write failed: entries=%d kind=%s", len(refused), kind)
        for index, waiter in enumerate(batch):
            if not waiter.written.done():
                if index in refused:
                    waiter.written.set_exception(_unavailable("the ledger could not be written"))
                else:
                    waiter.written.set_result(None)
        self._batch, self._writing = [], None
        if self._waiting:
            self._go_on(self._under_way.count - len(batch))

    def _expire(self) -> None:
        """Tell those who have waited long enough; look again when the next one has."""
        self._expiry = None
        for waiter in (*self._batch, *self._waiting):
            if waiter.written.done():
                continue
            if waiter.until > self._clock.time():
                self._expiry = self._clock.call_at(waiter.until, self._expire)
                return
            waiter.written.set_exception(_unavailable("the ledger did not answer in time"))


def _write(store: Store, rows: Sequence[Row]) -> list[int]:
    """Write ``rows``; return the places of those that the store refuses. One bad row does not spoil its batch."""
    try:
        store.write(rows)
    except RowRefused:
        if len(rows) == 1:
            return [0]
        return [index for index, row in enumerate(rows) if _write(store, [row])]
    return []


def _unavailable(message: str) -> LedgerUnavailable:
    return LedgerUnavailable(message, headers={"Retry-After": "1"})
