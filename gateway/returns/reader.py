"""What a gateway keeps opened to be read alone, beside gateways that write to it: for commands.

Nothing is made and nothing can be written: a SQLite file is opened read-only, PostgreSQL told that transactions are.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.errors import LedgerUnavailable, ObjectionsUnavailable
from gateway.ledger.tables import Query
from gateway.returns.months import Rows
from gateway.storage import BUSY_SECONDS, read_url


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be read: its name, the variable that holds its URL, and what is raised when it cannot be read."""

    name: str
    variable: str
    unavailable: type[LedgerUnavailable] | type[ObjectionsUnavailable]


LEDGER: Final = Kept("ledger", "CREDIT_LEDGER_URL", LedgerUnavailable)
OBJECTIONS: Final = Kept("store of objections", "CREDIT_OBJECTIONS_URL", ObjectionsUnavailable)


async def is_there(url: str) -> bool:
    """Return whether there is a file at a `sqlite:///` URL; True for a database; raises ValueError for another kind."""
    parsed = read_url(url, "store's")
    return parsed.get_backend_name() != "sqlite" or await asyncio.to_thread(Path(str(parsed.database)).is_file)


@asynccontextmanager
async def open_reader(url: str, kept: Kept = LEDGER) -> AsyncIterator[Rows]:
    """Give what reads the tables of what is ``kept`` at a `sqlite:///` or `postgresql://` URL.

    Raises ValueError for another kind, and what ``kept`` says when it is not there or cannot be read.
    """
    parsed = read_url(url, f"{kept.name}'s")
    reading = _sqlite if parsed.get_backend_name() == "sqlite" else _postgres
    try:
        if not await is_there(url):
            where = f"in the data folder, or where {kept.variable} says"
            raise kept.unavailable(f"there is no {kept.name} {where}")
        async with reading(parsed) as rows:
            yield rows
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        # what a driver says may quote the address
        raise kept.unavailable(f"the {kept.name} cannot be read: {type(error).__name__}") from None


@asynccontextmanager
async def _sqlite(url: sa.URL) -> AsyncIterator[Rows]:
    connect = partial(sqlite3.connect, f"file:{quote(str(url.database))}?mode=ro", uri=True, timeout=BUSY_SECONDS)
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
