"""The ledger: an entry is durable, and in the tree, before its answer leaves.

How entries share transactions stands in `gateway.ledger.group`. An entry whose request got LedgerUnavailable may still
turn out to be written: an entry without an answer is allowed, an answer without an entry is not.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import sqlalchemy as sa

from connectors.clock import now_text
from gateway.ledger.charter import Charter
from gateway.ledger.copies import read_copy
from gateway.ledger.entry import Entry, decode_entry
from gateway.ledger.group import GroupCommit, UnderWay
from gateway.ledger.opening import Witnesses, examine
from gateway.ledger.proven import Proven, Prover
from gateway.ledger.refused import DAMAGED, LedgerRefused, is_damaged
from gateway.ledger.signing import Anchor, Signer
from gateway.ledger.store import Store, open_store
from gateway.ledger.tables import LEDGER, Query
from gateway.ledger.tree import Head, row_of
from gateway.proof.merkle import Algorithm
from gateway.storage import StoreThread


class Ledger:
    """Open with `await Ledger.open(url, charter)`; one per event loop."""

    def __init__(self, url: str, max_waiting: int, wait_seconds: float) -> None:
        self._writer: StoreThread[Store] = StoreThread(partial(open_store, url))
        self._reader: StoreThread[Store] = StoreThread(partial(open_store, url))
        self.under_way = UnderWay()
        """Hold it while a request is under way that may append: others wait for company while there may be some."""
        self._group = GroupCommit(self._writer, self.under_way, max_waiting, wait_seconds)
        self._signer: Signer | None = None
        self._periodic: asyncio.Task[None] | None = None
        self.origin = ""
        """The name of the log."""
        self.algorithm: Algorithm = "sha-256"
        """The hash of its tree."""

    @classmethod
    async def open(
        cls,
        url: str,
        charter: Charter | None = None,
        *,
        max_waiting: int = 2000,
        wait_seconds: float = 5.0,
        now: Callable[[], str] = now_text,
    ) -> "Ledger":
        """Return a ledger on a `sqlite:///` file or a `postgresql://` database.

        A new log is made as ``charter`` says; one that is there must be of that charter. Without one any log is taken,
        and nothing can be signed. ``now`` tells the time of checkpoints. Raises LedgerRefused for a log that must not
        be continued, and what the driver raises.
        """
        ledger = cls(url, max_waiting, wait_seconds)
        try:
            await ledger._writer.start()
        except Exception as error:
            raise LedgerRefused(DAMAGED) if is_damaged(error) else error from error
        try:
            head = await ledger._writer.submit(partial(_begin, charter=charter))
            ledger.origin, ledger.algorithm = head.origin, head.algorithm
            await ledger._reader.start()
        except BaseException as error:
            await ledger._writer.stop()
            raise LedgerRefused(DAMAGED) if is_damaged(error) else error from error
        if charter is not None and charter.keys is not None:
            ledger._signer = Signer(ledger._writer, charter, charter.keys, now)
            ledger._periodic = asyncio.create_task(ledger._signer.run()) if charter.checkpoint_seconds else None
        return ledger

    @property
    def waiting(self) -> int:
        """Return how many entries wait for their turn to be written."""
        return self._group.waiting

    @property
    def written(self) -> int:
        """Return how many entries were written since the ledger was opened."""
        return self._group.written

    @property
    def refused(self) -> int:
        """Return how many entries could not be written."""
        return self._group.refused

    @property
    def keys(self) -> tuple[str, ...]:
        """The public keys by which checkpoints of this log are known, the current one first: `name+id+key`."""
        return tuple(map(str, self._signer.keys.known)) if self._signer is not None else ()

    async def append(self, entry: Entry, shape_text: str | None = None) -> None:
        """Return when the entry is on disk and in the tree; raise LedgerUnavailable when that cannot be said.

        ``shape_text`` is the JSON of the shape that ``entry.shape`` names; it is stored once, whoever gives it.
        """
        await self._group.append(row_of(entry, shape_text))

    async def check(self) -> None:
        """Return when the ledger has just committed something; raise otherwise. For readiness."""
        await self._writer.submit(lambda store: store.probe())

    async def get(self, receipt: str) -> Entry | None:
        """Return the entry of a receipt."""
        found = await self._entries(sa.select(LEDGER.c.entry).where(LEDGER.c.receipt == receipt))
        return found[0] if found else None

    async def entries(self, limit: int = 100, *, before: str | None = None) -> list[Entry]:
        """Return the latest entries, newest first; ``before`` is the last receipt of the page before."""
        query = sa.select(LEDGER.c.entry).order_by(LEDGER.c.receipt.desc()).limit(limit)
        return await self._entries(query if before is None else query.where(LEDGER.c.receipt < before))

    async def rows(self, query: Query) -> Sequence[Any]:
        """Return the rows that ``query`` selects from the tables of `gateway.ledger.tables`.

        A row is a tuple: `row.index` is a method of tuples, so give that column a label, or its place.
        """
        return await self._reader.submit(lambda store: store.rows(query))

    async def checkpoint(self) -> str:
        """Return the signed checkpoint of the moment; raise RuntimeError for a ledger opened without keys."""
        sign = self._signing().sign
        return await self._reader.submit(lambda store: Prover(store, sign).checkpoint())

    async def proven(self, receipt: str) -> Proven | None:
        """Return the entry of a receipt with the proof that it is in the log, None if there is none.

        The checkpoint is the first stored one that covers the entry, so that whoever asks gets the same, which the
        anchors have; while there is none, that of the moment.
        """
        sign = self._signing().sign
        return await self._reader.submit(lambda store: Prover(store, sign).proven(receipt))

    async def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the proof that the first ``new_size`` entries begin with the first ``old_size``.

        Raises ProofError for sizes that the log never had.
        """
        return await self._reader.submit(lambda store: Prover(store, None).consistency(old_size, new_size))

    async def keep_checkpoint(self) -> str | None:
        """Store a signed checkpoint of what is new since the last one, and hand it to the anchors; None if nothing is.

        Raises RuntimeError for a ledger opened without keys, and what the driver raises.
        """
        return await self._signing().keep()

    def add_anchor(self, anchor: Anchor) -> None:
        """Hand every checkpoint that is stored from now on to ``anchor``, whose failures are logged and counted."""
        self._signing().anchors.append(anchor)

    async def close(self) -> None:
        """Write what waits, store a last checkpoint, then let go of the store."""
        await self._group.close()
        if self._periodic is not None:
            self._periodic.cancel()
            with suppress(asyncio.CancelledError):
                await self._periodic
            self._periodic = None
            assert self._signer is not None, "it was signing"
            await self._signer.keep_last()
        try:
            await self._writer.stop()
        finally:
            await self._reader.stop()

    async def _entries(self, query: Query) -> list[Entry]:
        return [decode_entry(text) for (text,) in await self.rows(query)]

    def _signing(self) -> Signer:
        if self._signer is None:
            raise RuntimeError("this ledger was opened without keys: nothing can be signed")
        return self._signer


def _begin(store: Store, charter: Charter | None) -> Head:
    """Return the head of the log in ``store``, made if there is none; raise LedgerRefused if it must not go on."""
    wanted = charter or Charter()
    store.begin(wanted.origin, wanted.algorithm)
    keys = charter.keys if charter is not None else None
    head = examine(store, Witnesses(keys.known, read_copy(wanted.copy)) if keys is not None else None)
    if charter is not None and (head.origin, head.algorithm) != (charter.origin, charter.algorithm):
        there, told = f"`{head.origin}` with {head.algorithm}", f"`{charter.origin}` with {charter.algorithm}"
        raise LedgerRefused(f"the log is {there}, and the settings say {told}: a log keeps both as long as it lasts")
    return head
