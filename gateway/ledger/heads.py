"""Reading of the one row that says where the log stands."""

from collections.abc import Sequence
from typing import Any

from gateway.ledger.refused import NO_HEAD, LedgerRefused
from gateway.ledger.tree import Head
from gateway.proof.merkle import ALGORITHMS, Frontier, ProofError


def read_head(row: Sequence[Any] | None) -> Head:
    """Return the head of a row (size, frontier, origin, algorithm); raise LedgerRefused for none, or no good one."""
    if row is None:
        raise LedgerRefused(NO_HEAD)
    size, frontier, origin, algorithm = row
    if algorithm not in ALGORITHMS:
        raise LedgerRefused(f"the ledger names a hash that is not known: `{algorithm}`")
    try:
        return Head(Frontier.decode(frontier, size, algorithm), origin)
    except (ProofError, TypeError):
        raise LedgerRefused("the head of the ledger was altered: its size and its hashes do not fit") from None
