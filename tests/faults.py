"""A TCP proxy between a connector and a real server that spoils what the server answers.

    pass       nothing is spoiled
    delay      the answer comes ``seconds`` late
    reset      the connection is reset after ``after`` bytes of the answer
    blackhole  the question arrives, no answer ever does
    trickle    the answer comes a byte at a time, ``seconds`` apart
    truncate   the connection ends in good order after ``after`` bytes of the answer
    corrupt    every byte of the answer from ``after`` on is inverted

Bytes of the answer are counted from the beginning of each connection. `refuse` and `accept` close and open the port.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

Mode = Literal["pass", "delay", "reset", "blackhole", "trickle", "truncate", "corrupt"]
_RESET = struct.pack("ii", 1, 0)


class FaultProxy:
    """Stands before the server at ``host`` and ``port``; a changed fault applies to what is answered from then on."""

    def __init__(self, host: str, port: int) -> None:
        self.connections = 0
        self.port = 0
        self._server_address = (host, port)
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.fault()

    def fault(self, mode: Mode = "pass", *, seconds: float = 0.0, after: int = 0) -> None:
        """Spoil answers in this way from now on."""
        self._mode = mode
        self._seconds = seconds
        self._after = after

    def before(self, url: str) -> str:
        """Return ``url`` with the address of the proxy in place of the server's."""
        parts = urlsplit(url)
        userinfo, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{userinfo}{at}127.0.0.1:{self.port}"))

    async def accept(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Refuse new connections and end those there are."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await asyncio.sleep(0)  # those just accepted begin
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            async with _closing(writer):
                server_reader, server_writer = await asyncio.open_connection(*self._server_address)
                async with _closing(server_writer):
                    await _first(_forward(reader, server_writer), self._spoil(server_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass  # an end like any other; whoever cancels waits for it
        finally:
            self._tasks.discard(task)

    async def _spoil(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = 0
        while answered := await reader.read(65536):
            for part in self._parts(answered):
                if self._mode in {"delay", "trickle"}:
                    await asyncio.sleep(self._seconds)
                if self._mode == "blackhole":
                    continue
                whole = self._mode not in {"reset", "truncate"} or sent + len(part) <= self._after
                writer.write(self._spoiled(part, sent) if whole else part[: max(self._after - sent, 0)])
                await writer.drain()
                sent += len(part)
                if not whole:
                    if self._mode == "reset":
                        _reset_on_close(writer)
                    return

    def _parts(self, answered: bytes) -> list[bytes]:
        return [bytes((each,)) for each in answered] if self._mode == "trickle" else [answered]

    def _spoiled(self, part: bytes, sent: int) -> bytes:
        if self._mode != "corrupt":
            return part
        kept = max(self._after - sent, 0)
        return part[:kept] + bytes(each ^ 0xFF for each in part[kept:])


@asynccontextmanager
async def fault_proxy(url: str) -> AsyncIterator[FaultProxy]:
    """Run a proxy before the server of ``url``."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    proxy = FaultProxy(parts.hostname, parts.port)
    await proxy.accept()
    try:
        yield proxy
    finally:
        await proxy.refuse()


async def _first(*pumps: Coroutine[Any, Any, None]) -> None:
    """Run ``pumps`` until one of them ends."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while asked := await reader.read(65536):
        writer.write(asked)
        await writer.drain()


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
