"""What is checked before a ledger is written on: that its rows are those that its head and its checkpoints tell of.

The checks read the ends of the tree, not every entry (`gateway.ledger.verify` does), so they cost less than a second
for millions of entries. A ledger that fails is not continued: an entry after a cut would hide that there was one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from gateway.ledger.refused import LedgerRefused
from gateway.ledger.store import Store
from gateway.ledger.tables import LEDGER, LEDGER_CHECKPOINT
from gateway.ledger.tree import Head, LedgerDamaged, Tiles
from gateway.proof.merkle import Frontier, leaf_hash
from gateway.proof.note import Checkpoint, NoteError, VerifierKey, open_checkpoint, read_checkpoint, split_note

_NEXT: Final = "nothing was written; `credit-gateway ledger verify` tells what is left"
_INDEX: Final = LEDGER.c["index"]


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What the rows are held against besides their head: public ``keys``, and a checkpoint ``kept`` elsewhere."""

    keys: Sequence[VerifierKey]
    kept: str | None = None


def examine(store: Store, witnesses: Witnesses | None) -> Head:
    """Return the head of the log in ``store``; raise LedgerRefused if the rows are not those it tells of.

    Without ``witnesses`` signatures are not checked.
    """
    head = store.head()
    tiles = Tiles(store.rows, head.algorithm)
    try:
        _check_rows(store, head, tiles)
        for note, place in _notes(store, witnesses):
            _check_checkpoint(_opened(note, place, witnesses), head, tiles, place)
    except LedgerDamaged as error:
        raise LedgerRefused(f"{error}: {_NEXT}") from None
    return head


def _check_rows(store: Store, head: Head, tiles: Tiles) -> None:
    (count, first, last), *_ = store.rows(
        sa.select(sa.func.count(), sa.func.min(_INDEX), sa.func.max(_INDEX)).where(_INDEX.between(0, head.size - 1))
    )
    if (count, first, last) != (head.size, *((0, head.size - 1) if head.size else (None, None))):
        raise LedgerRefused(f"the ledger holds {count} of the {head.size} entries that its head tells of: {_NEXT}")
    (beyond,), *_ = store.rows(sa.select(sa.func.max(_INDEX)))
    if beyond is not None and beyond >= store.head().size:  # read anew: another process may be writing
        raise LedgerRefused(f"the ledger holds entries beyond the {head.size} that its head tells of: {_NEXT}")
    if not head.size:
        return
    if Frontier.of(head.size, tiles, head.algorithm) != head.frontier:
        raise LedgerRefused(f"the head of the ledger is not that of its {head.size} entries: {_NEXT}")
    (leaf, entry), *_ = store.rows(sa.select(LEDGER.c.leaf, LEDGER.c.entry).where(_INDEX.in_([head.size - 1])))
    if leaf_hash(entry.encode(), head.algorithm) != leaf:
        raise LedgerRefused(f"the last entry of the ledger, {head.size - 1}, was altered: {_NEXT}")


def _notes(store: Store, witnesses: Witnesses | None) -> list[tuple[str, str]]:
    latest = sa.select(LEDGER_CHECKPOINT.c.note).order_by(LEDGER_CHECKPOINT.c.size.desc()).limit(1)
    notes = [(note, "the last checkpoint in the ledger") for (note,) in store.rows(latest)]
    if witnesses is not None and witnesses.kept is not None:
        notes.append((witnesses.kept, "the checkpoint kept in the data folder"))
    return notes


def _opened(note: str, place: str, witnesses: Witnesses | None) -> Checkpoint:
    try:
        if witnesses is None:
            return read_checkpoint(split_note(note)[0])
        return open_checkpoint(note, witnesses.keys)
    except NoteError as error:
        advice = "replicas share one signing key, and `ledger.earlier_keys` names those before it"
        raise LedgerRefused(f"{place} cannot be trusted: {error}; {advice}") from None


def _check_checkpoint(checkpoint: Checkpoint, head: Head, tiles: Tiles, place: str) -> None:
    if checkpoint.origin != head.origin:
        raise LedgerRefused(f"{place} is of another log, `{checkpoint.origin}`, not of `{head.origin}`")
    if checkpoint.size > head.size:
        told = f"{place} tells of {checkpoint.size} entries, and the ledger holds {head.size}"
        raise LedgerRefused(f"{told}: it was cut or rolled back, or another one put in its place; {_NEXT}")
    if tiles.root(checkpoint.size) != checkpoint.root:
        told = f"the first {checkpoint.size} entries are not those that {place} was signed over"
        raise LedgerRefused(f"{told}: they were altered; {_NEXT}")
