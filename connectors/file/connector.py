"""Looks codes up in the newest of a department's files; reads the records that are asked for, and keeps none.

Files may lie on a share of another machine that hangs. So all of it happens in threads of this source's own: a share
that hangs takes them and no others, and address look-ups, say, go on. Only a few codes in an indexed file on a disk of
this machine are looked up at once: handing that to a thread costs several times the look-up itself.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from connectors.aliases import wanted_aliases
from connectors.base import Answer, Batch
from connectors.clock import now_text
from connectors.columns import columns_needed
from connectors.disk import is_local
from connectors.errors import ConfigError, Mistake, SourceUnavailable
from connectors.file import sheets
from connectors.file.folder import FileChanged, Found, newest
from connectors.file.index import Asked, Index, lost_columns, make_index, read_rows
from connectors.file.records import is_fit
from connectors.mapping import RowReader, digest_of, row_readers
from connectors.spec import FileEntity, FileSource

T = TypeVar("T")
Rows = list[tuple[Any, ...]]

_FEW: Final = 20
"""Codes that are looked up without a thread, from a local disk."""
_TRIES: Final = 3
"""A file may be new to us, and replaced while it is read; one that changes again after that is being written."""


class FileConnector:
    """The files of one source; an index per entity is made when a question needs it, for one event loop."""

    def __init__(self, spec: FileSource, environ: Mapping[str, str], folder: Path) -> None:
        mistakes = _mistakes(spec, environ)
        if mistakes:
            raise ConfigError([Mistake(f"{spec.name}.toml", place, message) for place, message in mistakes])
        self._spec = spec
        self._folder = Path(environ[spec.folder_env])
        self._threads = ThreadPoolExecutor(spec.concurrency, thread_name_prefix=spec.name)
        self._indexes: dict[str, Index] = {}
        self._building: dict[str, asyncio.Task[tuple[Index, bool]]] = {}
        self._reader_of = row_readers(spec.entities, positional=True)
        self._local = False
        """Whether the folder lies on a disk of this machine, once a thread has looked."""
        self._closed = False

    async def fetch(self, batch: Batch) -> Answer:
        """Return what the newest file has about the keys of ``batch``; raises `SourceError`."""
        aliases = wanted_aliases(batch, self._spec.entities[batch.entity].also_by)
        index, reader, rows = await self._look_up(batch, {batch.scheme: batch.keys, **aliases})
        fetched_at = now_text()
        gathered = reader.gather(rows, frozenset(batch.keys), aliases or None)
        unreadable = index.unreadable(batch.scheme, batch.keys) | gathered.unreadable
        for scheme, codes in aliases.items():
            unreadable |= {codes[code]: reason for code, reason in index.unreadable(scheme, codes).items()}
        return Answer(gathered.rows, fetched_at, digest_of(rows), index.found.as_of, unreadable, index.found.as_of_time)

    async def probe(self) -> None:
        """Look whether a file is there for every entity; raises `SourceError`."""
        for entity in self._spec.entities.values():
            await self._in_thread(partial(_newest, self._folder, entity))

    async def close(self) -> None:
        """Stop indexing and let the threads end."""
        self._closed = True
        building = list(self._building.values())
        for task in building:
            task.cancel()
        if building:
            await asyncio.wait(building)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, batch: Batch, asked: Asked) -> tuple[Index, RowReader, Rows]:
        entity = self._spec.entities[batch.entity]
        # Any further code may tell whose a row is, also one that nobody is known by.
        also = tuple(scheme for scheme in entity.also_by if scheme != batch.scheme) if len(asked) > 1 else ()
        needed = columns_needed(entity, batch.scheme, batch.fields, also, batch.decided_by)
        for _ in range(_TRIES):
            index = self._indexes.get(batch.entity)
            with suppress(FileChanged):
                if index is not None:
                    lost = lost_columns(index.header, needed)
                    there = tuple(column for column in needed if column not in dict(lost))
                    look = partial(_look, self._folder, entity, index, there, asked)
                    rows = look() if self._at_once(index, asked) else await self._in_thread(look)
                    if rows is not None:
                        return index, self._reader_of(batch, also, lost), rows
                await self._build(batch.entity)
        raise SourceUnavailable("the file of the source is being written")

    def _at_once(self, index: Index | None, asked: Asked) -> bool:
        """Return whether to look without a thread: few codes on a local disk, and no workbook to be opened for them."""
        if index is None or not self._local or sum(map(len, asked.values())) > _FEW or self._closed:
            return False
        return index.sheet is None or not index.due(asked)

    async def _build(self, name: str) -> None:
        """Index the newest file for the entity ``name``: once, whoever waits, and to the end though nobody may."""
        task = self._building.get(name)
        if task is None:
            entity = self._spec.entities[name]
            make = partial(_make, self._folder, entity, self._spec)
            task = self._building[name] = asyncio.get_running_loop().create_task(self._in_thread(make))
            task.add_done_callback(partial(self._built, name))
        await asyncio.shield(task)

    def _built(self, name: str, task: "asyncio.Task[tuple[Index, bool]]") -> None:
        del self._building[name]
        if not task.cancelled() and task.exception() is None:
            self._indexes[name], self._local = task.result()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        if self._closed:
            raise SourceUnavailable("the connection to the source was closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def _look(folder: Path, entity: FileEntity, index: Index, columns: tuple[str, ...], asked: Asked) -> Rows | None:
    """Return the rows that are ``asked`` for, None when ``index`` is not of the newest file."""
    if index.found != _newest(folder, entity):
        return None
    read = read_rows if index.sheet is None else sheets.read_rows
    return read(index, columns, asked)


def _make(folder: Path, entity: FileEntity, spec: FileSource) -> tuple[Index, bool]:
    """Return the index of the newest file, and whether the file lies on a disk of this machine."""
    found = _newest(folder, entity)
    index = sheets.make_index(found, entity) if spec.format == "xlsx" else make_index(found, entity, spec.encoding)
    return index, is_local(folder)


def _newest(folder: Path, entity: FileEntity) -> Found:
    return newest(folder, entity.pattern, entity.supersedes_mark)


def _mistakes(spec: FileSource, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    mistakes = []
    if spec.folder_env not in environ:
        mistakes.append(("folder_env", f"`{spec.folder_env}` is not set: it names the folder of the files"))
    if not is_fit(spec.encoding):
        mistakes.append(("encoding", f"files in `{spec.encoding}` cannot be read; known: utf-8, gb18030, gbk, big5"))
    for name, entity in spec.entities.items():
        if "PERSON" in entity.keys:
            mistakes.append((f"entities.{name}.keys.PERSON", "numbers of persons are not looked up in files"))
    return mistakes
