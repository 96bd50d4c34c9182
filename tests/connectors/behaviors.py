"""A connector that does what a test wants, well or badly, and a gate before it; all in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from connectors.base import Answer, Batch
from connectors.errors import SourceError
from connectors.gate import Gate
from connectors.hours import CHINA_TIME
from connectors.spec import SqlSource
from tests.connectors.virtual_time import now

BATCH = Batch("Registration", "USCC", ("91230881TJ0000019A",), ("name",))
ANSWER = Answer({}, "2026-11-23T04:00:00.000Z", "0" * 64)
SECRET = "11010518910101123X"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=CHINA_TIME)


Behavior = Callable[[], Awaitable[Answer]]


Arrivals = Sequence[tuple[float, float, float]]
"""When a question comes, how long the source takes for it, how long the request has."""


class Source:
    """A connector that does ``behave`` when asked; knows when it was asked, and how many calls ran at once."""

    def __init__(self, behave: Behavior) -> None:
        self.behave = behave
        self.asked_at: list[float] = []
        self.running = 0
        self.most = 0
        self.closed = False

    async def fetch(self, batch: Batch) -> Answer:
        self.asked_at.append(now())
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            return await self.behave()
        finally:
            self.running -= 1

    async def probe(self) -> None:
        await self.fetch(BATCH)

    async def close(self) -> None:
        self.closed = True


def takes(seconds: float, outcome: Answer | BaseException = ANSWER) -> Behavior:
    """Answers, or raises, after ``seconds``."""

    async def behave() -> Answer:
        await asyncio.sleep(seconds)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return behave


def lingers(seconds: float) -> Behavior:
    """Hangs, and takes ``seconds`` to give up when it is cancelled."""

    async def behave() -> Answer:
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.shield(asyncio.sleep(seconds))
        return ANSWER

    return behave


def deaf(seconds: float) -> Behavior:
    """Hears no cancellation for ``seconds``, and answers then."""

    async def behave() -> Answer:
        until = now() + seconds
        while now() < until:
            try:
                await asyncio.sleep(until - now())
            except asyncio.CancelledError:
                continue
        return ANSWER

    return behave


async def nonsense() -> Answer:
    """Answers what is no answer."""
    return None  # type: ignore[return-value]  # on purpose


class Panic(BaseException):
    """What some compiled libraries raise."""


def gate_of(source: Source, at: Callable[[], datetime] = lambda: NOON, **limits: Any) -> Gate:
    said = {"timeout_seconds": 2.0, "concurrency": 4} | limits
    spec = SqlSource(
        name="registry",
        department="market",
        title="库",
        contact="电话",
        batch_size=50,
        url_env="URL",
        entities={},
        **said,
    )
    return Gate(spec, source, at)


async def outcome(call: Awaitable[Answer]) -> tuple[str, float]:
    """Return the status of ``call`` and the time at which it ended."""
    try:
        await call
    except SourceError as error:
        return error.status, now()
    return "ANSWERED", now()


async def crowd(
    gate: Gate, source: Source, arrivals: Arrivals, behave: Behavior | None = None
) -> list[tuple[str, float]]:
    """Return status and duration of each question."""

    async def one(arrives: float, takes_seconds: float, has: float) -> tuple[str, float]:
        await asyncio.sleep(arrives)
        source.behave = behave or takes(takes_seconds)
        status, ended = await outcome(gate.fetch(BATCH, has))
        return status, ended - arrives

    return await asyncio.gather(*(one(*arrival) for arrival in arrivals))
