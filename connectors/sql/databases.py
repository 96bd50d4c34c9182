"""What differs between databases: how a session is made read-only and its questions timed, run and stopped.

SQLAlchemy reads the URL and makes every connection; a question then runs as plain text on the driver's own connection
(2026-11: a third of the CPU of SQLAlchemy's own execution). A SQLite file on a disk of this machine is asked at once,
without a thread, for as long as that takes a moment (`connectors.sql.at_once`).

# INVARIANT: every session is read-only, and the server itself ends a question when the source's time is up.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final, Protocol

from sqlalchemy import URL, Dialect, NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

Driver = Any
"""A connection of a driver: hardly any of them is typed."""


class Database(Protocol):
    """One database of one kind.

    ``arrays`` tells whether a list of keys is one parameter, ``exact_names`` whether case tells columns apart;
    ``probe`` is the cheapest question.
    """

    arrays: bool
    exact_names: bool
    probe: str

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


class Server:
    """A database behind an address: its connections serve until they break, and nothing is held beside them."""

    probe = "SELECT 1"

    def __init__(self, url: URL, timeout_seconds: float) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds

    def version(self) -> object:
        return None

    def close(self) -> None:
        """Do nothing."""


_TALKATIVE: Final = ("asyncmy", "aiosqlite")
"""Drivers that log what servers warn of, and what is asked, keys included: a key can be the number of a person."""


def make_engine(url: URL, connect: dict[str, Any]) -> AsyncEngine:
    """Return an engine that makes connections with the driver's arguments ``connect``, and keeps none."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # NullPool: connections are kept by `connections`, without a greenlet and a reset round trip for every question.
    return create_async_engine(
        url, poolclass=NullPool, pool_reset_on_return=None, connect_args=connect, hide_parameters=True
    )
