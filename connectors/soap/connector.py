"""Asks a SOAP 1.1 interface: one call a key, one after the other."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from connectors.base import Answer, Batch
from connectors.clock import now_text
from connectors.exchange import Exchange, address, failure
from connectors.keys import source_keys
from connectors.mapping import Gathered, row_readers
from connectors.ownership import gather_owned
from connectors.soap.interface import read_operations
from connectors.soap.reply import ReplyReader
from connectors.spec import SoapSource

_NOT_THERE: Final = frozenset({429, 502, 503, 504})
"""Statuses of a probe that show a failure; SOAP servers answer GET with 404, 405 or 500 as they please."""


class SoapConnector:
    """A live connection to one SOAP interface; its WSDL is read here, so that a wrong one is found at start."""

    def __init__(self, spec: SoapSource, environ: Mapping[str, str], folder: Path) -> None:
        self._spec = spec
        self._exchange = Exchange(address(spec.name, spec.url_env, environ), spec.concurrency)
        self._operations = read_operations(spec, environ, folder)
        self._replies = {
            name: ReplyReader(spec, entity, self._operations[name]) for name, entity in spec.entities.items()
        }
        self._reader_of = row_readers(spec.entities)

    async def fetch(self, batch: Batch) -> Answer:
        """Return what the source has about the keys of ``batch``; raises `SourceError`."""
        gathered = Gathered()
        digest = sha256()
        for key in batch.keys:
            body, found = await self._fetch_key(replace(batch, keys=(key,)))
            digest.update(body)
            gathered.rows.update(found.rows)
            gathered.unreadable.update(found.unreadable)
        return Answer(gathered.rows, now_text(), digest.hexdigest(), unreadable=gathered.unreadable)

    async def probe(self) -> None:
        """Ask for the endpoint's address alone: any answer but that of a gateway before it shows that it is there."""
        reply = await self._exchange.ask("GET", self._exchange.path, {})
        if reply.status in _NOT_THERE:
            raise failure(reply) or AssertionError("no failure among those")

    async def close(self) -> None:
        """Close the connections."""
        await self._exchange.close()

    async def _fetch_key(self, batch: Batch) -> tuple[bytes, Gathered]:
        """Return what the source sent about the one key of ``batch``, however it is written, and what it says."""
        key = self._spec.entities[batch.entity].keys[batch.scheme]  # type: ignore[index]  # checked by the loader
        operation = self._operations[batch.entity]
        body, rows = b"", list[dict[str, str | None]]()
        for written in source_keys(batch.scheme, batch.keys[0], key.form):
            reply = await self._exchange.ask(
                "POST", self._exchange.path, operation.headers, operation.envelope(written)
            )
            body += reply.body
            found = self._replies[batch.entity].read(reply, datetime.now(UTC))
            rows += [row for row in found if row not in rows] if rows else found
        return body, gather_owned(self._reader_of(batch), batch, key.column, rows)
