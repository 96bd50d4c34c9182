"""A real gateway on real departments, asked over loopback HTTP as its clients ask it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import orjson

from gateway.app import GRAPHQL_PATH, Gateway, open_gateway
from gateway.catalogue import Catalogue
from gateway.configuration import Configuration, load_configuration
from gateway.http import make_server

CONFIG = Path(__file__).parents[2] / "config"


@dataclass(frozen=True, slots=True)
class Told:
    """What came back for one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return orjson.loads(self.body)

    @property
    def said(self) -> bytes:
        """The body without the receipt, whose random id and salt may hold any few digits."""
        content = self.content
        content.get("extensions", {}).pop("receipt", None)
        return orjson.dumps(content)

    @property
    def data(self) -> Any:
        """The data of an answer that was given; its errors, if any, stand beside it."""
        assert self.status == 200, self.body
        return self.content["data"]

    @property
    def subject(self) -> Any:
        return self.data["subject"]

    @property
    def errors(self) -> list[Any]:
        found: list[Any] = self.content.get("errors", [])
        return found

    @property
    def codes(self) -> dict[str, str]:
        """The code of every error by its path, joined by dots."""
        return {".".join(map(str, error["path"])): error["extensions"]["code"] for error in self.errors}

    @property
    def receipt(self) -> str:
        return str(self.content["extensions"]["receipt"]["id"])


class Served:
    """One running gateway and its clients."""

    def __init__(self, gateway: Gateway, origin: str, session: aiohttp.ClientSession, data: Path) -> None:
        self.gateway = gateway
        self.origin = origin
        self.url = origin + GRAPHQL_PATH
        self.session = session
        self.data = data
        self._tokens: dict[str, str] = {}

    def token(self, client: str) -> str:
        """Return a token of ``client`` with all the scopes it is registered for."""
        if client not in self._tokens:
            assert self.gateway.issuer is not None, "tests never run in production mode"
            self._tokens[client] = self.gateway.issuer.mint(client)
        return self._tokens[client]

    def headers(self, client: str, purpose: str | None = None, case: str | None = None) -> dict[str, str]:
        said = {"Credit-Purpose": purpose, "Credit-Case": case}
        given = {name: value for name, value in said.items() if value is not None}
        return {"Authorization": f"Bearer {self.token(client)}", "Content-Type": "application/json", **given}

    async def ask(
        self, client: str, query: str, *, purpose: str | None = None, case: str | None = None, **variables: Any
    ) -> Told:
        """Send one query as ``client``; the answer, whatever it is."""
        return await self.post({"query": query, "variables": variables}, self.headers(client, purpose, case))

    async def post(self, body: Any, headers: Mapping[str, str]) -> Told:
        """Send ``body``, bytes as they are and anything else as JSON."""
        sent = BytesIO(body if isinstance(body, bytes) else orjson.dumps(body))
        async with self.session.post(self.url, data=sent, headers=headers) as response:
            return Told(response.status, response.headers, await response.read())

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Told:
        async with self.session.get(self.origin + path, headers=headers) as response:
            return Told(response.status, response.headers, await response.read())


@cache
def _configuration() -> Configuration:
    return load_configuration(CONFIG)


def configuration(deadline_seconds: float | None = None) -> Configuration:
    """Return the project's own configuration, with another deadline where one is given."""
    loaded = _configuration()
    if deadline_seconds is None:
        return loaded
    limits = msgspec.structs.replace(loaded.settings.limits, deadline_seconds=deadline_seconds)
    return replace(loaded, settings=msgspec.structs.replace(loaded.settings, limits=limits))


def with_source(configured: Configuration, name: str, **changes: Any) -> Configuration:
    """Return ``configured`` with other words in the file of one source."""
    source = msgspec.structs.replace(configured.catalogue.sources[name], **changes)
    sources = {**configured.catalogue.sources, name: source}
    return replace(configured, catalogue=Catalogue(sources, configured.catalogue.items))


@asynccontextmanager
async def serving(
    environment: Mapping[str, str],
    data: Path,
    deadline_seconds: float | None = None,
    configured: Configuration | None = None,
) -> AsyncIterator[Served]:
    """Run the gateway on the systems that ``environment`` names, on a free port."""
    async with open_gateway(configured or configuration(deadline_seconds), environment, data) as gateway:
        server = make_server(gateway.app, port=0, readiness=gateway.readiness)
        task = asyncio.create_task(server.serve())
        await gateway.readiness.opened.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                yield Served(gateway, f"http://127.0.0.1:{port}", session, data)
        finally:
            server.should_exit = True
            await task
