"""Does the ledger still begin with what was anchored? Asked before every checkpoint goes out; if not, none does.

The last checkpoint that went out lies in a file of the data folder, outside the ledger's database: who can rewrite the
one need not reach the other. Of the next one a consistency proof is asked from the ledger (RFC 9162 §2.1.4) and
verified against both roots. A ledger that was rewritten, or cut back and written on, cannot give one.

# INVARIANT: a checkpoint that does not continue what was anchored is brought nowhere, and never takes its place here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from gateway.anchors.notes import Stated, read_note
from gateway.proof.merkle import ProofError, verify_consistency
from gateway.proof.note import read_checkpoint, split_note
from gateway.storage.files import PRIVATE, rewrite

FILE: Final = "ledger.anchored"
FORKED: Final = "the ledger does not continue what was anchored"
"""The reason, fit for a label of `/metrics`."""
Consistency = Callable[[int, int], Awaitable[tuple[bytes, ...]]]
"""From two sizes to the proof between them; raises `ProofError`, and what the ledger's database does."""

_log = logging.getLogger("gateway.anchors")


class History:
    """What went out of one ledger, kept at ``path``; for one event loop. ``forked``: the ledger broke with it."""

    def __init__(self, path: Path, last: Stated | None, consistency: Consistency) -> None:
        self._path = path
        self._last = last
        self._consistency = consistency
        self._one = asyncio.Lock()
        self.forked = False

    @classmethod
    def read(cls, folder: Path, consistency: Consistency) -> "History":
        """Return the history in the data ``folder``; raises `NoteError` and OSError if its file cannot be read."""
        path = folder / FILE
        try:
            last = read_note(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            last = None
        return cls(path, last, consistency)

    async def admits(self, checkpoint: Stated) -> bool:
        """Return whether ``checkpoint`` continues what went out before, and keep it as the last one that did.

        One of another origin begins a history of its own. Raises OSError, and what the ledger's database does.
        """
        async with self._one:
            last = self._last if self._last is not None and self._last.origin == checkpoint.origin else None
            if last is not None and (why := await self._break(last, checkpoint)) is not None:
                self.forked = True
                _log.critical(
                    "%s: size=%d anchored=%d: %s; nothing is anchored until it does",
                    FORKED,
                    checkpoint.size,
                    last.size,
                    why,
                )
                return False
            if last is None or checkpoint.size > last.size:
                await asyncio.to_thread(rewrite, self._path, checkpoint.note, PRIVATE)
                self._last = checkpoint
            self.forked = False
            return True

    async def _break(self, last: Stated, new: Stated) -> str | None:
        """Return how the ledger breaks with ``last``; None where it does not, though ``new`` may be the older one."""
        old, new = sorted((last, new), key=lambda each: each.size)
        algorithm = read_checkpoint(split_note(new.note)[0]).algorithm
        try:
            path = await self._consistency(old.size, new.size)
            verify_consistency(old.size, new.size, path, old.root, new.root, algorithm)
        except ProofError as error:
            return str(error)
        return None
