"""Attacks on the register of clients at the front door of a running gateway: on its file, its table, and its memory.

Each fails when its guard is removed; the comment of each group names the guard.
"""

import json
import sqlite3
import tomllib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError
from gateway.clients.refreshed import TableRegister
from gateway.clients.table import ClientTable
from tests.gateway.cities import BANK_SCOPES, NARROWER, City, change, city, copy_city
from tests.red_team.test_clients import PENALTIES, SECRET, SPEC, make_table, write_row


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[City]:
    async with city(tmp_path) as found:
        yield found


BAD_FILES: dict[str, Callable[[str], str]] = {
    "a table twice": lambda text: (
        text + '\n[clients.bank]\ntitle = "b"\nscopes = ["audit.read"]\npurposes = ["AUDIT"]\n'
    ),
    "a key twice": lambda text: text.replace(BANK_SCOPES, f'{BANK_SCOPES}\nscopes = ["audit.read"]'),
    "a key twice, quoted": lambda text: text.replace(BANK_SCOPES, f'{BANK_SCOPES}\n"scopes" = ["audit.read"]'),
    "a secret": lambda text: text.replace(BANK_SCOPES, f'{BANK_SCOPES}\nsecret = "{SECRET}"'),
    "a secret as a variable": lambda text: text.replace(BANK_SCOPES, f'{BANK_SCOPES}\nsecret_env = "{SECRET}"'),
    "no such scope": lambda text: text.replace(BANK_SCOPES, 'scopes = ["credit.everything"]'),
    "a department's scope": lambda text: text.replace(BANK_SCOPES, 'scopes = ["credit.gov"]'),
    "a name with a blank": lambda text: text.replace("[clients.bank]", '[clients."bank root"]'),
    "another encoding": lambda text: text + "\n# \udcff\n",
    "half a file": lambda text: text[: len(text) // 2] + '"',
    "nothing": lambda _: "",
}


# Guard: a reload with any mistake swaps nothing; unknown keys are refused, and their values never quoted.
@pytest.mark.parametrize("spoil", BAD_FILES.values(), ids=BAD_FILES)
async def test_a_bad_file_leaves_everybody_the_rights_they_had(
    running: City, caplog: pytest.LogCaptureFixture, spoil: Callable[[str], str]
) -> None:
    bank, auditor = running.token("bank"), running.token("auditor")
    path = running.config / "clients.toml"
    text = path.read_text(encoding="utf-8").replace("[clients.auditor]", "[clients.auditor]\nsuspended = true")
    path.write_bytes(spoil(text).encode("utf-8", "surrogateescape"))
    assert not await running.reload()
    assert await running.code(bank) == "ANSWERED"
    assert await running.code(auditor) == "ANSWERED"
    assert "FIELD_FORBIDDEN" not in (await running.ask(bank, PENALTIES)).text
    assert SECRET not in caplog.text


# Guard: the register is asked at every request; a remembered token says who asks, never what they may.
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[clients.bank]", "[clients.bank]\nsuspended = true"),
        ("[clients.bank]", "[clients.old_bank]"),
        (BANK_SCOPES, NARROWER),
        (f'{BANK_SCOPES}\npurposes = ["BANK_CREDIT"]', 'scopes = ["credit.public"]\npurposes = ["AGENCY"]'),
    ],
    ids=["suspended", "removed", "narrowed", "another purpose"],
)
async def test_a_token_that_was_good_and_is_remembered(running: City, before: str, after: str) -> None:
    token = running.token("bank", "credit.public")
    for _ in range(2):
        assert await running.code(token, Credit_Purpose="BANK_CREDIT") == "ANSWERED"
    change(running.config / "clients.toml", before, after)
    assert await running.reload()
    assert await running.code(token, Credit_Purpose="BANK_CREDIT") == "FORBIDDEN"


# Guard: the issuer asks the register of the moment.
async def test_no_new_token_for_a_client_that_is_suspended(running: City) -> None:
    assert running.gateway.issuer is not None
    secret = running.gateway.issuer.secrets["bank"]
    assert await granted(running, "bank", secret) == 200
    change(running.config / "clients.toml", "[clients.bank]", "[clients.bank]\nsuspended = true")
    assert await running.reload()
    assert await granted(running, "bank", secret) == 401


async def granted(running: City, client: str, secret: str) -> int:
    basic = b64encode(f"{client}:{secret}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    return (
        await running.client.post("/oauth/token", data=form, headers={"Authorization": f"Basic {basic}"})
    ).status_code


# Guard: plans are made anew with every configuration, and are found by what the caller may.
@pytest.mark.parametrize("place", ["clients.toml", "scopes.toml"])
async def test_a_right_that_ended_with_a_plan_in_memory(running: City, place: str) -> None:
    token = running.token("bank")
    for _ in range(2):
        assert "FIELD_FORBIDDEN" not in (await running.ask(token, PENALTIES)).text
    if place == "clients.toml":
        change(running.config / place, BANK_SCOPES, NARROWER)
    else:
        text = (running.config / place).read_text(encoding="utf-8")
        head, mark, tail = text.partition('[scopes."credit.public"]')
        (running.config / place).write_text(head + mark + tail.replace('"BANK_CREDIT", ', "", 1), encoding="utf-8")
        change(running.config / "clients.toml", BANK_SCOPES, NARROWER)
        change(running.config / "clients.toml", '"credit.check.run", "credit.public"', '"credit.check.run"')
    assert await running.reload()
    assert "FIELD_FORBIDDEN" in (await running.ask(token, PENALTIES)).text


# Guard: `read_secret`.
@pytest.mark.parametrize("how", ["world-readable", "group-readable", "link", "short", "empty", "none", "folder"])
async def test_a_secret_that_others_could_know_is_no_secret(running: City, how: str) -> None:
    path = running.config / "bank.secret"
    path.write_text(SECRET, encoding="utf-8")
    path.chmod(0o600)
    change(running.config / "clients.toml", "[clients.bank]", '[clients.bank]\nsecret_file = "bank.secret"')
    assert await running.reload()
    assert await granted(running, "bank", SECRET) == 200
    sent = SECRET
    match how:
        case "world-readable":
            path.chmod(0o604)
        case "group-readable":
            path.chmod(0o640)
        case "link":
            path.rename(running.config / "elsewhere")
            path.symlink_to(running.config / "elsewhere")
        case "short":
            sent = "hunter2"
            path.write_text(sent, encoding="utf-8")
        case "empty":
            sent = ""
            path.write_text(sent, encoding="utf-8")
        case "none":
            path.unlink()
        case _:
            path.unlink()
            path.mkdir(0o700)
    assert await granted(running, "bank", sent) == 401
    assert not await running.reload(), "and no configuration begins with it"


# ---- the table ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def tabled(tmp_path: Path) -> AsyncIterator[City]:
    """A gateway whose clients are in a table: the bank, and an auditor."""
    config, path = copy_city(tmp_path), tmp_path / "clients.sqlite"
    change(config / "gateway.toml", '# home = "file"', 'home = "table"')
    change(config / "gateway.toml", "# refresh_seconds = 5.0", "refresh_seconds = 300")
    table = await ClientTable.open(f"sqlite:///{path}")
    await table.insert("bank", json.dumps(SPEC), "li")
    auditor = {"title": "审计", "scopes": ["audit.read", "provenance.read"], "purposes": ["AUDIT"]}
    await table.insert("auditor", json.dumps(auditor), "li")
    await table.close()
    async with city(tmp_path, config, {"CREDIT_CLIENTS_URL": f"sqlite:///{path}"}) as found:
        yield found


async def reread(running: City) -> None:
    register = running.gateway.front.loaded.register
    assert isinstance(register, TableRegister)
    await register.refresh()


WIDE = '["credit.public", "credit.consent", "credit.check.run"]'
TAMPERED: dict[str, Any] = {
    "no json": '{"title": "银行", "scopes": ["audit.read"], "purposes": ["AUDIT"]',
    "no object": '["audit.read"]',
    "null": "null",
    "a name twice": f'{{"title": "银行", "scopes": ["credit.public"], "scopes": {WIDE}, "purposes": ["BANK_CREDIT"]}}',
    "no such purpose": json.dumps({**SPEC, "scopes": json.loads(WIDE), "purposes": ["BANK_CREDIT", "EVERYTHING"]}),
    "no such scope": json.dumps({**SPEC, "scopes": [*json.loads(WIDE), "credit.everything"]}),
    "a department's scope": json.dumps({**SPEC, "scopes": [*json.loads(WIDE), "credit.gov"]}),
    "a company's government": json.dumps(
        {
            **SPEC,
            "scopes": ["credit.public", "credit.gov"],
            "purposes": ["SUPERVISION"],
            "department": "heat_water_utilities",
        }
    ),
    "an unknown key": json.dumps({**SPEC, "scopes": json.loads(WIDE), "admin": True}),
    "suspended: false": json.dumps({**SPEC, "scopes": json.loads(WIDE), "suspended": False}),
    "a path": json.dumps({**SPEC, "scopes": json.loads(WIDE), "keys_file": "../../etc/passwd"}),
    "bytes": json.dumps({**SPEC, "scopes": json.loads(WIDE)}).encode(),
    "a deep one": "[" * 100_000,
    "a number of many digits": '{"title": 1' + "0" * 60_000 + "}",
}


# Guards: rows are read by the rules of the file and nothing else; a bad row keeps its client as it was.
@pytest.mark.parametrize("spec", TAMPERED.values(), ids=TAMPERED)
async def test_a_row_that_was_tampered_with_gives_no_right(tabled: City, tmp_path: Path, spec: Any) -> None:
    bank, auditor = tabled.token("bank"), tabled.token("auditor")
    write_row(tmp_path / "clients.sqlite", "bank", spec)
    write_row(tmp_path / "clients.sqlite", "mallory", spec)
    write_row(tmp_path / "clients.sqlite", "auditor", json.dumps(SPEC), "SUSPENDED")
    await reread(tabled)
    register = tabled.gateway.front.loaded.register
    found = register.find("bank")
    assert found is not None
    assert found.scopes == {"credit.public"}
    assert register.find("mallory") is None
    assert await tabled.code(bank) == "ANSWERED"
    assert await tabled.code(auditor) == "FORBIDDEN", "and the other rows count all the same"


# Guard: the state of a row counts even where the rest of it does not.
async def test_a_bad_row_cannot_hold_off_a_suspension(tabled: City, tmp_path: Path) -> None:
    bank = tabled.token("bank")
    write_row(tmp_path / "clients.sqlite", "bank", "{", "SUSPENDED")
    await reread(tabled)
    assert await tabled.code(bank) == "FORBIDDEN"
    write_row(tmp_path / "clients.sqlite", "bank", "{", "ACTIVE")
    await reread(tabled)
    assert await tabled.code(bank) == "FORBIDDEN", "nor end it"


# Guard: a client that is gone is not kept for its memory.
async def test_a_client_whose_row_is_gone(tabled: City, tmp_path: Path) -> None:
    bank = tabled.token("bank")
    assert await tabled.code(bank) == "ANSWERED"
    with sqlite3.connect(tmp_path / "clients.sqlite") as connection:
        connection.execute("DELETE FROM clients WHERE id = 'bank'")
    connection.close()
    await reread(tabled)
    assert await tabled.code(bank) == "FORBIDDEN"


# Guard: names in the table are compared letter for letter.
@pytest.mark.parametrize("name", ["BANK", "bank ", "bank\x00", "bаnk", "%", "bank'--"])
async def test_a_row_of_nearly_the_same_name(tabled: City, tmp_path: Path, name: str) -> None:
    wide = {**SPEC, "scopes": json.loads(WIDE)}
    write_row(tmp_path / "clients.sqlite", name, json.dumps(wide))
    await reread(tabled)
    found = tabled.gateway.front.loaded.register.find("bank")
    assert found is not None
    assert found.scopes == {"credit.public"}


# Guard: a policy that does not fit the table is a bad reload.
async def test_a_reload_under_which_rows_would_be_bad_changes_nothing(tabled: City) -> None:
    bank = tabled.token("bank")
    text = (tabled.config / "scopes.toml").read_text(encoding="utf-8")
    (tabled.config / "scopes.toml").write_text(text.replace('"BANK_CREDIT", ', ""), encoding="utf-8")
    assert not await tabled.reload()
    assert "FIELD_FORBIDDEN" not in (await tabled.ask(bank, PENALTIES)).text


# Guard: a table that others may write is not opened.
async def test_a_table_that_anybody_may_write(tmp_path: Path) -> None:
    config, path = copy_city(tmp_path), tmp_path / "clients.sqlite"
    change(config / "gateway.toml", '# home = "file"', 'home = "table"')
    await make_table(path)
    path.chmod(0o666)
    with pytest.raises(ConfigError, match="others may write the file"):
        async with city(tmp_path, config, {"CREDIT_CLIENTS_URL": f"sqlite:///{path}"}):
            raise AssertionError("it was opened")


# Guard: an address with a password in it is quoted nowhere.
@pytest.mark.parametrize("url", [f"postgresql://u:{SECRET}@127.0.0.1:1/x", f"mysql://u:{SECRET}@h/x", f"{SECRET}"])
async def test_an_address_is_not_told(tmp_path: Path, caplog: pytest.LogCaptureFixture, url: str) -> None:
    config = copy_city(tmp_path)
    change(config / "gateway.toml", '# home = "file"', 'home = "table"')
    with pytest.raises(ConfigError) as refused:
        async with city(tmp_path, config, {"CREDIT_CLIENTS_URL": url}):
            raise AssertionError("it was opened")
    assert SECRET not in str(refused.value) + caplog.text


def test_the_shipped_register_holds_no_secret() -> None:
    """Guard: the review of this file, and that unknown keys are refused."""
    text = (Path(__file__).parents[2] / "config" / "clients.toml").read_text(encoding="utf-8")
    for spec in tomllib.loads(text)["clients"].values():
        assert not {"secret", "client_secret", "password", "key"} & set(spec)
