"""What differs between databases: how a session is made read-only and its questions timed, run and stopped.

SQLAlchemy reads the URL and makes every connection; a question then runs as plain text on the driver's own connection
(2026-11: a third of the CPU of SQLAlchemy's own execution). A SQLite file on a disk of this machine is asked at once,
without a thread, for as long as that takes a moment (`connectors.sql.at_once`).

# INVARIANT: every session is read-only, and the server itself ends a question when the source's time is up.
"""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import URL, Dialect, NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from connectors.errors import SourceUnavailable
from connectors.sql.at_once import AtOnce

Driver = Any
"""A connection of asyncpg, asyncmy or aiosqlite: none of them is typed."""


class Database(Protocol):
    """One database of one kind.

    ``arrays`` tells whether a list of keys is one parameter, ``exact_names`` whether case tells columns apart.
    """

    arrays: bool
    exact_names: bool

    def engine(self) -> AsyncEngine:
        """Return an engine that makes connections and keeps none."""
        ...

    async def ask(self, driver: Driver, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        """Run one question and return its rows, each a sequence; raises what the driver raises."""
        ...

    def columns(self, dialect: Dialect, table: str, schema: str | None) -> tuple[str, Sequence[Any]]:
        """Return the question after the names of the columns that a table or view has, and its arguments."""
        ...

    def is_open(self, driver: Driver) -> bool:
        """Return False when the driver already knows that its connection is gone."""
        ...

    def version(self) -> object:
        """Return what changes when the connections made before are of no use any more."""
        ...

    async def stop(self, driver: Driver, engine: AsyncEngine) -> None:
        """End what a cancelled question still does at the source, where the driver has not done so."""
        ...

    def close(self) -> None:
        """Give back what is held beside the connections."""
        ...


class _Server:
    """A database behind an address: its connections serve until they break, and nothing is held beside them."""

    def __init__(self, url: URL, timeout_seconds: float) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds

    def version(self) -> object:
        return None

    def close(self) -> None:
        """Do nothing."""


class Postgres(_Server):
    """PostgreSQL through asyncpg, which itself asks the server to cancel what it no longer waits for."""

    arrays = True
    exact_names = True
    _COLUMNS: Final = (
        "SELECT attname FROM pg_catalog.pg_attribute"
        " WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped"
    )

    def engine(self) -> AsyncEngine:
        settings = {
            "application_name": "credit-gateway",
            "default_transaction_read_only": "on",
            "statement_timeout": str(round(self._timeout_seconds * 1000)),
        }
        return _engine(self._url, {"server_settings": settings, "timeout": self._timeout_seconds})

    async def ask(self, driver: Driver, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        rows: Sequence[Any] = await driver.fetch(text, *arguments)
        return rows

    def columns(self, dialect: Dialect, table: str, schema: str | None) -> tuple[str, Sequence[Any]]:
        quoted = [dialect.identifier_preparer.quote(each) for each in (schema, table) if each is not None]
        return self._COLUMNS, [".".join(quoted)]

    def is_open(self, driver: Driver) -> bool:
        return not driver.is_closed()

    async def stop(self, driver: Driver, engine: AsyncEngine) -> None:
        """Do nothing: closing the connection waits until asyncpg's request to cancel was sent."""


class Maria(_Server):
    """MariaDB, or MySQL, through asyncmy. Each ignores the comment that is meant for the other."""

    arrays = False
    exact_names = False
    _COLUMNS: Final = (
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND table_schema = COALESCE(%s, DATABASE())"
    )
    _SESSION: Final = (
        "SET SESSION autocommit = 1"
        " /*M!, tx_read_only = 1, max_statement_time = {seconds:.3f} */"
        " /*!50720 , transaction_read_only = 1, max_execution_time = {milliseconds:.0f} */"
    )

    def engine(self) -> AsyncEngine:
        seconds = self._timeout_seconds
        session = self._SESSION.format(seconds=seconds, milliseconds=seconds * 1000)
        arguments = {"init_command": session, "connect_timeout": seconds, "autocommit": True, "charset": "utf8mb4"}
        return _engine(self._url, arguments)

    async def ask(self, driver: Driver, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        async with driver.cursor() as cursor:
            await cursor.execute(text, tuple(arguments))
            rows: Sequence[Any] = await cursor.fetchall()
            return rows

    def columns(self, dialect: Dialect, table: str, schema: str | None) -> tuple[str, Sequence[Any]]:
        return self._COLUMNS, [table, schema]

    def is_open(self, driver: Driver) -> bool:
        return bool(driver.connected)

    async def stop(self, driver: Driver, engine: AsyncEngine) -> None:
        """Kill the question from another connection: the server does not notice a client that has gone."""
        async with engine.connect() as connection:
            await connection.exec_driver_sql(f"KILL {int(driver.thread_id())}")


class Sqlite:
    """A SQLite file, opened read-only, and anew when another file has taken its place; what takes long by aiosqlite."""

    arrays = False
    exact_names = False

    def __init__(self, url: URL, timeout_seconds: float) -> None:
        self._path = Path((url.database or "").removeprefix("file:")).absolute()
        self._url = url.set(database=self._path.as_uri(), query={"mode": "ro", "uri": "true"})
        self._timeout_seconds = timeout_seconds
        self._at_once = AtOnce(self._path)

    def engine(self) -> AsyncEngine:
        # Half the time: "the file is locked" is to be told before the time is up.
        return _engine(self._url, {"timeout": self._timeout_seconds / 2})

    async def ask(self, driver: Driver, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        version = self.version()
        rows: Sequence[Any] | None = self._at_once.ask(text, arguments, version)
        if rows is not None:
            return rows
        try:
            rows = await driver.execute_fetchall(text, arguments)
        except sqlite3.DatabaseError as error:
            if _is_unsound(error) and await self._is_being_replaced(version):
                raise SourceUnavailable("the source's file is being replaced") from None
            raise
        return rows

    def columns(self, dialect: Dialect, table: str, schema: str | None) -> tuple[str, Sequence[Any]]:
        return "SELECT name FROM pragma_table_xinfo(?, ?)", [table, schema or "main"]

    def close(self) -> None:
        self._at_once.close()

    def is_open(self, driver: Driver) -> bool:
        return True

    def version(self) -> object:
        """Return which file it is now: a drop of the night replaces it, or is copied over it."""
        try:
            file = os.stat(self._path)  # noqa: PTH116  (half the cost of Path.stat, paid by every question)
        except OSError:
            return None
        return (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns)

    async def _is_being_replaced(self, version: object) -> bool:
        """Return whether the file is another one than ``version``, or becomes one while we look."""
        for _ in range(_LOOKS):
            if self.version() != version:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return self.version() != version

    async def stop(self, driver: Driver, engine: AsyncEngine) -> None:
        """Interrupt until the thread is free: what has not begun yet cannot be interrupted."""
        free = asyncio.ensure_future(driver.execute_fetchall("SELECT 1"))
        while not free.done():
            await driver.interrupt()
            await asyncio.wait([free], timeout=0.05)
        free.exception()


KINDS: Final[dict[str, type[Postgres] | type[Maria] | type[Sqlite]]] = {
    "postgresql+asyncpg": Postgres,
    "mariadb+asyncmy": Maria,
    "mysql+asyncmy": Maria,
    "sqlite+aiosqlite": Sqlite,
}
"""Driver name of a SQLAlchemy URL -> how that database is asked."""

_UNSOUND: Final = ("not a database", "malformed", "no such table", "disk i/o error")
"""What SQLite says of a file that is whole only in part, as it is for as long as it is being copied."""
_LOOKS: Final = 5
_LOOK_SECONDS: Final = 0.1
"""A file that is being copied changes meanwhile."""

_TALKATIVE: Final = ("asyncmy", "aiosqlite")
"""Drivers that log what servers warn of, and what is asked, keys included: a key can be the number of a person."""


def _is_unsound(error: Exception) -> bool:
    return any(words in str(error).lower() for words in _UNSOUND)


def _engine(url: URL, connect: dict[str, Any]) -> AsyncEngine:
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # NullPool: connections are kept by `connections`, without a greenlet and a reset round trip for every question.
    return create_async_engine(
        url, poolclass=NullPool, pool_reset_on_return=None, connect_args=connect, hide_parameters=True
    )
