"""A department's receiver of objections: a real HTTP server that checks signatures and fails as it is told to."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from gateway.objections.rules import Endpoint

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
TOKEN = "rest-token"


@dataclass(slots=True)
class Receiver:
    """What arrived; ``statuses`` are those of the next answers, 200 when none is left. ``hold`` keeps answers back."""

    url: str = ""
    arrived: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    hold: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    targets: list[str] = field(default_factory=list)

    @property
    def webhook(self) -> Endpoint:
        return Endpoint("webhook", self.url, KEY)

    @property
    def rest(self) -> Endpoint:
        return Endpoint("rest", self.url, TOKEN.encode())

    @property
    def ids(self) -> list[str]:
        """The idempotency ids, in the order of arrival."""
        return [each.get("webhook-id") or each["idempotency-key"] for each in self.headers]

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.targets.append(request.path_qs)
        self.headers.append(headers)
        self.arrived.append(json.loads(body))
        self.reached.set()
        if "webhook-id" in headers:
            assert verified(headers, body, KEY)
        if self.hold is not None:
            await self.hold.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Location": "/elsewhere"} if 300 <= status < 400 else {})


def verified(headers: dict[str, str], body: bytes, key: bytes) -> bool:
    """Check a webhook by the text of the standard alone: id, timestamp and body, joined by full stops."""
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{right}" in headers["webhook-signature"].split(" ")


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Run a receiver on a free loopback port."""
    found = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", found.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    found.url = f"http://127.0.0.1:{port}/objections"
    try:
        yield found
    finally:
        if found.hold is not None:
            found.hold.set()
        await runner.cleanup()
