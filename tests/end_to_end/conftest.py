"""The gateway that most tests of this folder ask: one, on the simulated departments, for the whole session."""

from collections.abc import AsyncIterator

import pytest

from gateway.demo import HTTP_SOURCES, Departments
from tests.end_to_end.served import Served, serving


@pytest.fixture(scope="session")
async def served(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serving(demo_departments.environment, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def healthy(demo_departments: Departments) -> Departments:
    """The departments, all of them answering and counting calls from zero."""
    for source in HTTP_SOURCES:
        demo_departments.fault(source)
        demo_departments.forget_calls(source)
    return demo_departments
