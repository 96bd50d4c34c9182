"""Databases behind an address: PostgreSQL and its descendants, MariaDB and MySQL, Oracle."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.sql.databases import Driver, Server, make_engine


class Postgres(Server):
    """PostgreSQL through asyncpg, which itself asks the server to cancel what it no longer waits for."""

    arrays = True
    exact_names = True
    _COLUMNS = (
        "SELECT attname FROM pg_catalog.pg_attribute"
        " WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped"
    )

    def engine(self) -> AsyncEngine:
        settings = {
            "application_name": "credit-gateway",
            "default_transaction_read_only": "on",
            "statement_timeout": str(round(self._timeout_seconds * 1000)),
        }
        return make_engine(self._url, {"server_settings": settings, "timeout": self._timeout_seconds})

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


class Descendant(Postgres):
    """A database that descends from an older PostgreSQL and speaks its protocol: KingbaseES, openGauss, GaussDB."""

    _COLUMNS = (
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = $1 AND table_schema = COALESCE($2, current_schema())"
    )

    def columns(self, dialect: Dialect, table: str, schema: str | None) -> tuple[str, Sequence[Any]]:
        return self._COLUMNS, [table, schema]


class Maria(Server):
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
        return make_engine(self._url, arguments)

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


class Oracle(Server):
    """Oracle, through python-oracledb in its thin mode, which needs no client of Oracle's.

    A question is a read-only transaction of its own: there are no read-only sessions before version 23. A list of keys
    takes one parameter each, and may have 1000.
    """

    arrays = False
    exact_names = False
    probe = "SELECT 1 FROM dual"
    _COLUMNS: Final = (
        "SELECT column_name FROM all_tab_columns"
        " WHERE table_name = :1 AND owner = NVL(:2, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'))"
    )

    def engine(self) -> AsyncEngine:
        return make_engine(self._url, {"tcp_connect_timeout": self._timeout_seconds})

    async def ask(self, driver: Driver, text: str, arguments: Sequence[Any]) -> Sequence[Any]:
        driver.call_timeout = round(self._timeout_seconds * 1000)  # the driver then breaks it off at the server
        await driver.execute("SET TRANSACTION READ ONLY")
        try:
            rows: Sequence[Any] = await driver.fetchall(text, list(arguments))
        except Exception:
            await driver.rollback()
            raise
        await driver.rollback()
        return rows

    def columns(self, dialect: Dialect, table: str, schema: str | None) -> tuple[str, Sequence[Any]]:
        names = (table, schema)
        return self._COLUMNS, [None if name is None else dialect.denormalize_name(name) for name in names]

    def is_open(self, driver: Driver) -> bool:
        return bool(driver.is_healthy())

    async def stop(self, driver: Driver, engine: AsyncEngine) -> None:
        """Tell the server to break off what it still does for us."""
        driver.cancel()
