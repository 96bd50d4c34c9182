"""Asks a database: one statement a batch, written once per shape, run on the driver's own connection."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from connectors.aliases import wanted_aliases
from connectors.base import Answer, Batch
from connectors.clock import now_text
from connectors.columns import columns_described
from connectors.errors import ConfigError, Mistake, SourceError
from connectors.keys import MOST_SPELLINGS, all_source_keys
from connectors.mapping import LostPairs, RowReader, digest_of
from connectors.spec import SqlEntity, SqlSource
from connectors.sql.connections import Connections
from connectors.sql.databases import Database
from connectors.sql.drift import LostColumns
from connectors.sql.failures import Asked, driver_error, failure_of, lacks_column
from connectors.sql.kinds import EXTRAS, KINDS
from connectors.sql.statements import padded, padded_size, statement_text

Rows = list[tuple[Any, ...]]

_QUESTIONS: Final = 512
"""Shapes of questions kept: callers choose the fields, so there is no natural limit."""
_PROBE: Final = Asked("", ())


class Question(NamedTuple):
    """One shape of question: its statement, what reads the rows, and what it names."""

    text: str
    reader: RowReader
    asked: Asked


class SqlConnector:
    """A live connection to one database of a department."""

    def __init__(self, spec: SqlSource, environ: Mapping[str, str], folder: Path) -> None:
        self._spec = spec
        self._database, self._connections = _opened(spec, environ)
        self._lost = LostColumns()
        self._question = lru_cache(_QUESTIONS)(self._make_question)

    async def fetch(self, batch: Batch) -> Answer:
        """Return what the source has about the keys of ``batch``, in one round trip; raises `SourceError`.

        For a table that lacks a column it takes three: what the table has is learnt, and the rest asked for.
        """
        if not batch.keys:
            return Answer({}, now_text(), digest_of([]))
        entity = self._spec.entities[batch.entity]
        aliases = wanted_aliases(batch, entity.also_by)
        lists = _written(entity, batch, aliases)
        reader, raws = await self._read(batch, tuple(aliases), lists)
        fetched_at = now_text()
        gathered = reader.gather(raws, frozenset(batch.keys), aliases or None)
        return Answer(gathered.rows, fetched_at, digest_of(raws), unreadable=gathered.unreadable)

    async def probe(self) -> None:
        """Ask the database for the number one; raises `SourceError`."""
        try:
            await self._connections.run(self._database.probe, ())
        except Exception as error:  # noqa: BLE001  (as in `_read`)
            raise _failure(error, _PROBE) from None

    async def close(self) -> None:
        """Let questions under way finish, then close the connections."""
        await self._connections.close()

    async def _read(self, batch: Batch, schemes: tuple[str, ...], lists: list[list[str]]) -> tuple[RowReader, Rows]:
        """Return the rows under any of the ``lists`` of keys, and what reads them; without what the table lacks."""
        size = None if self._database.arrays else padded_size(max(map(len, lists)), self._most(batch.scheme, *schemes))
        arguments = lists if size is None else [key for keys in lists for key in padded(keys, size)]
        lost = self._lost.lost(batch.entity, self._database.version)
        while True:
            question = self._question(
                batch.entity, batch.scheme, batch.fields, batch.digests, schemes, size, lost, batch.decided_by
            )
            try:
                return question.reader, [*map(tuple, await self._connections.run(question.text, arguments))]
            except Exception as error:  # noqa: BLE001  (a driver may raise anything; each means that there is no answer)
                learnt = await self._learn(batch.entity) if lacks_column(driver_error(error)) else lost
                if learnt == lost:
                    raise _failure(error, question.asked) from None
                lost = learnt

    async def _learn(self, part: str) -> LostPairs:
        """Return which columns the table of ``part`` lacks of those that it is said to have; none if it hides them."""
        entity, database = self._spec.entities[part], self._database
        version = database.version()
        question = database.columns(self._connections.dialect, entity.table, self._spec.schema_name)
        try:
            there = {str(name) for (name,) in await self._connections.run(*question)}
        except Exception:  # noqa: BLE001  (as above; the failure that led here is the one to tell)
            return ()
        described = columns_described(entity)
        if not database.exact_names:
            folded = {name.casefold() for name in there}
            there = {name for name in described if name.casefold() in folded}
        return self._lost.learn(part, version, described, there) if there else ()

    def _most(self, *schemes: str) -> int:
        """Return how many keys a list may have: every subject of a batch in each spelling."""
        return self._spec.batch_size * (MOST_SPELLINGS if "NAME" in schemes else 1)

    def _make_question(
        self,
        name: str,
        scheme: str,
        fields: tuple[str, ...],
        digests: bool,
        also: tuple[str, ...],
        size: int | None,
        lost: LostPairs,
        decided_by: str | None = None,
    ) -> Question:
        entity = self._spec.entities[name]
        # Any further code may tell whose a row is, also one that nobody is known by.
        read = tuple(each for each in entity.also_by if each != scheme) if also else ()
        reader = RowReader(
            entity, scheme, fields, also=read, digests=digests, positional=True, lost=lost, decided_by=decided_by
        )
        text = statement_text(
            entity,
            (scheme, *also),
            reader.columns,
            schema=self._spec.schema_name,
            size=size,
            dialect=self._connections.dialect,
            decided_by=decided_by,
        )
        return Question(text, reader, Asked(entity.table, (*reader.columns, *entity.where)))


def _failure(error: Exception, asked: Asked) -> SourceError:
    # To be raised without its cause: what drivers say can quote keys, and a log of a traceback would show it.
    return error if isinstance(error, SourceError) else failure_of(driver_error(error), asked)


def _written(entity: SqlEntity, batch: Batch, aliases: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    """Return the lists of keys to ask by, each as the source writes it: those of the batch, then its aliases."""
    asked = [(batch.scheme, batch.keys), *aliases.items()]
    forms = {scheme: entity.keys[scheme].form for scheme, _ in asked}  # type: ignore[index]  # checked by the loader
    return [all_source_keys(scheme, keys, forms[scheme]) for scheme, keys in asked]


def _opened(spec: SqlSource, environ: Mapping[str, str]) -> tuple[Database, Connections]:
    """Return the database that the environment names; raises `ConfigError`, which does not quote the URL."""
    try:
        url = make_url(environ[spec.url_env])
        database = KINDS[url.drivername](url, spec.timeout_seconds)
    except (KeyError, ArgumentError):
        known = ", ".join(f"{kind}://" for kind in KINDS)
        raise _mistake(spec, f"`{spec.url_env}` holds no URL of a database; known: {known}") from None
    try:
        return database, Connections(database, spec.concurrency, spec.timeout_seconds)
    except ModuleNotFoundError:
        extra = EXTRAS.get(url.drivername)
        hint = f"; it comes with the extra `{extra}`" if extra else ""
        raise _mistake(spec, f"the driver of `{url.drivername}` is not installed{hint}") from None


def _mistake(spec: SqlSource, message: str) -> ConfigError:
    return ConfigError([Mistake(f"{spec.name}.toml", "url_env", message)])
