"""Slices of a portfolio that is being uploaded, as they come into the store: what is done in one transaction each."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.screening.job import UNFINISHED
from gateway.screening.tables import JOBS, SLICES
from gateway.storage.works import begin_writing

Slice = tuple[int, int, bytes]
"""Its place, how many rows it has, its keys encrypted."""


def arrive(connection: sa.Connection, job: str, slices: Sequence[Slice]) -> int | None:
    """Keep those ``slices`` that are not there yet; return how many rows have come, None if no more are taken."""
    begin_writing(connection)
    query = sa.select(JOBS.c.state).where(JOBS.c.id == job).with_for_update()
    if connection.execute(query).scalar_one_or_none() != "RECEIVING":
        return None
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    parts = [{"job": job, "place": at, "rows": rows, "named": keys, "state": "OPEN"} for at, rows, keys in slices]
    if parts:
        connection.execute(insert(SLICES).on_conflict_do_nothing(index_elements=["job", "place"]), parts)
    return received(connection, job)


def received(connection: sa.Connection, job: str) -> int:
    """Return how many rows of a job have come."""
    query = sa.select(sa.func.coalesce(sa.func.sum(SLICES.c.rows), 0)).where(SLICES.c.job == job)
    return int(connection.execute(query).scalar_one())


def start(connection: sa.Connection, job: str) -> None:
    """Let a job be worked on, all of whose rows have come."""
    whole = sa.and_(JOBS.c.id == job, JOBS.c.state == "RECEIVING")
    connection.execute(sa.update(JOBS).where(whole).values(state="RUNNING"))


def unfinished(connection: sa.Connection, client: str) -> int:
    """Return how many screenings of keys that were sent a client has that are not ended."""
    open_ = sa.and_(JOBS.c.client == client, JOBS.c.state.in_(UNFINISHED), JOBS.c.sealed.is_not(None))
    return int(connection.execute(sa.select(sa.func.count()).select_from(JOBS).where(open_)).scalar_one())
