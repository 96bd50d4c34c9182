"""A portfolio of up to a million rows that comes in parts: each kept, encrypted, before it is acknowledged.

It is announced first (`gateway.screening.announced`): how many rows, under which digest. Parts come in order, each of
whole slices; one that has come before does no harm, so that whoever was interrupted goes on with what is missing. When
the last has come, the digest is made anew over everything; if it is the one announced the work begins. At no time is
more than one part in memory.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from connectors.clock import now_text, utc_text
from gateway.errors import RowsRefused, ScreeningsUnavailable
from gateway.ledger import new_receipt
from gateway.screening.arriving import Slice, arrive, received, start
from gateway.screening.job import Job, Settings
from gateway.screening.jobs import digest
from gateway.screening.keyed import CALLER, LASTING_DAYS, Keyed, SealedCaller, SentKey
from gateway.screening.screening import Question
from gateway.screening.sent import RowsDigest, SentRow
from gateway.screening.shown import AWAY
from gateway.screening.vault import VaultError

MAXIMUM_OPEN: Final = 10
"""Screenings of keys that were sent, of one client, that are not ended."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What will come: so many ``rows`` under a ``digest`` (SHA-256, hex; `gateway.screening.sent`)."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes portfolios in; ``wake`` lets the work begin at once."""

    keyed: Keyed
    wake: Callable[[], None]

    async def announce(
        self,
        announced: Announced,
        question: Question,
        caller: SealedCaller,
        settings: Settings,
        key: str | None,
        asked: Sequence[str] = (),
    ) -> Job:
        """Return the job, on disk, whose rows are to come; ``key`` and ``asked`` as `Keyed.begin` takes them.

        Raises `gateway.screening.jobs.JobReused`, `TooManyOpen`.
        """
        job_id, now = new_receipt(), now_text()
        job = Job(
            id=job_id,
            client=question.client,
            purpose=question.purpose,
            rules=question.rules,
            as_of=question.as_of,
            input=announced.digest,
            settings=settings,
            rows=announced.rows,
            slices=-(-announced.rows // settings.slice_rows),
            created_at=now,
            expires_at=utc_text(datetime.fromisoformat(now).astimezone(UTC) + timedelta(days=LASTING_DAYS)),
            state="RECEIVING",
        )
        told = msgspec.json.encode(settings).decode()
        return await self.keyed.jobs.begin(
            job,
            [],
            sealed=self.keyed.vault.seal(msgspec.json.encode(caller), job_id, CALLER),
            mutation=None if key is None else digest(caller.client, caller.subject or "", key),
            asked=digest("announced", job.client, job.purpose, job.input, str(job.rows), told, *asked),
            most=MAXIMUM_OPEN,
        )

    async def receive(self, job: Job, first: int, rows: Sequence[SentRow]) -> int:
        """Keep ``rows``, of which the first has the number ``first``; return how many of the portfolio have come.

        They are on disk when this returns, and with the last of them the work has begun. Raises `RowsRefused`,
        `ScreeningsUnavailable`.
        """
        try:
            return await self._receive(job, first, rows)
        except AWAY:
            raise ScreeningsUnavailable("the rows cannot be kept now: send them again") from None

    async def _receive(self, job: Job, first: int, rows: Sequence[SentRow]) -> int:
        if job.state in {"RUNNING", "FINISHED"}:
            return job.rows
        if job.state != "RECEIVING":
            raise RowsRefused(f"the screening is {job.state.lower()}: begin a new one", extensions={"reason": "ENDED"})
        come = await self.keyed.jobs.do(lambda connection: received(connection, job.id))
        _require_place(job, first, rows, come)
        slices = self._sealed(job, first, rows)
        after = await self.keyed.jobs.do(lambda connection: arrive(connection, job.id, slices))
        if after is None:  # another request has brought the last of them, or its time is over
            now = await self.keyed.jobs.find(job.id)
            return await self._receive(now, first, rows) if now is not None else come
        if after == job.rows:
            await self._complete(job)
        return after

    async def _complete(self, job: Job) -> None:
        """Begin to work on ``job`` if it is what was announced, else end it."""
        try:
            told = await self._digest(job)
        except VaultError:
            await self.keyed.jobs.end(job.id, "FAILED", failure="KEYS_UNREADABLE")
            raise RowsRefused(
                "the rows that came before cannot be read any more: begin a new screening",
                extensions={"reason": "ENDED"},
            ) from None
        if told != job.input:
            await self.keyed.jobs.end(job.id, "FAILED", failure=RowsRefused.code)
            raise RowsRefused(
                "the rows that came are not those that were announced: begin a new screening",
                extensions={"reason": "DIFFERENT"},
            )
        await self.keyed.jobs.do(lambda connection: start(connection, job.id))
        self.wake()

    async def _digest(self, job: Job) -> str:
        told = RowsDigest()
        for place in range(job.slices):
            for each in await self.keyed.keys(job.id, place) or ():
                told.add(each.value, each.fault)
        return told.hex

    def _sealed(self, job: Job, first: int, rows: Sequence[SentRow]) -> list[Slice]:
        size, scheme = job.settings.slice_rows, job.settings.scheme
        slices: list[Slice] = []
        for at in range(0, len(rows), size):
            place = (first - 1 + at) // size
            keys = [SentKey(row.key, scheme, row.fault) for row in rows[at : at + size]]
            slices.append((place, len(keys), self.keyed.vault.seal(msgspec.json.encode(keys), job.id, str(place))))
        return slices


def _require_place(job: Job, first: int, rows: Sequence[SentRow], come: int) -> None:
    """Raise `RowsRefused` unless ``rows`` are whole slices that follow on what has come."""
    size, last = job.settings.slice_rows, first - 1 + len(rows)
    whole = (first - 1) % size == 0 and (last == job.rows or len(rows) % size == 0)
    if first < 1 or not rows or not whole or last > job.rows or first > come + 1:
        raise RowsRefused(
            f"expected whole slices of {size:,} rows, beginning with row {come + 1:,}, of {job.rows:,} rows in all",
            extensions={"reason": "MISPLACED", "received": come},
        )
