"""`departments.toml`: every mistake of it at once, with its place and what was expected."""

from pathlib import Path

import pytest

from connectors.errors import ConfigError
from gateway.departments import Department, load_departments

SHIPPED = Path(__file__).parents[2] / "config" / "departments.toml"

MISTAKES = """
department = []

[[departments]]
code = "court"
name = "市人民法院"
uscc = "11230881TJ0000836A"
valid_from = "1949-13-01"

[[departments]]
code = "Court-2"
name = ""
predecessors = "法院"

[[departments]]
code = "taxation"
nmae = "税务局"

[[departments]]
code = "court"
name = "法院"
uscc = "11230881tj0000836q"
valid_from = "20190111"
"""
TOLD = [
    "department: unknown key; known: departments",
    "departments.2.code: expected a name in lower-case letters, digits and `_`",
    "departments.2.name: expected a text that is not empty",
    "departments.2.predecessors: expected a list, found a text",
    "departments.3.nmae: unknown key `nmae`; known: code, name, uscc, predecessors, valid_from; did you mean `name`?",
    "departments.3.name: missing",
    "departments.1.uscc: expected a unified social credit code, its check character right",
    "departments.1.valid_from: expected a date in quotes, e.g. `2019-01-11`",
    "departments.4.code: `court` is repeated",
    "departments.4.uscc: expected a unified social credit code, its check character right",
    "departments.4.valid_from: expected a date in quotes, e.g. `2019-01-11`",
]


def told(folder: Path, text: str) -> list[str]:
    path = folder / "departments.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_departments(path)
    return [str(mistake).removeprefix("departments.toml: ") for mistake in raised.value.mistakes]


def test_departments_are_found_by_code(tmp_path: Path) -> None:
    path = tmp_path / "departments.toml"
    path.write_text('[[departments]]\ncode = "court"\nname = "市人民法院"\nvalid_from = "2019-01-11"', encoding="utf-8")
    assert load_departments(path) == {"court": Department(code="court", name="市人民法院", valid_from="2019-01-11")}


def test_the_shipped_file_is_sound() -> None:
    assert all(code == department.code for code, department in load_departments(SHIPPED).items())


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert told(tmp_path, MISTAKES) == TOLD


@pytest.mark.parametrize("text", ["", "departments = []", "departments = 1", '[departments]\ncode = "court"'])
def test_there_must_be_departments(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == ["departments: expected a list of departments, at least one"]


def test_a_department_is_a_table(tmp_path: Path) -> None:
    assert told(tmp_path, 'departments = ["court"]') == ["departments.1: expected a table, found a text"]
