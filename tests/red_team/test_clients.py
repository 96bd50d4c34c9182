"""Attacks on the commands that manage clients, and on the files and rows that they read and write.

Each fails when its guard is removed; the comment of each group names the guard.
"""

import asyncio
import json
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.clients.table import ClientTable
from gateway.configuration import load_configuration
from tests.commands import Done, Run
from tests.gateway.cities import change, copy_city

BANK = ("--title", "银行", "--scope", "credit.public", "--purpose", "BANK_CREDIT")
SPEC: dict[str, Any] = {"title": "银行", "scopes": ["credit.public"], "purposes": ["BANK_CREDIT"]}
KEY = '{value: "91230881TJ00000350", scheme: USCC}'
PENALTIES = f"{{ subject(key: {KEY}) {{ ... on Enterprise {{ penalties {{ state items {{ decisionNo }} }} }} }} }}"
SECRET = "hunter2hunter2hunter2hunter2hunter2hunter2"
Client = Callable[..., Done]

NAMES = {
    "path up": "../../etc/cron.d/x",
    "path": "a/b",
    "dots": "..",
    "whole path": "/etc/passwd",
    "toml table": "x]\n[clients.root",
    "toml quote": 'x"]\n[clients."root',
    "toml below": "bank.limits x",
    "sql": "x'; DROP TABLE clients; --",
    "screen": "x\x1b[2J",
    "nul, as an escape": "x\\u0000",
    "markup": "[red]x",
    "look-alike": "bаnk",
    "empty": "",
    "long": "a" * 129,
}
TITLES = {
    "toml line": '"\nscopes = ["audit.read"]\n#',
    "toml text": '"""',
    "toml escape": "\\",
    "quote": '", scopes = ["audit.read"], x = "',
    "comment": "# [clients.root]",
    "sql": "x'); DELETE FROM clients; --",
    "json": '"}], "scopes": ["audit.read"], "x": [{"',
    "screen": "\x1b]0;root\x07",
    "right to left": "\u202egnihton",
    "line": "a\u2028b",
    "surrogate": "\udc80",
}
WIDER: dict[str, tuple[str, ...]] = {
    "no such scope": ("--scope", "credit.everything"),
    "two scopes in one": ("--scope", "credit.public audit.read"),
    "toml in a scope": ("--scope", 'credit.public", "audit.read'),
    "a department's scope for nobody": ("--scope", "credit.gov", "--purpose", "SUPERVISION"),
    "an owner's scope for nobody": ("--scope", "owner.tax_credit", "--purpose", "OWNER"),
    "another owner's": ("--department", "taxation", "--scope", "owner.court_enforcement", "--purpose", "OWNER"),
    "the owner of no source": ("--department", "taxation", "--scope", "owner.everything", "--purpose", "OWNER"),
    "a scope of every source": ("--department", "taxation", "--scope", "owner.*", "--purpose", "OWNER"),
    "no such purpose": ("--purpose", "EVERYTHING"),
    "a purpose in lower case": ("--purpose", "audit"),
    "no such department": ("--department", "everybody"),
    "a department that has ended": ("--department", "state_taxation"),
    "a government's scope for a company": (
        *("--department", "heat_water_utilities", "--scope", "credit.gov", "--purpose", "SUPERVISION"),
    ),
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_city(tmp_path)


@pytest.fixture(params=["file", "table"])
def client(
    request: pytest.FixtureRequest, run: Run, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Client:
    """Runs `client` on a copy of the city, whose clients are kept in the file, or in a table that holds the bank."""
    if request.param == "table":
        change(config / "gateway.toml", '# home = "file"', 'home = "table"')
        monkeypatch.setenv("CREDIT_CLIENTS_URL", f"sqlite:///{tmp_path / 'clients.sqlite'}")

    def call(command: str, *arguments: str, stdin: str = "") -> Done:
        return run("client", command, *arguments, "--config", str(config), stdin=stdin)

    return call


def listed(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(client("list", "--json").stdout)
    return found


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.name != "clients.sqlite"}


# Guard: `is_name`, asked of the whole name before anything is made.
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_that_is_more_than_a_name(client: Client, tmp_path: Path, name: str) -> None:
    before, there = listed(client), files(tmp_path)
    done = client("new", name, *BANK, "--key", "--private-key-file", str(tmp_path / "key"))
    assert done.returncode == 1, done.stderr
    assert "\x1b" not in done.stderr
    assert listed(client) == before
    assert files(tmp_path) == there


# Guards: titles are printable; what is written reads back as the same tables, or is not written; SQL has parameters.
@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_that_is_more_than_a_title(client: Client, config: Path, title: str) -> None:
    before = listed(client)
    done = client("new", "north", "--title", title, *BANK[2:])
    if done.returncode != 0:
        assert listed(client) == before
        return
    assert title.isprintable()
    assert [each for each in listed(client) if each not in before] == [
        {**SPEC, "title": title, "id": "north", "state": "ACTIVE", "credentials": "", **_times(client)}
    ]
    load_configuration(config)


def _times(client: Client) -> dict[str, Any]:
    (found,) = [each for each in listed(client) if each["id"] == "north"]
    return {key: found[key] for key in ("created_at", "changed_at", "changed_by") if key in found}


# Guard: a new client is held to everything that `check` holds the register to.
@pytest.mark.parametrize("asked", WIDER.values(), ids=WIDER)
def test_a_right_that_is_not_there_to_be_given(client: Client, asked: tuple[str, ...]) -> None:
    before = listed(client)
    done = client("new", "north", *BANK, *asked)
    assert done.returncode == 1, done.stderr
    assert listed(client) == before


# Guard: files are made with O_EXCL and O_NOFOLLOW, and replaced by name.
@pytest.mark.parametrize("option", ["--private-key-file", "--secret-file"])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_where_something_secret_is_to_be_written(
    client: Client, config: Path, tmp_path: Path, option: str, there: bool
) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    if there:
        target.write_text("mine", encoding="utf-8")
    done = client("new", "north", *BANK, option, str(link))
    assert done.returncode == 1
    assert (target.read_text(encoding="utf-8") if there else not target.exists()) == ("mine" if there else True)
    assert not (config / "keys" / "north.jwks.json").exists()


# Guard: a set of public keys that is a link is neither read nor written through.
def test_a_link_in_the_place_of_public_keys(client: Client, config: Path, tmp_path: Path) -> None:
    client("new", "north", *BANK, "--print")
    mine = tmp_path / "mine.json"
    mine.write_text('{"keys": [{"kid": "mine"}]}', encoding="utf-8")
    keys = config / "keys" / "north.jwks.json"
    keys.unlink()
    keys.symlink_to(mine)
    assert client("rotate", "north", "--print").returncode == 1
    assert client("show", "north").returncode == 1
    assert mine.read_text(encoding="utf-8") == '{"keys": [{"kid": "mine"}]}'


# Guard: only what can be a secret's file is written over.
def test_a_secret_s_file_that_is_another_file(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    client("new", "north", *BANK, "--secret-file", str(path))
    path.unlink()
    path.write_text("somebody's text\n", encoding="utf-8")
    path.chmod(0o644)
    done = client("rotate", "north")
    assert done.returncode == 1
    assert path.read_text(encoding="utf-8") == "somebody's text\n"


# Guard: files of secrets are made with mode 0600, whatever the umask.
@pytest.mark.parametrize("option", ["--private-key-file", "--secret-file"])
def test_a_secret_s_file_is_closed_to_others_from_its_first_moment(client: Client, tmp_path: Path, option: str) -> None:
    before = os.umask(0)
    try:
        assert client("new", "north", *BANK, option, str(tmp_path / "secret")).returncode == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


# Guard: what is shown of a row is text; what is told of a mistake is on one line, and obeyed by no screen.
def test_a_row_that_gives_orders_to_the_screen(
    run: Run, client: Client, config: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    evil = {"title": "\x1b[2J[red]", "scopes": ["a\nerror: all is well\x1b[1A"], "purposes": ["\u202e"], "x\x07": 1}
    if request.node.callspec.params["client"] == "table":
        write_row(tmp_path / "clients.sqlite", "evil", json.dumps(evil), "ACTIVE")
    else:
        text = "\n[clients.evil]\n" + "\n".join(f"{json.dumps(key)} = {json.dumps(evil[key])}" for key in evil) + "\n"
        with (config / "clients.toml").open("a", encoding="utf-8") as file:
            file.write(text)
    said = [client("list"), client("show", "evil"), run("check", "--config", str(config))]
    for done in said:
        assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout + done.stderr)
        assert "\nerror: all is well" not in done.stdout + done.stderr
    assert said[2].returncode == 1


# Guard: the name of a row is checked wherever it becomes part of a path.
@pytest.mark.parametrize("command", ["rotate", "remove"])
def test_a_row_whose_name_is_a_path(
    run: Run, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    change(config / "gateway.toml", '# home = "file"', 'home = "table"')
    monkeypatch.setenv("CREDIT_CLIENTS_URL", f"sqlite:///{tmp_path / 'clients.sqlite'}")
    run("client", "list", "--config", str(config))
    victim = config / "victim.jwks.json"
    victim.write_text('{"keys": []}', encoding="utf-8")
    spec = {**SPEC, "keys_file": "keys/../victim.jwks.json"}
    write_row(tmp_path / "clients.sqlite", "../victim", json.dumps(spec), "ACTIVE")
    run("client", command, "../victim", *(["--print"] if command == "rotate" else ["--yes"]), "--config", str(config))
    assert victim.read_text(encoding="utf-8") == '{"keys": []}'


def write_row(path: Path, name: str, spec: Any, state: str = "ACTIVE") -> None:
    """Write a row as somebody does who reached the database, not the commands."""
    if not path.exists():
        asyncio.run(make_table(path))
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM clients WHERE id = ?", (name,))
        connection.execute("INSERT INTO clients VALUES (?, ?, ?, '', '', 'mallory')", (name, state, spec))
    connection.close()


async def make_table(path: Path) -> None:
    await (await ClientTable.open(f"sqlite:///{path}")).close()
