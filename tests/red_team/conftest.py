"""The red team: attacks through the front door, each of which fails when the guard that it tests is taken away.

Rules of this folder:

- One attack is one parametrized case with a readable id. A comment per group says which guard holds it off.
- `served` is one gateway on the simulated departments for the whole session, with a token for every registered client
  (`served.ask`, `served.token`); `city` counts what the departments are asked and makes them answer again after a test.
- What an attack needs of a department that the demo lacks is a real server started by the test (`tests.servers`,
  `tests.connectors.departments`), never a mock.
- `closed` is another one, whose departments keep more to themselves.
- Helpers that two files need stand in `attacks.py`; the attacks of one area in `test_<area>.py`.
"""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from schema.entities import entity_of
from tests.end_to_end.conftest import city as city
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.conftest import key_file as key_file
from tests.end_to_end.conftest import served as served
from tests.end_to_end.served import Served, configuration, serving, with_source

CLOSED = {
    ("double_publicity", "AdministrativeLicense"): ("decided_on", "status", "category"),
    ("environment_credit", "AdministrativeLicense"): ("decided_on", "status", "category"),
    ("finance_supervision", "AdministrativeLicense"): ("decided_on", "status", "category"),
    ("fire_penalties", "AdministrativePenalty"): ("fine_amount",),
    ("upper_platform", "AdministrativePenalty"): ("content",),
}
"""Source and entity -> fields that are closed to all but the owner, though they are open in the demo."""


@pytest.fixture(scope="session")
async def closed(
    demo_departments: Departments, key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """A gateway whose departments keep to themselves some fields by which records are filtered, sorted and merged."""
    configured = configuration()
    for (name, entity), fields in CLOSED.items():
        tables = configured.catalogue.sources[name].entities
        changed = {part: _closing(spec, name, fields) for part, spec in tables.items() if entity_of(part) == entity}
        configured = with_source(configured, name, entities={**tables, **changed})
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with serving(environment, tmp_path_factory.mktemp("closed"), configured=configured) as running:
        yield running


def _closing(table: Any, source: str, names: Iterable[str]) -> Any:
    there = [name for name in names if name in table.fields]
    own = {name: replace(table.fields[name], scope=f"owner.{source}", disclosure="OWNER") for name in there}
    return replace(table, fields={**table.fields, **own})
