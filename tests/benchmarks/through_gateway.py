"""Contender: the gateway as it is served, with rights, coverage, provenance and a durable ledger.

Its configuration is the repository's, but for the time that sources and requests may take: nothing must be given up
because the benchmark itself keeps the machine busy.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from msgspec.structs import replace as replace_members
from starlette.applications import Starlette

from gateway.app import open_gateway
from gateway.catalogue import Catalogue
from gateway.configuration import Configuration, load_configuration
from tests.benchmarks.sources import PATIENT_SECONDS
from tests.benchmarks.workloads import CLIENT

CONFIG: Final = Path(__file__).parents[2] / "config"


@asynccontextmanager
async def open_app(environ: Mapping[str, str], data: Path) -> AsyncIterator[tuple[Starlette, dict[str, str]]]:
    """Open the gateway; yields the application and the headers by which the benchmark's client is known."""
    configuration = _patient(load_configuration(CONFIG))
    async with open_gateway(configuration, environ, data) as gateway:
        assert gateway.issuer is not None, "the repository's configuration is not a production one"
        # The token lives as long as any run may take; its lifetime costs nothing.
        token = gateway.issuer.mint(CLIENT, lifetime_seconds=86_400)
        yield gateway.app, {"Authorization": f"Bearer {token}"}


def _patient(configuration: Configuration) -> Configuration:
    sources = {
        name: replace_members(source, timeout_seconds=PATIENT_SECONDS)
        for name, source in configuration.catalogue.sources.items()
    }
    settings = configuration.settings
    limits = replace_members(settings.limits, deadline_seconds=PATIENT_SECONDS)
    return replace(
        configuration,
        catalogue=Catalogue(sources, configuration.items),
        settings=replace_members(settings, limits=limits),
    )
