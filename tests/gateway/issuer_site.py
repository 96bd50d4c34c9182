"""A real issuer on loopback: its keys, its metadata, and what it tells of opaque tokens. Counts what it is asked."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from joserfc.jwk import ECKey, Key

from tests.gateway.tokens import AUDIENCE, MISSING, claims, header, sign
from tests.servers import free_port

CLIENT_ID, SECRET = "gateway", "a secret: with+signs"


class IssuerSite:
    """``told`` is the answer for each opaque token: JSON, bytes as they are, or a status; others are not active."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys: list[ECKey] = [ECKey.generate_key("P-256", {"kid": "k1"})]
        self.told: dict[str, Any] = {}
        self.asked: Counter[str] = Counter()
        self.forms: list[dict[str, str]] = []
        self.logins: list[str] = []
        self.hold: asyncio.Event | None = None
        self._runner: web.AppRunner | None = None

    @property
    def introspection_url(self) -> str:
        return f"{self.url}/introspect"

    def token(self, head: dict[str, Any] | None = None, key: Key | None = None, **changes: Any) -> str:
        """Return a signed token of this issuer, good but for what is said."""
        signer = key or self.keys[0]
        said = header(**{"kid": signer.kid, **(head or {})})
        return sign(claims(**{"iss": self.url, **changes}), said, signer)

    def tell(self, token: str, **changes: Any) -> str:
        """Let the opaque ``token`` be a good one of the bank, but for ``changes``; return it."""
        good = {"active": True, "iss": self.url, "aud": AUDIENCE, "client_id": "bank", "scope": "credit.public"}
        good |= {"exp": int(time.time()) + 600, "token_type": "Bearer"}
        self.told[token] = {name: value for name, value in {**good, **changes}.items() if value is not MISSING}
        return token

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/.well-known/oauth-authorization-server", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/introspect", self._introspect)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _metadata(self, request: web.Request) -> web.Response:
        return web.json_response({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        self.asked["keys"] += 1
        return web.json_response({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def _introspect(self, request: web.Request) -> web.StreamResponse:
        self.asked["introspect"] += 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        self.logins.append(request.headers.get("Authorization", ""))
        if self.hold is not None:
            await self.hold.wait()
        told = self.told.get(form["token"], {"active": False})
        if isinstance(told, int):
            return web.Response(status=told, headers={"Location": "/keys"})
        if isinstance(told, bytes):
            return web.Response(body=told, content_type="application/json")
        return web.json_response(told)


@asynccontextmanager
async def issuer_site() -> AsyncIterator[IssuerSite]:
    """Run an issuer."""
    site = IssuerSite()
    await site.start()
    try:
        yield site
    finally:
        await site.stop()
