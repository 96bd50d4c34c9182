"""Bringing of checkpoints to one anchor: in order, again after a failure, the newest in place of one that still waits.

A checkpoint covers all that an older one covers, so that a queue of one place suffices: what is bounded is never full.
Whoever offers a checkpoint returns at once; an answer waits for none of this.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import time
from typing import Final

from gateway.anchors.anchor import Anchor, Refused, Undelivered
from gateway.anchors.notes import Stated
from gateway.pauses import doubled

_LAST_SECONDS: Final = 2.0
"""How long the gateway, when it stops, waits for a checkpoint that is on its way."""
_log = logging.getLogger("gateway.anchors")

Sleep = Callable[[float], Awaitable[object]]
Kept = Callable[[str, Stated], Awaitable[None]]
"""Takes the name of an anchor and the checkpoint that it has."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds before a checkpoint is offered again, and between two that are taken."""

    first_seconds: float = 1.0
    most_seconds: float = 300.0
    every_seconds: float = 0.0

    def after(self, failures: int, chance: float) -> float:
        """Return the pause after so many ``failures`` in a row: doubled each time, with jitter.

        ``chance`` is from 0 to 1: the pause is at least half of what doubling gives, so that anchors that failed
        together do not come back together.
        """
        return doubled(self.first_seconds, self.most_seconds, failures) * (0.5 + chance / 2)


@dataclass(slots=True)
class State:
    """How an anchor does; ``size`` and ``at`` (UNIX seconds) are of the last checkpoint it took, None before one."""

    size: int | None = None
    at: float | None = None
    waiting: bool = False
    taken: int = 0
    superseded: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    """Reason -> how often a checkpoint was not taken."""


class Delivery:
    """Brings checkpoints to ``anchor``; for one event loop."""

    def __init__(self, anchor: Anchor, pauses: Pauses, kept: Kept | None = None, sleep: Sleep = asyncio.sleep) -> None:
        self.anchor = anchor
        self.state = State()
        self._pauses = pauses
        self._kept = kept
        self._sleep = sleep
        self._next: Stated | None = None
        self._offered = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._failing = 0
        self._flying: Stated | None = None
        self._last: Stated | None = None
        self._resting = False
        self._running: asyncio.Task[None] | None = None

    def offer(self, checkpoint: Stated) -> None:
        """Bring ``checkpoint`` to the anchor; returns at once. One that still waits is given up for it.

        One of the tree that the anchor took last says nothing new, and is left.
        """
        if self._next is None and self._last is not None and self._last.agrees(checkpoint):
            return
        if self._next is not None and self._next is not self._flying:
            self.state.superseded += 1
        self._next = checkpoint
        self.state.waiting = True
        self._idle.clear()
        self._offered.set()
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def settled(self) -> None:
        """Return when nothing waits: all that was offered is taken, superseded or refused."""
        await self._idle.wait()

    async def close(self) -> None:
        """Stop; a checkpoint that is on its way has a moment left."""
        if self._running is None:
            return
        if not self._resting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), _LAST_SECONDS)
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._offered.wait()
            checkpoint = self._next
            if checkpoint is None:
                self._offered.clear()
                continue
            self._flying = checkpoint
            pause = await self._bring(checkpoint)
            self._flying = None
            self._resting = True
            await self._sleep(pause)
            self._resting = False

    async def _bring(self, checkpoint: Stated) -> float:
        """Offer ``checkpoint`` once; return the seconds to wait before anything else is offered."""
        try:
            await self.anchor.take(checkpoint)
        except Undelivered as error:
            return self._failed(checkpoint, error.reason)
        except Refused as error:
            self._failing = 0
            self._settle(checkpoint)
            self.state.failures[error.reason] += 1
            self._say(logging.ERROR, checkpoint, error.reason)
            return 0.0
        except Exception as error:  # noqa: BLE001  (its message may quote an address)
            return self._failed(checkpoint, type(error).__name__)
        self._failing = 0
        self.state.size, self.state.at = checkpoint.size, time()
        self.state.taken += 1
        self._last = checkpoint
        await self._remember(checkpoint)
        self._settle(checkpoint)
        return self._pauses.every_seconds

    def _failed(self, checkpoint: Stated, reason: str) -> float:
        self._failing += 1
        self.state.superseded += self._next is not checkpoint
        self.state.failures[reason] += 1
        self._say(logging.WARNING, checkpoint, reason)
        return self._pauses.after(self._failing, random.random())  # noqa: S311  (jitter, not a secret)

    def _settle(self, checkpoint: Stated) -> None:
        """Note that ``checkpoint`` need not be offered again, unless a newer one came meanwhile."""
        if self._next is checkpoint:
            self._next = None
            self.state.waiting = False
            self._idle.set()

    async def _remember(self, checkpoint: Stated) -> None:
        if self._kept is None:
            return
        try:
            await self._kept(self.anchor.name, checkpoint)
        except Exception as error:  # noqa: BLE001  (the checkpoint is anchored all the same)
            _log.warning(
                "not noted which checkpoint an anchor has: anchor=%s %s", self.anchor.name, type(error).__name__
            )

    def _say(self, level: int, checkpoint: Stated, reason: str) -> None:
        told = "checkpoint not anchored: anchor=%s kind=%s size=%d attempt=%d: %s"
        _log.log(level, told, self.anchor.name, self.anchor.kind, checkpoint.size, self._failing or 1, reason)
