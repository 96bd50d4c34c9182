"""Asks an HTTP JSON interface: one question a batch, or as many as it has pages."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.base import Answer, Batch
from connectors.clock import now_text
from connectors.errors import SourceRejected
from connectors.exchange import Exchange, address, failure
from connectors.keys import all_source_keys
from connectors.mapping import row_readers
from connectors.ownership import gather_owned
from connectors.pages import Pages
from connectors.rest.answer import AnswerReader
from connectors.rest.question import Question, Questions, Signer
from connectors.spec import KeySpec, RestEntity, RestSource


class RestConnector:
    """A live connection to one HTTP JSON interface."""

    def __init__(self, spec: RestSource, environ: Mapping[str, str], folder: Path) -> None:
        self._spec = spec
        self._url = address(spec.name, spec.url_env, environ)
        base, listed = str(self._url).rstrip("/"), spec.batch_size > 1
        self._questions = {name: Questions(base, entity, listed=listed) for name, entity in spec.entities.items()}
        self._answers = {name: AnswerReader(spec, entity) for name, entity in spec.entities.items()}
        self._signer = _signer(spec, environ)
        self._exchange = Exchange(spec.concurrency)
        self._reader_of = row_readers(spec.entities)

    async def fetch(self, batch: Batch) -> Answer:
        """Return what the source has about the keys of ``batch``; raises `SourceError`."""
        entity = self._spec.entities[batch.entity]
        if batch.scheme == "PERSON" and entity.method == "GET":
            raise SourceRejected("a personal number is never sent in an address")
        key = entity.keys[batch.scheme]  # type: ignore[index]  # checked by the loader
        rows, digest = await self._read_pages(batch, entity, key)
        fetched_at = now_text()
        gathered = gather_owned(self._reader_of(batch), batch, key.column, rows)
        return Answer(gathered.rows, fetched_at, digest, unreadable=gathered.unreadable)

    async def probe(self) -> None:
        """Ask for the interface's address alone: any answer but a failure shows that it is there."""
        reply = await self._exchange.ask("GET", self._url, {})
        error = failure(reply)
        if error is not None and not isinstance(error, SourceRejected):
            raise error

    async def close(self) -> None:
        """Close the connections."""
        await self._exchange.close()

    async def _read_pages(self, batch: Batch, entity: RestEntity, key: KeySpec) -> tuple[list[dict[str, Any]], str]:
        """Return the rows of every page, and the digest of what was sent; an empty batch asks nothing."""
        keys = all_source_keys(batch.scheme, batch.keys, key.form)
        digest = sha256()
        rows: list[dict[str, Any]] = []
        # Where one call takes one key, a name that is written in several ways costs several.
        for listed in [keys] if self._spec.batch_size > 1 and keys else [[each] for each in keys]:
            pages = Pages(entity.page_size, (key.column, *entity.record_key))
            while pages.more:
                body = await self._ask(self._questions[batch.entity].about(listed, pages.due))
                digest.update(body)
                pages.add(self._answers[batch.entity].read(body))
            rows += [row for row in pages.rows if row not in rows] if rows else pages.rows
        return rows, digest.hexdigest()

    async def _ask(self, question: Question) -> bytes:
        if self._signer is not None:
            question = self._signer.sign(question)
        reply = await self._exchange.ask(question.method, question.url, question.headers, question.body)
        error = failure(reply)
        if error is not None:
            raise error
        return reply.body


def _signer(spec: RestSource, environ: Mapping[str, str]) -> Signer | None:
    if spec.signature is None:
        return None
    return Signer(environ[spec.signature.key_id_env], environ[spec.signature.secret_env].encode())
