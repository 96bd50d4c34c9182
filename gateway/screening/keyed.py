"""A portfolio whose keys were sent to the gateway: kept encrypted, slices worked on by whoever takes them.

The same code runs in the gateway itself (`gateway.screening.runner`) and in workers on other machines
(`gateway.screening.stream`): a slice is held while it is worked on, and the store, not a queue, says what is done.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec

from connectors.clock import now_text, utc_text
from gateway.errors import RequestError
from gateway.failure import report
from gateway.ledger import new_receipt
from gateway.proof.merkle import Frontier
from gateway.proof.note import SigningKey
from gateway.screening.job import Job, Settings
from gateway.screening.jobs import Hold, Jobs, digest
from gateway.screening.manifest import ALGORITHM, Manifest, job_salt, sign_manifest
from gateway.screening.model import Check, Fault
from gateway.screening.output import grow
from gateway.screening.results import cells
from gateway.screening.screening import Question, SignedManifest
from gateway.screening.slices import Named, ask, named_by
from gateway.screening.vault import Vault, VaultError

LASTING_DAYS: Final = 7
HELD_SECONDS: Final = 40.0
"""After how long without a sign of life whoever holds a slice is given up."""
SIGN_SECONDS: Final = 10.0
ATTEMPTS: Final = 10
LONGEST_PAUSE_SECONDS: Final = 86_400.0
PASSING: Final = frozenset({429, 503})
"""Refusals that pass by themselves: a budget that is spent, a store that is away. They do not count as attempts."""
CALLER: Final = "caller"
"""The place of who asks, among the places of slices, in what is encrypted."""


class SentKey(msgspec.Struct, frozen=True, array_like=True):
    """A key as it was sent; ``scheme`` where it was stated, ``fault`` where its row can be read no further."""

    value: str
    scheme: str | None = None
    fault: str | None = None

    @property
    def named(self) -> Named:
        """Whom it names, or why nobody."""
        return named_by(self.value, self.scheme, None if self.fault is None else Fault(self.fault))


class SealedCaller(msgspec.Struct, frozen=True):
    """Who asks, as it was when the job began: what `gateway.caller.Caller` is made of."""

    client: str
    department: str | None
    scopes: list[str]
    purpose: str
    case: str | None = None
    consent: str | None = None
    subject: str | None = None


CheckFor = Callable[[Job, SealedCaller], Awaitable[Check]]
"""From a job and who began it to what checks its slices now, under the rights of the moment; raises `RequestError`."""
_KEYS: Final = msgspec.json.Decoder(list[SentKey])
_CALLER: Final = msgspec.json.Decoder(SealedCaller)


@dataclass(frozen=True, slots=True)
class Keyed:
    """Screenings of keys that were sent; ``holder`` names this process among those that work on slices."""

    jobs: Jobs
    vault: Vault
    key: SigningKey
    check_for: CheckFor
    holder: str = field(default_factory=lambda: uuid4().hex)

    async def begin(
        self,
        keys: Sequence[SentKey],
        question: Question,
        caller: SealedCaller,
        settings: Settings,
        key: str | None,
        asked: Sequence[str] = (),
    ) -> Job:
        """Return the job, on disk; ``key`` is its idempotency key, ``asked`` what else must be the same under it.

        Raises `gateway.screening.jobs.JobReused`.
        """
        job_id, now = new_receipt(), now_text()
        size = settings.slice_rows
        parts = [keys[at : at + size] for at in range(0, len(keys), size)]
        slices = [
            (len(part), self.vault.seal(msgspec.json.encode(part), job_id, str(place)))
            for place, part in enumerate(parts)
        ]
        job = Job(
            id=job_id,
            client=question.client,
            purpose=question.purpose,
            rules=question.rules,
            as_of=question.as_of,
            input=digest(*(text for each in keys for text in (each.scheme or "", each.value))),
            settings=settings,
            rows=len(keys),
            slices=len(slices),
            created_at=now,
            expires_at=utc_text(datetime.fromisoformat(now).astimezone(UTC) + timedelta(days=LASTING_DAYS)),
        )
        told = msgspec.json.encode(settings).decode()
        return await self.jobs.begin(
            job,
            slices,
            sealed=self.vault.seal(msgspec.json.encode(caller), job_id, CALLER),
            mutation=None if key is None else digest(caller.client, caller.subject or "", key),
            asked=digest(job.client, job.purpose, job.input, told, *asked),
        )

    async def work(self, job_id: str, place: int) -> None:
        """Work on one slice, if nobody else does; then finish the job, if it was the last. Raises nothing of a check.

        A failure is tried again after a while; after `ATTEMPTS` of them the job is given up.
        """
        hold = self.hold()
        if not await self.jobs.hold(job_id, place, hold):
            return
        job = await self.jobs.find(job_id)
        if job is None or job.state != "RUNNING":
            return
        try:
            async with self._held(job_id, place):
                await self._slice(job, place)
        except VaultError:
            await self._unreadable(job)
            return
        except Exception as error:  # noqa: BLE001  (a check may fail in any way: it is tried again, then given up)
            failed = error if isinstance(error, RequestError) else report(error)
            passing = failed.status in PASSING
            until = time.time() + _pause(failed)
            attempts = await self.jobs.put_back(job_id, place, hold.holder, until, counts=not passing)
            if attempts >= ATTEMPTS:
                await self.jobs.end(job_id, "FAILED", failure=failed.code)
            return
        await self.settle(job)

    def hold(self) -> Hold:
        """Return the hold of this process from now on."""
        now = time.time()
        return Hold(self.holder, now, now + HELD_SECONDS)

    async def settle(self, job: Job) -> None:
        """Sign the manifest and end the job, if every slice is done."""
        progress = await self.jobs.progress(job.id)
        if progress.done < job.rows:
            return
        try:
            signed = await self._signed(job, progress.counts)
        except VaultError:
            await self._unreadable(job)
            return
        if signed is not None:
            await self.jobs.end(job.id, "FINISHED", msgspec.json.encode(signed).decode())

    async def settle_left(self, job_id: str) -> None:
        """Do the same for a job of which all is done, or somebody else is at work on what is not.

        Whoever did the last slice may have died before it could end the job.
        """
        job = await self.jobs.find(job_id)
        if job is not None and job.state == "RUNNING":
            await self.settle(job)

    async def _unreadable(self, job: Job) -> None:
        await self.jobs.end(job.id, "FAILED", failure="KEYS_UNREADABLE")

    async def _signed(self, job: Job, counts: Mapping[str, int]) -> SignedManifest | None:
        """Return the manifest of a job that is done, None where somebody else has ended it; raises `VaultError`."""
        salt = job_salt(self.vault.secrets[0].key, job.client, job.input, job.rules, job.as_of)
        tree = Frontier(ALGORITHM)
        for place in range(job.slices):
            keys, outcomes = await self.keys(job.id, place), await self.jobs.outcomes(job.id, place)
            if keys is None or outcomes is None:
                return None
            first = tree.size + 1
            told = ["" if o.fault == Fault.PERSONAL_NUMBER else k.value for k, o in zip(keys, outcomes, strict=True)]
            added = [cells(first + at, each, job.settings.columns) for at, each in enumerate(outcomes)]
            grow(tree, salt, zip(told, added, strict=True))
        manifest = Manifest(
            origin=self.key.name,
            job=job.id,
            rules=job.rules,
            as_of=job.as_of,
            rows=tree.size,
            root=tree.root(),
            counts=counts,
            input=job.input,
            output=None,
            key=job.settings.key,
            columns=job.settings.added,
            time=now_text(),
        )
        return SignedManifest(sign_manifest(manifest, self.key), salt.hex())

    async def _slice(self, job: Job, place: int) -> None:
        keys, sealed = await self.keys(job.id, place), await self.jobs.sealed(job.id)
        if keys is None or sealed is None:
            return
        caller = _CALLER.decode(self.vault.open(sealed, job.id, CALLER))
        check = await self.check_for(job, caller)
        before = await self.jobs.outcomes(job.id, place)
        named = [each.named for each in keys]
        outcomes = await ask(place * job.settings.slice_rows + 1, named, check, before)
        await self.jobs.keep(job.id, place, outcomes, wait=job.settings.wait)

    async def keys(self, job: str, place: int) -> list[SentKey] | None:
        """Return the keys of one slice, None when they were deleted; raises `VaultError`."""
        sealed = await self.jobs.keys(job, place)
        return None if sealed is None else _KEYS.decode(self.vault.open(sealed, job, str(place)))

    @asynccontextmanager
    async def _held(self, job: str, place: int) -> AsyncIterator[None]:
        """Give signs of life within the block."""

        async def sign() -> None:
            while True:
                await asyncio.sleep(SIGN_SECONDS)
                await self.jobs.hold(job, place, self.hold())

        signing: asyncio.Task[Any] = asyncio.create_task(sign())
        try:
            yield
        finally:
            signing.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await signing


def _pause(error: RequestError) -> float:
    """Return the seconds after which a request that was refused is worth another try."""
    told = error.headers.get("Retry-After", "")
    return min(float(told), LONGEST_PAUSE_SECONDS) if told.isdigit() else SIGN_SECONDS
