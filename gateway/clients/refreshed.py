"""The register of a table: read at the start, again every few seconds, and on demand. It answers from memory.

Whoever is removed or suspended in the table is refused after the next reading. When the table cannot be read, what was
read last stays, and the log says so, once: an outage of the table is no outage of the gateway.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from connectors.errors import ConfigError, Mistake
from gateway.auth.clients import Client
from gateway.auth.register import FixedRegister
from gateway.clients.rows import Read, ReadRow, read_rows
from gateway.clients.table import Row

_MOST_TOLD: Final = 10
_log: Final = logging.getLogger("gateway.clients")


Record = Callable[[Mapping[str, Client], Mapping[str, Client]], Awaitable[None]]
"""Told of the clients before and after a change."""


class Rows(Protocol):
    """What the register reads: a table of clients."""

    async def rows(self) -> list[Row]:
        """Return every row."""
        ...


class TableRegister:
    """The clients of ``table``, each row read by ``read``; ``last`` are those known from before."""

    def __init__(
        self, table: Rows, read: ReadRow, refresh_seconds: float, last: Mapping[str, Client] | None = None
    ) -> None:
        self._table = table
        self._read = read
        self._refresh_seconds = refresh_seconds
        self._rows: list[Row] | None = None
        self._found = Read(dict(last or {}), {})
        self._fixed = FixedRegister(self._found.clients)
        self._task: asyncio.Task[None] | None = None
        self._silent = False
        self._record: Record = _unrecorded

    @property
    def version(self) -> str:
        """The digest of all clients as they were read last."""
        return self._fixed.version

    @property
    def clients(self) -> Mapping[str, Client]:
        """Every client by name, the suspended ones too."""
        return self._found.clients

    @property
    def mistakes(self) -> Mapping[str, Sequence[Mistake]]:
        """What is wrong with rows, by the row's name."""
        return self._found.mistakes

    def find(self, client_id: str) -> Client | None:
        """Return the client of that name that may ask."""
        return self._fixed.find(client_id)

    def all(self) -> tuple[Client, ...]:
        """Return every client that may ask."""
        return self._fixed.all()

    async def refresh(self) -> None:
        """Read the table now; raises what reading it raises, and then nothing has changed."""
        rows = await self._table.rows()
        if rows == self._rows:
            return
        found = read_rows(rows, self._found.clients, self._read)
        _tell(self._found.mistakes, found.mistakes)
        await self._record(self._found.clients, found.clients)
        self._rows, self._found, self._fixed = rows, found, FixedRegister(found.clients)

    def require_no_worse(self, before: Mapping[str, Sequence[Mistake]]) -> None:
        """Raise `ConfigError` with the mistakes of rows that had none ``before``: a new policy must fit the table."""
        worse = [each for name, mistakes in self.mistakes.items() if name not in before for each in mistakes]
        if worse:
            raise ConfigError(worse)

    async def start(self, record: Record) -> None:
        """Read the table from now on every ``refresh_seconds``; it has been read once before.

        ``record`` is waited for before a change counts; when it raises, nothing has changed.
        """
        self._record = record
        self._task = asyncio.create_task(self._keep_fresh())

    async def close(self) -> None:
        """Read no more; what was read stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(self._refresh_seconds)
            await self._try()

    async def _try(self) -> None:
        try:
            await self.refresh()
        except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
            if not self._silent:
                _log.error("the table of clients cannot be read; what was read last stays: %s", type(error).__name__)
            self._silent = True
        else:
            if self._silent:
                _log.info("the table of clients is read again")
            self._silent = False


async def _unrecorded(before: Mapping[str, Client], after: Mapping[str, Client]) -> None:
    """Record nothing: of what was read before the gateway started."""


def _tell(before: Mapping[str, Sequence[Mistake]], now: Mapping[str, Sequence[Mistake]]) -> None:
    """Log what is newly wrong with rows."""
    for name, mistakes in now.items():
        if before.get(name) != mistakes:
            for mistake in mistakes[:_MOST_TOLD]:
                _log.error("a client stays as it was, or out: %s", mistake)
            if len(mistakes) > _MOST_TOLD:
                _log.error("and %d more mistakes of that client: see `check`", len(mistakes) - _MOST_TOLD)
