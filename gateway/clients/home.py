"""Where clients are kept, as those who manage them see it: the file or the table, behind the same few verbs.

Every verb raises `ClientRefused`, and then nothing was changed. What is written was checked before, by the caller.
"""

from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from connectors.clock import today_text
from connectors.declaration import read_toml
from gateway.auth.documents import read_json
from gateway.clients import document
from gateway.clients.model import ClientRefused, Entry, State, missing, taken
from gateway.clients.opened import open_table
from gateway.clients.rows import spec_text
from gateway.clients.table import ClientTable, Row
from gateway.settings import Settings
from gateway.storage.files import alone, rewrite


class Home(Protocol):
    """A place where clients are kept."""

    async def entries(self) -> list[Entry]:
        """Return every client, as it stands there."""
        ...

    async def add(self, client_id: str, spec: Mapping[str, Any], by: str) -> None:
        """Add a client of a name that is not taken."""
        ...

    async def change(self, client_id: str, changes: Mapping[str, Any], by: str) -> None:
        """Change keys of a client's spec; None takes one away."""
        ...

    async def set_state(self, client_id: str, state: State, by: str) -> None:
        """Suspend a client, or let it ask again."""
        ...

    async def remove(self, client_id: str) -> None:
        """Take a client away."""
        ...


class FileHome:
    """Clients in `clients.toml`; all of it but the one client stays as it is, byte for byte."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def entries(self) -> list[Entry]:
        """Return every client, in the order of the file."""
        clients = read_toml(self._path).get("clients", {})
        if not isinstance(clients, dict):
            return []
        return [_entry(name, table) for name, table in clients.items() if isinstance(table, dict)]

    async def add(self, client_id: str, spec: Mapping[str, Any], by: str) -> None:
        """Write a client at the end of the file."""
        with alone(self._path.parent):
            if any(each.id == client_id for each in await self.entries()):
                raise ClientRefused(taken(client_id))
            self._write(document.added(self._read(), client_id, spec, today_text()))

    async def change(self, client_id: str, changes: Mapping[str, Any], by: str) -> None:
        """Write other values of keys of a client."""
        with alone(self._path.parent):
            await self._require(client_id)
            self._write(document.changed(self._read(), client_id, changes))

    async def set_state(self, client_id: str, state: State, by: str) -> None:
        """Write, or take away, that the client is suspended."""
        await self.change(client_id, {"suspended": True if state is State.SUSPENDED else None}, by)

    async def remove(self, client_id: str) -> None:
        """Take the client's table out of the file."""
        with alone(self._path.parent):
            await self._require(client_id)
            self._write(document.removed(self._read(), client_id))

    async def _require(self, client_id: str) -> None:
        if all(each.id != client_id for each in await self.entries()):
            raise ClientRefused(missing(client_id))

    def _read(self) -> str:
        """Return the text without the byte order mark that some editors write; `_write` keeps it."""
        return self._path.read_bytes().decode("utf-8-sig")

    def _write(self, text: str) -> None:
        marked = self._path.read_bytes().startswith(BOM_UTF8)
        rewrite(self._path.resolve(), "\ufeff" + text if marked else text)


class TableHome:
    """Clients in a table."""

    def __init__(self, table: ClientTable) -> None:
        self._table = table

    async def entries(self) -> list[Entry]:
        """Return every client by name; one whose spec cannot be read has none."""
        return [_of_row(row) for row in await self._table.rows()]

    async def add(self, client_id: str, spec: Mapping[str, Any], by: str) -> None:
        """Insert a row."""
        await self._table.insert(client_id, spec_text(spec), by)

    async def change(self, client_id: str, changes: Mapping[str, Any], by: str) -> None:
        """Write another spec into the row."""
        found = [each for each in await self.entries() if each.id == client_id]
        if not found:
            raise ClientRefused(missing(client_id))
        spec = {key: value for key, value in {**found[0].spec, **changes}.items() if value is not None}
        await self._table.update(client_id, by, spec=spec_text(spec))

    async def set_state(self, client_id: str, state: State, by: str) -> None:
        """Write another state into the row."""
        await self._table.update(client_id, by, state=state)

    async def remove(self, client_id: str) -> None:
        """Delete the row."""
        await self._table.delete(client_id)


@asynccontextmanager
async def open_home(config: Path, settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[Home]:
    """Open the home that ``settings`` name, of the folder ``config``; raises `ConfigError`."""
    table = await open_table(settings, environ)
    if table is None:
        yield FileHome(config / "clients.toml")
        return
    try:
        yield TableHome(table)
    finally:
        await table.close()


def _entry(name: str, table: Mapping[str, Any]) -> Entry:
    state = State.SUSPENDED if table.get("suspended") is True else State.ACTIVE
    return Entry(name, state, {key: value for key, value in table.items() if key != "suspended"})


def _of_row(row: Row) -> Entry:
    try:
        spec = read_json(row.spec.encode("utf-8"))
    except ValueError:
        spec = {}
    spec = spec if isinstance(spec, dict) else {}
    return Entry(row.id, row.state, spec, row.created_at, row.changed_at, row.changed_by)
