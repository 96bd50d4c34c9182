"""Fixtures that several tests of this folder share."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers import Server


@pytest.fixture
async def postgres_ledger(postgres_server: Server) -> str:
    """Return the URL of an empty database."""
    root = f"postgresql://postgres@127.0.0.1:{postgres_server.port}"
    engine = create_async_engine(
        f"postgresql+asyncpg://postgres@127.0.0.1:{postgres_server.port}/postgres", isolation_level="AUTOCOMMIT"
    )
    async with engine.connect() as connection:
        await connection.execute(sa.text("DROP DATABASE IF EXISTS ledger WITH (FORCE)"))
        await connection.execute(sa.text("CREATE DATABASE ledger"))
    await engine.dispose()
    return f"{root}/ledger"
