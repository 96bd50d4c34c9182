"""What stands before a connector: how many calls at once, how many a second, at which times, for how long.

These limits are promises to the department. A call runs in a task of its own, so that a connector which is slow to give
up keeps its turn, and is never left behind unseen, but does not keep the request waiting. Whatever a connector does,
only `SourceError` leaves the gate (and what is no error: a cancelled caller, an interrupt).

Terms
    turn    one of the source's `concurrency` calls, held until the call has ended, not merely been given up
    place   the moment at which a call may be sent, where the source limits calls per second
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeVar

from connectors.base import Answer, Batch, Connector
from connectors.errors import SourceClosed, SourceError, SourceMisread, SourceTimedOut, SourceUnavailable
from connectors.health import Health, Tally
from connectors.hours import CHINA_TIME, Quiet
from connectors.pace import Pace
from connectors.spec import SourceSpec

T = TypeVar("T")
Future = asyncio.Future[None]

GRACE_SECONDS: Final = 0.05
"""How long a request waits for a call that was given up to end; after that the call ends on its own."""
CLOSE_SECONDS: Final = 5.0
"""How long closing may take."""
CLOSED: Final = "the gateway has closed its connection to the source"
_PASSED_ON: Final = (SourceError, KeyboardInterrupt, SystemExit, GeneratorExit)

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Call:
    """One call on its way: until when (loop time) it has to be answered, and whether the source was asked."""

    until: float
    asked: bool = False


def china_now() -> datetime:
    """Return the present time in China."""
    return datetime.now(CHINA_TIME)


class PaceAmongReplicas(Protocol):
    """The pace of a source among all processes that ask it."""

    async def reserve(self, longest_seconds: float) -> float | None:
        """Take the next free place; return the wait for it in seconds, None when it is longer than allowed."""
        ...


class Gate:
    """The only way to a source; safe for concurrent use in one event loop.

    ``shared`` is the pace that this process shares with others, for a source that limits calls per second.
    """

    def __init__(
        self,
        spec: SourceSpec,
        connector: Connector,
        now: Callable[[], datetime] = china_now,
        shared: PaceAmongReplicas | None = None,
    ) -> None:
        self.spec = spec
        self._connector = connector
        self._now = now
        self._turns = asyncio.Semaphore(spec.concurrency)
        self._pace = Pace(spec.calls_per_second) if spec.calls_per_second is not None else None
        self._shared = shared
        self._next_place = asyncio.Lock()
        has_quiet_times = spec.quiet_hours is not None or spec.quiet_days is not None
        self._quiet = Quiet(spec.quiet_hours, spec.quiet_days) if has_quiet_times else None
        self._tally = Tally()
        self._running: set[asyncio.Task[object]] = set()
        self._closing = False

    async def fetch(self, batch: Batch, timeout_seconds: float) -> Answer:
        """Return the source's answer to ``batch`` within ``timeout_seconds`` and its own timeout.

        Raises `SourceError` only; the wait for a turn and a place counts against the time.
        """
        return await self._call(partial(self._fetch, batch), timeout_seconds)

    async def probe(self) -> None:
        """Ask the cheapest question that proves the source is there, under the same limits; raises `SourceError`."""
        await self._call(self._connector.probe, self.spec.timeout_seconds)

    def health(self) -> Health:
        """Return how the source has been answering."""
        closed = self._quiet is not None and self._quiet.closing(self._now()) is not None
        return self._tally.health(closed=closed)

    async def close(self) -> None:
        """Give up all calls and close the connector; whoever still waits gets `SourceUnavailable`."""
        self._closing = True
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSE_SECONDS)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._connector.close()
        except Exception as error:  # noqa: BLE001  # one bad connector must not keep the others from being closed
            self._unhandled(error)

    async def _call(self, ask: Callable[[], Awaitable[T]], timeout_seconds: float) -> T:
        """Return what ``ask`` does, counted, when the source is open and its turn and place come in time."""
        if self._quiet is not None:
            self._refuse_when_closed(self._quiet)
        self._tally.calls += 1
        now = asyncio.get_running_loop().time()
        call = _Call(now + min(self.spec.timeout_seconds, timeout_seconds))
        try:
            self._let_in(call, now)
            answer = await self._in_time(ask, call, timeout_seconds)
        except SourceError as error:
            self._tally.failed(error.status, asked=call.asked)
            raise
        self._tally.answered(self._now())
        return answer

    async def _in_time(self, ask: Callable[[], Awaitable[T]], call: _Call, timeout_seconds: float) -> T:
        loop = asyncio.get_running_loop()
        woken: Future = loop.create_future()
        wake = partial(_wake, woken)
        task = loop.create_task(self._in_turn(ask, call))
        self._running.add(task)
        task.add_done_callback(wake)
        timer = loop.call_at(call.until, wake)
        try:
            await woken
            late = not task.done()
        finally:
            timer.cancel()
            if self._pace is not None:
                self._pace.waiting.discard(call)
            if task.done():
                self._ended(task)
            else:
                await self._give_up(task)
        if late:
            raise SourceTimedOut(self._why_late(call, timeout_seconds))
        if task.cancelled():
            raise SourceUnavailable(CLOSED)
        return task.result()

    async def _in_turn(self, ask: Callable[[], Awaitable[T]], call: _Call) -> T:
        await self._turns.acquire()
        try:
            if self._pace is not None:
                await self._wait_for_place(self._pace, call)
            if self._quiet is not None:
                self._refuse_when_closed(self._quiet)
            call.asked = True
            return await ask()
        except BaseException as error:  # also what libraries derive from it: nothing a connector does may pass
            if isinstance(error, _PASSED_ON) or _was_given_up(error):
                raise
            raise self._unhandled(error) from None
        finally:
            self._turns.release()

    async def _fetch(self, batch: Batch) -> Answer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            answer = await self._connector.fetch(batch)
        except SourceMisread as error:
            self._tally.misread(batch.entity, error.reason, self._now())
            raise
        self._tally.measured(batch.entity, answer, loop.time() - started, self._now())
        return answer

    async def _wait_for_place(self, pace: Pace, call: _Call) -> None:
        loop = asyncio.get_running_loop()
        # One waits for the next place, the others for that one, in order: a loop that was busy owes no burst of calls.
        async with self._next_place:
            place = pace.free(loop.time())
            if place > call.until:
                raise _over_limit(pace)
            # Timers of some loops are rounded to the millisecond and may come early; a place is never used early.
            while (seconds := place - loop.time()) > 0:  # noqa: ASYNC110  # there is no event but the time
                await asyncio.sleep(seconds)
            if self._shared is not None:
                await self._wait_for_others(self._shared, pace, call)
            pace.take(loop.time())
            pace.waiting.discard(call)

    async def _wait_for_others(self, shared: PaceAmongReplicas, pace: Pace, call: _Call) -> None:
        loop = asyncio.get_running_loop()
        seconds = await shared.reserve(call.until - loop.time())
        if seconds is None:
            raise _over_limit(pace)
        if seconds:
            await asyncio.sleep(seconds)

    async def _give_up(self, task: asyncio.Task[T]) -> None:
        task.cancel()
        task.add_done_callback(self._ended)
        await asyncio.wait({task}, timeout=GRACE_SECONDS)

    def _let_in(self, call: _Call, now: float) -> None:
        """Note that ``call`` waits from ``now`` on, unless its time cannot suffice."""
        if self._closing:
            raise SourceUnavailable(CLOSED)
        if call.until <= now:
            raise SourceTimedOut("the request's time was up before the source could be asked")
        if self._pace is not None:
            if self._pace.expected(now) > call.until:
                raise _over_limit(self._pace)
            self._pace.waiting.add(call)

    def _refuse_when_closed(self, quiet: Quiet) -> None:
        closing = quiet.closing(self._now())
        if closing is not None:
            raise SourceClosed(closing.reason, closing.until.isoformat())

    def _why_late(self, call: _Call, timeout_seconds: float) -> str:
        if not call.asked:
            return f"no turn came in time: the source takes {self.spec.concurrency} calls at once"
        if timeout_seconds < self.spec.timeout_seconds:
            return "no answer within the time that the request allows"
        return f"no answer within {self.spec.timeout_seconds:g} s"

    def _unhandled(self, error: BaseException) -> SourceUnavailable:
        # The message of an unknown error may hold a key, so neither the log nor the caller sees it.
        _log.error("%s: connector failed with %s at %s", self.spec.name, type(error).__qualname__, _place_of(error))
        return SourceUnavailable("the source's answer could not be handled")

    def _ended(self, task: asyncio.Task[T]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # taken note of: asyncio reports errors that nobody looked at


def _wake(woken: Future, _: object = None) -> None:
    if not woken.done():
        woken.set_result(None)


def _over_limit(pace: Pace) -> SourceTimedOut:
    return SourceTimedOut(f"the rate limit of the department is reached: {pace.calls_per_second:g} calls a second")


def _was_given_up(error: BaseException) -> bool:
    """True when ``error`` is a cancellation that the gate asked for, and not one of a connector's making."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _place_of(error: BaseException) -> str:
    """Return module and line where ``error`` was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else "an unknown place"
