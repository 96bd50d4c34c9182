"""A portfolio in a file, screened in this process: slice after slice, each kept as soon as it is known.

A process that dies loses the slices that it was asking about, and no other: the next one goes on with the same job and
asks about what is not on disk. Nothing of the portfolio is copied; the file must still be there, unaltered.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.clock import now_text
from gateway.screening.files import Block, Reader
from gateway.screening.job import Job, Progress
from gateway.screening.jobs import Jobs
from gateway.screening.model import Check
from gateway.screening.slices import ask, named_in

AT_ONCE: Final = 2
"""Slices that are asked about at the same time: while the sources of one answer, the next is read."""
LATER_SECONDS: Final = 1.0
"""Added to the time at which a source opens: its clock is not ours."""

Advance = Callable[[int], None]
"""Told of every slice that is kept: how many rows it has."""


@dataclass(frozen=True, slots=True)
class FileRun:
    """Everything that the run of one job over a file needs; ``now`` tells the time as ISO 8601 in UTC."""

    jobs: Jobs
    job: Job
    reader: Reader
    check: Check
    advance: Advance
    now: Callable[[], str] = now_text
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self, *, wait: bool) -> Progress:
        """Return when every slice is done; with ``wait``, rows of closed sources are asked again when those open."""
        places = await self.jobs.places(self.job.id)
        await self._pass({place for place in range(self.job.slices) if place not in places}, wait=wait)
        while (until := (await self.jobs.progress(self.job.id)).waits_until) is not None:
            await self.sleep(_seconds(self.now(), until) + LATER_SECONDS if wait else 0)
            states = await self.jobs.places(self.job.id)
            due = {place for place, (state, at) in states.items() if state == "WAITS" and (at or "") <= until}
            await self._pass(due, wait=wait)
        return await self.jobs.progress(self.job.id)

    async def _pass(self, places: set[int], *, wait: bool) -> None:
        """Ask about the slices ``places``, a few at a time."""
        if not places:
            return
        free = asyncio.Semaphore(AT_ONCE)
        with first_error():
            async with asyncio.TaskGroup() as tasks:
                place = -1
                async for block in blocks_of(self.reader, self.job):
                    place += 1
                    if place not in places:
                        continue
                    await free.acquire()
                    tasks.create_task(self._slice(place, block, free, wait=wait))

    async def _slice(self, place: int, block: Block, free: asyncio.Semaphore, *, wait: bool) -> None:
        try:
            before = await self.jobs.outcomes(self.job.id, place)
            named = named_in(block, self.job.settings.scheme)
            outcomes = await ask(block.first, named, self.check, before)
            await self.jobs.keep(self.job.id, place, outcomes, wait=wait)
            self.advance(len(outcomes))
        finally:
            free.release()


@contextmanager
def first_error() -> Iterator[None]:
    """Raise what the first of some tasks raised as it is: who asks knows errors, not groups of them."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


async def blocks_of(reader: Reader, job: Job) -> AsyncIterator[Block]:
    """Yield the slices of the portfolio, read in a thread."""
    blocks = reader.blocks([job.settings.key], job.settings.slice_rows)
    while (block := await asyncio.to_thread(next, blocks, None)) is not None:
        yield block


def _seconds(now: str, until: str) -> float:
    return max((datetime.fromisoformat(until) - datetime.fromisoformat(now)).total_seconds(), 0.0)
