"""Opening of a PostgreSQL database: one connection, its commits on disk when they return (synchronous_commit=on)."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gateway.storage.sqlite import BUSY_SECONDS


def make_engine(url: sa.URL) -> AsyncEngine:
    """Return the engine of ``url`` with one connection; nothing is opened yet."""
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=1,
        max_overflow=0,
        connect_args={
            "timeout": BUSY_SECONDS,
            "command_timeout": BUSY_SECONDS,
            "server_settings": {"synchronous_commit": "on"},
        },
    )


async def create_tables(engine: AsyncEngine, tables: sa.MetaData) -> None:
    """Create ``tables`` and their indexes where they are missing."""
    async with engine.begin() as connection:
        # two processes that create one table at once collide in PostgreSQL's catalogue even with IF NOT EXISTS
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x6C6564676572)))
        for table in tables.sorted_tables:
            await connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda each: str(each.name)):
                await connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
