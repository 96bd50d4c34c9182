"""The departments that sign in the demo are those of the configuration, by code and by name."""

from pathlib import Path

import pytest

from gateway.demo import authorities
from gateway.demo.facts import Authority
from gateway.departments import load_departments

CONFIG = Path(__file__).parents[2] / "config"
BY_CODE = {each.uscc: each for each in load_departments(CONFIG / "departments.toml").values() if each.uscc}
SIGNING = [each for each in vars(authorities).values() if isinstance(each, Authority)]


@pytest.mark.parametrize("authority", SIGNING, ids=lambda authority: authority.letters)
def test_an_authority_is_a_department(authority: Authority) -> None:
    assert BY_CODE[authority.uscc].name == authority.name
