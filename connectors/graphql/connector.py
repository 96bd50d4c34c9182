"""Asks a GraphQL platform: one question a batch, or as many as it has pages."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from connectors.base import Answer, Batch
from connectors.clock import now_text
from connectors.exchange import Exchange, Reply, address
from connectors.graphql.answer import AnswerReader, Found, Gap
from connectors.graphql.question import PROBE, PROBED, Question
from connectors.graphql.response import Unfit, read_response
from connectors.keys import all_source_keys
from connectors.mapping import LostPairs, RowReader, row_readers
from connectors.ownership import gather_owned
from connectors.pages import Pages, joined
from connectors.spec import GraphqlEntity, GraphqlSource

_SHAPES: Final = 256
"""Questions kept per source, as many as readers: callers choose the fields."""


class _Shape(NamedTuple):
    """How one entity is asked for some columns, and how the answer is read."""

    columns: tuple[str, ...]
    question: Question
    answer: AnswerReader


class GraphqlConnector:
    """A live connection to one GraphQL platform."""

    def __init__(self, spec: GraphqlSource, environ: Mapping[str, str], folder: Path) -> None:
        self._entities = spec.entities
        self._size = spec.batch_size
        self._headers = _headers(spec, environ)
        self._exchange = Exchange(address(spec.name, spec.url_env, environ), spec.concurrency)
        self._reader_of = row_readers(spec.entities)
        self._shape_of = lru_cache(_SHAPES)(self._make_shape)

    async def fetch(self, batch: Batch) -> Answer:
        """Return what the platform has about the keys of ``batch``; raises `SourceError`."""
        key = self._entities[batch.entity].keys[batch.scheme]  # type: ignore[index]  # checked by the loader
        keys = all_source_keys(batch.scheme, batch.keys, key.form)
        reader, found, digest = await self._read(batch, keys)
        fetched_at = now_text()
        gathered = gather_owned(reader, batch, key.column, found.rows)
        unreadable = _missing(found.gaps, batch.keys) | gathered.unreadable
        return Answer(gathered.rows, fetched_at, digest, unreadable=unreadable)

    async def probe(self) -> None:
        """Ask for the name of the root type."""
        read_response(await self._ask(PROBE), PROBED)

    async def close(self) -> None:
        """Close the connections."""
        await self._exchange.close()

    async def _read(self, batch: Batch, keys: list[str]) -> tuple[RowReader, Found, str]:
        """Return what reads the rows, what was found, and the digest of what was sent.

        A platform that no longer knows a field says where in the document it stands: it is asked again without.
        """
        lost: LostPairs = ()
        while True:
            reader = self._reader_of(batch, lost=lost)
            shape = self._shape_of(batch.entity, batch.scheme, reader.columns)
            try:
                return reader, *await self._read_pages(shape, self._entities[batch.entity], keys)
            except Unfit as unfit:
                more = shape.question.lost(unfit.places)
                if not more:
                    raise
                lost = (*lost, *more)

    async def _read_pages(self, shape: _Shape, entity: GraphqlEntity, keys: list[str]) -> tuple[Found, str]:
        """Return what every page holds, and the digest of what was sent; without ``keys`` nothing is asked.

        More keys than the platform takes a call, spellings of names counted, are asked about in several calls.
        """
        digest, whole = sha256(), Found()
        answers: list[list[dict[str, Any]]] = []
        size = self._size if shape.question.listed else 1
        for at in range(0, len(keys), size):
            pages = Pages(entity.page_size, (shape.columns[0], *entity.record_key))
            while pages.more:
                reply = await self._ask(shape.question.about(keys[at : at + size], pages.due))
                digest.update(reply.body)
                page = shape.answer.read(reply)
                pages.add(page.rows, page.entries)
                whole.gaps += page.gaps
            answers.append(pages.rows)
        whole.rows = joined(answers)
        return whole, digest.hexdigest()

    async def _ask(self, body: bytes) -> Reply:
        return await self._exchange.ask("POST", self._exchange.path, self._headers, body)

    def _make_shape(self, entity: str, scheme: str, columns: tuple[str, ...]) -> _Shape:
        spec = self._entities[entity]
        return _Shape(columns, Question(spec, columns), AnswerReader(spec, scheme, columns))


def _headers(spec: GraphqlSource, environ: Mapping[str, str]) -> dict[str, str]:
    headers = {
        "Accept": "application/graphql-response+json, application/json;q=0.9",
        "Content-Type": "application/json",
    }
    if spec.token_env is not None:
        headers["Authorization"] = f"Bearer {environ[spec.token_env].strip()}"
    return headers


def _missing(gaps: Iterable[Gap], keys: tuple[str, ...]) -> dict[str, str]:
    """Return why records of which of ``keys`` may be missing: a gap that names none of them concerns them all."""
    missing: dict[str, str] = {}
    for gap in gaps:
        for key in [gap.key] if gap.key in keys else keys:
            missing.setdefault(key, gap.reason)
    return missing
