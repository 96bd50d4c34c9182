"""Receivers of webhooks on loopback, which verify as Standard Webhooks says, and addresses where things go wrong."""

import asyncio
import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.gateway.desks import serving

SECRET = bytes(range(32))
SECRET_TEXT = f"whsec_{b64encode(SECRET).decode()}"


@dataclass(slots=True)
class Received:
    """Messages whose signature holds, in order, and how many others came."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    false: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sizes(self) -> list[int]:
        return [message["data"]["size"] for message in self.messages]

    def take(self, headers: Any, body: bytes) -> None:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        version, _, signature = headers["webhook-signature"].partition(",")
        if version != "v1" or not hmac.compare_digest(b64decode(signature), hmac.digest(SECRET, signed, "sha256")):
            self.false += 1
            return
        self.messages.append(orjson.loads(body))
        self.ids.append(headers["webhook-id"])
        self.times.append(int(headers["webhook-timestamp"]))


@asynccontextmanager
async def receiving(answer: Callable[[int], Response] | None = None) -> AsyncIterator[tuple[str, Received]]:
    """Serve a receiver; ``answer`` makes the response to each message by its number, from 1: 204 without it."""
    received = Received()
    count = 0

    async def hook(request: Request) -> Response:
        nonlocal count
        count += 1
        received.take(request.headers, await request.body())
        received.asked.set()
        return Response(status_code=204) if answer is None else answer(count)

    async with serving(Starlette(routes=[Route("/{path:path}", hook, methods=["POST", "GET"])])) as port:
        yield f"http://127.0.0.1:{port}/hook?token=s3cret", received


@asynccontextmanager
async def raw_server(answer: bytes, *, forever: bytes = b"") -> AsyncIterator[str]:
    """Serve ``answer`` to every connection as it is, then ``forever`` again and again; nothing more without it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            while forever:
                writer.write(forever)
                await writer.drain()
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/s3cret"
    finally:
        server.close()
