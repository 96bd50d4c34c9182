"""A city that a test may change."""

from pathlib import Path

import pytest

from tests.kit.onboarding import City, copy_city


@pytest.fixture
def city(tmp_path: Path) -> City:
    """The project's configuration and cases, copied."""
    return copy_city(tmp_path)
