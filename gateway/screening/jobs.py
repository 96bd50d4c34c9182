"""The jobs of this installation, on disk: what was asked, which slices are done, and how they came out.

# INVARIANT: a slice counts as done only when its outcomes are on disk, and what is on disk is never asked again, by
whichever process: of two that come to the same slice, the first to be kept counts.
"""

import json
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connectors.clock import now_text
from gateway.screening.arriving import unfinished
from gateway.screening.job import UNFINISHED, Job, Progress, Settings, SliceState, State, counts_of, summed
from gateway.screening.model import RowOutcome
from gateway.screening.tables import JOBS, METADATA, SLICES
from gateway.storage import StoreThread, WorkStore, open_works
from gateway.storage.works import begin_writing

T = TypeVar("T")
_OUTCOMES: Final = msgspec.json.Decoder(list[RowOutcome])
_SETTINGS: Final = msgspec.json.Decoder(Settings)


QUEUE: Final = "queue"
"""Holds the slices that were put into a queue, until somebody works on them."""
FAILED_HOLDER: Final = "failed"
"""Holds slices that failed, until they are tried again."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Who takes a slice: from ``now`` until it is given up, if it does not say anything before (UNIX times)."""

    holder: str
    now: float
    until: float


class TooManyOpen(Exception):
    """As many screenings of a client are under way as may be."""


class JobReused(Exception):
    """An idempotency key that was sent before, with another input."""


class Jobs:
    """Open with `await Jobs.open(url)`; one per event loop."""

    def __init__(self, url: str) -> None:
        self._thread: StoreThread[WorkStore] = StoreThread(partial(open_works, url, METADATA, "screenings'"), "jobs")

    @classmethod
    async def open(cls, url: str) -> "Jobs":
        """Return the jobs in a `sqlite:///` file or `postgresql://` database; raise what the driver raises."""
        jobs = cls(url)
        await jobs._thread.start()
        return jobs

    async def close(self) -> None:
        """Finish what is being written, then let go of the store."""
        await self._thread.stop()

    async def begin(
        self,
        job: Job,
        slices: Sequence[tuple[int, bytes | None]],
        *,
        sealed: bytes | None = None,
        mutation: str | None = None,
        asked: str = "",
        most: int | None = None,
    ) -> Job:
        """Return ``job`` as stored, on disk, with its ``slices``: rows, and the encrypted keys of an inline job.

        A ``mutation`` (digest of a key) that was stored before gives the first job, if ``asked`` is the same; else
        raises `JobReused`. Raises `TooManyOpen` where the client has ``most`` already that are not ended.
        """

        def do(connection: sa.Connection) -> Job:
            stored = _begin(connection, job, slices, sealed, mutation, asked)
            if most is not None and stored.id == job.id and unfinished(connection, job.client) > most:
                raise TooManyOpen  # and with it the transaction is undone
            return stored

        return await self._do(do)

    async def find(self, job: str) -> Job | None:
        """Return a job by its id."""
        query = sa.select(JOBS).where(JOBS.c.id == job)
        row = await self._do(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _job(row)

    async def of_client(self, client: str, first: int) -> list[Job]:
        """Return the jobs of a client, the newest first."""
        query = (
            sa.select(JOBS).where(JOBS.c.client == client).order_by(JOBS.c.created_at.desc(), JOBS.c.id).limit(first)
        )
        return [_job(row) for row in await self._do(lambda connection: connection.execute(query).all())]

    async def running(self) -> list[str]:
        """Return the ids of the inline jobs that are not ended, the oldest first."""
        query = sa.select(JOBS.c.id).where(JOBS.c.state == "RUNNING", JOBS.c.sealed.is_not(None))
        query = query.order_by(JOBS.c.created_at)
        return [row.id for row in await self._do(lambda connection: connection.execute(query).all())]

    async def sealed(self, job: str) -> bytes | None:
        """Return what an inline job keeps encrypted of who asks, None once it has ended."""
        query = sa.select(JOBS.c.sealed).where(JOBS.c.id == job)
        return await self._do(lambda connection: connection.execute(query).scalar_one_or_none())

    async def places(self, job: str) -> dict[int, tuple[SliceState, str | None]]:
        """Return state and waiting time of every slice that is not open."""
        table = SLICES.c
        query = sa.select(table.place, table.state, table.until).where(table.job == job, table.state != "OPEN")
        rows = await self._do(lambda connection: connection.execute(query).all())
        return {row.place: (row.state, row.until) for row in rows}

    async def outcomes(self, job: str, place: int) -> list[RowOutcome] | None:
        """Return the outcomes of one slice, None while it is open."""
        query = sa.select(SLICES.c.outcomes).where(SLICES.c.job == job, SLICES.c.place == place)
        raw = await self._do(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if raw is None else _OUTCOMES.decode(zlib.decompress(raw))

    async def settled(self, job: str, place: int) -> list[RowOutcome] | None:
        """Return the outcomes of one slice that is done, which never change; None while some row may be asked again."""
        one = sa.and_(SLICES.c.job == job, SLICES.c.place == place, SLICES.c.state == "DONE")
        query = sa.select(SLICES.c.outcomes).where(one)
        raw = await self._do(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if raw is None else _OUTCOMES.decode(zlib.decompress(raw))

    async def keys(self, job: str, place: int) -> bytes | None:
        """Return the encrypted keys of one slice."""
        query = sa.select(SLICES.c.named).where(SLICES.c.job == job, SLICES.c.place == place)
        return await self._do(lambda connection: connection.execute(query).scalar_one_or_none())

    async def keep(self, job: str, place: int, outcomes: Sequence[RowOutcome], *, wait: bool) -> None:
        """Keep the outcomes of a slice that is not done; with ``wait``, those of closed sources will be asked again.

        On disk when this returns.
        """
        until = max((each.again for each in outcomes if each.again is not None), default=None) if wait else None
        row = {
            "state": "DONE" if until is None else "WAITS",
            "until": until,
            "holder": None,
            "held_until": None,
            "counts": json.dumps(counts_of(outcomes)),
            "outcomes": zlib.compress(msgspec.json.encode(outcomes), 6),
        }
        table = SLICES.c
        one = sa.and_(table.job == job, table.place == place, table.state != "DONE")
        await self._do(lambda connection: connection.execute(sa.update(SLICES).where(one).values(row)))

    async def take(self, job: str, hold: Hold) -> int | None:
        """Return a slice that nobody holds, held from now on; None when there is none at the moment.

        Slices that wait are taken when their time has come.
        """
        return await self._do(lambda connection: _take(connection, job, hold))

    async def hold(self, job: str, place: int, hold: Hold) -> bool:
        """Return whether one slice, which is not done, is held by ``hold`` from now on: nobody else has it."""
        return await self._do(lambda connection: _hold(connection, job, place, hold))

    async def put_back(self, job: str, place: int, holder: str, until: float, *, counts: bool = True) -> int:
        """Let go of a slice that failed while ``holder`` had it, not to be taken before ``until`` (UNIX time).

        Return how many failures have counted, this one if it ``counts``. A slice that is done, or that another has
        taken over, is left alone: then none counts.
        """
        one = sa.and_(SLICES.c.job == job, SLICES.c.place == place)
        mine = sa.and_(one, SLICES.c.state != "DONE", SLICES.c.holder == holder)
        change = sa.update(SLICES).where(mine)
        change = change.values(holder=FAILED_HOLDER, held_until=until, attempts=SLICES.c.attempts + int(counts))
        query = sa.select(SLICES.c.attempts).where(one)

        def do(connection: sa.Connection) -> int:
            return int(connection.execute(query).scalar_one()) if connection.execute(change).rowcount == 1 else 0

        return await self._do(do)

    async def progress(self, job: str) -> Progress:
        """Return how far a job is."""
        table = SLICES.c
        query = sa.select(table.rows, table.state, table.until, table.counts).where(table.job == job)
        rows = await self._do(lambda connection: connection.execute(query).all())
        done = [row for row in rows if row.state == "DONE"]
        waiting = min((row.until for row in rows if row.state == "WAITS"), default=None)
        counts = summed(json.loads(row.counts) for row in rows if row.counts is not None)
        return Progress(sum(row.rows for row in rows), sum(row.rows for row in done), counts, waiting)

    async def end(self, job: str, state: State, manifest: str | None = None, failure: str | None = None) -> Job:
        """Return the job, ended and on disk, unless it had ended before; its keys and its caller are deleted."""
        return await self._do(lambda connection: _end(connection, job, state, manifest, failure))

    async def expire(self, now: str) -> list[str]:
        """End every job whose time is over at ``now`` (ISO 8601); return their ids."""
        query = sa.select(JOBS.c.id).where(JOBS.c.state.in_(UNFINISHED), JOBS.c.expires_at <= now)
        over = [row.id for row in await self._do(lambda connection: connection.execute(query).all())]
        for each in over:
            await self.end(each, "EXPIRED")
        return over

    async def do(self, do: Callable[[sa.Connection], T]) -> T:
        """Return ``do(connection)``, done in one transaction that is on disk when this returns."""
        return await self._do(do)

    async def _do(self, do: Callable[[sa.Connection], T]) -> T:
        return await self._thread.submit(lambda store: store.work(do))


def digest(*parts: str) -> str:
    """Return the SHA-256 in hex of texts, each told apart from the next."""
    return sha256(json.dumps(parts).encode()).hexdigest()


def _begin(
    connection: sa.Connection,
    job: Job,
    slices: Sequence[tuple[int, bytes | None]],
    sealed: bytes | None,
    mutation: str | None,
    asked: str,
) -> Job:
    begin_writing(connection)
    told: dict[str, Any] = {
        "id": job.id,
        "client": job.client,
        "purpose": job.purpose,
        "rules": job.rules,
        "as_of": job.as_of,
        "input": job.input,
        "settings": msgspec.json.encode(job.settings).decode(),
        "rows": job.rows,
        "slices": job.slices,
        "state": job.state,
        "sealed": sealed,
        "created_at": job.created_at,
        "expires_at": job.expires_at,
        "mutation": mutation,
        "asked": asked,
    }
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    unique = ["id"] if mutation is None else ["mutation"]
    made = connection.execute(insert(JOBS).values(**told).on_conflict_do_nothing(index_elements=unique)).rowcount == 1
    same = JOBS.c.id == job.id if mutation is None else JOBS.c.mutation == mutation
    row = connection.execute(sa.select(JOBS).where(same)).one()
    if row.asked != asked:
        raise JobReused
    if made:
        parts = [
            {"job": job.id, "place": place, "rows": rows, "named": keys, "state": "OPEN"}
            for place, (rows, keys) in enumerate(slices)
        ]
        if parts:
            connection.execute(sa.insert(SLICES), parts)
    return _job(row)


def _take(connection: sa.Connection, job: str, hold: Hold) -> int | None:
    begin_writing(connection)
    table = SLICES.c
    free = sa.or_(table.held_until.is_(None), table.held_until <= hold.now)
    query = sa.select(table.place).where(table.job == job, _due(hold.now), free).order_by(table.place).limit(1)
    place = connection.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()
    if place is not None:
        one = sa.and_(table.job == job, table.place == place)
        connection.execute(sa.update(SLICES).where(one).values(holder=hold.holder, held_until=hold.until))
    return place


def _hold(connection: sa.Connection, job: str, place: int, hold: Hold) -> bool:
    table = SLICES.c
    mine = table.holder.in_([hold.holder, QUEUE])
    free = sa.or_(table.held_until.is_(None), table.held_until <= hold.now, mine)
    one = sa.and_(table.job == job, table.place == place, _due(hold.now), free)
    change = sa.update(SLICES).where(one).values(holder=hold.holder, held_until=hold.until)
    return connection.execute(change).rowcount == 1


def _due(now: float) -> sa.ColumnElement[bool]:
    table = SLICES.c
    return sa.or_(table.state == "OPEN", sa.and_(table.state == "WAITS", table.until <= _text(now)))


def _end(connection: sa.Connection, job: str, state: State, manifest: str | None, failure: str | None) -> Job:
    begin_writing(connection)
    ended: dict[str, Any] = {"state": state, "ended_at": now_text(), "manifest": manifest, "failure": failure}
    ended["sealed"] = None
    connection.execute(sa.update(JOBS).where(JOBS.c.id == job, JOBS.c.state.in_(UNFINISHED)).values(**ended))
    connection.execute(sa.update(SLICES).where(SLICES.c.job == job).values(named=None))
    return _job(connection.execute(sa.select(JOBS).where(JOBS.c.id == job)).one())


def _job(row: sa.Row[Any]) -> Job:
    return Job(
        id=row.id,
        client=row.client,
        purpose=row.purpose,
        rules=row.rules,
        as_of=row.as_of,
        input=row.input,
        settings=_SETTINGS.decode(row.settings),
        rows=row.rows,
        slices=row.slices,
        created_at=row.created_at,
        expires_at=row.expires_at,
        state=row.state,
        ended_at=row.ended_at,
        manifest=row.manifest,
        failure=row.failure,
    )


def _text(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".000Z"
