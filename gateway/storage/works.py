"""A store whose work is functions on a connection: each is one transaction, on disk when it returns, in one thread.

The same for a SQLite file and a PostgreSQL database (`gateway.storage`).
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import sqlalchemy as sa

from gateway.storage.postgres import create_tables, make_engine
from gateway.storage.sqlite import open_file
from gateway.storage.urls import read_url

T = TypeVar("T")


class WorkStore(Protocol):
    """A place for rows; every method blocks and may raise anything that its driver raises."""

    def work(self, do: Callable[[sa.Connection], T]) -> T:
        """Return ``do(connection)``, done in one transaction that is on disk when this returns."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


def open_works(url: str, tables: sa.MetaData, whose: str) -> WorkStore:
    """Return the store at a `sqlite:///` or `postgresql://` URL, its ``tables`` made.

    Raises ValueError for another kind of URL, naming ``whose`` it is.
    """
    parsed = read_url(url, whose)
    return _SqliteStore(parsed, tables) if parsed.get_backend_name() == "sqlite" else _PostgresStore(parsed, tables)


def begin_writing(connection: sa.Connection) -> None:
    """Take SQLite's lock before anything is read, so that what was read is still so when it is written on.

    PostgreSQL locks rows as they are read (`with_for_update`).
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class _SqliteStore:
    """A SQLite file, readable by its owner only; several processes may write to it."""

    def __init__(self, url: sa.URL, tables: sa.MetaData) -> None:
        self._path = Path(str(url.database))
        self._tables = tables
        self._engine = sa.create_engine(url.set(drivername="sqlite"), creator=self._connect, poolclass=sa.StaticPool)
        self.work(lambda connection: connection.execute(sa.select(1)))

    def work(self, do: Callable[[sa.Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return do(connection)
        except sa.exc.DBAPIError as error:
            if not isinstance(error, sa.exc.IntegrityError):
                self._engine.dispose()  # whatever broke, the next transaction starts from a fresh connection
            raise

    def close(self) -> None:
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        self._path.touch(0o600)
        self._path.chmod(0o600)  # also of a file that somebody copied here: it tells whom it is about
        return open_file(self._path, self._tables)


class _PostgresStore:
    """A PostgreSQL database; asyncpg on an event loop of the store's own thread."""

    def __init__(self, url: sa.URL, tables: sa.MetaData) -> None:
        self._runner = asyncio.Runner()
        self._engine = make_engine(url)
        try:
            self._runner.run(create_tables(self._engine, tables))
        except BaseException:
            self.close()
            raise

    def work(self, do: Callable[[sa.Connection], T]) -> T:
        try:
            return self._runner.run(self._work(do))
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._runner.run(self._work(do))  # the connection had been lost meanwhile: all work may be repeated

    async def _work(self, do: Callable[[sa.Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(do)

    def close(self) -> None:
        try:
            self._runner.run(self._engine.dispose())
        finally:
            self._runner.close()
