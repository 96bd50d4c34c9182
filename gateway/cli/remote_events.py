"""A subscription of a running gateway read as server-sent events (graphql-sse), taken up again when the line breaks.

The gateway beats every 15 seconds: a line on which nothing comes for `SILENT_SECONDS` is taken for broken.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import aiohttp
import orjson

from gateway.cli.remote import GRAPHQL, Refused, Remote, Unreached

SILENT_SECONDS: Final = 45.0
TRIES: Final = 12
"""Times that are tried without an event between them; with the pauses, about eight minutes."""
LONGEST_PAUSE_SECONDS: Final = 60.0
LONGEST_EVENT: Final = 1 << 20
PASSING: Final = frozenset({429, 502, 503, 504})
"""Refusals that pass by themselves."""
AGAIN: Final = frozenset(
    {"SHUTTING_DOWN", "SUBSCRIPTION_ENDED", "LEDGER_UNAVAILABLE", "SCREENINGS_UNAVAILABLE", "UNAUTHENTICATED"}
)
"""Codes within an answer after which asking again may succeed: a token, say, may have been renewed meanwhile."""
_EVENTS: Final = {"Accept": "text/event-stream", "Content-Type": "application/json"}
_OPEN: Final = aiohttp.ClientTimeout(total=None, sock_connect=20, sock_read=SILENT_SECONDS)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


def pause_seconds(tried: int, error: Unreached | Refused) -> float:
    """Return how long to wait after ``tried`` failures in a row: what the gateway said, else longer each time."""
    told = error.retry_seconds if isinstance(error, Refused) else None
    return told if told is not None else min(2.0 ** (tried - 1), LONGEST_PAUSE_SECONDS)


def passes(error: Unreached | Refused) -> bool:
    """Tell whether asking again may succeed."""
    return (
        isinstance(error, Unreached) or error.answered in PASSING or (error.answered == 200 and error.reason in AGAIN)
    )


@dataclass(frozen=True, slots=True)
class Patience:
    """Repeats what fails for reasons that pass, ``tries`` times in a row at most."""

    tries: int = TRIES
    sleep: Sleep = asyncio.sleep

    async def wait(self, tried: int, error: Unreached | Refused) -> None:
        """Return when it is time to try again; raises ``error`` where that is no use any more."""
        if tried >= self.tries or not passes(error):
            raise error
        await self.sleep(pause_seconds(tried, error))

    async def ask(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what ``ask`` comes to, asked again while it fails for reasons that pass."""
        tried = 0
        while True:
            try:
                return await ask()
            except (Unreached, Refused) as error:
                tried += 1
                await self.wait(tried, error)


async def events(
    gateway: Remote, document: str, variables: Mapping[str, Any], patience: Patience
) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the data of every event until the gateway says that there are no more; raises `Refused`, `Unreached`.

    A line that breaks is opened again: what the subscription tells then is what it tells first.
    """
    tried = 0
    while True:
        try:
            async with aclosing(_once(gateway, document, variables)) as once:
                async for told in once:
                    tried = 0
                    yield told
            return
        except (Unreached, Refused) as error:
            tried += 1
            await patience.wait(tried, error)


async def _once(gateway: Remote, document: str, variables: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    body = orjson.dumps({"query": document, "variables": variables})
    async with gateway.open("POST", GRAPHQL, _EVENTS, body, _OPEN) as response:
        if response.content_type != "text/event-stream":
            raise Refused("the gateway tells no events at that address", 200, None)
        name, data = "", b""
        async for line in _lines(response.content):
            if line.startswith(b"event:"):
                name = line[6:].strip().decode("ascii", "replace")
            elif line.startswith(b"data:"):
                data = line[5:].strip()
            elif not line and name == "complete":
                return
            elif not line and name == "next":
                yield _data(gateway, data)
                name, data = "", b""
    raise Unreached("the gateway broke off")


def _data(gateway: Remote, raw: bytes) -> dict[str, Any]:
    """Return the data of one event; raises `Refused` where it has errors instead, or beside."""
    try:
        told: Any = orjson.loads(raw)
        errors, data = told.get("errors"), told.get("data")
        if not errors and isinstance(data, dict):
            return data
    except (ValueError, AttributeError):
        raise Refused("what the gateway sent is no event", 200, None) from None
    raise gateway.refused(200, raw, {})


async def _lines(stream: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Yield the lines of ``stream`` without their ends; raises `Refused` for one that does not end."""
    held = bytearray()
    async for chunk in stream.iter_any():
        held += chunk
        *whole, rest = held.split(b"\n")
        if any(len(line) > LONGEST_EVENT for line in (*whole, rest)):
            raise Refused("what the gateway sent is no event", 200, None)
        for line in whole:
            yield bytes(line).rstrip(b"\r")
        held = bytearray(rest)
