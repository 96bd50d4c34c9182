"""Slices handed to workers on several machines: taskiq over a Redis stream, acknowledged after the work.

Chosen 2026-11 by killing (kill -9) a worker in the middle of a task. taskiq with `RedisStreamBroker` keeps the message
pending until the task is done and hands it on after an idle time; but only when some new message arrives, so that the
end of a job would hang: `SliceStream` looks for such messages at every turn. arq (sorted sets, no streams) began the
task again after its timeout and 10 s; dramatiq (lists) begins it again when a maintenance that runs by chance finds the
dead worker: 90 s later, on a quiet queue, two of four tasks were not done.

None of them guarantees what the store does: which slice is done, and who works on one (`gateway.screening.jobs`).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import Redis
from taskiq import AckableMessage
from taskiq.api import run_receiver_task
from taskiq.kicker import AsyncKicker
from taskiq_redis import RedisStreamBroker

from gateway.screening.keyed import HELD_SECONDS, Keyed
from gateway.screening.runner import Put

NAME: Final = "credit-gateway:screening"
TASK: Final = "screen"
IDLE_SECONDS: Final = HELD_SECONDS + 20
"""After how long a message that nobody acknowledged is handed on: when whoever held its slice has been given up."""
LONGEST_STREAM: Final = 100_000
"""Messages that are kept in the stream, those that are done included: acknowledging does not delete them."""


class SliceStream(RedisStreamBroker):
    """The stream; messages of dead workers are handed on whether or not there are new ones."""

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Yield what others left, then what is new, one at a time: nobody hoards what others could do."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            while True:
                left: Any = await redis.xautoclaim(
                    self.queue_name, self.consumer_group_name, self.consumer_name, self.idle_timeout, count=1
                )
                messages = [(each, fields) for each, fields in left[1] if fields]
                if not messages:
                    streams: dict[Any, Any] = {self.queue_name: ">"}
                    fetched: Any = await redis.xreadgroup(
                        self.consumer_group_name, self.consumer_name, streams, count=1, block=self.block
                    )
                    messages = [pair for _, pairs in fetched for pair in pairs] if fetched else []
                for each, fields in messages:
                    yield AckableMessage(data=fields[b"data"], ack=self._ack_generator(each, self.queue_name))


def open_stream(url: str, idle_seconds: float = IDLE_SECONDS) -> SliceStream:
    """Return the stream on the Redis server at ``url``; `startup` it before use, `shutdown` it after."""
    return SliceStream(
        url,
        queue_name=NAME,
        consumer_group_name=NAME,
        consumer_id="0",
        xread_block=1_000,
        maxlen=LONGEST_STREAM,
        idle_timeout=int(idle_seconds * 1000),
        unacknowledged_lock_timeout=idle_seconds,
    )


def putting(broker: SliceStream) -> Put:
    """Return what puts slices into the stream."""
    kicker: AsyncKicker[[str, int], None] = AsyncKicker(TASK, broker, {})

    async def put(job: str, place: int) -> None:
        await kicker.kiq(job, place)

    return put


async def work_on(broker: SliceStream, keyed: Keyed, at_once: int) -> None:
    """Work on slices from the stream, ``at_once`` at the same time, until cancelled."""

    async def screen(job: str, place: int) -> None:  # taskiq renames what it registers: no method can be
        await keyed.work(job, place)

    broker.register_task(screen, task_name=TASK)
    with suppress(asyncio.CancelledError):
        await run_receiver_task(broker, max_async_tasks=at_once, run_startup=True)
