"""Where entries lie: one table, in SQLite or PostgreSQL, written in transactions that are on disk when they return.

Everything here runs in one thread of its own (`gateway.storage.thread`); statements are SQLAlchemy Core, the same for
both. For SQLite the compiled text runs on the driver's connection: Core's own execution costs 50 us more per
transaction. Why a returned commit survives a crash stands in `gateway.storage.sqlite`; PostgreSQL gives the same with
synchronous_commit=on.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage import create_tables, make_engine, open_file, read_url

_metadata = sa.MetaData()
LEDGER = sa.Table(
    "ledger",
    _metadata,
    sa.Column("receipt", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(24), nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
)
_PROBE = sa.Table("ledger_probe", _metadata, sa.Column("id", sa.Integer, primary_key=True))

Row = tuple[str, str, str, str, str]
"""The columns of LEDGER, in order."""


class RowRefused(Exception):
    """One of the rows is at fault, not the store; nothing of the transaction was written."""


class Store(Protocol):
    """A place for rows; every method blocks and may raise anything that its driver raises."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write all rows in one transaction; return when they are on disk; raise RowRefused for a bad row."""
        ...

    def probe(self) -> None:
        """Commit a change that matters to nobody; return when it is on disk."""
        ...

    def read(self, query: sa.Select[str]) -> list[str]:
        """Return the one column that ``query`` selects."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


def open_store(url: str) -> Store:
    """Return the store at a `sqlite:///` or `postgresql://` URL, its tables made; raise ValueError for another kind."""
    parsed = read_url(url, "ledger's")
    return SqliteStore(parsed) if parsed.get_backend_name() == "sqlite" else PostgresStore(parsed)


class SqliteStore:
    """A SQLite file, readable by its owner only; several processes may write to it."""

    def __init__(self, url: sa.URL) -> None:
        self._path = Path(str(url.database))
        self._engine = sa.create_engine(url.set(drivername="sqlite"), creator=self._connect, poolclass=sa.pool.NullPool)
        self._insert = str(LEDGER.insert().compile(self._engine))
        self._touch = str(_PROBE.insert().prefix_with("OR REPLACE").compile(self._engine))
        self._connection: sqlite3.Connection | None = self._connect()

    def write(self, rows: Sequence[Row]) -> None:
        """Write all rows in one transaction; return when they are on disk."""
        self._commit(self._insert, rows)

    def probe(self) -> None:
        """Commit a change that matters to nobody; return when it is on disk."""
        self._commit(self._touch, [(1,)])

    def read(self, query: sa.Select[str]) -> list[str]:
        """Return the one column that ``query`` selects."""
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _commit(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if self._connection is None:
            self._connection = self._connect()
        try:
            with self._connection:
                self._connection.executemany(statement, rows)
        except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError) as error:
            raise RowRefused from error
        except sqlite3.Error:
            self.close()  # whatever broke, the next transaction starts from a fresh connection
            raise

    def _connect(self) -> sqlite3.Connection:
        return open_file(self._path, _metadata)


class PostgresStore:
    """A PostgreSQL database; asyncpg on an event loop of the store's own thread."""

    def __init__(self, url: sa.URL) -> None:
        self._runner = asyncio.Runner()
        self._engine: AsyncEngine = make_engine(url)
        try:
            self._runner.run(create_tables(self._engine, _metadata))
        except BaseException:
            self.close()
            raise

    def write(self, rows: Sequence[Row]) -> None:
        """Write all rows in one transaction; return when they are on disk."""
        names = LEDGER.columns.keys()
        try:
            self._runner.run(self._execute(LEDGER.insert(), [dict(zip(names, row, strict=True)) for row in rows]))
        except sa.exc.DBAPIError as error:
            if str(getattr(error.orig, "sqlstate", ""))[:2] in {"22", "23"}:  # data exception, constraint violation
                raise RowRefused from error
            raise

    def probe(self) -> None:
        """Commit a change that matters to nobody; return when it is on disk."""
        self._runner.run(self._execute(_PROBE.delete(), None))
        self._runner.run(self._execute(_PROBE.insert(), [{"id": 1}]))

    def read(self, query: sa.Select[str]) -> list[str]:
        """Return the one column that ``query`` selects; ask again when the connection had been lost meanwhile."""
        try:
            return self._runner.run(self._read(query))
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._runner.run(self._read(query))

    def close(self) -> None:
        """Close the connection and the loop."""
        try:
            self._runner.run(self._engine.dispose())
        finally:
            self._runner.close()

    async def _execute(self, statement: sa.Executable, rows: list[dict[str, Any]] | None) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(statement, rows)

    async def _read(self, query: sa.Select[str]) -> list[str]:
        async with self._engine.connect() as connection:
            return list(await connection.scalars(query))
