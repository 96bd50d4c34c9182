"""What clients hold at one time, not over time: open subscriptions, and the subjects that these watch.

Replicas count together on the shared server (`gateway.shared.places`). While it is away each counts alone what it holds
itself: N replicas then allow up to N times a limit, as for budgets. A replica tells every `RENEWED_SECONDS` what it
holds still; what one held that was killed counts for `LASTING_SECONDS` more at most.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Protocol
from uuid import uuid4

LASTING_SECONDS: Final = 60.0
RENEWED_SECONDS: Final = 20.0


class Shared(Protocol):
    """Places that all replicas share (`gateway.shared.SharedPlaces`)."""

    def hold(
        self, client: str, id_: str, amount: int, most: int, seconds: float
    ) -> Coroutine[Any, Any, tuple[bool, int] | None]:
        """Hold a place if it fits; whether it does, and the sum after that. None when the server is away."""
        ...

    async def keep(self, client: str, places: list[tuple[str, int]], seconds: float) -> None:
        """Hold places on."""
        ...

    async def free(self, client: str, id_: str, amount: int) -> None:
        """Let go of a place."""
        ...


class Full(Exception):
    """A place that there is not: the client holds ``held`` already, of ``most``."""

    def __init__(self, held: int, most: int) -> None:
        super().__init__(held, most)
        self.held = held
        self.most = most


class Places:
    """The places of all clients, one kind of them; for one event loop. ``close`` when nothing is held any more."""

    def __init__(self, shared: Shared | None = None, renewed_seconds: float = RENEWED_SECONDS) -> None:
        self.held: Counter[str] = Counter()
        """What each client holds at this replica."""
        self._shared = shared
        self._renewed_seconds = renewed_seconds
        self._places: dict[str, dict[str, int]] = {}
        self._renewing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._freeing: set[asyncio.Task[None]] = set()
        self._telling = asyncio.Lock()
        """Held while the server is told what is held or let go of: none is held again after it was let go of."""

    @asynccontextmanager
    async def hold(self, client: str, amount: int, most: int) -> AsyncIterator[None]:
        """Hold a place of ``amount`` for the block; raises `Full` where all of the client's exceed ``most`` by it."""
        id_ = uuid4().hex
        own = self._places.setdefault(client, {})
        if self.held[client] + amount > most:
            self._forget(client)
            raise Full(self.held[client], most)
        self.held[client] += amount  # before the server is asked: of two at once the second sees the first
        own[id_] = amount
        asked = self._ask(client, id_, amount, most)
        try:
            told = await asyncio.shield(asked) if asked is not None else None
            if told is not None and not told[0]:
                raise Full(told[1], most)
            yield
        finally:
            own.pop(id_)
            self.held[client] -= amount
            self._forget(client)
            self._let_go(client, id_, amount, asked)

    async def close(self) -> None:
        """Tell the server no more of what is held, and return when it knows what was let go of."""
        self._closing.set()
        if self._renewing is not None:
            await self._renewing
        await self.settled()

    async def settled(self) -> None:
        """Return when the server was told of all that was let go of so far."""
        while self._freeing:
            await asyncio.wait(self._freeing)

    def _ask(self, client: str, id_: str, amount: int, most: int) -> asyncio.Task[tuple[bool, int] | None] | None:
        """Begin to ask the server for a place: that is ended also when whoever waits for it is cancelled."""
        if self._shared is None:
            return None
        loop = asyncio.get_running_loop()
        if self._renewing is None:
            self._renewing = loop.create_task(self._renew(self._shared))
        return loop.create_task(self._shared.hold(client, id_, amount, most, LASTING_SECONDS))

    def _forget(self, client: str) -> None:
        """Remember nothing of a client that holds nothing."""
        if not self._places.get(client):
            self._places.pop(client, None)
            self.held.pop(client, None)

    def _let_go(self, client: str, id_: str, amount: int, asked: asyncio.Task[Any] | None) -> None:
        """Tell the server in the background, after it was ``asked``: whoever lets go may be cancelled."""
        if self._shared is None or asked is None:
            return
        task = asyncio.get_running_loop().create_task(self._free(self._shared, client, id_, amount, asked))
        self._freeing.add(task)
        task.add_done_callback(self._freeing.discard)

    async def _free(self, shared: Shared, client: str, id_: str, amount: int, asked: asyncio.Task[Any]) -> None:
        await asyncio.wait({asked})
        async with self._telling:
            await shared.free(client, id_, amount)

    async def _renew(self, shared: Shared) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._renewed_seconds)
            for client in list(self._places):
                async with self._telling:
                    if places := list(self._places.get(client, {}).items()):
                        await shared.keep(client, places, LASTING_SECONDS)
