"""One HTTP exchange with a department: a question out, bytes in, and every failure of the line as a `SourceError`.

Rules
    * No cookie, proxy variable or redirect is followed: a question goes to the declared address or nowhere.
    * No timeout of its own: whoever asks cancels, and the connection is then closed.
    * A question that a kept connection lost before any answer is sent once more: all questions here are reads.
    * An answer is read up to `MOST_BYTES`.

# INVARIANT: no reason tells an address, a path or a key.

Used by two kinds, though code is shared by three as a rule: how a lost line, a 429 or an endless answer is told is one
promise to the caller, and of two copies one would be wrong.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    ServerDisconnectedError,
    TCPConnector,
)
from msgspec import Struct
from yarl import URL

from connectors.clock import utc_text
from connectors.errors import ConfigError, Mistake, SourceError, SourceMisread, SourceRejected, SourceUnavailable

MOST_BYTES: Final = 16 * 2**20
_LONGEST_WAIT: Final = timedelta(days=1)
_LOST: Final[tuple[tuple[type[Exception], type[SourceError], str], ...]] = (
    (ClientSSLError, SourceUnavailable, "no secure connection could be made"),
    (ClientConnectorError, SourceUnavailable, "the source could not be reached"),
    (InvalidURL, SourceUnavailable, "the source could not be reached"),
    (ClientPayloadError, SourceUnavailable, "the connection was lost in the middle of the answer"),
    (ClientResponseError, SourceMisread, "the answer is not HTTP"),
    (ClientError, SourceUnavailable, "the connection was lost before the answer"),
)


class Reply(Struct, frozen=True):
    """What came back; ``until`` is the ISO time before which the source does not want to be asked again."""

    status: int
    body: bytes
    until: str | None = None


class Exchange:
    """The connections to one source, at most ``concurrency`` at once; made when first needed, for one event loop."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._session: ClientSession | None = None

    async def ask(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send one question and return the whole answer, whatever its status; raises `SourceError`."""
        try:
            try:
                return await self._exchange(method, url, headers, body)
            except (ClientOSError, ServerDisconnectedError) as error:
                # aiohttp does so itself for GET, but not for POST, which it takes for a change.
                if method != "POST" or isinstance(error, ClientConnectorError):
                    raise
                return await self._exchange(method, url, headers, body)
        except ClientError as error:
            raise _lost(error) from None  # aiohttp tells addresses

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Reply:
        session = self._session
        if session is None:
            session = self._session = _open_session(self._concurrency)
        async with session.request(method, url, headers=headers, data=body, allow_redirects=False) as response:
            content = await _read(response)
            wait = response.headers.get("Retry-After")
        return Reply(response.status, content, retry_at(wait, datetime.now(UTC)) if wait else None)


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


def _open_session(concurrency: int) -> ClientSession:
    return ClientSession(
        connector=TCPConnector(limit=concurrency),
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=None, sock_connect=None),
        headers={"User-Agent": "credit-gateway"},
        trust_env=False,
    )


async def _read(response: ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > MOST_BYTES:
            raise SourceMisread(f"the answer is larger than {MOST_BYTES >> 20} MiB")
        parts.append(part)
    return b"".join(parts)


def _lost(error: ClientError) -> SourceError:
    return next(failure(reason) for kind, failure, reason in _LOST if isinstance(error, kind))
