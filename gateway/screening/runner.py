"""Works on screenings in this process, one slice after the other, the jobs in turn: one machine, no queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from connectors.clock import now_text
from gateway.screening.jobs import QUEUE, Hold
from gateway.screening.keyed import Keyed

POLL_SECONDS: Final = 5.0
"""How often it is looked for slices whose time has come, and for those of a process that died."""
QUEUED_SECONDS: Final = 300.0
"""After how long a slice that was put into a queue, and that nobody works on, is put there again."""

Put = Callable[[str, int], Awaitable[None]]
"""Puts one slice of a job where workers find it."""

_log: Final = logging.getLogger("gateway.screening")


class Runner:
    """Works, or with ``put`` lets others work, on what is to be done; `wake` when there is something new."""

    def __init__(self, keyed: Keyed, put: Put | None = None, poll_seconds: float = POLL_SECONDS) -> None:
        self._keyed = keyed
        self._put = put
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Look at once."""
        self._woken.set()

    async def close(self) -> None:
        """Stop; what is being asked is dropped, and asked again by whoever goes on with it."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def round(self) -> bool:
        """Take one slice of each job; return whether there was any. A job that cannot be worked on stops no other."""
        await self._keyed.jobs.expire(now_text())
        found = False
        for job in await self._keyed.jobs.running():
            try:
                found = await self._turn(job) or found
            except Exception as error:  # noqa: BLE001  (whatever it is, the next job is another client's)
                _log.error("screening failed for now: job=%s kind=%s", job, type(error).__name__)
        return found

    async def _turn(self, job: str) -> bool:
        """Take one slice of ``job``; return whether there was any."""
        hold = self._keyed.hold()
        if self._put is not None:
            hold = Hold(QUEUE, hold.now, hold.now + QUEUED_SECONDS)
        place = await self._keyed.jobs.take(job, hold)
        if place is None:
            await self._keyed.settle_left(job)
        elif self._put is None:
            await self._keyed.work(job, place)
        else:
            await self._put(job, place)
        return place is not None

    async def _run(self) -> None:
        while True:
            try:
                again = await self.round()
            except Exception as error:  # noqa: BLE001  (the store or the queue is away: the next round may go well)
                _log.error("screening round failed: kind=%s", type(error).__name__)
                again = False
            if not again:
                self._woken.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._poll_seconds)
