"""Rows become clients by exactly the rules of the file; a bad row leaves its client as it was, or out."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from gateway.auth import Client, load_clients
from gateway.clients.rows import MAXIMUM_SPEC_LENGTH, read_row, read_rows, spec_text
from gateway.clients.table import Row
from gateway.departments import load_departments
from gateway.policy import load_policy
from tests.gateway.policies import CONFIG, toml

POLICY = load_policy(CONFIG / "scopes.toml")
DEPARTMENTS = load_departments(CONFIG / "departments.toml")
SPEC: dict[str, Any] = {"title": "银行", "scopes": ["credit.public"], "purposes": ["BANK_CREDIT"]}
TIME = "2026-11-26T00:00:00.000Z"


def row(name: str = "bank", spec: Any = SPEC, state: str = "ACTIVE") -> Row:
    return Row(name, state, spec if isinstance(spec, str) else json.dumps(spec), TIME, TIME, "tester")


def read(each: Row) -> Client:
    return read_row(each, POLICY, DEPARTMENTS)


def mistakes(each: Row) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(each)
    return [str(mistake) for mistake in refused.value.mistakes]


def test_the_city_s_clients_are_the_same_from_rows(tmp_path: Path) -> None:
    clients = load_clients(CONFIG / "clients.toml", POLICY, DEPARTMENTS)
    tables = tomllib.loads((CONFIG / "clients.toml").read_text(encoding="utf-8"))["clients"]
    found = read_rows([row(name, spec_text(spec)) for name, spec in tables.items()], {}, read)
    assert found.mistakes == {}
    assert found.clients == clients


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": ["credit.publik"]},
        {"scopes": ["credit.gov"], "purposes": ["SUPERVISION"]},
        {"purposes": ["BANKING"]},
        {"department": "cuort"},
        {"default_purpose": "AUDIT"},
        {"key": "s3cret"},
        {"secret_env": "not a variable"},
        {"secret_env": "A", "secret_file": "b"},
        {"keys_file": "/etc/passwd"},
        {"keys_file": "../../etc/passwd"},
        {"secret_file": "keys/../../x"},
        {"title": "a\x1b[2Jb"},
        {"title": ""},
    ],
    ids=lambda changes: "+".join(changes),
)
def test_a_row_is_told_the_mistakes_of_the_file(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(toml({"clients": {"bank": {**SPEC, **changes}}}).replace("\x1b", "\\u001b"), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_clients(path, POLICY, DEPARTMENTS)
    expected = [str(each).replace("clients.toml: ", "table clients: ", 1) for each in refused.value.mistakes]
    assert mistakes(row(spec={**SPEC, **changes})) == expected


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (row(spec="{"), "spec: is no JSON: one object without repeated names, in UTF-8"),
        (row(spec="\ud800"), "spec: is no JSON: one object without repeated names, in UTF-8"),
        (row(spec='{"title": "a", "title": "b"}'), "spec: is no JSON: one object without repeated names, in UTF-8"),
        (row(spec="[]"), "spec: is no JSON object"),
        (row(spec="x" * (MAXIMUM_SPEC_LENGTH + 1)), f"spec: is longer than {MAXIMUM_SPEC_LENGTH} characters"),
        (row(state="active"), "state: expected one of ACTIVE, SUSPENDED"),
        (row(spec={**SPEC, "suspended": False}), "spec: `suspended` stands in the column `state`, not here"),
        (row()._replace(spec=b"{}"), None),  # type: ignore[arg-type]  # what SQLite hands over
    ],
)
def test_a_row_that_cannot_be_read_is_told(bad: Row, told: str | None) -> None:
    place = "table clients: clients.bank"
    assert mistakes(bad) == [f"{place}: holds what is no text" if told is None else f"{place}.{told}"]


def test_government_scopes_of_a_body_that_is_no_government_are_refused() -> None:
    spec = {**SPEC, "department": "heat_water_utilities", "scopes": ["credit.gov"], "purposes": ["SUPERVISION"]}
    told = "table clients: clients.bank.scopes: scope `credit.gov` is for government bodies only"
    assert mistakes(row(spec=spec)) == [told]


def test_a_bad_row_keeps_its_client_as_it_was_and_nobody_else_s() -> None:
    good = read_rows([row(), row("shop")], {}, read)
    bad = read_rows([row(spec="{"), row("shop", {**SPEC, "title": "商店"}), row("new", "{")], good.clients, read)
    assert bad.clients == {"bank": good.clients["bank"], "shop": replace(good.clients["shop"], title="商店")}
    assert list(bad.mistakes) == ["bank", "new"]


@pytest.mark.parametrize(
    ("before", "state", "after"),
    [
        (False, "ACTIVE", False),
        (False, "SUSPENDED", True),
        (True, "ACTIVE", True),
        (True, "SUSPENDED", True),
        (True, "nonsense", True),
        (False, "nonsense", False),
    ],
)
def test_a_suspension_counts_in_a_bad_row_and_its_end_does_not(before: bool, state: str, after: bool) -> None:
    last = {"bank": replace(read(row()), suspended=before)}
    assert read_rows([row(spec="{", state=state)], last, read).clients["bank"].suspended is after


def test_a_row_that_is_gone_is_a_client_that_is_gone() -> None:
    assert read_rows([], {"bank": read(row())}, read).clients == {}


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(SPEC)) | st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.text(), JSON, st.text())
def test_no_row_does_anything_but_be_refused_or_read(name: str, spec: Any, state: str) -> None:
    found = read_rows([row(name, spec, state), row(name, json.dumps(spec), "ACTIVE")], {}, read)
    assert set(found.clients) | set(found.mistakes) == {name}
