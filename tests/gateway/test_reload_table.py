"""A gateway whose clients are in a table: it follows the table by itself, and a reload reads table and files as one."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.clients.table import ClientTable
from tests.gateway.cities import City, change, city, copy_city
from tests.gateway.policies import CONFIG

SPEC: dict[str, Any] = {"title": "银行", "scopes": ["credit.public"], "purposes": ["BANK_CREDIT"]}


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[ClientTable]:
    table = await ClientTable.open(url(tmp_path))
    await table.insert("bank", json.dumps(SPEC), "li")
    yield table
    await table.close()


@pytest.fixture
async def running(tmp_path: Path, table: ClientTable) -> AsyncIterator[City]:
    async with city(tmp_path, tabled(tmp_path), {"CREDIT_CLIENTS_URL": url(tmp_path)}) as found:
        yield found


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'clients.sqlite'}"


def tabled(folder: Path) -> Path:
    """Return a copy of the city that keeps its clients in a table, read again at once."""
    config = copy_city(folder)
    change(config / "gateway.toml", '# home = "file"', 'home = "table"')
    change(config / "gateway.toml", "# refresh_seconds = 5.0", "refresh_seconds = 0.01")
    (config / "clients.toml").unlink()
    return config


async def until(running: City, token: str, code: str) -> None:
    """Return when requests end in ``code``; a test that waits in vain fails after a minute."""
    async with asyncio.timeout(60):
        while await running.code(token) != code:
            await asyncio.sleep(0.01)


async def test_the_gateway_follows_the_table_by_itself(running: City, table: ClientTable) -> None:
    bank = running.token("bank")
    version = (await running.versions())["clients"]
    assert await running.code(bank) == "ANSWERED"
    await table.update("bank", "li", state="SUSPENDED")
    await until(running, bank, "FORBIDDEN")
    assert (await running.versions())["clients"] != version
    await table.update("bank", "li", state="ACTIVE")
    await until(running, bank, "ANSWERED")
    assert (await running.versions())["clients"] == version
    await table.insert("shop", json.dumps(SPEC), "li")
    async with asyncio.timeout(60):
        while running.gateway.front.loaded.register.find("shop") is None:
            await asyncio.sleep(0.01)
    await until(running, running.token("shop"), "ANSWERED")
    await table.delete("bank")
    await until(running, bank, "FORBIDDEN")


async def test_a_reload_reads_the_table_again_and_goes_on_following_it(running: City, table: ClientTable) -> None:
    bank = running.token("bank")
    before = running.gateway.front.loaded.register
    with (running.config / "scopes.toml").open("a", encoding="utf-8") as file:
        file.write("# another day\n")
    assert await running.reload()
    assert running.gateway.front.loaded.register is not before
    await table.update("bank", "li", state="SUSPENDED")
    await until(running, bank, "FORBIDDEN")


async def test_a_row_that_was_bad_before_holds_up_no_reload(running: City, table: ClientTable) -> None:
    bank = running.token("bank")
    await table.update("bank", "li", spec="{")
    await table.insert("shop", "{", "li")
    async with asyncio.timeout(60):
        while len(running.gateway.front.loaded.register.mistakes) < 2:  # type: ignore[attr-defined]  # of a table
            await asyncio.sleep(0.01)
    assert await running.reload()
    assert await running.code(bank) == "ANSWERED"
    assert running.gateway.front.loaded.register.find("shop") is None


async def test_a_table_that_cannot_be_read_is_a_bad_reload(
    running: City, table: ClientTable, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bank = running.token("bank")
    loaded = running.gateway.front.loaded
    (tmp_path / "clients.sqlite").write_bytes(b"no database" * 1000)
    assert not await running.reload()
    assert running.gateway.front.loaded is loaded
    assert "table clients: cannot be read: DatabaseError" in caplog.text
    assert await running.code(bank) == "ANSWERED", "what was read last stays"


async def test_the_home_does_not_change_without_a_restart(running: City, caplog: pytest.LogCaptureFixture) -> None:
    change(running.config / "gateway.toml", 'home = "table"', 'home = "file"')
    (running.config / "clients.toml").write_bytes((CONFIG / "clients.toml").read_bytes())
    assert not await running.reload()
    assert "gateway.toml: clients: has changed" in caplog.text
