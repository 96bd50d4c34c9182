"""Every source file against its cases: raw rows as the department sends them, and the records they must become.

What may stand in a case is said in `gateway.kit.cases`. A source file without cases, or a part of one with fewer than
three, fails here.
"""

from pathlib import Path

import pytest

from connectors.load import Known, load_sources
from connectors.spec import SourceSpec
from gateway.departments import load_departments
from gateway.kit.cases import FEWEST, case_files, expected, read_case, run_case
from gateway.policy import load_policy

CONFIG = Path(__file__).parents[2] / "config"
CASES = Path(__file__).parents[1] / "cases"


def _sources() -> dict[str, SourceSpec]:
    departments = load_departments(CONFIG / "departments.toml")
    policy = load_policy(CONFIG / "scopes.toml")
    return load_sources(CONFIG / "sources", Known(departments, policy.field_mistake))


SOURCES = _sources()
FILES = [file for name in SOURCES for file in case_files(CASES, name)]


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_part_has_cases(source: SourceSpec) -> None:
    found = [file.stem.partition(".")[0] for file in FILES if file.parent.name == source.name]
    assert set(found) == set(source.entities), "cases of a part that the source file does not have, or none of one"
    few = {name for name in source.entities if found.count(name) < FEWEST}
    assert not few, f"fewer than {FEWEST} cases"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_case(file: Path) -> None:
    source = SOURCES[file.parent.name]
    case = read_case(file, source)
    assert run_case(source, case) == expected(case)
