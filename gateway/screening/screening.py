"""The screening of a file from its beginning, or from where it was left, to its output and its signed manifest."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from connectors.clock import now_text, utc_text
from gateway.ledger import Secret, new_receipt
from gateway.proof.note import SigningKey
from gateway.screening.files import FileRefused
from gateway.screening.job import Job, Progress
from gateway.screening.jobs import Jobs, digest
from gateway.screening.manifest import Manifest, job_salt, sign_manifest
from gateway.screening.model import Check
from gateway.screening.outlets import Draft, Outlet
from gateway.screening.output import Coming, Kept, write_output
from gateway.screening.portfolio import Portfolio
from gateway.screening.run import Advance, FileRun, first_error

LASTING_DAYS: Final = 30
"""How long a job that is not finished can be gone on with."""


class SignedManifest(msgspec.Struct, frozen=True):
    """What the owner of a screened file keeps: the signed ``note``, and the ``salt`` (hex) by which rows are proven."""

    note: str
    salt: str


@dataclass(frozen=True, slots=True)
class Question:
    """Who screens what for: the ``rules`` with version and digest, the day ``as_of`` (ISO 8601)."""

    client: str
    purpose: str
    rules: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Screened:
    """A finished screening; ``waiting`` rows may be settled by asking again after ``again`` (ISO 8601)."""

    job: Job
    progress: Progress
    manifest: SignedManifest
    waiting: int = 0
    again: str | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """What screenings of files need; ``secret`` and ``key`` are those of the ledger."""

    jobs: Jobs
    secret: Secret
    key: SigningKey
    now: Callable[[], str] = now_text
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def begin(self, portfolio: Portfolio, question: Question) -> Job:
        """Return a new job over ``portfolio``, on disk."""
        now = self.now()
        job = Job(
            id=new_receipt(),
            client=question.client,
            purpose=question.purpose,
            rules=question.rules,
            as_of=question.as_of,
            input=portfolio.digest,
            settings=portfolio.settings,
            rows=portfolio.rows,
            slices=len(portfolio.slices),
            created_at=now,
            expires_at=utc_text(datetime.fromisoformat(now).astimezone(UTC) + timedelta(days=LASTING_DAYS)),
        )
        return await self.jobs.begin(job, [(rows, None) for rows in portfolio.slices], asked=asked(job))

    async def resume(self, job_id: str, portfolio: Portfolio, question: Question) -> Job:
        """Return the job ``job_id``, to be gone on with; raises `FileRefused` when it asks something else."""
        job = await self.jobs.find(job_id)
        if job is None or job.client != question.client:
            raise FileRefused(f"there is no job `{job_id}` of this client")
        if job.state != "RUNNING" and job.state != "FINISHED":
            raise FileRefused(f"the job is {job.state.lower()}: begin anew without `--resume`")
        wanted = replace(job, purpose=question.purpose, rules=question.rules, input=portfolio.digest)
        for what, same in (
            ("the file is not the one that the job began with", wanted.input == job.input),
            ("the rule set is not the one that the job began with", wanted.rules == job.rules),
            ("the purpose is not the one that the job began with", wanted.purpose == job.purpose),
            ("the job began with other options", portfolio.settings == job.settings),
        ):
            if not same:
                raise FileRefused(f"{what}: begin anew without `--resume`")
        return job

    async def finish(
        self, job: Job, portfolio: Portfolio, check: Check, out: Path | Outlet, advance: Advance, *, wait: bool
    ) -> Screened:
        """Return when every row has its outcome and is written to ``out``: a path is written when all is done.

        Raises `RequestError`, `FileRefused`, OSError.
        """
        outlet = Draft(out) if isinstance(out, Path) else out
        outlet.require(portfolio.reader)
        coming = Coming(self.jobs, job)

        def kept(rows: int) -> None:
            coming.look()
            advance(rows)

        run = FileRun(self.jobs, job, portfolio.reader, check, kept, self.now, self.sleep)
        salt = job_salt(self.secret.key, job.client, job.input, job.rules, job.as_of)
        if outlet.runs:
            with first_error():
                async with asyncio.TaskGroup() as tasks:
                    writing = tasks.create_task(write_output(coming, job, portfolio.reader, salt, outlet))
                    progress = await run.run(wait=wait)
            written = writing.result()
        else:
            progress = await run.run(wait=wait)
            written = await write_output(Kept(self.jobs, job), job, portfolio.reader, salt, outlet)
        manifest = Manifest(
            origin=self.key.name,
            job=job.id,
            rules=job.rules,
            as_of=job.as_of,
            rows=written.tree.size,
            root=written.tree.root(),
            counts=progress.counts,
            input=job.input,
            output=written.digest,
            key=job.settings.key,
            columns=job.settings.added,
            time=self.now(),
        )
        signed = SignedManifest(sign_manifest(manifest, self.key), salt.hex())
        ended = await self.jobs.end(job.id, "FINISHED", signed.note)
        return Screened(ended, progress, signed, written.waiting, written.again)


def asked(job: Job) -> str:
    """Return the digest of what a job asks, by which another of the same key is known to be the same."""
    settings = msgspec.json.encode(job.settings).decode()
    return digest(job.client, job.purpose, job.rules, job.as_of, job.input, settings)
