"""Databases whose servers cannot be run here: their dialects load, write what the others are asked, and read failures.

KingbaseES and openGauss descend from PostgreSQL: here a PostgreSQL that calls itself as they do is asked through their
dialects and drivers. Oracle speaks to nobody here: its statements are compared, its failures are told by their codes.
"""

import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Dialect, make_url
from sqlalchemy.dialects.oracle.oracledb import OracleDialectAsync_oracledb
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from connectors.errors import (
    ConfigError,
    SourceError,
    SourceMisread,
    SourceRejected,
    SourceTimedOut,
    SourceUnavailable,
)
from connectors.spec import SqlEntity, Tombstone
from connectors.sql import SqlConnector
from connectors.sql.dialects import KingbaseDialect, OpenGaussDialect
from connectors.sql.failures import Asked, failure_of, is_lost, lacks_column
from connectors.sql.kinds import EXTRAS, KINDS
from connectors.sql.statements import statement_text
from tests.connectors.sql_sources import ENTITY, URL, A, Site, batch, contents, entity, field, source, tables
from tests.servers import Server

DRIVERS = {"opengauss+async_gaussdb": "async_gaussdb", "oracle+oracledb_async": "oracledb"}
CALLED = {
    "kingbase+asyncpg": "KingbaseES V008R006C008B0014 on x86_64-pc-linux-gnu, compiled by gcc, 64-bit",
    "opengauss+async_gaussdb": "(openGauss 5.0.1 build 33b035fd) compiled at 2023-12-15 20:18:21 commit 0 last mr",
}
SELECTED = """SELECT t.id, t.mark, t."WSH"
FROM xzcf."CF_INFO"{as_} t
WHERE {keys} AND t.zt = '1' AND (t.mark IS NULL OR (t.mark NOT IN ('D', 'it''s')))"""
IN_LISTS = "(t.uscc IN (:key_0_0, :key_0_1) OR t.reg_no IN (:key_1_0, :key_1_1))"
ARRAYS = "(t.uscc = ANY ($1) OR t.reg_no = ANY ($2))"


def needs(kind: str) -> None:
    """Skip when the driver of ``kind`` is not installed: it comes with an extra."""
    if kind in DRIVERS and find_spec(DRIVERS[kind]) is None:
        pytest.skip(f"the extra `{EXTRAS[kind]}` is not installed")


def described() -> SqlEntity:
    return entity(
        "CF_INFO",
        where={"zt": "1"},
        tombstone=Tombstone(column="mark", values=["D", "it's"]),
        fields={"decision_no": field("WSH")},
        as_of=None,
    )


@pytest.mark.parametrize(
    ("dialect", "size", "as_", "keys"),
    [
        (OracleDialectAsync_oracledb(), 2, "", IN_LISTS),  # type: ignore[no-untyped-call]
        (KingbaseDialect(), None, " AS", ARRAYS),  # type: ignore[no-untyped-call]
        (OpenGaussDialect(), None, " AS", ARRAYS),  # type: ignore[no-untyped-call]
    ],
    ids=["oracle", "kingbase", "opengauss"],
)
def test_statements(dialect: Dialect, size: int | None, as_: str, keys: str) -> None:
    text = statement_text(
        described(), ("USCC", "REG_NO"), ("id", "mark", "WSH"), schema="xzcf", size=size, dialect=dialect
    )
    assert " ".join(text.split()) == " ".join(SELECTED.format(as_=as_, keys=keys).split())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_loads(kind: str) -> None:
    needs(kind)
    engine = create_async_engine(f"{kind}://u:p@127.0.0.1:1/x" if "sqlite" not in kind else f"{kind}://")
    assert engine.dialect.is_async
    assert engine.driver in kind


@pytest.mark.parametrize("kind", EXTRAS)
def test_driver_that_is_not_installed_is_a_mistake(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, DRIVERS[kind], None)
    with pytest.raises(ConfigError) as caught:
        SqlConnector(source(), {URL: f"{kind}://u:tiger@127.0.0.1/x"}, Path())
    told = f"the driver of `{kind}` is not installed; it comes with the extra `{EXTRAS[kind]}`"
    assert str(caught.value) == f"department.toml: url_env: {told}"


@pytest.fixture(params=CALLED)
async def renamed(request: pytest.FixtureRequest, postgres_server: Server) -> AsyncIterator[Site]:
    """A database of PostgreSQL that calls itself as a descendant does, and lacks what came later."""
    kind: str = request.param
    needs(kind)
    server = f"postgres@127.0.0.1:{postgres_server.port}"
    owner = await asyncpg.connect(f"postgresql://{server}/postgres")
    await owner.execute("DROP DATABASE IF EXISTS descendant WITH (FORCE)")
    await owner.execute("CREATE DATABASE descendant")
    database = await asyncpg.connect(f"postgresql://{server}/descendant")

    async def run(statements: Any) -> Any:
        return [await database.fetch(statement) for statement in statements][-1]

    name = f"CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql AS $$ SELECT '{CALLED[kind]}' $$"
    absent = "CREATE OR REPLACE FUNCTION pg_catalog.to_regclass(text) RETURNS regclass LANGUAGE plpgsql AS"
    await run([*tables(), name, f"{absent} $$ BEGIN RAISE EXCEPTION 'no such function'; END $$"])
    yield Site("postgres", f"{kind}://{server}/descendant", run)
    await database.close()
    await owner.execute("DROP DATABASE descendant WITH (FORCE)")
    await owner.close()


async def test_descendant_is_asked_as_postgresql_is(renamed: Site) -> None:
    async with renamed.connector() as connector:
        await connector.probe()
        answer = await connector.fetch(batch(A))
        assert contents(answer, A) == ["罚款", "警告,𠮷䶮㛃"]
        with pytest.raises(Exception, match="read-only"):
            await connector._connections.run("DELETE FROM penalties", ())


async def test_descendant_that_lacks_a_column_is_asked_what_it_has(renamed: Site) -> None:
    fields = entity().fields | {"content": field("nr")}
    async with renamed.connector(entities={ENTITY: entity(fields=fields)}) as connector:
        row = (await connector.fetch(batch(A))).rows[A][0]
    assert (row.values[0], [issue.field for issue in row.issues]) == ("甲公司", ["content"])


async def test_postgresql_itself_would_refuse_the_name(renamed: Site) -> None:
    plain = f"postgresql+asyncpg{renamed.url[renamed.url.index('://') :]}"
    async with renamed.connector(plain) as connector:
        with pytest.raises(SourceUnavailable):
            await connector.fetch(batch(A))


async def test_oracle_that_is_not_there_is_unavailable() -> None:
    needs("oracle+oracledb_async")
    url = "oracle+oracledb_async://u:tiger@127.0.0.1:1/?service_name=x"
    connector = SqlConnector(source(timeout_seconds=1.0), {URL: url}, Path())
    with pytest.raises(SourceUnavailable) as caught:
        await connector.fetch(batch(A))
    assert caught.value.reason == "the source could not be reached"
    await connector.close()


class OracleError(Exception):
    """What python-oracledb raises: an exception whose argument has the code and the server's words."""

    class Told:
        def __init__(self, code: str, message: str) -> None:
            self.full_code, self.message = code, message

        def __str__(self) -> str:
            return f"{self.full_code}: {self.message}"


@pytest.mark.parametrize(
    ("code", "words", "kind", "reason"),
    [
        ("ORA-00904", '"T"."WSH": invalid identifier', SourceMisread, "column `wsh` is missing at the source"),
        ("ORA-00904", '"T"."Wsh": invalid identifier', SourceMisread, "a column is missing at the source"),
        ("ORA-00942", "table or view does not exist", SourceMisread, "table `cf` is missing at the source"),
        ("ORA-01031", "insufficient privileges", SourceRejected, "the source does not let us read table `cf`"),
        ("ORA-01017", "invalid credential", SourceRejected, "the source does not accept our credentials"),
        ("ORA-12514", "no listener", SourceRejected, "the source has no database of the name that we ask for"),
        ("DPY-4024", "call timeout", SourceTimedOut, "the source stopped the question because its time was up"),
        ("ORA-03113", "end-of-file", SourceUnavailable, "the source could not be reached"),
        ("DPY-6005", "cannot connect to 10.1.2.3", SourceUnavailable, "the source could not be reached"),
        ("ORA-01722", "invalid number '1101'", SourceUnavailable, "the source failed with ORA-01722"),
    ],
)
def test_failures_of_oracle(code: str, words: str, kind: type[SourceError], reason: str) -> None:
    error = OracleError(OracleError.Told(code, words))
    told = failure_of(error, Asked("cf", ("wsh", "id")))
    assert (type(told), told.reason) == (kind, reason)
    assert is_lost(error) is (reason == "the source could not be reached")
    assert lacks_column(error) is (code == "ORA-00904")


async def test_failures_of_the_driver_itself_have_such_codes() -> None:
    needs("oracle+oracledb_async")
    engine = create_async_engine("oracle+oracledb_async://u:p@127.0.0.1:1/?service_name=x")
    with pytest.raises(DBAPIError) as caught:
        await engine.connect()
    assert caught.value.orig is not None
    assert getattr(caught.value.orig.args[0], "full_code", "").startswith("DPY-")


async def test_oracle_runs_each_question_in_a_read_only_transaction_of_its_own() -> None:
    said: list[Any] = []

    class Connection:
        call_timeout = 0

        async def execute(self, text: str) -> None:
            said.append(text)

        async def fetchall(self, text: str, arguments: list[str]) -> list[tuple[str, ...]]:
            said.append((text, arguments, self.call_timeout))
            if text == "wrong":
                raise OracleError(OracleError.Told("ORA-00942", ""))
            return [("1",)]

        async def rollback(self) -> None:
            said.append("rollback")

    oracle = KINDS["oracle+oracledb_async"](make_url("oracle+oracledb_async://u:p@127.0.0.1/x"), 2.0)
    assert await oracle.ask(Connection(), "SELECT", ("a",)) == [("1",)]
    assert said == ["SET TRANSACTION READ ONLY", ("SELECT", ["a"], 2000), "rollback"]
    with pytest.raises(OracleError):
        await oracle.ask(Connection(), "wrong", ())
    assert said[-1] == "rollback"
    dialect: Dialect = OracleDialectAsync_oracledb()  # type: ignore[no-untyped-call]
    assert oracle.columns(dialect, "cf_info", "Xzcf")[1] == ["CF_INFO", "Xzcf"]
    assert oracle.columns(dialect, "cf_info", None)[1] == ["CF_INFO", None]
