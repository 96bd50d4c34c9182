"""The small department of `sql_sources` in each of three databases, filled once."""

import pytest

from tests.connectors.sql_sources import KINDS, Site, make_site
from tests.servers import Server


@pytest.fixture(scope="session", params=KINDS)
async def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One database after the other."""
    kind: str = request.param
    server: Server | None = None if kind == "sqlite" else request.getfixturevalue(f"{kind}_server")
    return await make_site(kind, server.port if server else 0, tmp_path_factory.mktemp("department"))
