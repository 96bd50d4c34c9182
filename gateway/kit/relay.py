"""A line to a source that can be cut, held or closed: a TCP relay on this machine, between us and the source's port.

The source itself is left alone: what fails is the line. Only for a source whose address is in the clear: what stands
before an encrypted port would have to be somebody else.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from connectors.load import variables
from connectors.spec import SourceSpec

_PORTS: Final = {"http": 80, "postgresql+asyncpg": 5432, "mysql+asyncmy": 3306, "mariadb+asyncmy": 3306}
"""Schemes of addresses in the clear, with the port where one names none."""
_HOLDS: Final = 65_536


@dataclass(frozen=True, slots=True)
class Target:
    """Where the line of a source leads: the variable that holds its address, and the address taken apart."""

    variable: str
    url: str
    host: str
    port: int

    def through(self, port: int) -> str:
        """Return the address that leads there by way of ``port`` of this machine."""
        parts = urlsplit(self.url)
        userinfo, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{userinfo}{at}127.0.0.1:{port}"))


def target_of(spec: SourceSpec, environ: Mapping[str, str]) -> Target | None:
    """Return where the line of the source leads, None when it has none, or one that is encrypted."""
    for variable in variables(spec):
        url = environ.get(variable, "")
        with suppress(ValueError):
            parts = urlsplit(url)
            if parts.scheme in _PORTS and parts.hostname and "ssl" not in parts.query:
                return Target(variable, url, parts.hostname, parts.port or _PORTS[parts.scheme])
    return None


class Relay:
    """Listens on a port of this machine and passes on to ``target`` what comes, and back."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self.port = 0

    async def listen(self) -> None:
        """Accept connections, on the same port as before if there was one."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Accept no more connections, and cut those there are."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.cut()
        await asyncio.sleep(0)

    def hold(self) -> None:
        """Pass no answer on until `release`."""
        self._passing.clear()

    def release(self) -> None:
        """Pass answers on again."""
        self._passing.set()

    def cut(self) -> None:
        """Break all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection(self._target.host, self._target.port)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(back)
        try:
            await asyncio.gather(self._pass(reader, back, held=False), self._pass(there, writer, held=True))
        finally:
            self._writers -= {writer, back}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, held: bool) -> None:
        with suppress(OSError, RuntimeError):  # uvloop raises the latter when the other side was cut meanwhile
            while read := await reader.read(_HOLDS):
                if held:
                    await self._passing.wait()
                writer.write(read)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def relay_to(target: Target) -> AsyncIterator[Relay]:
    """Run a relay to ``target``; close it with the block."""
    relay = Relay(target)
    await relay.listen()
    try:
        yield relay
    finally:
        relay.release()
        await relay.close()
