"""Proofs that were seen: each counts once (RFC 9449 §11.1), in this process, and among replicas where they share.

The memory is bounded and forgets nothing that could still be used: when it is full, the oldest proof goes, and from
then on all that are as old are refused. Replicas that cannot reach the shared server each remember alone.
"""

import heapq
from hashlib import sha256
from typing import Protocol


class SharedMemory(Protocol):
    """A memory of all replicas."""

    async def first(self, name: str, seconds: float) -> bool:
        """Remember ``name`` for ``seconds``; return whether nobody had, True as well when that cannot be told."""
        ...


class Memory:
    """Remembers what was used once, for ``seconds`` after the time that it carries."""

    def __init__(self, seconds: float, capacity: int = 100_000, shared: SharedMemory | None = None) -> None:
        self._seconds = seconds
        self._capacity = capacity
        self._shared = shared
        self._seen: set[bytes] = set()
        self._ages: list[tuple[float, bytes]] = []
        self._horizon = float("-inf")

    async def first(self, owner: str, jti: str, at: float, now: float) -> bool:
        """Return whether ``jti`` of ``owner``, issued ``at``, is used for the first time; see `first_here`."""
        if not self.first_here(owner, jti, at, now):
            return False
        if self._shared is None:
            return True
        # Twice as long: the clocks of replicas need not agree.
        return await self._shared.first(_digest(owner, jti).hex(), 2 * self._seconds + max(at - now, 0.0))

    def first_here(self, owner: str, jti: str, at: float, now: float) -> bool:
        """Return whether ``jti`` of ``owner``, issued ``at``, is used for the first time in this process.

        What is older than all that was ever left out for want of room is taken for used.
        """
        self._forget(now)
        digest = _digest(owner, jti)
        if digest in self._seen or at <= self._horizon:
            return False
        self._seen.add(digest)
        heapq.heappush(self._ages, (at, digest))
        if len(self._ages) > self._capacity:
            self._horizon = max(self._horizon, self._drop())
        return True

    def _forget(self, now: float) -> None:
        while self._ages and self._ages[0][0] < now - self._seconds:
            self._drop()

    def _drop(self) -> float:
        at, digest = heapq.heappop(self._ages)
        self._seen.discard(digest)
        return at


def _digest(owner: str, jti: str) -> bytes:
    return sha256(f"{owner}\x00{jti}".encode("utf-8", "surrogatepass")).digest()
