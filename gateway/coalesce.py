"""Group commit for reads: while a batch to a source is in flight, further keys wait and share the next one.

No timer, and no wait when idle: a lone request goes at once. Two groups never mix unless everything the source sees,
and the caller's policy fingerprint, is the same (invariant 9). Bulk questions bypass the queue. Each waiter keeps its
own deadline; when a shared batch fails, each waiter asks once for itself: one caller's keys cannot spoil another's.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.base import Answer, Batch
from connectors.errors import SourceError, SourceTimedOut
from connectors.gate import Gate

BULK = 50
IN_FLIGHT = 2

GroupKey = tuple[str, str, str, tuple[str, ...], bool, str | None]


@dataclass(slots=True)
class _Waiter:
    batch: Batch
    future: "asyncio.Future[Answer]"


@dataclass(slots=True)
class _Group:
    in_flight: int = 0
    waiting: list[_Waiter] = field(default_factory=list)


class Coalescer:
    """Shares calls to one gate among concurrent requests."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._patient = asyncio.Semaphore(max(gate.spec.concurrency // 2, 1))
        self._groups: dict[GroupKey, _Group] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, batch: Batch, fingerprint: str, timeout_seconds: float) -> Answer:
        """Return the answer to ``batch``, perhaps within a larger one; raises `SourceError`."""
        if len(batch.keys) > BULK or self.gate.spec.batch_size == 1:
            return await self.gate.fetch(batch, timeout_seconds)
        key = (fingerprint, batch.entity, batch.scheme, batch.fields, batch.digests, batch.decided_by)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group()
        if group.in_flight >= IN_FLIGHT:
            return await self._wait(group, batch, timeout_seconds)
        group.in_flight += 1
        try:
            return await self.gate.fetch(batch, timeout_seconds)
        finally:
            self._landed(key, group)

    async def fetch_patiently(self, batch: Batch, timeout_seconds: float) -> Answer:
        """Return the answer to ``batch``, waiting up to ``timeout_seconds`` for a turn; raises `SourceError`.

        For bulk that nobody waits for. It takes half of the source's turns at most, and stands in line with no more
        calls than that: whoever waits for an answer finds the line short, and the source its pace kept.
        """
        until = asyncio.get_running_loop().time() + timeout_seconds
        try:
            async with asyncio.timeout_at(until):
                await self._patient.acquire()
        except TimeoutError as error:
            raise SourceTimedOut("no turn within the time that the request allows") from error
        try:
            return await self.gate.fetch(batch, max(until - asyncio.get_running_loop().time(), 0.0))
        finally:
            self._patient.release()

    async def _wait(self, group: _Group, batch: Batch, timeout_seconds: float) -> Answer:
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_seconds
        waiter = _Waiter(batch, loop.create_future())
        group.waiting.append(waiter)
        try:
            async with asyncio.timeout_at(until):
                return await waiter.future
        except TimeoutError as error:
            raise SourceTimedOut("no answer within the time that the request allows") from error
        except SourceError:
            return await self.gate.fetch(batch, max(until - loop.time(), 0.0))

    def _landed(self, key: GroupKey, group: _Group) -> None:
        """Send the next shared batch of those who waited, or forget the group when it is idle."""
        group.in_flight -= 1
        waiters = self._take(group) if group.waiting else None
        if waiters:
            group.in_flight += 1
            task = asyncio.get_running_loop().create_task(self._share(key, group, waiters))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif group.in_flight == 0 and not group.waiting:
            self._groups.pop(key, None)

    def _take(self, group: _Group) -> list[_Waiter]:
        taken: list[_Waiter] = []
        room = self.gate.spec.batch_size
        while group.waiting and len(group.waiting[0].batch.keys) <= room:
            waiter = group.waiting.pop(0)
            if not waiter.future.done():
                taken.append(waiter)
                room -= len(waiter.batch.keys)
        return taken

    async def _share(self, key: GroupKey, group: _Group, waiters: list[_Waiter]) -> None:
        try:
            answer = await self.gate.fetch(joined([waiter.batch for waiter in waiters]), self.gate.spec.timeout_seconds)
            for waiter in waiters:
                if not waiter.future.done():
                    waiter.future.set_result(answer)
        except SourceError as error:
            for waiter in waiters:
                if not waiter.future.done():
                    waiter.future.set_exception(type(error)(error.reason, error.until))
        finally:
            for waiter in waiters:
                waiter.future.cancel()
            self._landed(key, group)


def joined(batches: list[Batch]) -> Batch:
    """Return one batch that asks for the keys of all ``batches``, which differ in nothing else."""
    first = batches[0]
    keys = tuple(dict.fromkeys(key for batch in batches for key in batch.keys))
    aliases: dict[str, Mapping[str, str]] = {}
    for batch in batches:
        for scheme, values in batch.aliases.items():
            aliases[scheme] = {**aliases.get(scheme, {}), **values}
    return Batch(first.entity, first.scheme, keys, first.fields, first.digests, aliases, first.decided_by)
