"""A gateway on a configuration folder of its own, at whose sources nobody is, asked over loopback HTTP."""

import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from gateway.app import Gateway, open_gateway
from gateway.configuration import Configuration, load_configuration
from tests.gateway.desks import serving
from tests.gateway.policies import CONFIG
from tests.nowhere import nobody_there

SCHEMA_QUERY = "{ __typename }"
(BANK_SCOPES,) = re.findall(
    r"^\[clients\.bank\]\n.*\n(scopes = .*)$", (CONFIG / "clients.toml").read_text(encoding="utf-8"), re.MULTILINE
)
"""The line that says what the bank may hold, `credit.public` among it."""
NARROWER: Final = BANK_SCOPES.replace('"credit.public", ', "")


def copy_city(folder: Path) -> Path:
    """Return a copy of the city's configuration in ``folder``, to be changed at will: no document names a client."""
    config = folder / "config"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("documents"))
    return config


def change(path: Path, before: str, after: str) -> None:
    """Write ``after`` where ``before`` stands for the first time in a file."""
    text = path.read_text(encoding="utf-8")
    assert before in text, before
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@dataclass
class City:
    """One running gateway, its configuration folder, and what asks it."""

    config: Path
    gateway: Gateway
    client: httpx2.AsyncClient

    def load(self) -> Configuration:
        return load_configuration(self.config)

    async def reload(self) -> bool:
        return await self.gateway.reload(self.load)

    def token(self, client: str, *scopes: str) -> str:
        assert self.gateway.issuer is not None
        return self.gateway.issuer.mint(client, scopes or None)

    async def ask(self, token: str, query: str = SCHEMA_QUERY, **headers: str) -> httpx2.Response:
        said = {
            "Authorization": f"Bearer {token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return await self.client.post("/graphql", json={"query": query}, headers=said)

    async def code(self, token: str, query: str = SCHEMA_QUERY, **headers: str) -> str:
        """Return how a request ended: ANSWERED, or the code of its error."""
        content: Any = (await self.ask(token, query, **headers)).json()
        errors = content.get("errors", [])
        return str(errors[0]["extensions"]["code"]) if errors else "ANSWERED"

    async def versions(self) -> dict[str, str]:
        """Return what `/metrics` tells of the configuration."""
        text = (await self.client.get("/metrics")).text
        (line,) = [each for each in text.splitlines() if each.startswith("credit_gateway_configuration_info")]
        pairs = line.partition("{")[2].partition("}")[0].split(",")
        return {name: value.strip('"') for name, _, value in (pair.partition("=") for pair in pairs)}


@asynccontextmanager
async def city(
    folder: Path, config: Path | None = None, environ: Mapping[str, str] | None = None
) -> AsyncIterator[City]:
    """Run a gateway on the folder ``config``, else on a copy of the city's."""
    config = config or copy_city(folder)
    loaded = load_configuration(config)
    environment = {**nobody_there(loaded.catalogue.sources.values()), **(environ or {})}
    async with (
        open_gateway(loaded, environment, folder / "data") as gateway,
        serving(gateway.app) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield City(config, gateway, client)
