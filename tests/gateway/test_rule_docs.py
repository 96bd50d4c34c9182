"""`config/README.md` against rule sets: every key, variable, function and input is explained, and no other."""

import re
from typing import Final

import pytest
from msgspec import Struct, structs

from gateway.rules import model
from gateway.rules.conditions.functions import FUNCTIONS
from gateway.rules.conditions.reading import _ROOTS
from gateway.rules.inputs import INPUTS, Given
from tests.gateway.policies import CONFIG

README: Final = (CONFIG / "README.md").read_text(encoding="utf-8")
TABLES: Final[dict[str, type[Struct]]] = {
    "A file of rules": model.DeclaredSet,
    "A need": model.Need,
    "A rule": model.Rule,
    "A clause": model.Clause,
    "What a client raises": model.DeclaredOverlay,
}
"""Heading (what follows the dot) -> the Struct whose keys its first table explains."""


def tables(heading: str) -> list[list[list[str]]]:
    """Return the tables under ``heading`` as rows of cells, without their own headings."""
    ((text,),) = [re.findall(rf"^### .* · {re.escape(heading)}$(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL)]
    found = re.findall(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()] for table in found]


def names(rows: list[list[str]]) -> set[str]:
    return {row[0].strip("`") for row in rows}


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_explained_and_no_other(heading: str) -> None:
    explained = {row[0].strip("`"): row[1] == "✔" for row in tables(heading)[0]}
    assert explained == {field.encode_name: field.required for field in structs.fields(TABLES[heading])}


def test_every_key_of_a_case_is_explained_and_no_other() -> None:
    """The sections of a case stand under the names of needs, not under a key of their own."""
    explained = {row[0].strip("`"): row[1] == "✔" for row in tables("A case")[0]}
    keys = {field.encode_name: field.required for field in structs.fields(model.Case)}
    assert explained == {name: required for name, required in keys.items() if name != "evidence"}


def test_every_variable_function_and_input_is_explained_and_no_other() -> None:
    _, variables, functions, inputs = tables("A clause")
    assert names(variables) == set(_ROOTS)
    assert names(functions) == set(FUNCTIONS)
    assert names(inputs) == set(INPUTS) == {field.encode_name for field in structs.fields(Given)}
