"""The outbox: messages that wait are taken by one deliverer at a time, and what came of each is written down.

A message is written with its ticket in one transaction (`gateway.objections.writing`), so neither is without the other.
It is delivered at least once: whoever takes it holds a lease, and when that runs out (the process was killed, the
answer got lost) another sends it again, under the same id.

Functions of this file take the connection of a transaction that has just begun, as those of `writing`. Times are UNIX
seconds.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.objections.model import Filed, Sending
from gateway.objections.tables import OUTBOX, sending_of
from gateway.objections.writing import lock, step
from gateway.pauses import doubled

AT_ONCE = 20
"""Messages that are taken together."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often, and how far apart, a message is sent before it is given up."""

    attempts: int
    first_seconds: float
    longest_seconds: float

    def wait(self, attempts: int) -> float | None:
        """Return how long to wait after so many failed ``attempts``; None: it is given up."""
        if attempts >= self.attempts:
            return None
        return doubled(self.first_seconds, self.longest_seconds, attempts)


def take(connection: sa.Connection, lease: str, now: float, lease_seconds: float) -> list[Sending]:
    """Return messages that are due, from now on held under ``lease`` (a new id), so that nobody else takes them."""
    free = sa.or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until <= now)
    due = sa.select(OUTBOX.c.id).where(OUTBOX.c.state == "WAITING", OUTBOX.c.due_at <= now, free)
    ids = connection.execute(due.order_by(OUTBOX.c.due_at).limit(AT_ONCE).with_for_update(skip_locked=True)).scalars()
    held = OUTBOX.c.id.in_(list(ids))
    connection.execute(sa.update(OUTBOX).where(held).values(lease=lease, leased_until=now + lease_seconds))
    mine = sa.select(OUTBOX).where(OUTBOX.c.lease == lease, OUTBOX.c.state == "WAITING")
    return [sending_of(row) for row in connection.execute(mine)]


def next_due(connection: sa.Connection) -> float | None:
    """Return when the next message is to be sent, as far as is known now; None when none waits."""
    free = sa.case((OUTBOX.c.leased_until > OUTBOX.c.due_at, OUTBOX.c.leased_until), else_=OUTBOX.c.due_at)
    waiting = sa.select(sa.func.min(free)).where(OUTBOX.c.state == "WAITING")
    return connection.execute(waiting).scalar_one_or_none()


def arrived(connection: sa.Connection, sending: Sending, at: str, terms: tuple[str, str]) -> Filed | None:
    """Note that the owner has the message: what it held is deleted, and the ticket is routed, in one transaction.

    Returns the ticket where this call routed it. It is deleted also when the lease has run out meanwhile, or another
    has given it up since.
    """
    gone: dict[str, Any] = {"state": "DELIVERED", "attempts": sending.attempts + 1, "error": None, "sealed": None}
    return _settled(connection, sending, OUTBOX.c.state.in_(("WAITING", "DEAD")), gone, at, terms)


def put_in_queue(connection: sa.Connection, sending: Sending, at: str, terms: tuple[str, str]) -> Filed | None:
    """Let the message stand in its department's queue, which has no address; the ticket is routed by that."""
    return _settled(connection, sending, OUTBOX.c.state == "WAITING", {"state": "QUEUED"}, at, terms)


def failed(connection: sa.Connection, sending: Sending, lease: str, error: str, due_at: float) -> bool:
    """Note that the message did not arrive, and let it be sent again at ``due_at``.

    Returns whether it is this lease's still: it is free again then.
    """
    held = sa.and_(OUTBOX.c.id == sending.id, OUTBOX.c.lease == lease, OUTBOX.c.state == "WAITING")
    changed = {"attempts": sending.attempts + 1, "error": error, "due_at": due_at}
    free = {"lease": None, "leased_until": None}
    return connection.execute(sa.update(OUTBOX).where(held).values(**changed, **free)).rowcount == 1


def given_up(
    connection: sa.Connection, sending: Sending, lease: str, error: str, at: str, terms: tuple[str, str]
) -> Filed | None:
    """Give up sending: the message stands in the department's queue from now on, and is not lost.

    Whoever holds another lease by now is still sending it: then nothing is given up.
    """
    gone: dict[str, Any] = {"state": "DEAD", "attempts": sending.attempts + 1, "error": error}
    mine = sa.and_(OUTBOX.c.state == "WAITING", OUTBOX.c.lease == lease)
    return _settled(connection, sending, mine, gone, at, terms)


def _settled(
    connection: sa.Connection,
    sending: Sending,
    stands: sa.ColumnElement[bool],
    changed: dict[str, Any],
    at: str,
    terms: tuple[str, str],
) -> Filed | None:
    """Write what was ``changed`` where the message still ``stands`` as it must, and route its ticket by that."""
    ticket = lock(connection, sending.objection)
    # INVARIANT: what is settled is what was sent: meanwhile the row may hold the withdrawal, which was not
    same = sa.and_(OUTBOX.c.id == sending.id, stands, OUTBOX.c.sealed == sending.sealed)
    free = {"lease": None, "leased_until": None}
    if connection.execute(sa.update(OUTBOX).where(same).values(**changed, **free)).rowcount != 1:
        return None  # withdrawn, or settled by another
    if ticket is None or ticket.state != "SUBMITTED":
        return None  # the message told of a withdrawal: nothing is routed by it
    routed = step(connection, sending.objection, "ROUTED", {"GATEWAY"}, "", None, at, terms)
    return routed[0] if routed is not None else None
