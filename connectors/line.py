"""One connection to a source: HTTP/1.1 spoken by llhttp (httptools), one question at a time.

aiohttp could do it too, at five times the processor time of a small exchange (2026-11: 190 us more each; the court
takes one subject a call, so a question about a hundred subjects costs a hundred exchanges).

Rules
    * Whatever was asked when the line fails is told by a `LineError`, by how far the answer had come.
    * An answer that is longer than `MOST_BYTES`, a head than `MOST_HEAD_BYTES`, is not read to its end.
    * What a source sends without being asked, or after its answer, ends the line.
"""

import asyncio
import zlib
from ssl import SSLContext, SSLError
from typing import Final, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from msgspec import Struct

MOST_BYTES: Final = 16 * 2**20
"""How long an answer may be, unpacked or not."""
MOST_HEAD_BYTES: Final = 2**16
_ENDLESS: Final = frozenset({101, 204, 304})
"""Statuses of answers without a body, besides those below 200."""
_ANY_PACKING: Final = 32 + zlib.MAX_WBITS
"""Tells zlib to find out itself whether it reads gzip or zlib."""
_PACKED: Final = frozenset({b"gzip", b"x-gzip", b"deflate"})


class LineError(Exception):
    """The line failed."""


class Unreachable(LineError):
    """No connection could be made."""


class Insecure(LineError):
    """A connection, but no secure one: the certificate, or no TLS at all."""


class LostBefore(LineError):
    """The connection was lost before the head of the answer was whole; ``began`` when some of it had come."""

    def __init__(self, *, began: bool) -> None:
        self.began = began


class LostAmid(LineError):
    """The connection was lost after the head of the answer."""


class NotHttp(LineError):
    """What came is no HTTP, or not packed as it says."""


class TooLong(LineError):
    """The answer is longer than `MOST_BYTES`."""


class Received(Struct, frozen=True):
    """One answer, unpacked; ``retry_after`` is that header as it was sent."""

    status: int
    body: bytes
    retry_after: str | None


class Line(asyncio.Protocol):
    """A connection; made by `connect`."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Received] | None = None
        self._began = self._headed = self._spoiled = False
        self._head_bytes = self._size = 0
        self._headers: dict[bytes, bytes] = {}
        self._parts: list[bytes] = []

    @property
    def usable(self) -> bool:
        """True while another question may be sent on it."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, question: bytes) -> Received:
        """Send ``question``, head and body, and return the answer; raises `LineError`.

        Whoever is cancelled in here closes the line: what comes later would be taken for the next answer.
        """
        assert self._waiting is None, "one question at a time"
        if self._transport is None or not self.usable:
            raise LostBefore(began=False)
        self._began = self._headed = False
        self._head_bytes = self._size = 0
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(question)
        try:
            return await self._waiting
        finally:
            self._waiting = None
            self._parts = []

    def close(self) -> None:
        """Close it at once; what is under way is lost."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read what came; called by the event loop."""
        if self._answered:
            self.close()
            return
        self._began = True
        if not self._headed:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._fail(NotHttp())
        if not self._headed and self._head_bytes > MOST_HEAD_BYTES:
            self._fail(NotHttp())
        if self._spoiled:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits; called by the event loop."""
        self._transport = None
        if not self._headed:
            self._fail(LostBefore(began=self._began))
        elif exc is None and self._ends_with_the_line:
            self._complete()
        else:
            self._fail(LostAmid())

    def on_message_begin(self) -> None:
        """Called by the parser, as all below are."""
        if self._answered:
            self._spoiled = True
        self._headers, self._parts = {}, []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header; of several of a name the last."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """Note that the head is whole, unless it is one of those before the answer (RFC 9110, 15.2)."""
        self._headed = self._parser.get_status_code() >= 200

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body."""
        self._size += len(part)
        if self._size > MOST_BYTES:
            self._fail(TooLong())
        else:
            self._parts.append(part)

    def on_message_complete(self) -> None:
        """Answer whoever waits, and close the line when the source wants it so."""
        if not self._headed:
            return
        self._complete()
        if not self._parser.should_keep_alive():
            self._spoiled = True

    @property
    def _answered(self) -> bool:
        """True when nothing more is due: nobody asked, or the answer is whole."""
        return self._waiting is None or self._waiting.done()

    @property
    def _ends_with_the_line(self) -> bool:
        """True when only the end of the connection says where the answer ends (RFC 9112, 6.3)."""
        sized = b"content-length" in self._headers or b"transfer-encoding" in self._headers
        return not sized and self._parser.get_status_code() not in _ENDLESS

    def _complete(self) -> None:
        if self._waiting is None or self._waiting.done():
            return
        headers = self._headers
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        wait = headers.get(b"retry-after")
        try:
            body = _unpacked(body, headers.get(b"content-encoding", b"").strip().lower())
        except LineError as error:
            self._fail(error)
        else:
            text = None if wait is None else wait.decode("latin-1")
            self._waiting.set_result(Received(self._parser.get_status_code(), body, text))

    def _fail(self, error: LineError) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
        self.close()


async def connect(host: str, port: int, tls: SSLContext | None) -> Line:
    """Return a line to ``host``; raises `Unreachable` or `Insecure`."""
    loop = asyncio.get_running_loop()
    try:
        _, line = await loop.create_connection(Line, host, port, ssl=tls, server_hostname=host if tls else None)
    except SSLError:
        raise Insecure from None
    except (OSError, UnicodeError):  # the latter of host names that no name server could know
        raise Unreachable from None
    return line


def _unpacked(body: bytes, packing: bytes) -> bytes:
    """Return ``body`` as it was before it was packed; raises `LineError`."""
    if not body or packing in {b"", b"identity"}:
        return body
    if packing not in _PACKED:
        raise NotHttp
    # Some servers call raw deflate what others call zlib; the first byte tells them apart (RFC 1950, 2.2).
    raw = packing == b"deflate" and body[0] & 0x0F != zlib.DEFLATED
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS if raw else _ANY_PACKING)
    try:
        whole = unpacking.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise NotHttp from None
    if len(whole) > MOST_BYTES:
        raise TooLong
    if not unpacking.eof:
        raise NotHttp
    return whole
