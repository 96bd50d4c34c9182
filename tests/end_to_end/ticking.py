"""A gateway at whose sources nobody is, with a stream that tells what a test wants it to, and narrow limits."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from msgspec import structs

from gateway.configuration import Configuration
from gateway.limits.spec import SubscriptionLimits
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.subscriptions.subscriptions import Subscriptions
from tests.end_to_end.served import Served, configuration, serving
from tests.nowhere import nobody_there

NARROW = SubscriptionLimits(per_client=3, max_message_bytes=4_096, queue=4, init_seconds=0.3, check_seconds=0.02)
ROOMY = SubscriptionLimits(per_client=3, max_message_bytes=4_096, queue=4, init_seconds=30.0, check_seconds=0.02)
BOUND = ("USCC", "91230881TJ00000350")


@dataclass(frozen=True)
class Report:
    at: str
    next_at: str | None = None
    news: tuple[Any, ...] = ()


@dataclass
class Ticker:
    """The stream; by the value of a subscription's first key a test tells it what to tell. None ends it."""

    queues: dict[str, asyncio.Queue[Told | Untold | Exception | None]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    begun: dict[str, asyncio.Event] = field(default_factory=dict)
    made: int = 0

    def of(self, name: str) -> asyncio.Queue[Told | Untold | Exception | None]:
        return self.queues.setdefault(name, asyncio.Queue())

    def tell(self, name: str, text: str = "2026-11-01T00:00:00Z") -> None:
        self.of(name).put_nowait(Told([Report(text)], [BOUND]))

    async def stream(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> AsyncIterator[Told | Untold]:
        name = arguments["keys"][0]["value"]
        self.begun.setdefault(name, asyncio.Event()).set()
        try:
            if name == "flood":
                while True:
                    self.made += 1
                    await asyncio.sleep(0)
                    yield Told([Report("x" * 1_000)])
            while (told := await self.of(name).get()) is not None:
                if isinstance(told, Exception):
                    raise told
                yield told
        finally:
            self.closed.append(name)

    async def until_begun(self, name: str) -> None:
        await asyncio.wait_for(self.begun.setdefault(name, asyncio.Event()).wait(), 30)

    async def until_closed(self, name: str) -> None:
        async with asyncio.timeout(30):
            while name not in self.closed:
                await asyncio.sleep(0.005)


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Ticking:
    served: Served
    ticker: Ticker
    clock: Clock
    subscriptions: Subscriptions

    async def entries(self, *receipts: str) -> list[Any]:
        """Return the entries of ``receipts``."""
        ledger = self.served.gateway.desk.ledger
        return [await ledger.get(each) for each in receipts]

    async def until(self, name: str) -> None:
        """Return when no subscription is open, and every end is written."""
        async with asyncio.timeout(30):
            while self.subscriptions.places.held.total() or self.subscriptions.connections:
                await asyncio.sleep(0.005)
        await self.subscriptions.finish()


@asynccontextmanager
async def ticking(
    data: Path,
    limits: SubscriptionLimits = ROOMY,
    configured: Configuration | None = None,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[Ticking]:
    """Run it; ``more`` are environment variables besides those of sources."""
    known = configured or configuration()
    settings = structs.replace(known.settings, limits=structs.replace(known.settings.limits, subscriptions=limits))
    environ = {**nobody_there(known.catalogue.sources.values()), **(more or {})}
    async with serving(environ, data, configured=replace(known, settings=settings)) as served:
        ticker, clock = Ticker(), Clock()
        front = served.gateway.front
        front.put_up(front.loaded, replace(front.desk, streams={"watch_subjects": ticker.stream}))
        subscriptions = served.gateway.subscriptions
        subscriptions._clock = clock
        yield Ticking(served, ticker, clock, subscriptions)
