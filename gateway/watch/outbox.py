"""Statements on messages that wait: taken by one deliverer at a time, and what came of each is written down.

A message is written in the transaction of the round that it tells of. It is delivered at least once: whoever takes it
holds a lease, and when that runs out another sends it again, under the same id. What is given up stays, to be put back.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from gateway.watch.tables import MESSAGES, Message, message_of

AT_ONCE: Final = 20
"""Messages that are taken together."""


def take(connection: sa.Connection, lease: str, now: float, lease_seconds: float) -> list[Message]:
    """Return messages that are due, held under ``lease`` (a new id) from now on."""
    free = sa.or_(MESSAGES.c.leased_until.is_(None), MESSAGES.c.leased_until <= now)
    due = sa.select(MESSAGES.c.id).where(MESSAGES.c.state == "WAITING", MESSAGES.c.due_at <= now, free)
    ordered = due.order_by(MESSAGES.c.due_at, MESSAGES.c.id).limit(AT_ONCE)
    ids = connection.execute(ordered.with_for_update(skip_locked=True)).scalars()
    held = MESSAGES.c.id.in_(list(ids))
    connection.execute(sa.update(MESSAGES).where(held).values(lease=lease, leased_until=now + lease_seconds))
    mine = sa.select(MESSAGES).where(MESSAGES.c.lease == lease, MESSAGES.c.state == "WAITING").order_by(MESSAGES.c.id)
    return [message_of(row) for row in connection.execute(mine)]


def next_due(connection: sa.Connection) -> float | None:
    """Return when the next message is to be sent, as far as is known now; None when none waits."""
    free = sa.case((MESSAGES.c.leased_until > MESSAGES.c.due_at, MESSAGES.c.leased_until), else_=MESSAGES.c.due_at)
    return connection.execute(sa.select(sa.func.min(free)).where(MESSAGES.c.state == "WAITING")).scalar_one_or_none()


def arrived(connection: sa.Connection, message: Message) -> None:
    """Note that the receiver has it, also when the lease has run out meanwhile; what it said is deleted."""
    gone = {"state": "DELIVERED", "attempts": message.attempts + 1, "error": None, "sealed": None}
    free = {"lease": None, "leased_until": None}
    one = sa.and_(MESSAGES.c.id == message.id, MESSAGES.c.state != "DELIVERED")
    connection.execute(sa.update(MESSAGES).where(one).values(**gone, **free))


def failed(connection: sa.Connection, message: Message, lease: str, error: str, due_at: float | None) -> bool:
    """Note that it did not arrive, to be sent again at ``due_at``; None gives it up.

    Returns whether it was this lease's still.
    """
    one = sa.and_(MESSAGES.c.id == message.id, MESSAGES.c.lease == lease, MESSAGES.c.state == "WAITING")
    changed = {"attempts": message.attempts + 1, "error": error, "state": "WAITING" if due_at is not None else "DEAD"}
    free = {"lease": None, "leased_until": None, **({"due_at": due_at} if due_at is not None else {})}
    return bool(connection.execute(sa.update(MESSAGES).where(one).values(**changed, **free)).rowcount == 1)


def requeue(connection: sa.Connection, ids: Sequence[str], owner: Sequence[str] | None, now: float) -> list[Message]:
    """Put the dead messages ``ids`` of ``owner`` (None: of anybody) back, to be sent at once; return them."""
    dead = sa.and_(MESSAGES.c.id.in_(list(ids)), MESSAGES.c.state == "DEAD", MESSAGES.c.sealed.is_not(None))
    mine = dead if owner is None else sa.and_(dead, MESSAGES.c.owner.in_(owner))
    found = list(connection.execute(sa.select(MESSAGES.c.id).where(mine)).scalars())
    again = {"state": "WAITING", "attempts": 0, "due_at": now, "lease": None, "leased_until": None}
    connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id.in_(found)).values(**again))
    rows = connection.execute(sa.select(MESSAGES).where(MESSAGES.c.id.in_(found)).order_by(MESSAGES.c.id))
    return [message_of(row) for row in rows]


def listed(
    connection: sa.Connection, owner: Sequence[str] | None, state: str | None, first: int, after: str | None = None
) -> list[Message]:
    """Return messages of ``owner`` (None: of anybody), newest first."""
    query = sa.select(MESSAGES).order_by(MESSAGES.c.id.desc()).limit(first)
    if owner is not None:
        query = query.where(MESSAGES.c.owner.in_(owner))
    if state is not None:
        query = query.where(MESSAGES.c.state == state)
    if after is not None:
        query = query.where(MESSAGES.c.id < after)
    return [message_of(row) for row in connection.execute(query)]
