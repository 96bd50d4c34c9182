"""What is written of objections, each in one transaction: filed, stepped on, noted as repaired.

Functions of this file take the connection of a transaction that has just begun (`gateway.storage.works`), on which
`begin_writing` was called. Rows are locked in one order: the ticket, its message, the head of the marks.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from gateway.objections.model import WITHDRAWN, Filed, Notice, Step, Ticket
from gateway.objections.states import DECIDED, OPEN, Actor, State, actor_of
from gateway.objections.tables import (
    HEAD,
    MARKS,
    OBJECTIONS,
    OUTBOX,
    STEPS,
    filed_of,
    insert_once,
    next_revision,
    ticket_of,
    ticket_row,
)


class MutationReused(Exception):
    """An idempotency key that was sent before, with another input."""


class AlreadyOpen(Exception):
    """The same subject objects to the same thing already; ``id`` names that objection."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self.id = id


class TooManyOpen(Exception):
    """The subject has as many objections open as it may."""


def prepare(connection: sa.Connection) -> None:
    """Make the row that gives revisions."""
    insert_once(connection, HEAD, {"id": 1, "revision": 0})


def file(
    connection: sa.Connection,
    ticket: Ticket,
    message: dict[str, Any],
    live: str,
    mutation: str | None,
    input_: str,
    most_open: int,
) -> tuple[Filed, bool]:
    """Return ``ticket`` as stored, with its ``message`` (a row of OUTBOX), and whether this call stored it.

    Raises `MutationReused`, `AlreadyOpen`, `TooManyOpen`.
    """
    # the row first: of two that file one thing at once, the second waits for the first and then finds its row
    made = insert_once(
        connection, OBJECTIONS, {**ticket_row(ticket), "live": live, "mutation": mutation, "input": input_}
    )
    if not made:
        return _filed_before(connection, ticket.id, live, mutation, input_), False
    mine = sa.and_(OBJECTIONS.c.subject == ticket.subject, OBJECTIONS.c.live.is_not(None))
    if connection.execute(sa.select(sa.func.count()).select_from(OBJECTIONS).where(mine)).scalar_one() > most_open:
        raise TooManyOpen
    connection.execute(sa.insert(OUTBOX).values(**message))
    return _one(connection, ticket.id), True


def _filed_before(connection: sa.Connection, ticket: str, live: str, mutation: str | None, input_: str) -> Filed:
    itself = list(connection.execute(sa.select(OBJECTIONS).where(OBJECTIONS.c.id == ticket)))
    if itself:  # the work is repeated after a lost connection
        return filed_of(connection, itself)[0]
    if mutation is not None:
        stored = connection.execute(sa.select(OBJECTIONS).where(OBJECTIONS.c.mutation == mutation)).one_or_none()
        if stored is not None:
            if stored.input != input_:
                raise MutationReused
            return filed_of(connection, [stored])[0]
    raise AlreadyOpen(connection.execute(sa.select(OBJECTIONS.c.id).where(OBJECTIONS.c.live == live)).scalar_one())


def step(
    connection: sa.Connection,
    ticket_id: str,
    to: State,
    actors: Collection[Actor],
    by: str,
    note: str | None,
    at: str,
    terms: tuple[str, str] | None = None,
) -> tuple[Filed, bool] | None:
    """Take the ticket to ``to`` and return it, and whether this call did; None when there is none.

    Where it is already there by a step of the same ``by`` nothing is done. ``terms`` are the days until which the owner
    has to accept and to decide, for the step that routes it. Raises `IllegalStep`.
    """
    ticket = lock(connection, ticket_id)
    if ticket is None:
        return None
    before = _one(connection, ticket_id)
    if ticket.state == to and before.steps and before.steps[-1].by == by:
        return before, False
    actor = actor_of(ticket.state, to, actors)
    _stepped(connection, ticket, Step(at, ticket.state, to, by, note), len(before.steps), terms)
    if "GATEWAY" not in actors:
        withdrawn = actor == "FILER" and ticket.state not in DECIDED
        if not withdrawn or not _tell_withdrawn(connection, ticket_id):
            _drop_message(connection, ticket_id, canceled=ticket.state == "SUBMITTED")
    return _one(connection, ticket_id), True


def lock(connection: sa.Connection, ticket_id: str) -> Ticket | None:
    """Return the ticket, which nobody else changes until the transaction ends; None when there is none."""
    one = sa.select(OBJECTIONS).where(OBJECTIONS.c.id == ticket_id).with_for_update()
    row = connection.execute(one).one_or_none()
    return None if row is None else ticket_of(row)


def _stepped(connection: sa.Connection, ticket: Ticket, made: Step, number: int, terms: tuple[str, str] | None) -> None:
    """Write the step ``made``, and what it means for the mark of the record."""
    changed: dict[str, Any] = {"state": made.after, "changed_at": made.at}
    if terms is not None:
        changed |= {"accept_by": terms[0], "due_on": terms[1]}
    if made.after == "CLOSED":
        changed["live"] = None
    connection.execute(sa.update(OBJECTIONS).where(OBJECTIONS.c.id == ticket.id).values(**changed))
    said = {"at": made.at, "before": made.before, "after": made.after, "by": made.by, "note": made.note}
    connection.execute(sa.insert(STEPS).values(objection=ticket.id, number=number, **said))
    opened = (made.after in OPEN) - (made.before in OPEN)
    if opened:
        _mark(connection, ticket.record, ticket.source, ticket.entity, {}, opened)


def _drop_message(connection: sa.Connection, ticket_id: str, *, canceled: bool) -> None:
    """Let go of the record's key: its owner has taken the objection up, or nobody is to be told any more."""
    gone: dict[str, Any] = {"sealed": None, "lease": None, "leased_until": None}
    connection.execute(sa.update(OUTBOX).where(OUTBOX.c.objection == ticket_id).values(**gone))
    if canceled:
        waiting = sa.and_(OUTBOX.c.objection == ticket_id, OUTBOX.c.state == "WAITING")
        connection.execute(sa.update(OUTBOX).where(waiting).values(state="CANCELED"))


def _tell_withdrawn(connection: sa.Connection, ticket_id: str) -> bool:
    """Let the owner be told that the objection was withdrawn; return False where it cannot have heard of it.

    It has where the message arrived, and may have where one was sent: its answer may be lost, or still on the way.
    Who reads the queue sees it there.
    """
    tried = sa.or_(OUTBOX.c.attempts > 0, OUTBOX.c.lease.is_not(None))
    heard = sa.or_(OUTBOX.c.state.in_(("DELIVERED", "DEAD")), sa.and_(OUTBOX.c.state == "WAITING", tried))
    again = {"state": "WAITING", "attempts": 0, "due_at": 0.0, "error": None, "sealed": WITHDRAWN}
    free = {"lease": None, "leased_until": None}
    told = sa.update(OUTBOX).where(OUTBOX.c.objection == ticket_id, heard).values(**again, **free)
    return connection.execute(told).rowcount == 1


def note_repair(connection: sa.Connection, notice: Notice) -> tuple[Notice, bool]:
    """Return the notice of a repair as it counts, and whether this call changed it: the owner's latest word does."""
    said = {
        "repaired_on": notice.repaired_on,
        "basis": notice.basis,
        "noticed_by": notice.noticed_by,
        "noticed_at": notice.noticed_at,
    }
    row = connection.execute(sa.select(MARKS).where(MARKS.c.record == notice.record).with_for_update()).one_or_none()
    if row is not None and (row.repaired_on, row.basis) == (notice.repaired_on, notice.basis):
        return replace(notice, noticed_by=row.noticed_by, noticed_at=row.noticed_at), False
    _mark(connection, notice.record, notice.source, notice.entity, said)
    return notice, True


def _mark(
    connection: sa.Connection, record: str, source: str, entity: str, said: Mapping[str, str], opened: int = 0
) -> None:
    """Count ``opened`` more objections to ``record``, and write what is ``said`` of its repair."""
    revision = next_revision(connection)  # holds the head: nobody else writes a mark until this is on disk
    insert_once(
        connection, MARKS, {"record": record, "source": source, "entity": entity, "open": 0, "revision": revision}
    )
    changed = {"open": MARKS.c.open + opened, "revision": revision, **said}
    connection.execute(sa.update(MARKS).where(MARKS.c.record == record).values(**changed))


def _one(connection: sa.Connection, ticket_id: str) -> Filed:
    return filed_of(connection, list(connection.execute(sa.select(OBJECTIONS).where(OBJECTIONS.c.id == ticket_id))))[0]
