"""SQLite files that are replaced, copied over, locked or broken while the gateway reads them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import SourceMisread, SourceUnavailable
from connectors.sql import SqlConnector
from tests.connectors.sql_sources import ENTITY, A, batch, contents, entity, sqlite_site, tables

FOREVER = (
    "CREATE VIEW slow AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
    " SELECT penalties.* FROM n, penalties WHERE n.x < 0"
)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    # A folder of a name that must be quoted in a URL.
    folder = tmp_path / "前置库 50% #1?"
    folder.mkdir()
    await sqlite_site(folder / "department.sqlite").run(tables())
    return folder / "department.sqlite"


@pytest.fixture
async def connector(path: Path) -> AsyncIterator[SqlConnector]:
    async with sqlite_site(path).connector() as connector:
        yield connector


async def said(connector: SqlConnector) -> list[str]:
    answer = await connector.fetch(batch(A))
    return contents(answer, A) if answer.rows else []


async def test_replaced_file_is_read(connector: SqlConnector, path: Path) -> None:
    assert len(await said(connector)) == 2
    await sqlite_site(path.with_name("new")).run([*tables(), "UPDATE penalties SET content = '新的'"])
    path.with_name("new").replace(path)
    assert await said(connector) == ["新的", "新的"]


async def test_file_copied_over_is_read(connector: SqlConnector, path: Path) -> None:
    assert len(await said(connector)) == 2
    other = path.with_name("new")
    await sqlite_site(other).run([*tables(), "UPDATE penalties SET content = '新的'", "CREATE TABLE more (a int)"])
    with path.open("r+b") as file:
        file.write(other.read_bytes())
    assert await said(connector) == ["新的", "新的"]


async def test_rows_written_meanwhile_are_read(connector: SqlConnector, path: Path) -> None:
    site = sqlite_site(path)
    await site.run(["PRAGMA journal_mode = WAL"])
    assert len(await said(connector)) == 2
    await site.run(["UPDATE penalties SET content = '新的'"])
    assert await said(connector) == ["新的", "新的"]


async def test_missing_and_returning_file(connector: SqlConnector, path: Path) -> None:
    assert len(await said(connector)) == 2
    path.rename(path.with_name("away"))
    with pytest.raises(SourceUnavailable, match="could not be opened"):
        await said(connector)
    path.with_name("away").rename(path)
    assert len(await said(connector)) == 2


async def test_locked_file(path: Path) -> None:
    async with sqlite_site(path).connector(timeout_seconds=0.1) as connector:
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN EXCLUSIVE")
            with pytest.raises(SourceUnavailable, match="locked"):
                await connector.fetch(batch(A))
            writer.execute("ROLLBACK")
        assert (await connector.fetch(batch(A))).rows.keys() == {A}


@pytest.mark.parametrize("content", [b"<html>503</html>" * 99, b"SQLite format 3\x00" + b"\x00" * 2000])
async def test_garbled_file(connector: SqlConnector, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SourceMisread, match="not a sound database"):
        await said(connector)


async def test_text_in_another_encoding(connector: SqlConnector, path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE penalties SET content = CAST(? AS TEXT)", ("罚款".encode("gb18030"),))
    with pytest.raises(SourceMisread, match="encoding"):
        await said(connector)


@pytest.mark.parametrize("pause", [0.0, 0.1])
async def test_cancelled_question_is_interrupted(path: Path, pause: float) -> None:
    await sqlite_site(path).run([FOREVER])
    entities = {ENTITY: entity("slow")}
    async with sqlite_site(path).connector(entities=entities, concurrency=1, timeout_seconds=3.0) as connector:
        await connector.probe()
        asking = asyncio.create_task(connector.fetch(batch(A)))
        await asyncio.sleep(pause)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        # The only slot is free again when the question has really ended.
        await connector.probe()
