"""A ledger opened to be read alone, beside gateways that write to it: for commands.

Nothing is made and nothing can be written: a SQLite file is opened read-only, PostgreSQL told that transactions are.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.errors import LedgerUnavailable
from gateway.ledger.tables import Query
from gateway.returns.months import Rows
from gateway.storage import BUSY_SECONDS, read_url


@asynccontextmanager
async def open_reader(url: str) -> AsyncIterator[Rows]:
    """Give what reads the tables of the ledger at a `sqlite:///` or `postgresql://` URL.

    Raises ValueError for another kind, LedgerUnavailable when it is not there or cannot be read.
    """
    parsed = read_url(url, "ledger's")
    reading = _sqlite if parsed.get_backend_name() == "sqlite" else _postgres
    try:
        async with reading(parsed) as rows:
            yield rows
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        # what a driver says may quote the address
        raise LedgerUnavailable(f"the ledger cannot be read: {type(error).__name__}") from None


@asynccontextmanager
async def _sqlite(url: sa.URL) -> AsyncIterator[Rows]:
    path = Path(str(url.database))
    if not await asyncio.to_thread(path.is_file):
        raise LedgerUnavailable("there is no ledger in the data folder, or where CREDIT_LEDGER_URL says")
    connect = partial(sqlite3.connect, f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.StaticPool)

    async def rows(query: Query) -> Sequence[Any]:
        with engine.connect() as connection:
            return connection.execute(query).all()

    try:
        yield rows
    finally:
        engine.dispose()


@asynccontextmanager
async def _postgres(url: sa.URL) -> AsyncIterator[Rows]:
    settings = {"default_transaction_read_only": "on"}
    engine = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS, "server_settings": settings},
    )

    async def rows(query: Query) -> Sequence[Any]:
        async with engine.connect() as connection:
            return (await connection.execute(query)).all()

    try:
        yield rows
    finally:
        await engine.dispose()
