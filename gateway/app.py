"""The gateway put together: configuration in, one Starlette application out, everything opened and closed in order.

What happens to one request stands in `gateway.desk`; this file only introduces the parts to each other.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.routing import Route

from connectors import open_connector
from connectors.gate import Gate
from gateway.auth import Authenticator, Keys, RemoteKeys
from gateway.coalesce import Coalescer
from gateway.configuration import Configuration
from gateway.desk import Desk
from gateway.http import Readiness, graphql_endpoint, health_routes
from gateway.issuer import DevelopmentIssuer
from gateway.ledger import Ledger, load_secret
from gateway.plan.cache import Plans
from gateway.plan.document import Documents
from gateway.seal import Seal
from schema.schema import SCHEMA

GRAPHQL_PATH: Final = "/graphql"
LEDGER_URL_ENV: Final = "CREDIT_LEDGER_URL"
"""Where the ledger is written: a `sqlite:///` or `postgresql://` URL; a file in the data folder when it is not set."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The running parts that a server, a command or a test needs; ``issuer`` is None in production."""

    app: Starlette
    desk: Desk
    readiness: Readiness
    issuer: DevelopmentIssuer | None


@asynccontextmanager
async def open_gateway(configuration: Configuration, environ: Mapping[str, str], data: Path) -> AsyncIterator[Gateway]:
    """Open the gateway of ``configuration`` with its own data in the folder ``data``; close it with the block.

    A source that is down stops nothing. Raises `ConfigError`, `gateway.ledger.SecretError`, and what the ledger's
    driver raises when it cannot be opened.
    """
    configuration.require_variables(environ)
    secret = load_secret(data, environ)
    async with AsyncExitStack() as stack:
        ledger = await Ledger.open(environ.get(LEDGER_URL_ENV) or f"sqlite:///{data / 'ledger.sqlite'}")
        stack.push_async_callback(ledger.close)
        sources = {name: Coalescer(gate) for name, gate in _gates(configuration, environ).items()}
        for source in sources.values():
            stack.push_async_callback(source.gate.close)
        issuer = _issuer(configuration, environ)
        authenticator = _authenticator(configuration, issuer)
        await authenticator.start()
        stack.push_async_callback(authenticator.close)
        desk = Desk(
            schema=SCHEMA,
            documents=Documents(SCHEMA),
            plans=Plans(SCHEMA),
            authenticator=authenticator,
            policy=configuration.policy,
            catalogue=configuration.catalogue,
            departments=configuration.departments,
            sources=sources,
            ledger=ledger,
            seal=Seal(secret, configuration.catalogue.version, configuration.policy.version),
            deadline_seconds=configuration.settings.limits.deadline_seconds,
        )
        readiness = Readiness({"ledger": ledger.check}, lambda: _states(sources))
        yield Gateway(_application(desk, readiness, issuer), desk, readiness, issuer)


def _gates(configuration: Configuration, environ: Mapping[str, str]) -> dict[str, Gate]:
    folder = configuration.sources_folder
    return {
        name: Gate(spec, open_connector(spec, environ, folder))
        for name, spec in configuration.catalogue.sources.items()
    }


def _issuer(configuration: Configuration, environ: Mapping[str, str]) -> DevelopmentIssuer | None:
    settings = configuration.settings
    if settings.production:
        return None
    tokens = settings.tokens
    return DevelopmentIssuer(
        configuration.clients, issuer=tokens.issuer, audience=tokens.audience, production=False, environ=environ
    )


def _authenticator(configuration: Configuration, issuer: DevelopmentIssuer | None) -> Authenticator:
    tokens = configuration.settings.tokens
    keys: Keys = RemoteKeys(tokens.issuer) if issuer is None else issuer.keys()
    return Authenticator({tokens.issuer: keys}, tokens.audience, configuration.clients)


def _application(desk: Desk, readiness: Readiness, issuer: DevelopmentIssuer | None) -> Starlette:
    routes = [Route(GRAPHQL_PATH, graphql_endpoint(desk)), *health_routes(readiness)]
    if issuer is not None:
        routes += issuer.routes
    return Starlette(routes=routes)


def _states(sources: Mapping[str, Coalescer]) -> dict[str, str]:
    return {name: source.gate.health().state for name, source in sources.items()}
