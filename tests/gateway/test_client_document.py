"""`clients.toml` with one client added, changed, taken away: nothing else moves, what is not understood is refused."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.auth.clients import CLIENT_ID
from gateway.clients.document import added, changed, removed
from gateway.clients.model import ClientRefused
from tests.drawn import examples
from tests.gateway.policies import CONFIG

CITY = (CONFIG / "clients.toml").read_text(encoding="utf-8")
SPEC: dict[str, Any] = {"title": "北岸银行", "scopes": ["credit.public"], "purposes": ["BANK_CREDIT"]}
DAY = "2026-11-26"
BY_HAND = "edit it by hand"

names = st.from_regex(CLIENT_ID, fullmatch=True)
texts = st.text(st.characters(codec="utf-8"), max_size=40)
specs = st.fixed_dictionaries({"title": texts, "scopes": st.lists(texts), "purposes": st.lists(texts)})


def clients_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text)["clients"]
    return found


def test_a_client_stands_at_the_end_under_a_comment() -> None:
    text = added(CITY, "north_bank", SPEC, DAY)
    assert text == CITY + (
        "\n# 2026-11-26 新增。 Added by `client new`.\n[clients.north_bank]\n"
        'title = "北岸银行"\nscopes = ["credit.public"]\npurposes = ["BANK_CREDIT"]\n'
    )


@settings(deadline=None, max_examples=examples(30))
@given(names, specs)
def test_what_is_added_reads_back_and_leaves_without_a_trace(name: str, spec: dict[str, Any]) -> None:
    if name in clients_of(CITY):
        return
    text = added(CITY, name, spec, DAY)
    assert text.startswith(CITY)
    assert clients_of(text) == {**clients_of(CITY), name: spec}
    assert removed(text, name) == CITY


@settings(deadline=None, max_examples=examples(30))
@given(st.sampled_from(list(clients_of(CITY))), texts)
def test_a_change_is_taken_back_without_a_trace(name: str, value: str) -> None:
    text = changed(CITY, name, {"keys_file": value, "suspended": True})
    assert clients_of(text)[name] == {**clients_of(CITY)[name], "keys_file": value, "suspended": True}
    assert changed(text, name, {"keys_file": None, "suspended": None, "secret_env": None}) == CITY


@pytest.mark.parametrize("name", list(clients_of(CITY)))
def test_every_client_of_the_city_can_be_taken_away(name: str) -> None:
    text = removed(CITY, name)
    assert clients_of(text) == {key: value for key, value in clients_of(CITY).items() if key != name}
    assert [line for line in CITY.splitlines() if line not in text.splitlines() and line.startswith("#")] == []


@pytest.mark.parametrize(
    "text",
    [
        '[clients.bank]\r\ntitle = "a"\r\n',
        '[clients.bank]\ntitle = "a"',
        "[clients]\n",
        "",
        '# 注\n[clients."b.c"]   # 说明\ntitle = "a"\n[clients."b.c".limits]\nx = 1\n',
    ],
)
def test_line_ends_and_ends_of_files_are_kept(text: str) -> None:
    longer = added(text, "x", SPEC, DAY)
    assert longer.startswith(text)
    assert ("\r\n" in longer) == ("\r\n" in text)
    assert longer.replace("\r\n", "").count("\r") == 0
    assert "x" in clients_of(longer)


def test_tables_below_a_client_go_with_it() -> None:
    text = '[clients.a]\ntitle = "a"\n\n# of b\n[clients.b]\ntitle = "b"\n[clients.b.limits]\nx = [\n  1,\n]\n'
    assert removed(text, "b") == '[clients.a]\ntitle = "a"\n'


@pytest.mark.parametrize(
    "text",
    [
        "clients = { bank = { title = 'a' } }\n",
        "[clients]\nbank = { title = 'a' }\n",
        "[clients]\nbank.title = 'a'\n",
        "[clients.bank]\ntitle = 'a'\nnote = '''\n[clients.shop]\n'''\n",
        "x = '''\n[clients.bank]\n'''\n[clients.bank]\ntitle = 'a'\n",
    ],
)
def test_a_file_written_otherwise_is_left_to_people(text: str) -> None:
    with pytest.raises(ClientRefused, match=BY_HAND):
        removed(text, "bank")


def test_a_value_on_several_lines_is_left_to_people() -> None:
    with pytest.raises(ClientRefused, match=BY_HAND):
        changed('[clients.bank]\nsecret_file = """\na"""\n', "bank", {"secret_file": "b"})


@pytest.mark.parametrize("text", ["'''", '"""'])
def test_a_line_that_only_looks_like_the_key_is_left_to_people(text: str) -> None:
    with pytest.raises(ClientRefused, match=BY_HAND):
        changed(f"[clients.bank]\ntitle = {text}\nsecret_file = 1\n{text}\n", "bank", {"secret_file": "b"})


def test_a_file_that_would_not_be_toml_any_more_is_refused() -> None:
    with pytest.raises(ClientRefused, match=BY_HAND):
        added("clients = { bank = { title = 'a' } }\n", "x", SPEC, DAY)
