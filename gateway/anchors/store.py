"""What is known of anchors beyond a restart: their last checkpoints, and timestamps with the notes they are over.

Tokens are kept in the ledger's database, beside the checkpoints; what they prove is verified whenever one is used.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import sqlalchemy as sa
from msgspec import Struct

from connectors.clock import now_text, utc_text
from gateway.anchors.notes import Stated, read_note
from gateway.anchors.tables import LEDGER_ANCHOR, LEDGER_TIMESTAMP, METADATA
from gateway.anchors.timestamps import Timestamp
from gateway.storage import StoreThread, WorkStore, open_works

T = TypeVar("T")


class Stamped(Struct, frozen=True, kw_only=True):
    """One kept timestamp: ``anchor`` stated that ``note``, a checkpoint of ``size``, existed ``at`` (UTC)."""

    size: int
    anchor: str
    at: str
    note: str
    token: bytes


class AnchorStore:
    """Open with `await AnchorStore.open(url)`; one per event loop. Methods raise what the driver raises."""

    def __init__(self, url: str) -> None:
        self._thread: StoreThread[WorkStore] = StoreThread(
            partial(open_works, url, METADATA, "ledger's"), "store of anchors"
        )

    @classmethod
    async def open(cls, url: str) -> "AnchorStore":
        """Return the store in the ledger's database at ``url``, its tables made; raise what the driver raises."""
        store = cls(url)
        await store._thread.start()
        return store

    async def close(self) -> None:
        """Close the database."""
        await self._thread.stop()

    async def note_taken(self, anchor: str, checkpoint: Stated) -> None:
        """Keep that ``anchor`` has ``checkpoint``, in place of the one before."""
        row = {"anchor": anchor, "size": checkpoint.size, "at": now_text()}

        def work(connection: sa.Connection) -> None:
            connection.execute(LEDGER_ANCHOR.delete().where(LEDGER_ANCHOR.c.anchor == anchor))
            connection.execute(LEDGER_ANCHOR.insert(), row)

        await self._do(work)

    async def taken(self) -> dict[str, tuple[int, str]]:
        """Return anchor -> size and time (UTC) of the last checkpoint that it took."""

        def work(connection: sa.Connection) -> dict[str, tuple[int, str]]:
            return {row.anchor: (row.size, row.at) for row in connection.execute(sa.select(LEDGER_ANCHOR))}

        return await self._do(work)

    async def keep(self, anchor: str, checkpoint: Stated, timestamp: Timestamp) -> None:
        """Keep ``timestamp``, which ``anchor`` gave over ``checkpoint``."""
        row = {
            "size": checkpoint.size,
            "anchor": anchor,
            "at": utc_text(timestamp.at),
            "note": checkpoint.note,
            "token": timestamp.token,
        }
        await self._do(lambda connection: connection.execute(LEDGER_TIMESTAMP.insert(), row))

    async def has(self, anchor: str, checkpoint: Stated) -> bool:
        """Return whether there is a timestamp of ``anchor`` over a checkpoint of the same tree."""
        table = LEDGER_TIMESTAMP.c
        query = sa.select(table.note).where(table.size == checkpoint.size, table.anchor == anchor)
        notes = await self._do(lambda connection: list(connection.scalars(query)))
        return any(read_note(note).agrees(checkpoint) for note in notes)

    async def stamped(self, size: int, limit: int = 10) -> list[Stamped]:
        """Return the first timestamps over checkpoints of ``size`` entries or more: each covers entry ``size - 1``."""
        table = LEDGER_TIMESTAMP.c
        query = sa.select(LEDGER_TIMESTAMP).where(table.size >= size).order_by(table.size, table.at).limit(limit)

        def work(connection: sa.Connection) -> list[Stamped]:
            return [Stamped(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  (public, by its docs)

        return await self._do(work)

    async def over(self, note: str) -> list[Stamped]:
        """Return the timestamps over the checkpoint ``note`` itself: what a receipt with this checkpoint may hold."""
        size = read_note(note).size
        return [stamp for stamp in await self.stamped(size, 100) if stamp.note == note]

    async def _do(self, work: Callable[[sa.Connection], T]) -> T:
        return await self._thread.submit(lambda store: store.work(work))
