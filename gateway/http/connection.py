"""One client's connection: uvicorn's httptools protocol with the limits that it lacks.

uvicorn 0.54 waits for ever for the rest of a head or a body, takes heads of any size, and keeps an unread response for
ever. Here every state in which we wait for the client has an end:

    waiting for        from                                  until                       else
    a head             connect, or first byte after a reply  the head is complete        408, close
    a body             the head                              the body is complete        408, close
    unread body        an early reply (413, 415, 401)        the body is complete        close
    the reply's way    the reply's last byte is handed over  the client has taken it     abort
                       it takes no more of a long one        it takes some               abort

A next request after a reply is waited for by uvicorn's own keep-alive timer. A head over the limit gets 431, a URL
414. A connection on which nothing was begun is closed without a word. Timers are set once what has arrived is parsed,
so a request that arrives whole sets none. The only module that touches uvicorn's protocol; llhttp below it refuses
Content-Length with Transfer-Encoding.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take: of one connection's time and size, and of the server's connections and last seconds."""

    head_seconds: float = 10.0
    body_seconds: float = 20.0
    write_seconds: float = 60.0
    head_bytes: int = 32 * 1024
    url_bytes: int = 16 * 1024
    keep_alive_seconds: int = 20
    connections: int = 1000
    grace_seconds: int = 15
    notice_seconds: float = 0.0


class _OverLimit(Exception):
    """Raised in a parser callback: ends the parsing of this connection."""


class Connection(HttpToolsProtocol):
    """HttpToolsProtocol with Limits; made by `bind_limits` since uvicorn constructs it."""

    limits = Limits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False  # however logging is set up: a URL may hold anything
        self._timer: asyncio.TimerHandle | None = None
        self._refusal = HTTPStatus.BAD_REQUEST
        self._in_head = self._in_body = self._moved_on = False
        self._head_bytes = self._unparsed_bytes = 0
        self._replies_due = 0
        self._unread: asyncio.TimerHandle | None = None
        self._handed_over = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base
        """Start waiting for the first head."""
        super().connection_made(transport)
        self._wait_for_client(self.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        self._stop_unread()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to `gateway.http.websocket`: nothing is waited for here any more."""
        self._handed_over = True
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """Begin to wait for the client to take more of the reply."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.limits.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client takes the reply."""
        self._stop_unread()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Parse, then see what the client owes us now; the bytes of a head that is not complete count in full."""
        super().data_received(data)
        if self._handed_over or self.transport.is_closing():
            return
        self._unparsed_bytes = self._unparsed_bytes + len(data) if self._in_head and not self._moved_on else 0
        if self._unparsed_bytes > self.limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        stray = self._timer is None and self.timeout_keep_alive_task is None and not self._busy()  # such as empty lines
        if self._moved_on or stray:
            self._moved_on = False
            self._stop_waiting()
            if self._in_head or self._in_body or stray:
                self._wait_for_client(self.limits.body_seconds if self._in_body else self.limits.head_seconds)

    def on_message_begin(self) -> None:
        """The first byte of a head."""
        super().on_message_begin()
        self._in_head = self._moved_on = True
        self._head_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Count the URL, which may come in parts."""
        super().on_url(url)
        if len(self.url) > self.limits.url_bytes:
            self._refusal = HTTPStatus.REQUEST_URI_TOO_LONG
            raise _OverLimit

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header line: name, colon, space, value, line end."""
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > self.limits.head_bytes:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _OverLimit

    def on_headers_complete(self) -> None:
        """Go on to the body."""
        self._in_head, self._in_body, self._moved_on = False, True, True
        self._replies_due += 1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: from here on the client waits for us."""
        self._in_body, self._moved_on = False, True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """See that the client takes the reply."""
        self._replies_due -= 1
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.limits.write_seconds, self._abort_unread)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser could not take."""
        self._refuse(self._refusal)

    def _busy(self) -> bool:
        """Whether an earlier request's reply is due: what the client sends behind it may have to wait for us."""
        return self._replies_due > self._in_body

    def _wait_for_client(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self._give_up, seconds)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up(self, seconds: float) -> None:
        self._timer = None
        if self._busy():
            self._wait_for_client(seconds)
        elif self._in_head or self._in_body:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why, unless a reply is due or has been given, and close."""
        self._stop_waiting()
        replied = self._in_body and self.cycle.response_started
        if not replied and not self._busy() and not self.transport.is_closing():
            body = status.phrase.encode()
            self.transport.write(
                b"HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n"
                b"cache-control: no-store\r\nconnection: close\r\n\r\n%s" % (status, body, len(body), body)
            )
        self.transport.close()

    def _abort_unread(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()


def bind_limits(limits: Limits) -> type[Connection]:
    """Return the protocol class to give to uvicorn."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
