"""Between the gateway and its sources: passes everything on and remembers what each source was told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Wire:
    """``environment`` leads to the sources through relays; ``heard`` is what was said to each, by its variable."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self.heard: dict[str, bytearray] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._relays: list[asyncio.Server] = []

    async def open(self, environment: Mapping[str, str]) -> None:
        for variable, value in environment.items():
            parts = urlsplit(value)
            self.environment[variable] = value
            if variable.endswith("_URL") and parts.port is not None:
                port = await self._relay(variable, parts.port)
                before, at, _ = parts.netloc.rpartition("@")
                self.environment[variable] = urlunsplit(parts._replace(netloc=f"{before}{at}127.0.0.1:{port}"))

    async def close(self) -> None:
        for relay in self._relays:
            relay.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _relay(self, variable: str, source_port: int) -> int:
        heard = self.heard[variable] = bytearray()

        async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None, "streams run their callback in a task"
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            answers, questions = await asyncio.open_connection("127.0.0.1", source_port)
            await asyncio.gather(_pass(reader, questions, heard), _pass(answers, writer, bytearray()))

        relay = await asyncio.start_server(passed_on, "127.0.0.1", 0)
        self._relays.append(relay)
        port: int = relay.sockets[0].getsockname()[1]
        return port


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray) -> None:
    try:
        while said := await reader.read(65536):
            heard += said
            writer.write(said)
            await writer.drain()
    except OSError:
        pass  # an end like any other
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def overheard(environment: Mapping[str, str]) -> AsyncIterator[Wire]:
    wire = Wire()
    await wire.open(environment)
    try:
        yield wire
    finally:
        await wire.close()
