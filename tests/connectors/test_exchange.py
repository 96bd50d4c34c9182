"""The HTTP exchange: every way in which a line can fail is told by its type, in words that give nothing away."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from connectors.errors import ConfigError, SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.exchange import Exchange, Reply, address, failure, retry_at
from connectors.line import MOST_BYTES
from gateway.demo.listen import Answered
from tests.connectors.departments import Raw, listening, serving
from tests.faults import fault_proxy

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def exchange(url: str, concurrency: int = 4) -> AsyncIterator[Exchange]:
    opened = Exchange(URL(url), concurrency)
    try:
        yield opened
    finally:
        await opened.close()


async def failure_of(url: str, method: str = "GET") -> SourceError:
    """Return the error of asking ``url``, which tells nothing of it."""
    async with exchange(url) as opened:
        with pytest.raises(SourceError) as caught:
            await opened.ask(method, "/path?code=KEY", {})
    for secret in ("127.0.0.1", str(URL(url).port), "path", "KEY"):
        assert secret not in caught.value.reason
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None),
        (202, SourceMisread),
        (204, SourceMisread),
        (302, SourceRejected),
        (400, SourceRejected),
        (401, SourceRejected),
        (403, SourceRejected),
        (404, SourceRejected),
        (408, SourceUnavailable),
        (429, SourceUnavailable),
        (500, SourceUnavailable),
        (503, SourceUnavailable),
    ],
)
def test_what_a_status_means(status: int, kind: type[SourceError] | None) -> None:
    error = failure(Reply(status, b"", "2026-11-25T08:00:02.000Z"))
    assert (error and type(error)) is kind
    if kind is SourceUnavailable:
        assert error is not None
        assert error.until == "2026-11-25T08:00:02.000Z"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2", "2026-11-25T08:00:02.000Z"),
        (" 90 ", "2026-11-25T08:01:30.000Z"),
        ("Wed, 25 Nov 2026 09:00:00 GMT", "2026-11-25T09:00:00.000Z"),
        ("Wed, 25 Nov 2026 07:00:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("86401", None),
        ("9" * 400, None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_when_to_ask_again(text: str, at: str | None) -> None:
    assert retry_at(text, NOW) == at


@given(st.text() | st.integers(1, 10**6).map(str) | st.datetimes().map(format_datetime))
def test_no_header_makes_it_raise_or_wait_beyond_a_day(text: str) -> None:
    at = retry_at(text, NOW)
    assert at is None or NOW < datetime.fromisoformat(at) <= NOW + timedelta(days=1)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("mode", "after", "kind", "reason"),
    [
        ("reset", 0, SourceUnavailable, "the connection was lost before the answer"),
        ("truncate", 0, SourceUnavailable, "the connection was lost before the answer"),
        ("truncate", 30, SourceUnavailable, "the connection was lost before the answer"),
        ("truncate", 120, SourceUnavailable, "the connection was lost in the middle of the answer"),
        ("reset", 120, SourceUnavailable, "the connection was lost in the middle of the answer"),
        ("corrupt", 0, SourceMisread, "the answer is not HTTP"),
    ],
)
async def test_lost_line(method: str, mode: Any, after: int, kind: type[SourceError], reason: str) -> None:
    async with listening(Answered(b"x" * 1000)) as (_, url), fault_proxy(url) as proxy:
        proxy.fault(mode, after=after)
        error = await failure_of(proxy.before(url), method)
    assert type(error) is kind
    assert error.reason == reason


@pytest.mark.parametrize(("mode", "seconds"), [("trickle", 0.0), ("delay", 0.05)])
async def test_line_that_is_merely_slow_is_read_whole(mode: Any, seconds: float) -> None:
    async with listening(Answered(b"x" * 50)) as (_, url), fault_proxy(url) as proxy:
        proxy.fault(mode, seconds=seconds)
        async with exchange(proxy.before(url)) as opened:
            reply = await opened.ask("GET", "/", {})
    assert reply.body == b"x" * 50


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_refused_connection(scheme: str) -> None:
    async with listening(Answered(b"")) as (_, url), fault_proxy(url) as proxy:
        await proxy.refuse()
        error = await failure_of(proxy.before(url).replace("http:", f"{scheme}:"))
    assert error.reason == "the source could not be reached"


async def test_source_that_does_not_speak_tls() -> None:
    async with serving(lambda: Raw(OK)) as url:
        error = await failure_of(url.replace("http:", "https:"))
    assert (type(error), error.reason) == (SourceUnavailable, "no secure connection could be made")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_endless_answer_is_not_read_to_its_end(encoding: str) -> None:
    body = bytes(MOST_BYTES + 1)
    sent = gzip.compress(body, 1) if encoding == "gzip" else body
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(sent)}\r\n\r\n".encode()
    async with serving(lambda: Raw(head + sent)) as url:
        error = await failure_of(url)
    assert (type(error), error.reason) == (SourceMisread, "the answer is larger than 16 MiB")


async def test_redirect_is_not_followed() -> None:
    async with listening(Answered(b"{}")) as (elsewhere, target):
        moved = f"HTTP/1.1 302 Found\r\nLocation: {target}/\r\nContent-Length: 0\r\n\r\n".encode()
        async with serving(lambda: Raw(moved)) as url, exchange(url) as opened:
            reply = await opened.ask("GET", "/", {})
    assert (reply.status, elsewhere.asked) == (302, [])


async def test_cookies_and_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    asked: list[bytes] = []

    class Setting(Raw):
        def data_received(self, data: bytes) -> None:
            asked.append(data)
            super().data_received(data)

    cookie = OK.replace(b"\r\n", b"\r\nSet-Cookie: a=b\r\n", 1)
    async with serving(lambda: Setting(cookie)) as url, exchange(url) as opened:
        for _ in range(2):
            await opened.ask("GET", "/", {})
    assert len(asked) == 2
    assert not any(b"cookie" in each.lower() for each in asked)


class Once(asyncio.Protocol):
    """Answers the first question of a connection and drops the second; ``made`` counts connections."""

    made = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        Once.made += 1
        self._transport: Any = transport
        self._answers = [OK]

    def data_received(self, data: bytes) -> None:
        if self._answers:
            self._transport.write(self._answers.pop())
        else:
            self._transport.abort()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_question_lost_on_a_kept_connection_is_sent_once_more(method: str) -> None:
    Once.made = 0
    async with serving(Once) as url, exchange(url) as opened:
        replies = [await opened.ask(method, "/", {}, b"{}") for _ in range(3)]
    assert [reply.body for reply in replies] == [b"{}"] * 3
    assert Once.made == 3


async def test_cancelled_question_closes_its_connection() -> None:
    gone = asyncio.Event()
    arrived = asyncio.Event()

    class Silent(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            arrived.set()

        def connection_lost(self, exc: Exception | None) -> None:
            gone.set()

    async with serving(Silent) as url, exchange(url) as opened:
        task = asyncio.ensure_future(opened.ask("POST", "/", {}, b"{}"))
        await arrived.wait()
        task.cancel()
        async with asyncio.timeout(5):
            await gone.wait()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_no_more_connections_than_allowed() -> None:
    async with (
        listening(Answered(b"{}")) as (canned, url),
        fault_proxy(url) as proxy,
        exchange(proxy.before(url), 2) as opened,
    ):
        await asyncio.gather(*(opened.ask("GET", "/", {}) for _ in range(8)))
    assert (len(canned.asked), proxy.connections) == (8, 2)


@pytest.mark.parametrize("url", ["", "127.0.0.1:80", "ftp://127.0.0.1/", "http://", "http://a/?x=1", "http://a/#x"])
def test_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        address("court", "COURT_URL", {"COURT_URL": url})
    assert str(caught.value) == "court.toml: url_env: `COURT_URL` holds no address of the form http(s)://host/path"
