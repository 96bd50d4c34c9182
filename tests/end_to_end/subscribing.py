"""Clients of subscriptions: a WebSocket of graphql-transport-ws and an event stream of graphql-sse, both real."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.served import Served

PROTOCOL = "graphql-transport-ws"
WATCH = """subscription($keys: [SubjectKey!]!, $sections: [String!]! = ["penalties"], $every: Int) {
  watchSubjects(keys: $keys, sections: $sections, everySeconds: $every) {
    at nextAt news { subject section news before after state unknownSince reason } } }"""
PATIENCE_SECONDS = 30


class Socket:
    """One WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, type_: str, id_: str | None = None, payload: Any = None) -> None:
        said = {"type": type_, "id": id_, "payload": payload}
        await self.connection.send(json.dumps({k: v for k, v in said.items() if v is not None}))

    async def receive(self) -> Any:
        return orjson.loads(await asyncio.wait_for(self.connection.recv(), PATIENCE_SECONDS))

    async def init(self, payload: Mapping[str, Any] | None = None) -> None:
        await self.send("connection_init", payload=payload)
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, id_: str, query: str = WATCH, **more: Any) -> None:
        variables = more.pop("variables", {"keys": [{"value": id_}]})
        await self.send("subscribe", id_, {"query": query, "variables": variables, **more})

    async def next(self, id_: str) -> Any:
        """Return the payload of the next event of ``id_``."""
        told = await self.receive()
        assert (told["type"], told["id"]) == ("next", id_), told
        return told["payload"]

    async def error(self, id_: str) -> Any:
        told = await self.receive()
        assert (told["type"], told["id"]) == ("error", id_), told
        return told["payload"][0]

    async def closed(self) -> tuple[int, str]:
        """Return code and reason of the close frame, after whatever comes before it; 1006 where none came."""
        try:
            while True:
                await asyncio.wait_for(self.connection.recv(), PATIENCE_SECONDS)
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd is not None else (1006, "")


@asynccontextmanager
async def socket(served: Served, client: str | None = None, **options: Any) -> AsyncIterator[Socket]:
    """Connect; with a ``client``, identified by its token in the payload of `connection_init`."""
    options.setdefault("subprotocols", [PROTOCOL])
    url = served.url.replace("http://", "ws://")
    async with connect(url, max_size=None, **options) as connection:
        found = Socket(connection)
        if client is not None:
            await found.init({"Authorization": f"Bearer {served.token(client)}"})
        yield found


class Events:
    """One event stream, as it comes."""

    def __init__(self, response: Any) -> None:
        self.response = response

    async def next(self) -> tuple[str, Any]:
        """Return the name and the data of the next event; comments are left out."""
        name, data = "", ""
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for raw in self.response.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                elif not line and name:
                    return name, orjson.loads(data) if data else None
        raise EOFError


@asynccontextmanager
async def events(served: Served, client: str, query: str = WATCH, **more: Any) -> AsyncIterator[Events]:
    """Subscribe by a POST that accepts an event stream; the answer may also be a refusal."""
    headers = served.headers(client) | {"Accept": "text/event-stream"} | more.pop("headers", {})
    variables = more.pop("variables", {"keys": [{"value": "1"}]})
    body = orjson.dumps({"query": query, "variables": variables, **more})
    async with served.session.post(served.url, data=body, headers=headers) as response:
        yield Events(response)
