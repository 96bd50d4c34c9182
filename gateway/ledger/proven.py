"""Proofs out of the tables: that an entry is in the log, and that the log only grew. Runs in the store's thread."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from gateway.ledger.store import Store
from gateway.ledger.tables import LEDGER, LEDGER_CHECKPOINT, LEDGER_SHAPE
from gateway.ledger.tree import Head, Tiles
from gateway.proof.merkle import Algorithm, ProofError, consistency_path, inclusion_path
from gateway.proof.note import NoteError, read_checkpoint, split_note

Sign = Callable[[Head], str]
"""Returns the signed checkpoint of a head."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry, its exact JSON text, at ``index`` of the log under ``checkpoint``, a signed note; ``path`` proves it.

    ``shape`` is the text of the shape that the entry names, None if it names none.
    """

    entry: str
    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    shape: str | None
    algorithm: Algorithm


class Prover:
    """Proves from one store; ``sign`` is needed for what is under no stored checkpoint yet."""

    def __init__(self, store: Store, sign: Sign | None) -> None:
        self._store = store
        self._sign = sign

    def checkpoint(self) -> str:
        """Return the signed checkpoint of the moment."""
        return self._signed(self._store.head())

    def proven(self, receipt: str) -> Proven | None:
        """Return the entry of ``receipt``, proven; None if there is none. Raises LedgerDamaged."""
        columns = LEDGER.c["index"], LEDGER.c.entry, LEDGER_SHAPE.c.shape
        shaped = LEDGER.outerjoin(LEDGER_SHAPE, LEDGER.c.shape == LEDGER_SHAPE.c.digest)
        query = sa.select(*columns).select_from(shaped).where(LEDGER.c.receipt == receipt)
        found = self._store.rows(query)
        if not found:
            return None
        index, entry, shape = found[0]
        head = self._store.head()
        note, size = self._covering(index) or (self._signed(head), head.size)
        path = inclusion_path(index, size, Tiles(self._store.rows, head.algorithm))
        return Proven(entry, index, path, note, shape, head.algorithm)

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the proof from ``old_size`` to ``new_size``; raise ProofError for sizes that the log never had."""
        head = self._store.head()
        if new_size > head.size:
            raise ProofError(f"the log has {head.size} entries, not yet {new_size}")
        return consistency_path(old_size, new_size, Tiles(self._store.rows, head.algorithm))

    def _covering(self, index: int) -> tuple[str, int] | None:
        """Return the first stored checkpoint over the entry at ``index``, and its size."""
        size = LEDGER_CHECKPOINT.c.size
        query = sa.select(LEDGER_CHECKPOINT.c.note).where(size > index).order_by(size).limit(1)
        for (note,) in self._store.rows(query):
            try:
                return note, read_checkpoint(split_note(note)[0]).size
            except NoteError:
                return None
        return None

    def _signed(self, head: Head) -> str:
        if self._sign is None:
            raise RuntimeError("nothing can be signed without a key")
        return self._sign(head)
