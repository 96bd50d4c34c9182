"""What is written as TOML reads back as it was, whatever a department calls its columns."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.kit.writing import key_text, source_text, written

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(VALUES)
def test_a_value_reads_back(value: Any) -> None:
    assert tomllib.loads(f"value = {written(value)}") == {"value": value}


@given(TEXT)
def test_a_key_reads_back(key: str) -> None:
    assert tomllib.loads(f"{key_text(key)} = 1") == {key: 1}


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=4), TEXT, TEXT)
def test_a_source_reads_back(columns: dict[str, str], title: str, where: str) -> None:
    fields = {name: {"column": column, "type": "text", "scope": "s"} for name, column in columns.items()}
    coded = {"column": title, "type": "code", "scope": "s", "codes": columns}
    entity = {
        "table": where,
        "keys": {"USCC": {"column": title}},
        "record_key": [where],
        "fields": {**fields, "of": coded},
    }
    about = {"name": "n", "title": title, "contact": where, "kind": "sql", "timeout_seconds": 3.0}
    tables = {**about, "signature": {"key_id_env": title}, "entities": {"AdministrativePenalty": entity}}
    assert tomllib.loads(source_text(tables)) == tables
