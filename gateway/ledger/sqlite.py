"""The ledger in a SQLite file, readable by its owner only; several processes may write to it.

The compiled text of statements runs on the driver's connection: Core's own execution costs 50 us more per transaction.
Why a returned commit survives a crash stands in `gateway.storage.sqlite`.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from gateway.ledger.facets import Known
from gateway.ledger.heads import read_head
from gateway.ledger.refused import OLD_FORM, LedgerRefused, RowRefused
from gateway.ledger.tables import (
    DAYS,
    FACET_NAMES,
    FACETS,
    LEDGER,
    LEDGER_CHECKPOINT,
    LEDGER_HEAD,
    LEDGER_NODE,
    LEDGER_SHAPE,
    LEDGER_SUBJECT,
    METADATA,
    PROBE,
    Query,
)
from gateway.ledger.tree import Head, Row, grow
from gateway.proof.merkle import Algorithm
from gateway.storage import open_file

_DIALECT = sqlite.dialect()


def _text(statement: sa.Executable) -> str:
    return str(statement.compile(dialect=_DIALECT))  # type: ignore[attr-defined]


_HEAD = f"SELECT size, frontier, origin, algorithm FROM {LEDGER_HEAD.name}"  # noqa: S608 (no value in it)
_MOVE = f"UPDATE {LEDGER_HEAD.name} SET size = ?, frontier = ?"  # noqa: S608
_BEGIN = _text(LEDGER_HEAD.insert().prefix_with("OR IGNORE"))
_INSERT = _text(LEDGER.insert())
_SUBJECT = _text(LEDGER_SUBJECT.insert())
_NODE = _text(LEDGER_NODE.insert())
_SHAPE = _text(LEDGER_SHAPE.insert().prefix_with("OR IGNORE"))
_KEEP = _text(LEDGER_CHECKPOINT.insert().prefix_with("OR IGNORE"))
_FACETS = _text(FACETS.insert())
_FACET_NAME = _text(FACET_NAMES.insert().prefix_with("OR IGNORE"))
_DAY = _text(DAYS.insert().prefix_with("OR IGNORE"))
_TOUCH = _text(PROBE.insert().prefix_with("OR REPLACE"))


class SqliteStore:
    """A SQLite file."""

    def __init__(self, url: sa.URL) -> None:
        self._path = Path(str(url.database))
        _refuse_old_form(self._path)
        self._engine = sa.create_engine(
            url.set(drivername="sqlite"), creator=self._connect, poolclass=sa.pool.StaticPool
        )
        self._connection: sqlite3.Connection | None = self._connect()
        self._shapes: set[str] = set()
        self._known = Known()

    def begin(self, origin: str, algorithm: Algorithm) -> None:
        """Make the head of a new log; do nothing where there is one."""
        with self._transaction() as connection:
            connection.execute(_BEGIN, (1, 0, b"", origin, algorithm))

    def head(self) -> Head:
        """Return the head of the log; raise LedgerRefused if there is none, or one that cannot be."""
        return read_head(self._open().execute(_HEAD).fetchone())

    def write(self, rows: Sequence[Row]) -> None:
        """Write all rows in one transaction; return when they are on disk; raise RowRefused for a bad row."""
        with self._transaction() as connection:
            frontier = read_head(connection.execute(_HEAD).fetchone()).frontier
            growth = grow(frontier, rows)
            connection.executemany(_INSERT, growth.leaves)
            connection.executemany(_SUBJECT, growth.subjects)
            if growth.nodes:
                connection.executemany(_NODE, growth.nodes)
            new = {row.shape: row.shape_text for row in rows if row.shape_text and row.shape not in self._shapes}
            if new:
                connection.executemany(_SHAPE, new.items())
            connection.executemany(_FACETS, growth.facets)
            names, days = self._known.missing([row.found for row in rows], growth.facets)
            if names:
                connection.executemany(_FACET_NAME, names)
            if days:
                connection.executemany(_DAY, days)
            connection.execute(_MOVE, (frontier.size, frontier.encode()))
        self._shapes |= new.keys()
        self._known.learn(names, days)

    def keep(self, size: int, at: str, note: str) -> bool:
        """Store a signed checkpoint; return False when there is one of that size."""
        with self._transaction() as connection:
            return connection.execute(_KEEP, (size, at, note)).rowcount == 1

    def probe(self) -> None:
        """Commit a change that matters to nobody; return when it is on disk."""
        with self._transaction() as connection:
            connection.execute(_TOUCH, (1,))

    def rows(self, query: Query) -> Sequence[Any]:
        """Return the rows that ``query`` selects."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(query).all()
        except sa.exc.DBAPIError:
            self._engine.dispose()  # whatever broke, the next reads from a fresh connection
            raise

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()
        self._drop()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the lock of the file from the start: of several processes, one reads the head and moves it."""
        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError) as error:
            raise RowRefused from error
        except sqlite3.Error:
            self._drop()  # whatever broke, the next transaction starts from a fresh connection
            raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> sqlite3.Connection:
        connection = open_file(self._path, METADATA)
        connection.isolation_level = None  # transactions begin where we say, with the lock taken
        return connection


def _refuse_old_form(path: Path) -> None:
    """Raise LedgerRefused for a file whose entries are not in a tree."""
    if not path.is_file():
        return
    connection = sqlite3.connect(path)
    try:
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(ledger)")}
    finally:
        connection.close()
    if columns and "leaf" not in columns:
        raise LedgerRefused(OLD_FORM)
