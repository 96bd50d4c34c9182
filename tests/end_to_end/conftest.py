"""The gateway that most tests of this folder ask: one, on the simulated departments, for the whole session."""

from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.demo import HTTP_SOURCES, Departments
from tests.end_to_end.served import Served, serving


@pytest.fixture(scope="session")
async def served(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(demo_departments.environment, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def city(demo_departments: Departments) -> Iterator[Departments]:
    """The departments, counting calls from zero; whatever a test does to them, they answer again after it."""
    for source in HTTP_SOURCES:
        demo_departments.forget_calls(source)
    yield demo_departments
    for source in HTTP_SOURCES:
        demo_departments.fault(source)
