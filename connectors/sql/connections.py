"""The connections to one database: at most so many, kept while they work, replaced when they do not.

SQLAlchemy's engine makes and closes them; between questions they wait here, the most recently used on top. Its own pool
was measured and turned down (2026-11, one key on PostgreSQL): lending a connection costs 60 us of 160, its reset off.

Terms
    lane    one connection and what is known of it
    slot    the right to use a lane; there are as many as the department allows connections
    fresh   made for this very question: when such a connection is lost, the source is down
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.errors import SourceUnavailable
from connectors.sql.databases import Database, Driver
from connectors.sql.failures import driver_error, is_lost

IDLE_SECONDS: Final = 240.0
"""Longer unused connections are not trusted: firewalls between networks drop them after some minutes without a word."""
END_SECONDS: Final = 5.0


@dataclass(slots=True)
class Lane:
    """One connection; ``version`` is that of the database when it was made, ``used_at`` when it last answered."""

    connection: AsyncConnection
    driver: Driver
    version: object
    used_at: float | None = None


class Connections:
    """Runs questions on at most ``size`` connections; connects when a question needs it, for one event loop."""

    def __init__(self, database: Database, size: int, wait_seconds: float) -> None:
        self._database = database
        self._size = size
        self._wait_seconds = wait_seconds
        self._slots = asyncio.Semaphore(size)
        self._idle: list[Lane] = []
        self._ending: set[asyncio.Task[None]] = set()
        # At once, though nothing connects: it imports the driver, for which a first question should not wait.
        self._engine = database.engine()
        self._closed = False

    @property
    def dialect(self) -> Dialect:
        """How this database writes statements."""
        return self._engine.dialect

    async def run(self, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        """Return the rows of one question; raises what the driver raises, or `SourceUnavailable`.

        A kept connection that turns out to be dead is replaced, and the question asked once more: it is a read.
        """
        lane = await self._take()
        try:
            return await self._use(lane, text, arguments)
        except Exception as error:
            if lane.used_at is None or not is_lost(driver_error(error)):
                raise
        self._end_idle()  # what one of them has lost, the others have
        return await self._use(await self._take(), text, arguments)

    async def close(self) -> None:
        """Let questions under way finish, then close every connection."""
        self._closed = True
        self._end_idle()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._wait_seconds):
                for _ in range(self._size):
                    await self._slots.acquire()
        if self._ending:
            await asyncio.wait(self._ending)
        await self._engine.dispose()
        self._database.close()

    async def _use(self, lane: Lane, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        try:
            rows = await self._database.ask(lane.driver, text, arguments)
        except asyncio.CancelledError:
            self._drop(lane, stop=True)
            raise
        except Exception as error:
            if is_lost(error):
                self._drop(lane)
            else:
                self._give_back(lane)
            raise
        self._give_back(lane)
        return rows

    async def _take(self) -> Lane:
        """Return a lane together with a slot."""
        await self._enter()
        try:
            while self._idle:
                lane = self._idle.pop()
                if self._is_good(lane):
                    return lane
                self._in_background(self._end(lane))
            return await self._open()
        except BaseException:
            self._slots.release()
            raise

    async def _enter(self) -> None:
        if self._closed:
            raise SourceUnavailable("the connection to the source was closed")
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise SourceUnavailable("all connections to the source are busy") from None

    def _is_good(self, lane: Lane) -> bool:
        return (
            self._database.is_open(lane.driver)
            and lane.version == self._database.version()
            and lane.used_at is not None
            and monotonic() - lane.used_at < IDLE_SECONDS
        )

    async def _open(self) -> Lane:
        version = self._database.version()
        connection = await self._engine.connect()
        raw = await connection.get_raw_connection()
        return Lane(connection, raw.driver_connection, version)

    def _give_back(self, lane: Lane) -> None:
        if self._closed:
            self._drop(lane)
            return
        lane.used_at = monotonic()
        self._idle.append(lane)
        self._slots.release()

    def _drop(self, lane: Lane, *, stop: bool = False) -> None:
        """Close ``lane`` in the background; its slot is free again when nothing of it is left at the source."""
        self._in_background(self._end(lane, stop=stop)).add_done_callback(lambda _: self._slots.release())

    def _end_idle(self) -> None:
        for lane in self._idle:
            self._in_background(self._end(lane))
        self._idle.clear()

    async def _end(self, lane: Lane, *, stop: bool = False) -> None:
        with suppress(Exception):
            async with asyncio.timeout(END_SECONDS):
                if stop:
                    await self._database.stop(lane.driver, self._engine)
        with suppress(Exception):
            async with asyncio.timeout(END_SECONDS):
                await lane.connection.invalidate()
                await lane.connection.close()

    def _in_background(self, ending: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(ending)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task
