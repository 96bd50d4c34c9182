"""Where entries lie: one table, in SQLite or PostgreSQL, written in transactions that are on disk when they return.

Everything here runs in one thread of its own (`gateway.ledger.thread`); statements are SQLAlchemy Core, the same for
both. For SQLite the compiled text runs on the driver's connection: Core's own execution costs 50 us more per
transaction.

Why a returned commit survives a crash: in WAL mode a transaction is committed by appending its pages and a commit
record to the write-ahead log, and with synchronous=FULL the log is synced after each commit, so it is durable against
power loss; with NORMAL it might roll back (https://www.sqlite.org/pragma.html#pragma_synchronous,
https://www.sqlite.org/wal.html §3.1). A killed process loses nothing that was written: the next to open the file
replays the log up to the last commit record (checksummed, so half a record counts as none). PostgreSQL gives the same
with synchronous_commit=on.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_SECONDS = 5.0
"""How long a commit waits for another process's."""

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
    kinds = "the ledger's URL must begin with `sqlite:///` and name a file, or with `postgresql://`"
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ValueError(kinds) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return SqliteStore(parsed)
    if kind == "postgresql":
        return PostgresStore(parsed)
    raise ValueError(kinds)


class SqliteStore:
    """A SQLite file, readable by its owner only; several processes may write to it."""

    def __init__(self, url: sa.URL) -> None:
        path = Path(str(url.database))
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._path = path
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
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection


_SQLITE = sa.make_url("sqlite://").get_dialect()()


def _prepare(connection: sqlite3.Connection) -> None:
    _enter_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    for table in _metadata.sorted_tables:
        connection.execute(str(sa.schema.CreateTable(table, if_not_exists=True).compile(dialect=_SQLITE)))
    connection.commit()


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite's busy timeout does not cover this when several processes open a new file at once."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            if mode != "wal":
                raise sqlite3.OperationalError("the file system of the ledger does not support write-ahead logging")
            return


class PostgresStore:
    """A PostgreSQL database; asyncpg on an event loop of the store's own thread."""

    def __init__(self, url: sa.URL) -> None:
        self._runner = asyncio.Runner()
        self._engine: AsyncEngine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=1,
            max_overflow=0,
            connect_args={
                "timeout": BUSY_SECONDS,
                "command_timeout": BUSY_SECONDS,
                "server_settings": {"synchronous_commit": "on"},
            },
        )
        try:
            self._runner.run(self._create())
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

    async def _create(self) -> None:
        async with self._engine.begin() as connection:
            # two processes that create one table at once collide in PostgreSQL's catalogue even with IF NOT EXISTS
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x6C6564676572)))
            for table in _metadata.sorted_tables:
                await connection.execute(sa.schema.CreateTable(table, if_not_exists=True))

    async def _execute(self, statement: sa.Executable, rows: list[dict[str, Any]] | None) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(statement, rows)

    async def _read(self, query: sa.Select[str]) -> list[str]:
        async with self._engine.connect() as connection:
            return list(await connection.scalars(query))
