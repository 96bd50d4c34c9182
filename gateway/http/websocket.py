"""One client's WebSocket: uvicorn's protocol on `websockets`, with the limits that it lacks, and silent.

The head of the handshake is read, and bounded, by `gateway.http.connection`, which hands the connection over. Here: a
message over the limit ends the connection (1009), a client that does not take what it is sent is cut off after
`write_seconds`, one that does not answer a ping within `PING_SECONDS` too. Messages are not compressed: nothing small
unfolds into something large. Nothing of a request or a message is logged.
"""

import asyncio
import logging
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

MAX_MESSAGE_BYTES: Final = 1 << 20
"""What the protocol takes of one message before anybody looks at it; `max_message_bytes` of the settings is less."""
PING_SECONDS: Final = 20.0
"""Between two pings, and for the answer to one."""
_log: Final = logging.getLogger("gateway.http.websocket")
_log.setLevel(logging.CRITICAL)  # uvicorn writes URLs and frames; what goes wrong in the endpoint is reported there


class WebSocketConnection(WebSocketsSansIOProtocol):
    """WebSocketsSansIOProtocol with a limit for what the client does not take; made by `bind_websocket`."""

    write_seconds = 60.0

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = self.conn.logger = _log
        self.conn.debug = False
        self._unread: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Begin to wait for the client to take what it was sent."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client takes what it is sent."""
        self._stop_waiting()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _stop_waiting(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def bind_websocket(write_seconds: float) -> type[WebSocketConnection]:
    """Return the protocol class to give to uvicorn."""
    return type("LimitedWebSocket", (WebSocketConnection,), {"write_seconds": write_seconds})
