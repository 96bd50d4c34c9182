"""The table of clients, in SQLite and in a real PostgreSQL, and the register that is read from it."""

import asyncio
import json
import logging
import sqlite3
import stat
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.auth import Client
from gateway.clients.model import ClientRefused
from gateway.clients.refreshed import TableRegister
from gateway.clients.rows import read_row
from gateway.clients.table import ClientTable, Row
from gateway.errors import LedgerUnavailable
from tests.gateway.test_client_rows import DEPARTMENTS, POLICY, SPEC
from tests.servers import Server

READ = partial(read_row, policy=POLICY, departments=DEPARTMENTS)
BANK = json.dumps(SPEC)


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database without the table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'clients.sqlite'}"
    server: Server = request.getfixturevalue("postgres_server")
    root = f"postgresql+asyncpg://postgres@127.0.0.1:{server.port}/postgres"
    engine = create_async_engine(root, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text("DROP DATABASE IF EXISTS clients WITH (FORCE)"))
        await connection.execute(sa.text("CREATE DATABASE clients"))
    await engine.dispose()
    return f"postgresql://postgres@127.0.0.1:{server.port}/clients"


@pytest.fixture
async def table(url: str) -> AsyncIterator[ClientTable]:
    table = await ClientTable.open(url)
    yield table
    await table.close()


async def test_a_client_is_added_changed_and_removed(table: ClientTable) -> None:
    assert await table.rows() == []
    await table.insert("bank", BANK, "li")
    (added,) = await table.rows()
    assert added == Row("bank", "ACTIVE", BANK, added.created_at, added.created_at, "li")
    await table.update("bank", "wang", state="SUSPENDED")
    (changed,) = await table.rows()
    assert (changed.state, changed.spec, changed.changed_by) == ("SUSPENDED", BANK, "wang")
    assert changed.created_at == added.created_at
    await table.delete("bank")
    assert await table.rows() == []


async def test_what_is_there_is_not_added_and_what_is_not_is_not_changed(table: ClientTable) -> None:
    await table.insert("bank", BANK, "li")
    with pytest.raises(ClientRefused, match="there is a client `bank` already"):
        await table.insert("bank", "{}", "li")
    for refused in (table.update("shop", "li", spec="{}"), table.delete("shop")):
        with pytest.raises(ClientRefused, match="there is no client `shop`"):
            await refused
    assert [row.spec for row in await table.rows()] == [BANK]


async def test_several_open_one_new_table_at_once(url: str) -> None:
    tables = await asyncio.gather(*(ClientTable.open(url) for _ in range(4)))
    await tables[0].insert("bank", BANK, "li")
    for table in tables:
        assert len(await table.rows()) == 1
        await table.close()


async def test_a_file_is_ours_alone_and_one_that_others_may_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clients.sqlite"
    await (await ClientTable.open(f"sqlite:///{path}")).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o666)
    with pytest.raises(ValueError, match="others may write the file"):
        await ClientTable.open(f"sqlite:///{path}")


@pytest.mark.parametrize("bad", ["", "sqlite://", "sqlite:///:memory:", "mysql://127.0.0.1/x", "nonsense"])
async def test_another_kind_of_database_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="must begin with `sqlite:///`"):
        await ClientTable.open(bad)


async def test_the_register_reads_the_table_and_its_version_follows(table: ClientTable) -> None:
    await table.insert("bank", BANK, "li")
    register = TableRegister(table, READ, 5.0)
    await register.refresh()
    versions = [register.version]
    assert [client.id for client in register.all()] == ["bank"]
    await register.refresh()
    assert register.version == versions[0]
    await table.update("bank", "li", state="SUSPENDED")
    await register.refresh()
    versions.append(register.version)
    assert register.find("bank") is None
    await table.update("bank", "li", state="ACTIVE", spec=json.dumps({**SPEC, "title": "另一银行"}))
    await register.refresh()
    versions.append(register.version)
    found = register.find("bank")
    assert found is not None
    assert found.title == "另一银行"
    await table.delete("bank")
    await register.refresh()
    assert register.all() == ()
    assert len({*versions, register.version}) == 4


async def test_a_bad_row_is_logged_once_and_keeps_the_client(
    table: ClientTable, caplog: pytest.LogCaptureFixture
) -> None:
    await table.insert("bank", BANK, "li")
    register = TableRegister(table, READ, 5.0)
    await register.refresh()
    await table.update("bank", "li", spec=json.dumps({**SPEC, "purposes": ["BANKING"]}))
    await register.refresh()
    await table.insert("shop", BANK, "li")
    await register.refresh()
    assert [client.id for client in register.all()] == ["bank", "shop"]
    said = [record.getMessage() for record in caplog.records if "unknown purpose `BANKING`" in record.getMessage()]
    assert len(said) == 1
    assert "table clients: clients.bank.purposes" in said[0]


class Rows:
    """A table whose readings are told one after the other: rows, or an error."""

    def __init__(self, *told: Any) -> None:
        self.told = list(told)
        self.read = asyncio.Event()

    async def rows(self) -> list[Row]:
        if len(self.told) == 1:
            self.read.set()
            await asyncio.Event().wait()
        each = self.told.pop(0)
        if isinstance(each, Exception):
            raise each
        found: list[Row] = each
        return found


async def test_the_table_is_read_again_and_again_and_an_outage_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.clients")
    bank = Row("bank", "ACTIVE", BANK, "", "", "")
    rows = Rows([bank], OSError("secret"), OSError("secret"), [bank, bank._replace(id="shop")], [])
    register = TableRegister(rows, READ, 0.001)
    await register.refresh()
    recorded: list[tuple[set[str], set[str]]] = []

    async def record(before: Mapping[str, Client], after: Mapping[str, Client]) -> None:
        recorded.append((set(before), set(after)))

    await register.start(record)
    await rows.read.wait()
    await register.close()
    assert [client.id for client in register.all()] == ["bank", "shop"]
    assert [record.getMessage() for record in caplog.records] == [
        "the table of clients cannot be read; what was read last stays: OSError",
        "the table of clients is read again",
    ]
    assert recorded[0] == ({"bank"}, {"bank", "shop"})


async def test_a_change_that_cannot_be_recorded_does_not_count() -> None:
    bank = Row("bank", "ACTIVE", BANK, "", "", "")
    register = TableRegister(Rows([bank], [], []), READ, 5.0)
    await register.refresh()

    async def record(before: Mapping[str, Client], after: Mapping[str, Client]) -> None:
        raise LedgerUnavailable("the ledger could not be written")

    await register.start(record)
    with pytest.raises(LedgerUnavailable):
        await register.refresh()
    await register.close()
    assert [client.id for client in register.all()] == ["bank"]


async def test_a_refresh_that_fails_changes_nothing() -> None:
    register = TableRegister(Rows([Row("bank", "ACTIVE", BANK, "", "", "")], OSError(), []), READ, 5.0)
    await register.refresh()
    with pytest.raises(OSError):
        await register.refresh()
    assert [client.id for client in register.all()] == ["bank"]


async def test_a_text_that_is_not_utf_8_spoils_its_own_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "clients.sqlite"
    table = await ClientTable.open(f"sqlite:///{path}")
    await table.insert("bank", BANK, "li")
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO clients VALUES ('evil', 'ACTIVE', CAST(X'FF' AS TEXT), '', '', '')")
    connection.commit()
    connection.close()
    register = TableRegister(table, READ, 5.0)
    await register.refresh()
    await table.close()
    assert [client.id for client in register.all()] == ["bank"]
    assert list(register.mistakes) == ["evil"]
