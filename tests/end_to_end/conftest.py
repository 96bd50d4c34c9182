"""The gateway that most tests of this folder ask: one, on the simulated departments, for the whole session."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.demo import HTTP_SOURCES, Departments
from gateway.demo.facts import REFERENCE
from gateway.issuer import KEY_FILE_ENV
from tests.end_to_end.forgery import write_key
from tests.end_to_end.served import Served, serving


@pytest.fixture(scope="module", autouse=True)
def demo_day() -> Iterator[None]:
    """Let the gateways of these tests judge as on the day on which the demo's world stands still, whatever today is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.desk.today_text", REFERENCE.isoformat)
        yield


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key with which the gateway's development issuer signs."""
    return write_key(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
async def served(
    demo_departments: Departments, key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with serving(environment, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def city(demo_departments: Departments) -> Iterator[Departments]:
    """The departments, counting calls from zero; whatever a test does to them, they answer again after it."""
    for source in HTTP_SOURCES:
        demo_departments.forget_calls(source)
    yield demo_departments
    for source in HTTP_SOURCES:
        demo_departments.fault(source)
