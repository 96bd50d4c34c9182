"""Statements on watches: started, found, taken by one replica at a time, and what a round came to.

Functions of this file take the connection of a transaction that has just begun. Times that are numbers are UNIX
seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from gateway.watch.rounds import Known, Standing
from gateway.watch.tables import (
    MESSAGES,
    STANDINGS,
    WATCHES,
    Message,
    Watch,
    insert_once,
    known_of,
    message_row,
    upsert_standings,
    watch_of,
    watch_row,
)

AT_ONCE: Final = 4
"""Watches that are taken together."""


class MutationReused(Exception):
    """An idempotency key that was sent before, with another input."""


class TooManyWatches(Exception):
    """The owner keeps as many watches as it may."""


class TooManySubjects(Exception):
    """The owner's watches would be about more subjects together than they may; about so ``many`` they are now."""

    def __init__(self, many: int) -> None:
        super().__init__(many)
        self.many = many


def start(
    connection: sa.Connection, watch: Watch, mutation: str | None, input_: str, most: int, most_subjects: int
) -> Watch:
    """Return ``watch`` as stored; raises `MutationReused`, `TooManyWatches`, `TooManySubjects`.

    Replicas share the store, so what is counted here is counted for all of them.
    """
    if mutation is not None:
        stored = connection.execute(sa.select(WATCHES).where(WATCHES.c.mutation == mutation)).one_or_none()
        if stored is not None:
            if stored.input != input_:
                raise MutationReused
            return watch_of(stored)
    if connection.dialect.name == "postgresql":  # of two that start at once, the second counts the first
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(watch.owner))))
    active = sa.and_(WATCHES.c.owner == watch.owner, WATCHES.c.state == "ACTIVE")
    subjects = sa.func.coalesce(sa.func.sum(WATCHES.c.subjects), 0)
    watches, many = connection.execute(sa.select(sa.func.count(), subjects).where(active)).one()
    if watches >= most:
        raise TooManyWatches
    if many + watch.subjects > most_subjects:
        raise TooManySubjects(many)
    if not insert_once(connection, WATCHES, watch_row(watch) | {"mutation": mutation, "input": input_}):
        return start(connection, watch, mutation, input_, most, most_subjects)
    return watch


def held(
    connection: sa.Connection, owner: Sequence[str], id_: str | None, first: int, after: str | None
) -> list[Watch]:
    """Return the watches of ``owner`` (its pseudonyms), newest first."""
    query = sa.select(WATCHES).where(WATCHES.c.owner.in_(owner)).order_by(WATCHES.c.id.desc()).limit(first)
    if id_ is not None:
        query = query.where(WATCHES.c.id == id_)
    if after is not None:
        query = query.where(WATCHES.c.id < after)
    return [watch_of(row) for row in connection.execute(query)]


def known(connection: sa.Connection, watch: str) -> Standing:
    """Return what is known of the sections of a watch."""
    order = (STANDINGS.c.place, STANDINGS.c.section)
    rows = connection.execute(sa.select(STANDINGS).where(STANDINGS.c.watch == watch).order_by(*order))
    return {(row.place, row.section): known_of(row) for row in rows}


def take(connection: sa.Connection, lease: str, now: float, lease_seconds: float) -> list[Watch]:
    """Return watches whose round is due, from now on held under ``lease`` (a new id), so that nobody else asks."""
    free = sa.or_(WATCHES.c.leased_until.is_(None), WATCHES.c.leased_until <= now)
    due = sa.select(WATCHES.c.id).where(WATCHES.c.state == "ACTIVE", WATCHES.c.next_at <= now, free)
    ids = connection.execute(due.order_by(WATCHES.c.next_at).limit(AT_ONCE).with_for_update(skip_locked=True)).scalars()
    held_ = WATCHES.c.id.in_(list(ids))
    connection.execute(sa.update(WATCHES).where(held_).values(lease=lease, leased_until=now + lease_seconds))
    rows = connection.execute(sa.select(WATCHES).where(WATCHES.c.lease == lease, WATCHES.c.state == "ACTIVE"))
    return [watch_of(row) for row in rows]


def next_due(connection: sa.Connection) -> float | None:
    """Return when the next round is due, as far as is known now; None when none is."""
    free = sa.case((WATCHES.c.leased_until > WATCHES.c.next_at, WATCHES.c.leased_until), else_=WATCHES.c.next_at)
    return connection.execute(sa.select(sa.func.min(free)).where(WATCHES.c.state == "ACTIVE")).scalar_one_or_none()


def renew(connection: sa.Connection, watch: str, lease: str, until: float) -> bool:
    """Hold a watch longer; return whether it is this lease's still."""
    mine = sa.and_(WATCHES.c.id == watch, WATCHES.c.lease == lease, WATCHES.c.state == "ACTIVE")
    return bool(connection.execute(sa.update(WATCHES).where(mine).values(leased_until=until)).rowcount == 1)


def release(connection: sa.Connection, lease: str) -> None:
    """Let go of the watches that are held under ``lease``: another may ask at once."""
    free = {"lease": None, "leased_until": None}
    connection.execute(sa.update(WATCHES).where(WATCHES.c.lease == lease).values(**free))


def settle(
    connection: sa.Connection,
    watch: str,
    lease: str,
    changed: Mapping[str, Any],
    after: Mapping[tuple[int, str], Known] | None = None,
    messages: Sequence[Message] = (),
) -> bool:
    """Write what a round came to, its messages with it, and let the watch go; return whether it was this lease's still.

    ``changed`` are columns of the watch: when it is asked next, or that it has stopped. Nothing is written of a watch
    that was stopped meanwhile, or taken over by another.
    """
    mine = sa.and_(WATCHES.c.id == watch, WATCHES.c.lease == lease, WATCHES.c.state == "ACTIVE")
    free = {"lease": None, "leased_until": None}
    if connection.execute(sa.update(WATCHES).where(mine).values(**changed, **free)).rowcount != 1:
        return False
    rows = [
        {
            "watch": watch,
            "place": place,
            "section": section,
            "state": each.state,
            "digest": each.digest,
            "since": each.since,
            "unknown_since": each.unknown_since,
        }
        for (place, section), each in (after or {}).items()
    ]
    upsert_standings(connection, rows)
    for message in messages:
        insert_once(connection, MESSAGES, message_row(message))
    return True


def stop(connection: sa.Connection, watch: str, owner: Sequence[str], reason: str, at: str) -> Watch | None:
    """Return the watch of ``owner``, stopped; None where it has none of that id. One that has stopped stays so."""
    one = sa.and_(WATCHES.c.id == watch, WATCHES.c.owner.in_(owner))
    stopped = {"state": "STOPPED", "reason": reason, "stopped_at": at, "lease": None, "leased_until": None}
    connection.execute(sa.update(WATCHES).where(one, WATCHES.c.state == "ACTIVE").values(**stopped))
    row = connection.execute(sa.select(WATCHES).where(one)).one_or_none()
    return None if row is None else watch_of(row)
