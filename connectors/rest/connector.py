"""Asks an HTTP JSON interface: one question a batch, or as many as it has pages."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.aliases import Aliases, wanted_aliases
from connectors.base import Answer, Batch
from connectors.clock import now_text
from connectors.errors import SourceRejected
from connectors.exchange import Exchange, address, failure
from connectors.keys import all_source_keys, source_keys
from connectors.mapping import row_readers
from connectors.ownership import gather_aliased, gather_owned
from connectors.pages import Pages, joined
from connectors.rest.answer import AnswerReader
from connectors.rest.question import Question, Questions, Signer
from connectors.spec import RestEntity, RestSource


class RestConnector:
    """A live connection to one HTTP JSON interface."""

    def __init__(self, spec: RestSource, environ: Mapping[str, str], folder: Path) -> None:
        self._spec = spec
        self._exchange = Exchange(address(spec.name, spec.url_env, environ), spec.concurrency)
        root, listed = self._exchange.path.rstrip("/"), spec.batch_size > 1
        self._questions = {name: Questions(root, entity, listed=listed) for name, entity in spec.entities.items()}
        self._answers = {name: AnswerReader(spec, entity) for name, entity in spec.entities.items()}
        self._signer = _signer(spec, environ)
        self._header = {} if spec.header is None else {spec.header.name: environ[spec.header.value_env]}
        self._reader_of = row_readers(spec.entities)

    async def fetch(self, batch: Batch) -> Answer:
        """Return what the source has about the keys of ``batch``; raises `SourceError`."""
        entity = self._spec.entities[batch.entity]
        if entity.method == "GET" and "PERSON" in {batch.scheme, *entity.also_parameters}:
            raise SourceRejected("a personal number is never sent in an address")
        aliases = wanted_aliases(batch, entity.also_by)
        key = entity.keys[batch.scheme]  # type: ignore[index]  # checked by the loader
        rows, digest = await self._read_all(batch, entity, key.column, aliases)
        fetched_at = now_text()
        if aliases:
            also = tuple(scheme for scheme in entity.also_by if scheme != batch.scheme)
            gathered = gather_aliased(self._reader_of(batch, also), batch, rows, aliases)
        else:
            gathered = gather_owned(self._reader_of(batch), batch, key.column, rows)
        return Answer(gathered.rows, fetched_at, digest, unreadable=gathered.unreadable)

    async def probe(self) -> None:
        """Ask for the interface's address alone: any answer but a failure shows that it is there."""
        reply = await self._exchange.ask("GET", self._exchange.path, {})
        error = failure(reply)
        if error is not None and not isinstance(error, SourceRejected):
            raise error

    async def close(self) -> None:
        """Close the connections."""
        await self._exchange.close()

    async def _read_all(
        self, batch: Batch, entity: RestEntity, column: str, aliases: Aliases
    ) -> tuple[list[dict[str, Any]], str]:
        """Return the rows of every page of every answer, and the digest of what was sent.

        An empty batch asks nothing. More codes than the source takes a call, further codes and spellings counted, are
        asked about in several calls, one after the other.
        """
        digest, size = sha256(), self._spec.batch_size
        codes = _written(entity, batch, aliases)
        answers: list[list[dict[str, Any]]] = []
        for at in range(0, len(codes), size):
            for beside in _beside(entity, batch):
                pages = Pages(entity.page_size, (column, *entity.record_key))
                while pages.more:
                    question = self._questions[batch.entity].about(codes[at : at + size], pages.due, beside)
                    body = await self._ask(question)
                    digest.update(body)
                    pages.add(self._answers[batch.entity].read(body))
                answers.append(pages.rows)
        return joined(answers), digest.hexdigest()

    async def _ask(self, question: Question) -> bytes:
        if self._signer is not None:
            question = self._signer.sign(question)
        headers = {**question.headers, **self._header}
        reply = await self._exchange.ask(question.method, question.target, headers, question.body)
        error = failure(reply)
        if error is not None:
            raise error
        return reply.body


def _written(entity: RestEntity, batch: Batch, aliases: Aliases) -> list[str]:
    """Return all codes to ask about as the source writes them, each once: those of the batch, then its aliases."""
    codes: dict[str, None] = {}
    for scheme, keys in ((batch.scheme, batch.keys), *aliases.items()):
        form = entity.keys[scheme].form  # type: ignore[index]  # checked by the loader
        codes.update(dict.fromkeys(all_source_keys(scheme, keys, form)))
    return list(codes)


def _beside(entity: RestEntity, batch: Batch) -> list[dict[str, str]]:
    """Return what is to be told beside the one key of ``batch``: once for each spelling of it."""
    told: list[dict[str, str]] = [{}]
    for scheme, parameter in entity.also_parameters.items():
        known = [code for code, key in batch.aliases.get(scheme, {}).items() if key == batch.keys[0]]
        if not known:
            raise SourceRejected(
                f"the source wants to be told the {scheme} as well, which is not known of this subject"
            )
        form = entity.keys[scheme].form if scheme in entity.keys else "upper"
        told = [{**each, parameter: code} for each in told for code in source_keys(scheme, known[0], form)]
    return told


def _signer(spec: RestSource, environ: Mapping[str, str]) -> Signer | None:
    if spec.signature is None:
        return None
    return Signer(environ[spec.signature.key_id_env], environ[spec.signature.secret_env].encode())
