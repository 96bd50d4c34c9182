"""Signed checkpoints of the log: on demand, and stored every so often where the log grew.

# INVARIANT: only what is committed is signed, so that no checkpoint ever tells of an entry that a crash could undo.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from connectors.clock import utc_text
from gateway.ledger.charter import Charter
from gateway.ledger.copies import write_copy
from gateway.ledger.keys import Keys
from gateway.ledger.store import Store
from gateway.ledger.tables import LEDGER_CHECKPOINT
from gateway.ledger.tree import Head
from gateway.proof.note import sign_checkpoint, stamped
from gateway.storage import StoreThread

Anchor = Callable[[str], Awaitable[None]]
"""Takes a signed checkpoint somewhere out of our reach."""
CLOSING_SECONDS: Final = 5.0
"""How long the anchors may take when the gateway stops."""

_log: Final = logging.getLogger("gateway.ledger")


class Signer:
    """Signs checkpoints of one log; ``failures`` counts those that could not be stored or anchored."""

    def __init__(self, writer: StoreThread[Store], charter: Charter, keys: Keys, now: Callable[[], str]) -> None:
        self.keys = keys
        self.anchors: list[Anchor] = []
        self.failures: Counter[str] = Counter(STORE=0, ANCHOR=0)
        self._writer = writer
        self._charter = charter
        self._now = now
        self._last: tuple[int, str] | None = None

    def sign(self, head: Head) -> str:
        """Return the signed checkpoint of ``head``; the same text while the log does not grow."""
        last = self._last
        if last is None or last[0] != head.size:
            at = self._now()
            checkpoint = stamped(head.origin, head.size, head.frontier.root(), head.algorithm, at)
            last = self._last = head.size, sign_checkpoint(checkpoint, self.keys.signing)
        return last[1]

    async def run(self) -> None:
        """Store a checkpoint every `checkpoint_seconds` where the log grew, until cancelled."""
        while True:
            await asyncio.sleep(self._charter.checkpoint_seconds)
            await self._attempt(lambda: self.keep(since_seconds=self._charter.checkpoint_seconds / 2))

    async def keep(self, *, since_seconds: float = 0) -> str | None:
        """Store the checkpoint of the moment and anchor it; return it, or None where nothing is new.

        Nothing is stored either when another process has stored one less than ``since_seconds`` ago.
        """
        now = self._now()
        after = utc_text(datetime.fromisoformat(now) - timedelta(seconds=since_seconds)) if since_seconds else None
        note = await self._writer.submit(lambda store: self._store(store, now, after))
        if note is not None:
            await self._anchor(note)
        return note

    async def keep_last(self) -> None:
        """Store the checkpoint of what was written last; whatever goes wrong is logged."""
        await self._attempt(lambda: asyncio.wait_for(self.keep(), CLOSING_SECONDS))

    def _store(self, store: Store, now: str, after: str | None) -> str | None:
        head = store.head()
        latest = sa.select(LEDGER_CHECKPOINT.c.size, LEDGER_CHECKPOINT.c.at).order_by(LEDGER_CHECKPOINT.c.size.desc())
        for size, at in store.rows(latest.limit(1)):
            if size >= head.size or (after is not None and after < at <= now):
                return None
        if not head.size:
            return None
        note = self.sign(head)
        stored = store.keep(head.size, now, note)
        if stored and (copy := self._charter.copy) is not None:
            write_copy(copy, note)
        return note if stored else None

    async def _anchor(self, note: str) -> None:
        results = await asyncio.gather(*(anchor(note) for anchor in self.anchors), return_exceptions=True)
        for error in results:
            if error is not None:
                self.failures["ANCHOR"] += 1
                _log.error("checkpoint not anchored: kind=%s", type(error).__name__)

    async def _attempt(self, call: Callable[[], Awaitable[str | None]]) -> None:
        try:
            await call()
        except Exception as error:  # noqa: BLE001  (the next attempt may go well; entries do not wait for it)
            self.failures["STORE"] += 1
            _log.error("checkpoint not stored: kind=%s", type(error).__name__)
