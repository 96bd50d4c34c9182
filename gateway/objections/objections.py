"""The objections of this installation: filed, stepped on, delivered, and what they make of records.

Two threads own a connection each: who asks does not wait for a commit of somebody else.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from gateway.errors import ObjectionsUnavailable
from gateway.objections import outbox, writing
from gateway.objections.counts import ObjectionCounts, counted, numbers
from gateway.objections.marks import Mark, Mirror, Name
from gateway.objections.model import Filed, Notice, Sending, Ticket
from gateway.objections.states import Actor, State
from gateway.objections.tables import HEAD, MARKS, METADATA, OBJECTIONS, filed_of
from gateway.storage import StoreThread
from gateway.storage.works import WorkStore, begin_writing, open_works

T = TypeVar("T")

_log = logging.getLogger("gateway.objections")


class Objections:
    """Open with `await Objections.open(url, name)`; one per event loop. ``marks`` are those of the moment."""

    def __init__(self, url: str, name: Name) -> None:
        self._writer: StoreThread[WorkStore] = StoreThread(partial(_open, url), "store of objections")
        self._reader: StoreThread[WorkStore] = StoreThread(partial(_open, url), "store of objections")
        self.marks = Mirror(self._changed, name)

    @classmethod
    async def open(cls, url: str, name: Name) -> "Objections":
        """Return the objections in a `sqlite:///` file or `postgresql://` database; raise what the driver raises.

        ``name`` gives the pseudonyms of a record.
        """
        objections = cls(url, name)
        await objections._writer.start()
        try:
            await objections._reader.start()
        except BaseException:
            await objections._writer.stop()
            raise
        return objections

    async def close(self) -> None:
        """Finish what is being written, then let go of the store."""
        try:
            await self._writer.stop()
        finally:
            await self._reader.stop()

    async def file(
        self, ticket: Ticket, message: dict[str, Any], live: str, mutation: str | None, input_: str, most_open: int
    ) -> tuple[Filed, bool]:
        """Return ``ticket`` as stored with its message, on disk, and whether this call stored it.

        Raises `MutationReused`, `AlreadyOpen`, `TooManyOpen`, `ObjectionsUnavailable`.
        """
        return await self._write(lambda one: writing.file(one, ticket, message, live, mutation, input_, most_open))

    async def step(
        self, ticket_id: str, to: State, actors: Collection[Actor], by: str, note: str | None, at: str
    ) -> tuple[Filed, bool] | None:
        """Return the ticket, taken to ``to`` and on disk, and whether this call did; None when there is none.

        Raises `IllegalStep`, `ObjectionsUnavailable`.
        """
        return await self._write(lambda one: writing.step(one, ticket_id, to, actors, by, note, at))

    async def note_repair(self, notice: Notice) -> tuple[Notice, bool]:
        """Return the notice as it counts, on disk, and whether this call changed it; raises `ObjectionsUnavailable`."""
        return await self._write(lambda one: writing.note_repair(one, notice))

    async def get(self, ticket_id: str) -> Filed | None:
        """Return one ticket; raises `ObjectionsUnavailable`."""
        found = await self.found(OBJECTIONS.c.id == ticket_id, 1)
        return found[0] if found else None

    async def found(self, condition: sa.ColumnElement[bool], first: int) -> list[Filed]:
        """Return tickets that meet ``condition``, newest first, ``first`` at most; raises `ObjectionsUnavailable`."""
        query = sa.select(OBJECTIONS).where(condition).order_by(OBJECTIONS.c.id.desc()).limit(first)
        return await self._read(lambda one: filed_of(one, list(one.execute(query))))

    async def counts(self, since: str, until: str, today: str) -> list[ObjectionCounts]:
        """Return how many objections were filed from one ISO day to another, and how they stand, by department.

        Both days are included; ``today`` decides what is overdue. Raises `ObjectionsUnavailable`.
        """
        return await self._read(lambda one: counted(one.execute(numbers(since, until, today))))

    async def take(self, lease: str, now: float, lease_seconds: float) -> list[Sending]:
        """Return messages that are due, held under ``lease``; raises `ObjectionsUnavailable`."""
        return await self._write(lambda one: outbox.take(one, lease, now, lease_seconds))

    async def next_due(self) -> float | None:
        """Return when the next message is to be sent, None when none waits; raises `ObjectionsUnavailable`."""
        return await self._read(outbox.next_due)

    async def arrived(self, sending: Sending, at: str, terms: tuple[str, str]) -> Filed | None:
        """Note that the owner has the message; see `outbox.arrived`."""
        return await self._write(lambda one: outbox.arrived(one, sending, at, terms))

    async def put_in_queue(self, sending: Sending, at: str, terms: tuple[str, str]) -> Filed | None:
        """Let the message stand in its department's queue; see `outbox.put_in_queue`."""
        return await self._write(lambda one: outbox.put_in_queue(one, sending, at, terms))

    async def failed(self, sending: Sending, lease: str, error: str, due_at: float) -> bool:
        """Note that a message did not arrive, to be sent again at ``due_at``; see `outbox.failed`."""
        return await self._write(lambda one: outbox.failed(one, sending, lease, error, due_at))

    async def given_up(self, sending: Sending, lease: str, error: str, at: str, terms: tuple[str, str]) -> Filed | None:
        """Give up sending a message; see `outbox.given_up`."""
        return await self._write(lambda one: outbox.given_up(one, sending, lease, error, at, terms))

    async def _changed(self, revision: int) -> Sequence[Mark]:
        return await self._read(lambda one: _marks_after(one, revision))

    async def _write(self, do: Callable[[sa.Connection], T]) -> T:
        def work(connection: sa.Connection) -> T:
            begin_writing(connection)
            return do(connection)

        return await self._do(self._writer, work)

    async def _read(self, do: Callable[[sa.Connection], T]) -> T:
        return await self._do(self._reader, do)

    async def _do(self, thread: StoreThread[WorkStore], do: Callable[[sa.Connection], T]) -> T:
        try:
            return await thread.submit(lambda store: store.work(do))
        except (sa.exc.SQLAlchemyError, OSError, RuntimeError, TimeoutError) as error:
            _log.error("store of objections failed: kind=%s", type(error).__name__)
            headers = {"Retry-After": "1"}
            raise ObjectionsUnavailable("objections cannot be read or written now", headers=headers) from None


def _open(url: str) -> WorkStore:
    store = open_works(url, METADATA, "objections'")
    try:
        store.work(writing.prepare)
    except BaseException:
        store.close()
        raise
    return store


def _marks_after(connection: sa.Connection, revision: int) -> list[Mark]:
    """Return the marks that changed after ``revision``; nothing is read of them where none did."""
    if connection.execute(sa.select(HEAD.c.revision).where(HEAD.c.id == 1)).scalar_one() <= revision:
        return []
    columns = [MARKS.c[name] for name in Mark.__struct_fields__]
    changed = sa.select(*columns).where(MARKS.c.revision > revision)
    return [Mark(*row) for row in connection.execute(changed)]
