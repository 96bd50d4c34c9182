"""What replicas of the gateway share through Redis or Valkey; the one door to redis, and optional everywhere.

So far the pace at which a department is asked: `calls_per_second` is a promise of the city's gateway, not of each of
its replicas. Only names of sources and times go there, never a key or a record. When the server is away each replica
keeps to the pace on its own, as one replica alone does: a question is not left unasked for want of Redis.
"""

import logging
from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from connectors.errors import ConfigError, Mistake

REDIS_URL_ENV: Final = "CREDIT_REDIS_URL"
"""The server's URL, `redis://…`, `rediss://…` or `unix://…`; when it is not set nothing is shared."""
_TIMEOUT_SECONDS: Final = 0.3
_CONNECTIONS: Final = 20
_RESERVE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local free = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
if free - now > tonumber(ARGV[2]) then return -1 end
redis.call('SET', KEYS[1], string.format('%.0f', free + ARGV[1]), 'PX', math.ceil((free + ARGV[1] - now) / 1000) + 1000)
return free - now
"""
"""KEYS: the source's. ARGV: interval and longest wait, in microseconds. Returns the wait, -1 when it is longer; the
server's clock counts, so that those of the replicas need not agree."""

_log = logging.getLogger(__name__)


class SharedPaces:
    """The paces of all sources on the server at ``url``; for one event loop. Raises `ConfigError` for no URL."""

    def __init__(self, url: str) -> None:
        try:
            # The default would try ten times over three seconds when the server is away, while the source waits.
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=_TIMEOUT_SECONDS,
                socket_timeout=_TIMEOUT_SECONDS,
                socket_connect_timeout=_TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError as error:  # which may quote the URL, password included
            message = "holds no URL of the form redis://host:port, rediss://… or unix://…"
            raise ConfigError([Mistake("environment", REDIS_URL_ENV, message)]) from error
        self._redis = Redis(connection_pool=pool)
        self._reserve = self._redis.register_script(_RESERVE)
        self._away = False

    def of(self, source: str, calls_per_second: float) -> "SharedPace":
        """Return the pace of one source."""
        return SharedPace(self, source, calls_per_second)

    async def reserve(self, source: str, interval_seconds: float, longest_seconds: float) -> float | None:
        """Take the next free place of ``source``; return the wait for it, None when it exceeds ``longest_seconds``."""
        arguments = [round(interval_seconds * 1_000_000), round(max(longest_seconds, 0.0) * 1_000_000)]
        try:
            wait = int(await self._reserve(keys=[f"credit:pace:{source}"], args=arguments))
        except (RedisError, OSError) as error:
            self._note(away=True, kind=type(error).__name__)
            return 0.0
        self._note(away=False)
        return None if wait < 0 else wait / 1_000_000

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    def _note(self, *, away: bool, kind: str = "") -> None:
        if away and not self._away:
            _log.warning("shared pace is away (%s): this replica keeps to each source's pace on its own", kind)
        elif self._away and not away:
            _log.warning("shared pace is back")
        self._away = away


class SharedPace:
    """The pace of one source among all replicas (`connectors.gate.PaceAmongReplicas`)."""

    def __init__(self, paces: SharedPaces, source: str, calls_per_second: float) -> None:
        self._paces = paces
        self._source = source
        self._interval = 1 / calls_per_second

    async def reserve(self, longest_seconds: float) -> float | None:
        """Take the next free place; return the wait for it, None when it is longer than allowed."""
        return await self._paces.reserve(self._source, self._interval, longest_seconds)
