"""`config/README.md` against `config/disclosure.toml`: every key that may stand there is explained, and no other."""

import re
from typing import get_args

import pytest
from msgspec import Struct, structs

from gateway.disclosure import declared
from gateway.disclosure.model import Cell
from tests.gateway.policies import CONFIG

README = (CONFIG / "README.md").read_text(encoding="utf-8")
TABLES: dict[str, type[Struct]] = {
    "The disclosure file": declared.Declared,
    "A rule set": declared.RuleSetSpec,
    "A term": declared.WindowSpec,
    "A default severity": declared.RuleSpec,
    "A condition": declared.ConditionSpec,
    "A domain": declared.DomainSpec,
    "A standard of a sector": declared.OverrideSpec,
    "How long an entry stands": declared.PeriodSpec,
}
"""Heading (what follows the dot) -> the Struct whose keys its table explains."""


def tables(heading: str) -> list[list[list[str]]]:
    """Return the tables under ``heading`` as rows of cells, without their own headings."""
    ((text,),) = [re.findall(rf"^### .* · {re.escape(heading)}$(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL)]
    found = re.findall(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()] for table in found]


def test_every_struct_has_a_table() -> None:
    written = {each for each in vars(declared).values() if isinstance(each, type) and issubclass(each, declared.Strict)}
    assert set(TABLES.values()) == written - {declared.Strict}


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_explained_and_no_other(heading: str) -> None:
    explained = {row[0].strip("`"): row[1] == "✔" for row in tables(heading)[0]}
    assert explained == {field.encode_name: field.required for field in structs.fields(TABLES[heading])}


def test_every_state_and_cell_is_explained_and_no_other() -> None:
    states, cells = tables("Showing")
    assert [row[0].strip("`") for row in states] == list(get_args(declared.Row))
    assert {row[0].strip("`") for row in cells} == set(get_args(Cell))
