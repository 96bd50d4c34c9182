"""One connection: what a source may send is read as HTTP says, however it arrives, and nothing else is."""

import asyncio
import gzip
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.exchange import Exchange, Reply
from connectors.line import MOST_HEAD_BYTES
from tests.connectors.departments import serving

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
TEXT: Final = "行政处罚决定书".encode() * 40
NOT_HTTP: Final = "the answer is not HTTP"


def packed(packing: str, body: bytes) -> bytes:
    """Return a whole answer whose body is said to be packed so."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {packing}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def raw_deflate(body: bytes) -> bytes:
    """Return ``body`` deflated without the frame of zlib."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


class Script(asyncio.Protocol):
    """Answers each question by the next parts of ``answers``, a write each, an empty one closing the connection."""

    def __init__(self, answers: Iterable[Sequence[bytes]]) -> None:
        self._answers = iter(answers)
        self.asked: list[bytes] = []
        self.made = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made += 1
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.asked.append(data)
        for part in next(self._answers):
            if part:
                self.transport.write(part)
            else:
                self.transport.close()


async def told(answers: Iterable[Sequence[bytes]], questions: int = 1, **ask: Any) -> tuple[list[Reply], Script]:
    """Return the replies to ``questions`` questions, one after the other, and who answered them."""
    script = Script(answers)
    async with serving(lambda: script) as url:
        exchange = Exchange(URL(url), 1)
        try:
            asked = {"method": "GET", "target": "/", "headers": {}} | ask
            return [await exchange.ask(**asked) for _ in range(questions)], script
        finally:
            await exchange.close()


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        ([OK], b"{}"),
        ([b"HTTP/1.0 200 OK\r\n\r\n", TEXT, b""], TEXT),
        ([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", TEXT[:7], TEXT[7:], b""], TEXT),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", b"0\r\n\r\n"], b"{}"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n"], b"{}"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", OK], b"{}"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + OK], b"{}"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], b""),
        ([packed("gzip", gzip.compress(TEXT))], TEXT),
        ([packed("X-GZIP", gzip.compress(TEXT))], TEXT),
        ([packed("deflate", zlib.compress(TEXT))], TEXT),
        ([packed("deflate", raw_deflate(TEXT))], TEXT),
        ([packed("identity", TEXT)], TEXT),
        ([packed("gzip", b"")], b""),
    ],
)
async def test_answer_is_read_whole(parts: list[bytes], body: bytes) -> None:
    (reply,), _ = await told([parts])
    assert (reply.status, reply.body) == (200, body)


@pytest.mark.parametrize(
    ("parts", "kind", "reason"),
    [
        ([b"SSH-2.0-OpenSSH_9.2\r\n"], SourceMisread, NOT_HTTP),
        ([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"], SourceMisread, NOT_HTTP),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"], SourceMisread, NOT_HTTP),
        (
            [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
            SourceMisread,
            NOT_HTTP,
        ),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n"], SourceMisread, NOT_HTTP),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * MOST_HEAD_BYTES], SourceMisread, NOT_HTTP),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" * 4000], SourceMisread, NOT_HTTP),
        ([packed("gzip", b"no gzip at all")], SourceMisread, NOT_HTTP),
        ([packed("gzip", gzip.compress(TEXT)[:-9])], SourceMisread, NOT_HTTP),
        ([packed("br", b"what nobody asked for")], SourceMisread, NOT_HTTP),
        ([b"HTTP/1.1 200", b""], SourceUnavailable, "the connection was lost before the answer"),
        (
            [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b""],
            SourceUnavailable,
            "the connection was lost in the middle of the answer",
        ),
        (
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", b""],
            SourceUnavailable,
            "the connection was lost in the middle of the answer",
        ),
    ],
)
async def test_answer_that_is_none(parts: list[bytes], kind: type[SourceError], reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        await told([parts])
    assert (type(caught.value), caught.value.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("first", "connections"),
    [
        ([OK], 1),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], 1),
        ([OK.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)], 2),
        ([OK.replace(b"1.1", b"1.0", 1)], 2),
        ([OK, OK], 2),
        ([OK + OK], 2),
        ([OK + b"more"], 2),
        ([OK, b""], 2),
    ],
    ids=["kept", "no content", "closing", "old", "twice", "twice at once", "more", "closed"],
)
async def test_what_is_not_an_answer_never_reaches_the_next_question(first: list[bytes], connections: int) -> None:
    second = [b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"]
    script = Script([first, second])
    async with serving(lambda: script) as url:
        exchange = Exchange(URL(url), 1)
        await exchange.ask("GET", "/", {})
        for _ in range(3):
            await asyncio.sleep(0.01)  # what was sent without a question arrives before the next question, or after
        reply = await exchange.ask("GET", "/", {})
        await exchange.close()
    assert (reply.body, script.made) == (b"second", connections)


@given(st.lists(st.integers(1, 400), max_size=6), st.sampled_from([OK, packed("gzip", gzip.compress(TEXT))]))
def test_it_does_not_matter_how_an_answer_is_cut(cuts: list[int], answer: bytes) -> None:
    at = [0, *sorted({cut for cut in cuts if cut < len(answer)}), len(answer)]
    parts = [answer[begin:end] for begin, end in pairwise(at)]
    (reply,), _ = asyncio.run(told([parts]))
    assert reply.body == (b"{}" if answer is OK else TEXT)


@given(st.binary(min_size=1, max_size=200) | st.binary(max_size=100).map(lambda more: OK[:17] + more))
def test_whatever_comes_is_an_answer_or_an_error_of_the_source(sent: bytes) -> None:
    async def ask() -> None:
        with suppress(SourceError):
            (reply,), _ = await told([[sent, b""]])
            assert reply.status >= 200

    asyncio.run(ask())


@pytest.mark.parametrize(
    "ask",
    [
        {"target": "/?code=1 HTTP/1.1"},
        {"target": "/?code=1\r\nX-Forged: 1"},
        {"headers": {"X-Key": "secret\r\nX-Forged: 1"}},
        {"headers": {"X-Key": "secret\n"}},
        {"headers": {"X-Key": "\x00"}},
    ],
    ids=["a space", "a line in the target", "a line in a header", "a line break at the end", "a zero"],
)
async def test_nothing_that_is_told_begins_another_line(ask: dict[str, Any]) -> None:
    with pytest.raises(SourceRejected) as caught:
        await told([[OK]], **ask)
    assert caught.value.reason == "a space or a control character is never sent in an address or a header"


async def test_question_as_it_is_sent() -> None:
    _, script = await told([[OK]], method="POST", target="/a?b=%20", headers={"X-Key": "甲"}, body=b"{}")
    head, _, body = script.asked[0].partition(b"\r\n\r\n")
    first, host, *others = head.decode().split("\r\n")
    assert (first, body) == ("POST /a?b=%20 HTTP/1.1", b"{}")
    assert host.startswith("Host: 127.0.0.1:")
    sent = {"User-Agent: credit-gateway", "Accept-Encoding: gzip, deflate", "X-Key: 甲", "Content-Length: 2"}
    assert set(others) == sent


async def test_login_of_the_address_is_sent_as_such() -> None:
    script = Script([[OK]])
    async with serving(lambda: script) as url:
        exchange = Exchange(URL(url.replace("//", "//clerk:p%40ss@")), 1)
        await exchange.ask("GET", "/", {})
        await exchange.close()
    assert b"\r\nAuthorization: Basic Y2xlcms6cEBzcw==\r\n" in script.asked[0]


async def test_host_of_six_groups_is_bracketed() -> None:
    script = Script([[OK]])
    server = await asyncio.get_running_loop().create_server(lambda: script, "::1", 0)
    port = server.sockets[0].getsockname()[1]
    exchange = Exchange(URL(f"http://[::1]:{port}"), 1)
    await exchange.ask("GET", "/", {})
    await exchange.close()
    server.close()
    assert f"\r\nHost: [::1]:{port}\r\n".encode() in script.asked[0]
