"""Hostile and broken connections against the real server, byte by byte."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from gateway.http import Limits, Reply
from tests.gateway.desks import FixedDesk, TinyDesk, WaitingDesk, mount, serving

SHORT = Limits(head_seconds=0.2, body_seconds=0.2, write_seconds=0.2, head_bytes=4_096, url_bytes=1_024)
HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = b'{"query":"{ hello }"}'
POST = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
GET = b"GET /graphql?query=%7Bhello%7D HTTP/1.1\r\nHost: x\r\n"
ANSWER = b'{"data":{"hello":"hello nobody"}}'


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving(mount(TinyDesk()), SHORT) as port:
        yield port


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def until_closed(port: int, *parts: bytes) -> bytes:
    """Send the parts, each in a packet of its own; return all that comes until the server closes."""
    async with connected(port) as (reader, writer):
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.01)
        return await asyncio.wait_for(reader.read(-1), 10)


async def read_reply(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return head, await asyncio.wait_for(reader.readexactly(length), 10)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([], None),
        ([b"\r\n"], None),
        ([b"P"], 408),
        ([GET], 408),
        ([b"\r\n\r\n", GET], 408),
        ([GET, b"X-More: 1\r\n", b"X-And: 2\r\n"], 408),
        ([HEAD + b"Content-Length: 21\r\n\r\n"], 408),
        ([HEAD + b"Content-Length: 21\r\n\r\n", b'{"query":'], 408),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b'5\r\n{"que'], 408),
        ([HEAD + b"Expect: 100-continue\r\nContent-Length: 21\r\n\r\n"], 100),
    ],
)
async def test_a_client_that_stops_half_way(port: int, parts: list[bytes], status: int | None) -> None:
    received = await until_closed(port, *parts)
    assert received.startswith(b"" if status is None else b"HTTP/1.1 %d " % status)
    if status is None:
        assert received == b""
    else:
        assert b"HTTP/1.1 408 Request Timeout\r\n" in received
        assert b"connection: close" in received


async def test_a_client_that_sends_byte_by_byte_is_not_waited_for(port: int) -> None:
    async with connected(port) as (reader, writer):
        trickle = asyncio.create_task(drip(writer, GET + b"X-Long: " + b"x" * 3_000))
        with suppress(
            ConnectionResetError
        ):  # a byte that comes after the end resets it, perhaps before the 408 is read
            assert (await asyncio.wait_for(reader.read(-1), 10)).startswith(b"HTTP/1.1 408 ")
        trickle.cancel()


async def drip(writer: asyncio.StreamWriter, message: bytes) -> None:
    for byte in message:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([GET + b"X-Long: " + b"x" * 5_000 + b"\r\n\r\n"], 431),
        ([GET, b"X-Long: " + b"x" * 3_000, b"x" * 3_000], 431),
        ([GET + b"".join(b"X-%d: 1\r\n" % n for n in range(1_000)) + b"\r\n"], 431),
        ([b"GET /graphql?query=" + b"a" * 2_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"], 414),
        ([b"NONSENSE\r\n\r\n"], 400),
        ([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], 400),
        ([GET + b"Bad Header: 1\r\n\r\n"], 400),
        ([HEAD + b"Content-Length: 21\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], 400),
        ([HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"], 400),
        ([HEAD + b"Content-Length: 21\r\nContent-Length: 22\r\n\r\n" + BODY], 400),
        ([HEAD + b"Content-Length: -1\r\n\r\n" + BODY], 400),
        ([HEAD + b"Content-Length: +21\r\n\r\n" + BODY], 400),
        ([HEAD + b"Transfer-Encoding: identity, chunked, identity\r\n\r\n" + BODY], 400),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n"], 400),
    ],
)
async def test_a_head_that_is_too_long_or_wrong(port: int, parts: list[bytes], status: int) -> None:
    received = await until_closed(port, *parts)
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.count(b"HTTP/1.1") == 1
    assert ANSWER not in received


async def test_a_head_in_many_parts_is_one_head(port: int) -> None:
    lines = [b"X-%d: %s\r\n" % (number, b"v" * 300) for number in range(10)]
    async with connected(port) as (reader, writer):
        for part in (GET, *lines, b"\r\n"):
            writer.write(part)
            await asyncio.sleep(0.005)
        assert (await read_reply(reader))[1] == ANSWER


async def test_a_large_body_in_the_packet_of_the_head(port: int) -> None:
    body = b'{"query":"{ hello }"' + b" " * 20_000 + b"}"
    async with connected(port) as (reader, writer):
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert (await read_reply(reader))[1] == ANSWER


async def test_requests_one_after_the_other_and_all_at_once(port: int) -> None:
    async with connected(port) as (reader, writer):
        for message in (POST, GET + b"\r\n", POST[:70], POST[70:] + POST + GET + b"\r\n" + POST):
            writer.write(message)
            await asyncio.sleep(0.01)
        for _ in range(6):
            assert (await read_reply(reader))[1] == ANSWER


async def test_an_idle_connection_ends(port: int) -> None:
    async with serving(mount(TinyDesk()), Limits(keep_alive_seconds=0)) as other:
        assert (await until_closed(other, POST)).endswith(ANSWER)
    # empty lines unset uvicorn's own timer: they must not keep a connection for ever
    assert (await until_closed(port, POST, b"\r\n", b"\r\n")).endswith(ANSWER)


async def test_a_refused_body_is_not_awaited_for_ever(port: int) -> None:
    received = await until_closed(
        port, HEAD.replace(b"json", b"xml") + b"Content-Length: 1000000\r\n\r\n", b"x" * 1_000
    )
    assert received.startswith(b"HTTP/1.1 415 ")
    assert received.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    ("key", "status"), [(b"x", b"400"), (b"dGhlIHNhbXBsZSBub25jZQ==", b"403")], ids=["no key", "no route"]
)
async def test_an_upgrade_is_not_made_where_there_is_nothing_to_upgrade_to(
    port: int, key: bytes, status: bytes
) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
    received = await until_closed(port, GET + upgrade + key + b"\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 " + status)


async def test_another_upgrade_is_ignored(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        head, body = await read_reply(reader)
    assert (head[:13], body) == (b"HTTP/1.1 200 ", ANSWER)


async def test_a_slow_answer_is_not_cut_by_the_limits_on_the_client() -> None:
    desk = WaitingDesk()
    async with serving(mount(desk), SHORT) as port, connected(port) as (reader, writer):
        writer.write(POST + GET)  # one whole request, and half of the next
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 1.0)
        assert not desk.cancelled.is_set()


async def test_an_answer_that_nobody_reads_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    large = FixedDesk(Reply(b'{"data":"' + b"x" * 20_000_000 + b'"}'))
    async with serving(mount(large), SHORT) as port, connected(port) as (reader, writer):
        reader._transport.pause_reading()  # type: ignore[attr-defined]  # the stream's own way to stop reading
        writer.write(POST)
        await asyncio.sleep(1.0)
        reader._transport.resume_reading()  # type: ignore[attr-defined]  # see above
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await asyncio.wait_for(reader.readexactly(20_000_000), 10)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_over_the_number_of_connections() -> None:
    async with serving(mount(WaitingDesk()), Limits(connections=3)) as port, connected(port), connected(port):
        await asyncio.sleep(0.05)
        assert (await until_closed(port, POST)).startswith(b"HTTP/1.1 503 ")
