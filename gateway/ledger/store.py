"""Where entries lie: a SQLite file or a PostgreSQL database, written in transactions that are on disk when they return.

Each batch is one transaction that takes the head of the log, appends to the tree and moves the head, so that of any
number of processes one writes at a time, and the order of entries is the order of commits. Everything here runs in one
thread of its own (`gateway.storage.thread`); statements are SQLAlchemy Core, the same for both kinds.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from gateway.ledger.postgres import PostgresStore
from gateway.ledger.refused import LedgerRefused, RowRefused
from gateway.ledger.sqlite import SqliteStore
from gateway.ledger.tables import Query
from gateway.ledger.tree import Head, Row
from gateway.proof.merkle import Algorithm
from gateway.storage import read_url

__all__ = ["LedgerRefused", "PostgresStore", "RowRefused", "SqliteStore", "Store", "open_store"]


class Store(Protocol):
    """A place for the ledger; every method blocks and may raise anything that its driver raises."""

    def begin(self, origin: str, algorithm: Algorithm) -> None:
        """Make the head of a new log; do nothing where there is one."""
        ...

    def head(self) -> Head:
        """Return the head of the log; raise LedgerRefused if there is none, or one that cannot be."""
        ...

    def write(self, rows: Sequence[Row]) -> None:
        """Write all rows in one transaction; return when they are on disk; raise RowRefused for a bad row."""
        ...

    def keep(self, size: int, at: str, note: str) -> bool:
        """Store a signed checkpoint; return False when there is one of that size."""
        ...

    def probe(self) -> None:
        """Commit a change that matters to nobody; return when it is on disk."""
        ...

    def rows(self, query: Query) -> Sequence[Any]:
        """Return the rows that ``query`` selects."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


def open_store(url: str) -> Store:
    """Return the store at a `sqlite:///` or `postgresql://` URL, its tables made.

    Raises ValueError for another kind, LedgerRefused for tables of another form.
    """
    parsed = read_url(url, "ledger's")
    return SqliteStore(parsed) if parsed.get_backend_name() == "sqlite" else PostgresStore(parsed)
