"""The ledger: an entry is durable before its answer leaves.

Group commit: while a transaction is being written, further entries wait and share the next one. No timer, no wait when
idle. Back-pressure is an error, not a queue without end: over `max_waiting`, after `wait_seconds`, or when the write
failed, the requests concerned (and no others) get LedgerUnavailable. A request that was cancelled is written all the
same: its sources were asked. An entry whose request got LedgerUnavailable may still turn out to be written: an entry
without an answer is allowed, an answer without an entry is not.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from gateway.errors import LedgerUnavailable
from gateway.ledger.entry import Entry, decode_entry, encode_entry
from gateway.ledger.store import LEDGER, Row, RowRefused, Store, open_store
from gateway.storage import StoreThread

MAX_BATCH = 500

_log = logging.getLogger("gateway.ledger")
_Waiter = tuple[Row, asyncio.Future[None]]


class Ledger:
    """Open with `await Ledger.open(url)`; one per event loop."""

    def __init__(self, url: str, max_waiting: int, wait_seconds: float) -> None:
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._writer: StoreThread[Store] = StoreThread(partial(open_store, url))
        self._reader: StoreThread[Store] = StoreThread(partial(open_store, url))
        self._waiting: deque[_Waiter] = deque()
        self._writing: asyncio.Future[list[int]] | None = None
        self._closed = False
        self.written = 0
        """Entries written since the ledger was opened."""
        self.refused = 0
        """Entries that could not be written."""

    @classmethod
    async def open(cls, url: str, *, max_waiting: int = 2000, wait_seconds: float = 5.0) -> "Ledger":
        """Return a ledger on a `sqlite:///` file or a `postgresql://` database; raise what the driver raises."""
        ledger = cls(url, max_waiting, wait_seconds)
        await ledger._writer.start()
        try:
            await ledger._reader.start()
        except Exception:
            await ledger._writer.stop()
            raise
        return ledger

    @property
    def waiting(self) -> int:
        """Return how many entries wait for their turn to be written."""
        return len(self._waiting)

    async def append(self, entry: Entry) -> None:
        """Return when the entry is on disk; raise LedgerUnavailable when that cannot be said."""
        if self._closed or len(self._waiting) >= self._max_waiting:
            raise _unavailable("the ledger has too much to write" if not self._closed else "the ledger is closed")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiting.append(((entry.receipt, entry.at, entry.client, entry.outcome, encode_entry(entry)), waiter))
        if self._writing is None:
            self._write_next()
        timer = loop.call_later(self._wait_seconds, _expire, waiter)
        try:
            await waiter
        finally:
            timer.cancel()

    async def check(self) -> None:
        """Return when the ledger has just committed something; raise otherwise. For readiness."""
        await self._writer.submit(lambda store: store.probe())

    async def get(self, receipt: str) -> Entry | None:
        """Return the entry of a receipt."""
        found = await self._read(sa.select(LEDGER.c.entry).where(LEDGER.c.receipt == receipt))
        return found[0] if found else None

    async def entries(self, limit: int = 100, *, before: str | None = None) -> list[Entry]:
        """Return the latest entries, newest first; ``before`` is the last receipt of the page before."""
        query = sa.select(LEDGER.c.entry).order_by(LEDGER.c.receipt.desc()).limit(limit)
        return await self._read(query if before is None else query.where(LEDGER.c.receipt < before))

    async def close(self) -> None:
        """Write what waits, then let go of the store."""
        self._closed = True
        while self._writing is not None:
            await asyncio.wait([self._writing])
        try:
            await self._writer.stop()
        finally:
            await self._reader.stop()

    async def _read(self, query: sa.Select[str]) -> list[Entry]:
        return [decode_entry(text) for text in await self._reader.submit(lambda store: store.read(query))]

    def _write_next(self) -> None:
        """Hand the next batch to the writer."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
        self._writing = self._writer.submit(partial(_write, rows=[row for row, _ in batch]))
        self._writing.add_done_callback(partial(self._settle, batch))

    def _settle(self, batch: list[_Waiter], written: "asyncio.Future[list[int]]") -> None:
        """Tell each of the batch how it went; go on with those that came meanwhile."""
        error = written.exception()
        refused = range(len(batch)) if error is not None else written.result()
        self.written += len(batch) - len(refused)
        self.refused += len(refused)
        if refused:
            _log.error(
                "ledger write failed: entries=%d kind=%s", len(refused), type(error).__name__ if error else "rows"
            )
        for index, (_, waiter) in enumerate(batch):
            if not waiter.done():
                _finish(waiter, index in refused)
        self._writing = None
        if self._waiting:
            self._write_next()


def _write(store: Store, rows: Sequence[Row]) -> list[int]:
    """Write ``rows``; return the places of those that the store refuses. One bad row does not spoil its batch."""
    try:
        store.write(rows)
    except RowRefused:
        if len(rows) == 1:
            return [0]
        return [index for index, row in enumerate(rows) if _write(store, [row])]
    return []


def _finish(waiter: asyncio.Future[None], refused: bool) -> None:
    if refused:
        waiter.set_exception(_unavailable("the ledger could not be written"))
    else:
        waiter.set_result(None)


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(_unavailable("the ledger did not answer in time"))


def _unavailable(message: str) -> LedgerUnavailable:
    return LedgerUnavailable(message, headers={"Retry-After": "1"})
