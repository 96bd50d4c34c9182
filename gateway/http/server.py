"""Serves an ASGI application on one port: uvicorn with limits, and an orderly end.

The end: readiness turns false; after `notice_seconds` (the load balancer has noticed) no connection is accepted; what
is in flight has `grace_seconds`, then it is cancelled. Nothing of a request is logged: a URL may hold anything.
"""

import asyncio
import gc
import socket

import uvicorn
from starlette.types import ASGIApp

from gateway.http.connection import Limits, bind_limits
from gateway.http.health import Readiness
from gateway.http.websocket import MAX_MESSAGE_BYTES, PING_SECONDS, bind_websocket

COLLECT_AFTER = (50_000, 20, 50)
"""Objects made before the youngest are collected, and how often the older generations join in."""


class Server(uvicorn.Server):
    """uvicorn's server, which opens and drains a Readiness."""

    def __init__(self, config: uvicorn.Config, readiness: Readiness | None, notice_seconds: float) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._notice_seconds = notice_seconds

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; then keep what start-up made out of every later garbage collection, and take work.

        A request makes thousands of objects and hardly a cycle: at Python's own thresholds collections take a tenth of
        the processor time and find nothing.
        """
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        if self._readiness is not None:
            self._readiness.open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, give notice, finish."""
        if self._readiness is not None:
            self._readiness.drain()
            await asyncio.sleep(0 if self.force_exit else self._notice_seconds)
        await super().shutdown(sockets)


def make_server(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    readiness: Readiness | None = None,
    limits: Limits | None = None,
) -> Server:
    """Return a server that is not started; over ``limits.connections`` it answers 503. Port 0 takes a free one."""
    limits = limits or Limits()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http=bind_limits(limits),
        ws=bind_websocket(limits.write_seconds),
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # INVARIANT: who connected is who connected, whatever X-Forwarded-For says
        limit_concurrency=limits.connections,
        timeout_keep_alive=limits.keep_alive_seconds,
        timeout_graceful_shutdown=limits.grace_seconds,
    )
    return Server(config, readiness, limits.notice_seconds)
