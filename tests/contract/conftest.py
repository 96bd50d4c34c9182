"""A department behind each kind of connector, and the gate before it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors import open_connector
from connectors.gate import Gate
from tests.contract.kinds import OPENERS
from tests.contract.sites import Site


@pytest.fixture(params=OPENERS)
def kind(request: pytest.FixtureRequest) -> str:
    """The name of a kind, one after the other."""
    name: str = request.param
    return name


@pytest.fixture
async def site(kind: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A department that holds nothing yet."""
    async with OPENERS[kind](tmp_path) as opened:
        yield opened


@pytest.fixture
async def gate(site: Site) -> AsyncIterator[Gate]:
    """The gate of that department, with a connector that has not asked yet."""
    opened = Gate(site.spec, open_connector(site.spec, site.environ, site.folder))
    yield opened
    await opened.close()
