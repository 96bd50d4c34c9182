"""One HTTP exchange with a department: a question out, bytes in, and every failure of the line as a `SourceError`.

Rules
    * No cookie, proxy variable or redirect is followed: a question goes to the declared address or nowhere.
    * No timeout of its own: whoever asks cancels, and the connection is then closed.
    * Packed answers (gzip, deflate) are unpacked; how long an answer may be counts unpacked.
    * A question that a kept connection lost before any answer is sent once more: all questions here are reads.

# INVARIANT: no reason tells an address, a path or a key.

Used by two kinds, though code is shared by three as a rule: how a lost line, a 429 or an endless answer is told is one
promise to the caller, and of two copies one would be wrong.
"""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ssl import SSLContext, create_default_context
from typing import Final

from msgspec import Struct
from yarl import URL

from connectors.clock import utc_text
from connectors.errors import ConfigError, Mistake, SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.line import (
    MOST_BYTES,
    Insecure,
    Line,
    LineError,
    LostAmid,
    LostBefore,
    NotHttp,
    Received,
    TooLong,
    Unreachable,
    connect,
)

KEPT_SECONDS: Final = 15.0
"""How long a connection is kept without a question; many servers close it after 5 seconds themselves."""
_LONGEST_WAIT: Final = timedelta(days=1)
_LOST: Final[Mapping[type[LineError], tuple[type[SourceError], str]]] = {
    Insecure: (SourceUnavailable, "no secure connection could be made"),
    Unreachable: (SourceUnavailable, "the source could not be reached"),
    LostBefore: (SourceUnavailable, "the connection was lost before the answer"),
    LostAmid: (SourceUnavailable, "the connection was lost in the middle of the answer"),
    NotHttp: (SourceMisread, "the answer is not HTTP"),
    TooLong: (SourceMisread, f"the answer is larger than {MOST_BYTES >> 20} MiB"),
}


class Reply(Struct, frozen=True):
    """What came back; ``until`` is the ISO time before which the source does not want to be asked again."""

    status: int
    body: bytes
    until: str | None = None


class Exchange:
    """The connections to the source at ``base``, at most ``concurrency`` at once; made when first needed, one loop."""

    def __init__(self, base: URL, concurrency: int) -> None:
        self._host, self._port = base.raw_host or "", base.port or 0
        self._secure = base.scheme == "https"
        self._tls: SSLContext | None = None
        self._always = _always(base)
        self._turns = asyncio.Semaphore(concurrency)
        self._kept: dict[Line, asyncio.TimerHandle] = {}
        self.path = base.raw_path
        """The path of the address, `/` when it holds none."""

    async def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send one question about ``target`` (path and query) and return the whole answer, whatever its status.

        Raises `SourceError`.
        """
        question = self._question(method, target, headers, body)
        try:
            async with self._turns:
                received = await self._ask(question)
        except LineError as error:
            failed, reason = _LOST[type(error)]
            raise failed(reason) from None
        wait = received.retry_after
        return Reply(received.status, received.body, retry_at(wait, datetime.now(UTC)) if wait else None)

    async def close(self) -> None:
        """Close the connections that are kept; those in use close with their questions."""
        for line, timer in self._kept.items():
            timer.cancel()
            line.close()
        self._kept.clear()

    async def _ask(self, question: bytes) -> Received:
        """Return the answer, asked on a kept connection or on a new one where that one turns out to be lost."""
        line = self._take()
        if line is not None:
            try:
                return await self._ask_on(line, question)
            except LostBefore as error:
                if error.began:
                    raise
        if self._secure and self._tls is None:
            self._tls = create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return await self._ask_on(await connect(self._host, self._port, self._tls), question)

    async def _ask_on(self, line: Line, question: bytes) -> Received:
        try:
            received = await line.ask(question)
        except BaseException:
            line.close()
            raise
        if line.usable:
            self._kept[line] = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._drop, line)
        return received

    def _take(self) -> Line | None:
        """Return the connection that was used last, of those kept that are still open."""
        while self._kept:
            line, timer = self._kept.popitem()
            timer.cancel()
            if line.usable:
                return line
        return None

    def _drop(self, line: Line) -> None:
        del self._kept[line]
        line.close()

    def _question(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        length = "" if body is None else f"Content-Length: {len(body)}\r\n"
        # INVARIANT: nothing that is told in the head ends it or begins another line.
        if " " in target or not all(map(str.isprintable, (target, *headers.values()))):
            raise SourceRejected("a space or a control character is never sent in an address or a header")
        return f"{method} {target} HTTP/1.1\r\n{self._always}{lines}{length}\r\n".encode() + (body or b"")


def address(source: str, variable: str, environ: Mapping[str, str]) -> URL:
    """Return the address in ``variable`` as ``source`` is asked at it; raises `ConfigError`."""
    url = URL(environ[variable].rstrip("/"), encoded=True)
    if url.scheme not in {"http", "https"} or not url.raw_host or url.raw_query_string or url.raw_fragment:
        message = f"`{variable}` holds no address of the form http(s)://host/path"
        raise ConfigError([Mistake(f"{source}.toml", "url_env", message)])
    return url


def failure(reply: Reply) -> SourceError | None:
    """Return what the status of ``reply`` says went wrong, None for 200."""
    status = reply.status
    if status == 200:
        return None
    if status == 429:
        return SourceUnavailable("the source asks for a pause", reply.until)
    if status == 408 or status >= 500:
        return SourceUnavailable(f"the source failed with HTTP status {status}", reply.until)
    if status >= 300:
        return SourceRejected(f"the source refused the question with HTTP status {status}")
    return SourceMisread(f"the source answered with HTTP status {status}")


def retry_at(text: str, now: datetime) -> str | None:
    """Return the ISO time that a Retry-After header means; None when it is unreadable, past or over a day away."""
    text = text.strip()
    try:
        wait = timedelta(seconds=int(text)) if text.isascii() and text.isdigit() else parsedate_to_datetime(text) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return utc_text(now + wait) if timedelta(0) < wait <= _LONGEST_WAIT else None


def _always(base: URL) -> str:
    """Return the headers of every question to ``base``."""
    host = base.raw_host or ""
    bracketed = f"[{host}]" if ":" in host else host
    headers = {
        "Host": bracketed if base.is_default_port() else f"{bracketed}:{base.port}",
        "User-Agent": "credit-gateway",
        "Accept-Encoding": "gzip, deflate",
    }
    if base.user is not None or base.password is not None:
        login = f"{base.user or ''}:{base.password or ''}".encode()
        headers["Authorization"] = f"Basic {b64encode(login).decode()}"
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
