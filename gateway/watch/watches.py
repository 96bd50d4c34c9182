"""The store of watches: a SQLite file or a PostgreSQL database, in a thread of its own (`gateway.storage`)."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import sqlalchemy as sa

from gateway.errors import WatchesUnavailable
from gateway.storage import StoreThread
from gateway.storage.works import WorkStore, begin_writing, open_works
from gateway.watch.tables import METADATA

T = TypeVar("T")
WATCHES_URL_ENV: Final = "CREDIT_WATCHES_URL"
"""Where watches are kept: a `sqlite:///` or `postgresql://` URL; that of the ledger if it is PostgreSQL, else a file in
the data folder."""
FILE: Final = "watches.sqlite"
_log = logging.getLogger("gateway.watch")


class Watches:
    """Open with `await Watches.open(url)`; one per event loop. Work is a function of `standings` or `outbox`."""

    def __init__(self, url: str) -> None:
        opening = partial(open_works, url, METADATA, "watches'")
        self._writer: StoreThread[WorkStore] = StoreThread(opening, "store of watches")
        self._reader: StoreThread[WorkStore] = StoreThread(opening, "store of watches")

    @classmethod
    async def open(cls, url: str) -> "Watches":
        """Return the watches at ``url``; raise what the driver raises."""
        watches = cls(url)
        await watches._writer.start()
        try:
            await watches._reader.start()
        except BaseException:
            await watches._writer.stop()
            raise
        return watches

    async def close(self) -> None:
        """Finish what is being written, then let go of the store."""
        try:
            await self._writer.stop()
        finally:
            await self._reader.stop()

    async def write(self, do: Callable[[sa.Connection], T]) -> T:
        """Return what ``do`` returns, done in one transaction that is on disk; raises `WatchesUnavailable`."""

        def work(connection: sa.Connection) -> T:
            begin_writing(connection)
            return do(connection)

        return await self._do(self._writer, work)

    async def read(self, do: Callable[[sa.Connection], T]) -> T:
        """Return what ``do`` reads; raises `WatchesUnavailable`."""
        return await self._do(self._reader, do)

    async def _do(self, thread: StoreThread[WorkStore], do: Callable[[sa.Connection], T]) -> T:
        try:
            return await thread.submit(lambda store: store.work(do))
        except (sa.exc.SQLAlchemyError, OSError, RuntimeError, TimeoutError) as error:
            _log.error("store of watches failed: kind=%s", type(error).__name__)
            headers = {"Retry-After": "1"}
            raise WatchesUnavailable("watches cannot be read or written now", headers=headers) from None
