"""The seven departments, opened by hand: drivers and clients as a good engineer sets them up.

No more calls at once than the departments allow (`concurrency` of the source files). Every method takes the codes of
many subjects and returns records per code. The hand-written endpoint and the plain Strawberry resolvers use the same
object.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import asyncpg

from tests.benchmarks import records
from tests.benchmarks.databases import Publicity, Registry, Sheets
from tests.benchmarks.interfaces import Court, Environment, Tax

PATIENT_SECONDS: Final = 60.0
"""Nothing is given up because the benchmark itself keeps the machine busy; the gateway's limits are set alike."""
_TIMEOUT: Final = aiohttp.ClientTimeout(total=PATIENT_SECONDS)


class Sources:
    """All seven, open."""

    def __init__(self, environ: Mapping[str, str], pool: Any, sessions: Sequence[aiohttp.ClientSession]) -> None:
        court, tax, environment = sessions
        self.registry = Registry(pool)
        self.publicity = Publicity(environ["DOUBLE_PUBLICITY_URL"].partition("///")[2])
        self.tax = Tax(tax, environ["TAX_CREDIT_URL"], environ["TAX_CREDIT_TOKEN"])
        self.court = Court(court, environ["COURT_ENFORCEMENT_URL"])
        name = "ENVIRONMENT_PENALTIES"
        url, key_id, secret = (environ[f"{name}_{part}"] for part in ("URL", "KEY_ID", "SECRET"))
        self.environment = Environment(environment, url, key_id, secret)
        fire, market = (Path(environ[f"{name}_PENALTIES_FOLDER"]) for name in ("FIRE", "MARKET"))
        self.fire = Sheets(fire, "消防行政处罚_*.csv", "统一社会信用代码", records.fire_penalty)
        self.market = Sheets(market, "市场监管处罚_*.csv", "注册号", records.market_penalty)


@asynccontextmanager
async def open_sources(environ: Mapping[str, str]) -> AsyncIterator[Sources]:
    """Open the departments that ``environ`` names."""
    parts = urlsplit(environ["MARKET_REGISTRY_URL"].replace("+asyncpg", ""))
    async with (
        asyncpg.create_pool(parts.geturl(), min_size=8, max_size=8, command_timeout=PATIENT_SECONDS) as pool,
        _session(8) as court,
        _session(4) as tax,
        _session(4) as environment,
    ):
        sources = Sources(environ, pool, (court, tax, environment))
        try:
            yield sources
        finally:
            sources.publicity.close()


def _session(connections: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=_TIMEOUT, connector=aiohttp.TCPConnector(limit=connections))
