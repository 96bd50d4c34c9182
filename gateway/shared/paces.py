"""The pace at which a department is asked, shared by all replicas.

`calls_per_second` is a promise of the city's gateway, not of each of its replicas. When the server is away each
replica keeps to the pace on its own, as one replica alone does: a question is not left unasked for want of Redis.
"""

from typing import Final

from gateway.shared.server import SharedServer

RESERVE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local free = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
if free - now > tonumber(ARGV[2]) then return -1 end
redis.call('SET', KEYS[1], string.format('%.0f', free + ARGV[1]), 'PX', math.ceil((free + ARGV[1] - now) / 1000) + 1000)
return free - now
"""
"""KEYS: the source's. ARGV: interval and longest wait, in microseconds. Returns the wait, -1 when it is longer; the
server's clock counts, so that those of the replicas need not agree."""


class SharedPaces:
    """The paces of all sources on ``server``, which knows the script `reserve`."""

    def __init__(self, server: SharedServer) -> None:
        self._server = server

    def of(self, source: str, calls_per_second: float) -> "SharedPace":
        """Return the pace of one source."""
        return SharedPace(self, source, calls_per_second)

    async def reserve(self, source: str, interval_seconds: float, longest_seconds: float) -> float | None:
        """Take the next free place of ``source``; return the wait for it, None when it exceeds ``longest_seconds``."""
        arguments = [round(interval_seconds * 1_000_000), round(max(longest_seconds, 0.0) * 1_000_000)]
        wait = await self._server.run("reserve", [f"credit:pace:{source}"], arguments)
        if wait is None:
            return 0.0
        return None if int(wait) < 0 else int(wait) / 1_000_000


class SharedPace:
    """The pace of one source among all replicas (`connectors.gate.PaceAmongReplicas`)."""

    def __init__(self, paces: SharedPaces, source: str, calls_per_second: float) -> None:
        self._paces = paces
        self._source = source
        self._interval = 1 / calls_per_second

    async def reserve(self, longest_seconds: float) -> float | None:
        """Take the next free place; return the wait for it, None when it is longer than allowed."""
        return await self._paces.reserve(self._source, self._interval, longest_seconds)
