"""The connection to Redis or Valkey; the one door to redis.

Only names of sources and clients, counts, times and pseudonyms go there, never an identifier or a record. Every call
is short and may fail: what is shared must have an answer for a server that is away.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from connectors.errors import ConfigError, Mistake

REDIS_URL_ENV: Final = "CREDIT_REDIS_URL"
"""The server's URL, `redis://…`, `rediss://…` or `unix://…`; when it is not set nothing is shared."""
_TIMEOUT_SECONDS: Final = 0.3
_CONNECTIONS: Final = 20

_log = logging.getLogger(__name__)


class SharedServer:
    """The server at ``url``; for one event loop. ``scripts`` are Lua by name. Raises `ConfigError` for no URL."""

    def __init__(self, url: str, scripts: Mapping[str, str]) -> None:
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
        self._scripts = {name: self._redis.register_script(text) for name, text in scripts.items()}
        self._away = False

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[int | str]) -> Any:
        """Return what ``script`` returns, or None when the server is away."""
        try:
            result = await self._scripts[script](keys=list(keys), args=list(arguments))
        except (RedisError, OSError) as error:
            self._note(away=True, kind=type(error).__name__)
            return None
        self._note(away=False)
        return result

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    def _note(self, *, away: bool, kind: str = "") -> None:
        if away and not self._away:
            _log.warning("the shared server is away (%s): this replica keeps to its own counts and paces", kind)
        elif self._away and not away:
            _log.warning("the shared server is back")
        self._away = away
