"""Contender: the gateway as it is served, with rights, coverage, provenance and a durable ledger.

Its configuration is the repository's, but for three things: the time that sources and requests may take, since nothing
must be given up because the benchmark itself keeps the machine busy; the budgets of its client; and the sources, of
which it knows those that the other contenders ask as well, and of them the tables that these read.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from msgspec.structs import replace as replace_members
from starlette.applications import Starlette

from connectors.spec import SourceSpec
from gateway.app import Gateway, open_gateway
from gateway.catalogue import Catalogue
from gateway.configuration import Configuration, load_configuration
from gateway.limits.spec import ClientDefaults
from tests.benchmarks.sources import PATIENT_SECONDS
from tests.benchmarks.workloads import CLIENT

CONFIG: Final = Path(__file__).parents[2] / "config"
SOURCES: Final = frozenset(
    {
        *("market_registry", "double_publicity", "tax_credit", "court_enforcement", "environment_penalties"),
        *("fire_penalties", "market_penalties"),
    }
)
LARGE: Final = 1_000_000
"""Subjects that the client may ask about in a day: counted, as in production, and never too many."""
PARTS: Final = frozenset(
    {
        *("Crosswalk", "Registration", "LegalRepresentative", "AdministrativeLicense", "AdministrativePenalty"),
        *("TaxCreditRating", "DishonestDebtorEntry", "EnforcementCase", "TerminatedExecution"),
        "ConsumptionRestriction",
    }
)
UNLIMITED: Final = ClientDefaults(requests=10**12, cost=10**12, max_cost=10**12)
"""Budgets are counted, and never reached."""


@asynccontextmanager
async def open_app(environ: Mapping[str, str], data: Path) -> AsyncIterator[tuple[Starlette, dict[str, str]]]:
    """Open the gateway; yields the application and the headers by which the benchmark's client is known."""
    async with open_gateway_app(environ, data) as (gateway, headers):
        yield gateway.app, headers


@asynccontextmanager
async def open_gateway_app(environ: Mapping[str, str], data: Path) -> AsyncIterator[tuple[Gateway, dict[str, str]]]:
    """Open the gateway; yields it with the headers of the benchmark's client."""
    configuration = _comparable(load_configuration(CONFIG))
    async with open_gateway(configuration, environ, data) as gateway:
        assert gateway.issuer is not None, "the repository's configuration is not a production one"
        # The token lives as long as any run may take; its lifetime costs nothing.
        token = gateway.issuer.mint(CLIENT, lifetime_seconds=86_400)
        yield gateway, {"Authorization": f"Bearer {token}"}


def _comparable(configuration: Configuration) -> Configuration:
    sources = {
        name: _with_parts(replace_members(source, timeout_seconds=PATIENT_SECONDS))
        for name, source in configuration.catalogue.sources.items()
        if name in SOURCES
    }
    settings = configuration.settings
    limits = replace_members(settings.limits, deadline_seconds=PATIENT_SECONDS, client=UNLIMITED)
    return replace(
        configuration,
        catalogue=Catalogue(sources, configuration.items),
        settings=replace_members(settings, limits=limits),
        guard=replace(configuration.guard, budgets={("subjects", "", ""): LARGE, ("persons", "", ""): LARGE}),
    )


def _with_parts(source: SourceSpec) -> SourceSpec:
    known = {part: entity for part, entity in source.entities.items() if part in PARTS}
    return replace_members(source, entities=known)
