"""What counts at every reading of a record: whether an objection to it is open, and the notice of its repair.

Both stand in one table, and each change of it carries a revision. A replica keeps what it has read, by pseudonym, and
asks before each request that needs it for what has changed since: one short indexed query, shared by the requests that
wait for it at that moment.

# INVARIANT: what was committed anywhere before a request began counts for it (invariant 8): a request never relies on a
read that began before it. When the table cannot be read, the request gets no answer: it is not known what may be shown.

No record is kept between two requests, so there is nothing else to purge: every reading of a record, however it came,
goes by the marks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from schema.entities import entity_of

Name = Callable[[str, str, str], Sequence[str]]
"""From source, part (the table) and key of a record to its pseudonyms (`gateway.objections.names`)."""


class Mark(Struct, frozen=True):
    """What is kept of one record: ``record`` is its pseudonym, ``open`` counts the open objections to it."""

    record: str
    source: str
    entity: str
    open: int
    repaired_on: str | None
    basis: str | None
    revision: int


class Marks(Protocol):
    """The marks of records."""

    def of(self, source: str, part: str, key: str) -> tuple[Mark, ...]:
        """Return the marks of the record with ``key`` in the table ``part`` of ``source``; mostly there are none."""
        ...


Marking = asyncio.Task[Marks]
"""The reading of what has changed of them."""


class NoMarks:
    """Marks of nothing, for requests that need none."""

    def of(self, source: str, part: str, key: str) -> tuple[Mark, ...]:
        """Return none."""
        return ()


NO_MARKS = NoMarks()


class Mirror:
    """The marks as this process has read them; for one event loop.

    ``read`` returns those that changed after a revision, ``name`` gives the pseudonyms of a record.
    """

    def __init__(self, read: Callable[[int], Awaitable[Sequence[Mark]]], name: Name) -> None:
        self._read = read
        self._name = name
        self._by_record: dict[str, Mark] = {}
        self._places: set[tuple[str, str]] = set()
        """Entities and sources of which any record has a mark: for the others no pseudonym is made."""
        self._revision = 0
        self._reading: Marking | None = None
        self._next: Marking | None = None

    def of(self, source: str, part: str, key: str) -> tuple[Mark, ...]:
        """Return the marks of a record."""
        if (entity_of(part), source) not in self._places:
            return ()
        found = (self._by_record.get(name) for name in self._name(source, part, key))
        return tuple(mark for mark in found if mark is not None)

    def current(self) -> Marking:
        """Return the task of reading what has changed; await it shielded, for others may wait for it too.

        It raises `ObjectionsUnavailable`. A read that is under way began before this request: the next one is its own.
        """
        if self._reading is None or self._reading.done():
            self._reading = self._started(None)
            return self._reading
        if self._next is None:
            self._next = self._started(self._reading)
        return self._next

    def _started(self, after: Marking | None) -> Marking:
        task = asyncio.get_running_loop().create_task(self._refresh(after))
        task.add_done_callback(_heard)
        return task

    async def _refresh(self, after: Marking | None) -> Marks:
        if after is not None:
            await asyncio.wait([after])
            self._reading, self._next = self._next, None
        for mark in await self._read(self._revision):
            self._by_record[mark.record] = mark
            self._places.add((mark.entity, mark.source))
            self._revision = max(self._revision, mark.revision)
        return self


def _heard(task: Marking) -> None:
    """Take note of a failure that nobody waits for any more."""
    if not task.cancelled():
        task.exception()


def is_objected(marks: Sequence[Mark]) -> bool:
    """Tell whether an objection to the record is open."""
    return any(mark.open > 0 for mark in marks)


def repair_of(marks: Sequence[Mark]) -> tuple[str, str | None] | None:
    """Return since when the record is repaired, as its owner gave notice, and on what basis; None without notice."""
    return next(((mark.repaired_on, mark.basis) for mark in marks if mark.repaired_on is not None), None)
