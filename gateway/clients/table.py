"""The table of clients, in SQLite or PostgreSQL: one row a client, the same statements for both. No secret in it.

A row is what stands in `clients.toml` for one client, as canonical JSON, beside its name, its state, and who changed it
when. The table is made when it is first opened.
"""

import os
from pathlib import Path
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from connectors.clock import now_text
from gateway.clients.model import ClientRefused, State, missing, taken

CLIENTS_URL_ENV: Final = "CREDIT_CLIENTS_URL"
BUSY_SECONDS: Final = 5.0
_LOCK: Final = 0x636C69656E74
_metadata = sa.MetaData()
CLIENTS: Final = sa.Table(
    "clients",
    _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("spec", sa.Text, nullable=False),
    sa.Column("created_at", sa.String(24), nullable=False),
    sa.Column("changed_at", sa.String(24), nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)


class Row(NamedTuple):
    """One client as the table has it; times are UTC, ISO 8601 in milliseconds. Nothing of it is checked."""

    id: str
    state: str
    spec: str
    created_at: str
    changed_at: str
    changed_by: str


class ClientTable:
    """An open table of clients; every method may raise what SQLAlchemy raises."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, url: str) -> "ClientTable":
        """Return the table at a `sqlite:///` or `postgresql://` URL, made when missing; ValueError for others."""
        table = cls(_engine(url))
        try:
            async with table._engine.begin() as connection:
                await _create(connection)
        except BaseException:
            await table.close()
            raise
        return table

    async def rows(self) -> list[Row]:
        """Return every row by name."""
        async with self._engine.connect() as connection:
            return [Row(*found) for found in await connection.execute(sa.select(CLIENTS).order_by(CLIENTS.c.id))]

    async def insert(self, client_id: str, spec: str, by: str) -> None:
        """Add an active client; raises `ClientRefused` when there is one of that name."""
        now = now_text()
        row = Row(client_id, State.ACTIVE, spec, now, now, by)
        try:
            async with self._engine.begin() as connection:
                await connection.execute(CLIENTS.insert(), row._asdict())
        except sa.exc.IntegrityError:
            raise ClientRefused(taken(client_id)) from None

    async def update(self, client_id: str, by: str, **changes: str) -> None:
        """Change columns of a client; raises `ClientRefused` when there is none of that name."""
        statement = CLIENTS.update().where(CLIENTS.c.id == client_id)
        await self._one(statement.values(changed_at=now_text(), changed_by=by, **changes), client_id)

    async def delete(self, client_id: str) -> None:
        """Remove a client; raises `ClientRefused` when there is none of that name."""
        await self._one(CLIENTS.delete().where(CLIENTS.c.id == client_id), client_id)

    async def close(self) -> None:
        """Give back what is held."""
        await self._engine.dispose()

    async def _one(self, statement: sa.UpdateBase, client_id: str) -> None:
        async with self._engine.begin() as connection:
            done: sa.CursorResult[Any] = await connection.execute(statement)
            if done.rowcount != 1:
                raise ClientRefused(missing(client_id))


def _engine(url: str) -> AsyncEngine:
    kinds = "the URL must begin with `sqlite:///` and name a file, or with `postgresql://`"
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # a port that is no number: the message would quote it, be it a password
        raise ValueError(kinds) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite" and parsed.database not in (None, "", ":memory:"):
        _own(Path(str(parsed.database)))
        local = parsed.set(drivername="sqlite+aiosqlite")
        engine = create_async_engine(local, poolclass=sa.pool.NullPool, connect_args={"timeout": BUSY_SECONDS})
        sa.event.listen(engine.sync_engine, "connect", _prepare)
        return engine
    if kind == "postgresql":
        limits = {"timeout": BUSY_SECONDS, "command_timeout": BUSY_SECONDS}
        remote = parsed.set(drivername="postgresql+asyncpg")
        return create_async_engine(remote, pool_size=1, max_overflow=0, pool_pre_ping=True, connect_args=limits)
    raise ValueError(kinds)


def _prepare(connection: Any, _record: object) -> None:
    """Let no reading hold up a change, and a text that is not UTF-8 spoil its own row alone."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()
    connection.driver_connection.text_factory = _text


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _own(path: Path) -> None:
    """Make the file when it is not there, for us alone; ValueError when others may write it, and so widen rights."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o022:
        raise ValueError("others may write the file, and so give themselves rights: set its mode to 0600")


async def _create(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        # two processes that create one table at once collide in PostgreSQL's catalogue even with IF NOT EXISTS
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    for table in _metadata.sorted_tables:
        await connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
