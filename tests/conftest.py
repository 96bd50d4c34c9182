"""Fixtures that several folders of tests share: simulated departments and real servers, each started once."""

from collections.abc import Iterator

import pytest

from gateway.demo import Departments, departments
from tests.commands import Run, command_line
from tests.drawn import register_profile
from tests.parsed import parse_once
from tests.servers import Server, mariadb, postgres, valkey

register_profile()
parse_once()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line."""
    return command_line(monkeypatch, capsys)


@pytest.fixture(scope="session")
def demo_departments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Departments]:
    """The simulated departments, running. A test that lets one of them fail lets it answer again."""
    with departments(tmp_path_factory.mktemp("departments"), tax_latency="0") as running:
        yield running


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server. A test that stops it starts it again."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """A MariaDB server. A test that stops it starts it again."""
    with mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """The URL of a Valkey server."""
    with valkey() as url:
        yield url
