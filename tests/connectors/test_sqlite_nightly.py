"""A SQLite file that a department drops every night: missing, being copied, replaced, of last year's schema."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from connectors.errors import SourceError, SourceMisread, SourceUnavailable
from connectors.sql import SqlConnector
from connectors.sql.sqlite import Sqlite
from tests.connectors.sql_sources import FIELDS, A, batch, contents, sqlite_site, tables

REPLACED = "UPDATE penalties SET content = '新的'"
PAUSE_SECONDS = 0.02


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    await sqlite_site(tmp_path / "construction.sqlite").run(tables())
    return tmp_path / "construction.sqlite"


@pytest.fixture(params=["local", "far away"])
async def connector(path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SqlConnector]:
    """A connector to the file, which is asked at once, or as if it lay on another machine."""
    async with sqlite_site(path).connector() as connector:
        if request.param == "far away":
            assert isinstance(connector._database, Sqlite)
            connector._database._at_once.ask = lambda *_: None  # type: ignore[method-assign]
        yield connector


async def dropped(path: Path, *changes: str) -> Path:
    """Return a new file beside ``path``, with ``changes``."""
    new = path.with_name("new.sqlite")
    new.unlink(missing_ok=True)
    await sqlite_site(new).run([*tables(), *changes])
    return new


async def said(connector: SqlConnector) -> list[str]:
    return contents(await connector.fetch(batch(A)), A)


async def test_the_new_file_is_read_and_the_old_one_no_longer(connector: SqlConnector, path: Path) -> None:
    before = await said(connector)
    for at in range(3):
        new = await dropped(path, f"UPDATE penalties SET content = '第{at}夜'")
        inode = new.stat().st_ino
        new.replace(path)
        assert path.stat().st_ino == inode
        assert await said(connector) == [f"第{at}夜"] * len(before)


async def test_a_link_that_leads_to_another_file_is_followed(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "current.sqlite"
    link.symlink_to(path)
    async with sqlite_site(link).connector() as connector:
        assert len(await said(connector)) == 2
        new = await dropped(path, REPLACED)
        (tmp_path / "next").symlink_to(new)
        (tmp_path / "next").replace(link)
        assert await said(connector) == ["新的", "新的"]


async def test_between_the_old_file_and_the_new_one_the_source_is_unavailable(
    connector: SqlConnector, path: Path
) -> None:
    assert len(await said(connector)) == 2
    new = await dropped(path, REPLACED)
    path.unlink()
    for ask in (said(connector), connector.probe()):
        with pytest.raises(SourceUnavailable, match="could not be opened"):
            await ask
    new.replace(path)
    await connector.probe()
    assert await said(connector) == ["新的", "新的"]


def copy_slowly(source: bytes, path: Path) -> None:
    """Write over ``path`` as a copy over a slow line does, a page at a time."""
    with path.open("wb", buffering=0) as file:
        for at in range(0, len(source), 4096):
            sleep(PAUSE_SECONDS)
            file.write(source[at : at + 4096])


async def test_a_file_that_is_being_copied_is_unavailable_and_never_misread(
    connector: SqlConnector, path: Path
) -> None:
    before = await said(connector)
    new = await dropped(path, REPLACED, "CREATE TABLE more (a)", "INSERT INTO more VALUES (zeroblob(200000))")
    copier = Thread(target=copy_slowly, args=(new.read_bytes(), path))
    copier.start()
    told: list[SourceError] = []
    while copier.is_alive():
        try:
            assert await said(connector) in ([] if told else before, ["新的", "新的"])
        except SourceError as error:
            told.append(error)
        except KeyError:
            pytest.fail("nothing is not what is on record")
        await asyncio.sleep(PAUSE_SECONDS / 2)
    assert told, "some question came too early"
    assert {type(error) for error in told} == {SourceUnavailable}, {error.reason for error in told}
    assert await said(connector) == ["新的", "新的"]


async def test_a_copy_that_ended_too_early_is_misread(connector: SqlConnector, path: Path) -> None:
    assert len(await said(connector)) == 2
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(SourceMisread, match="not a sound database"):
        await said(connector)


async def test_a_file_that_is_locked_while_it_is_filled(path: Path) -> None:
    async with sqlite_site(path).connector(timeout_seconds=0.1) as connector:
        assert len(await said(connector)) == 2
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN EXCLUSIVE")
            writer.execute(REPLACED)
            with pytest.raises(SourceUnavailable, match="locked"):
                await said(connector)
            writer.execute("COMMIT")
        assert await said(connector) == ["新的", "新的"]


async def test_last_years_schema_costs_what_it_lacks_until_the_next_night(connector: SqlConnector, path: Path) -> None:
    assert len(await said(connector)) == 2
    old = await dropped(path, "ALTER TABLE penalties DROP COLUMN content", "ALTER TABLE penalties DROP COLUMN updated")
    old.replace(path)
    rows = (await connector.fetch(batch(A))).rows[A]
    assert [row.values[0] for row in rows] == ["甲公司", "甲公司"]
    assert {(issue.field, issue.code) for row in rows for issue in row.issues} == {
        ("content", "MISREAD"),
        ("as_of", "MISREAD"),
    }
    (await dropped(path)).replace(path)
    rows = (await connector.fetch(batch(A, fields=FIELDS))).rows[A]
    assert [row.issues for row in rows] == [(), ()], "the new file is looked at anew, and not after a minute"
    assert rows[0].as_of == "2020-03-17T08:00:00+08:00"
