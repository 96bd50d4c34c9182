"""The ledger in a PostgreSQL database; asyncpg on an event loop of the store's own thread.

A returned commit is on disk (synchronous_commit=on). A batch locks the row of the head: replicas write in turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

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
from gateway.storage import create_tables, make_engine

T = TypeVar("T")
_HEAD = sa.select(LEDGER_HEAD.c.size, LEDGER_HEAD.c.frontier, LEDGER_HEAD.c.origin, LEDGER_HEAD.c.algorithm)
_COLUMNS = sa.text(
    "SELECT column_name FROM information_schema.columns WHERE table_name = 'ledger' AND table_schema = current_schema()"
)


class PostgresStore:
    """A PostgreSQL database."""

    def __init__(self, url: sa.URL) -> None:
        self._runner = asyncio.Runner()
        self._engine: AsyncEngine = make_engine(url)
        self._shapes: set[str] = set()
        self._known = Known()
        try:
            self._runner.run(self._within(_refuse_old_form))
            self._runner.run(create_tables(self._engine, METADATA))
        except BaseException:
            self.close()
            raise

    def begin(self, origin: str, algorithm: Algorithm) -> None:
        """Make the head of a new log; do nothing where there is one."""
        row = {"id": 1, "size": 0, "frontier": b"", "origin": origin, "algorithm": algorithm}
        self._run(lambda connection: connection.execute(insert(LEDGER_HEAD).on_conflict_do_nothing(), row))

    def head(self) -> Head:
        """Return the head of the log; raise LedgerRefused if there is none, or one that cannot be."""
        return read_head(next(iter(self.rows(_HEAD)), None))

    def write(self, rows: Sequence[Row]) -> None:
        """Write all rows in one transaction; return when they are on disk; raise RowRefused for a bad row."""
        new = {row.shape: row.shape_text for row in rows if row.shape_text and row.shape not in self._shapes}

        async def write(connection: AsyncConnection) -> tuple[list[tuple[str, int]], list[tuple[int, int]]]:
            frontier = read_head((await connection.execute(_HEAD.with_for_update())).first()).frontier
            growth = grow(frontier, rows)
            await _insert(connection, LEDGER, growth.leaves)
            await _insert(connection, LEDGER_SUBJECT, growth.subjects)
            await _insert(connection, LEDGER_NODE, growth.nodes)
            if new:
                shapes = [{"digest": digest, "shape": text} for digest, text in new.items()]
                await connection.execute(insert(LEDGER_SHAPE).on_conflict_do_nothing(), shapes)
            await _insert(connection, FACETS, growth.facets)
            missing = self._known.missing([row.found for row in rows], growth.facets)
            if missing[0]:
                names = [{"name": name, "facets": facets} for name, facets in missing[0]]
                await connection.execute(insert(FACET_NAMES).on_conflict_do_nothing(), names)
            if missing[1]:
                days = [{"day": day, "block": block} for day, block in missing[1]]
                await connection.execute(insert(DAYS).on_conflict_do_nothing(), days)
            await connection.execute(LEDGER_HEAD.update().values(size=frontier.size, frontier=frontier.encode()))
            return missing

        try:
            missing = self._run(write)
        except sa.exc.DBAPIError as error:
            if str(getattr(error.orig, "sqlstate", ""))[:2] in {"22", "23"}:  # data exception, constraint violation
                raise RowRefused from error
            raise
        self._shapes |= new.keys()
        self._known.learn(*missing)

    def keep(self, size: int, at: str, note: str) -> bool:
        """Store a signed checkpoint; return False when there is one of that size."""
        statement = insert(LEDGER_CHECKPOINT).on_conflict_do_nothing().returning(LEDGER_CHECKPOINT.c.size)
        stored = self._run(lambda connection: connection.execute(statement, {"size": size, "at": at, "note": note}))
        return stored.first() is not None

    def probe(self) -> None:
        """Commit a change that matters to nobody; return when it is on disk."""
        self._run(lambda connection: connection.execute(PROBE.delete()))
        self._run(lambda connection: connection.execute(PROBE.insert(), {"id": 1}))

    def rows(self, query: Query) -> Sequence[Any]:
        """Return the rows that ``query`` selects; ask again when the connection had been lost meanwhile."""
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

    def _run(self, call: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        return self._runner.run(self._within(call))

    async def _within(self, call: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Return what ``call`` does in a transaction, when that is committed."""
        async with self._engine.begin() as connection:
            return await call(connection)

    async def _read(self, query: Query) -> Sequence[Any]:
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).all()


async def _insert(connection: AsyncConnection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = table.columns.keys()
    if rows:
        await connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


async def _refuse_old_form(connection: AsyncConnection) -> None:
    """Raise LedgerRefused for a database whose entries are not in a tree."""
    columns = set(await connection.scalars(_COLUMNS))
    if columns and "leaf" not in columns:
        raise LedgerRefused(OLD_FORM)
