"""The market regulator's supervision: GBK behind a latin1 column, two codes, two tables of one list; in MariaDB.

The demo keeps the same tables in a SQLite file where there is no MariaDB: both must answer alike.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import asyncmy
import pytest

from gateway.demo.scenarios import everyone
from gateway.demo.subjects import SHARED_REG_NO, named
from gateway.demo.supervision_rows import MARKS, TABLES, is_time, rows_of
from gateway.demo.supervision_store import DATABASE, write_mariadb, write_sqlite
from tests.demo.sources import Asked, asked
from tests.servers import Server

SIZE = 200
SUBJECTS = {subject.number: subject for subject in named()}
STALL = SUBJECTS[7]
ALIASES = {
    "REG_NO": {
        subject.registration_number: subject.uscc
        for subject in named()
        if subject.registered and subject.registration_number != SHARED_REG_NO
    }
}


async def _run(port: int, statement: str) -> list[Any]:
    database = await asyncmy.connect(host="127.0.0.1", port=port, user="root", charset="latin1", autocommit=True)
    try:
        async with database.cursor() as cursor:
            await cursor.execute(statement)
            return list(await cursor.fetchall())
    finally:
        await database.ensure_closed()


@pytest.fixture(scope="module")
async def supervision(mariadb_server: Server) -> AsyncIterator[int]:
    port = mariadb_server.port
    await write_mariadb({"host": "127.0.0.1", "port": port, "user": "root"}, everyone(SIZE))
    yield port
    await _run(port, f"DROP DATABASE {DATABASE}")


@pytest.fixture(scope="module")
async def mariadb(supervision: int) -> AsyncIterator[Asked]:
    url = f"mariadb+asyncmy://root@127.0.0.1:{supervision}/{DATABASE}"
    async with asked("market_supervision", {"MARKET_SUPERVISION_URL": url}) as source:
        yield source


@pytest.fixture(scope="module")
async def sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    path = tmp_path_factory.mktemp("supervision") / "market_supervision.sqlite"
    write_sqlite(path, everyone(SIZE))
    async with asked("market_supervision", {"MARKET_SUPERVISION_URL": f"sqlite+aiosqlite:///{path}"}) as source:
        yield source


async def test_the_marks_are_gbk_in_a_column_declared_latin1(supervision: int) -> None:
    ((raw,),) = await _run(supervision, f"SELECT ENTNAME FROM {DATABASE}.{MARKS} WHERE ID = 'BJ00000070'")
    assert raw != STALL.name
    assert raw.encode("latin-1").decode("gbk") == STALL.name


async def test_a_character_that_gbk_lacks_is_a_question_mark(mariadb: Asked) -> None:
    samples = await mariadb.records("Inspection", "USCC", SUBJECTS[2].uscc)
    assert "?鱼牌大马哈鱼罐头" in {sample["product_name"] for sample in samples}


def test_every_day_is_a_time_and_nothing_removed_is_null() -> None:
    for table, columns in TABLES.items():
        rows = [dict(zip(columns, row, strict=True)) for row in rows_of(table, everyone(SIZE))]
        times = [row[column] for row in rows for column in columns if is_time(column) and row[column] is not None]
        assert times
        assert {type(time) for time in times} == {datetime}
        assert {(time.hour, time.minute, time.second) for time in times} == {(0, 0, 0)}
        assert all((row["UNISCID"] is None) != (row["REGNO"] is None) for row in rows), "one code alone"
        for row in rows:
            if "REMDATE" in row:
                removal = {row["REMEXCPRES_CN"] is None, row["REMDATE"] is None, row["REDECORG_CN"] is None}
                assert len(removal) == 1, "all three columns of a removal, or none"


async def test_old_rows_are_found_by_the_registration_number(mariadb: Asked) -> None:
    without = await mariadb.records("ListEntry_serious", "USCC", SUBJECTS[27].uscc)
    entries = await mariadb.records("ListEntry_serious", "USCC", SUBJECTS[27].uscc, ALIASES)
    assert [entry["included_on"] for entry in without] == ["2025-08-15"]
    assert sorted(entry["included_on"] for entry in entries) == ["2014-03-17", "2025-08-15"]
    assert {entry["removed_on"] for entry in entries} == {None, "2017-03-16"}


async def test_an_individual_business_is_marked_and_stands_on_no_list(mariadb: Asked) -> None:
    marks = await mariadb.records("ListEntry_marked", "USCC", STALL.uscc, ALIASES)
    assert {mark["name"] for mark in marks} == {STALL.name}
    assert {(mark["included_on"], mark["restored"], mark["removed_on"]) for mark in marks} == {
        ("2016-07-05", True, "2017-03-14"),
        ("2026-07-06", False, None),
    }
    assert {mark["kind"] for mark in marks} == {"ABNORMAL_OPERATION"}
    assert await mariadb.records("ListEntry_abnormal", "USCC", STALL.uscc, ALIASES) == []


async def test_a_number_that_two_share_leads_to_neither(mariadb: Asked) -> None:
    for number in (21, 22):
        assert await mariadb.records("ListEntry_abnormal", "USCC", SUBJECTS[number].uscc, ALIASES) == []
    (entry,) = await mariadb.records("ListEntry_abnormal", "REG_NO", SHARED_REG_NO)
    assert entry["name"] == SUBJECTS[21].name


async def test_the_file_says_what_the_server_says(mariadb: Asked, sqlite: Asked) -> None:
    keys = [subject.uscc for subject in named()]
    for part, entity in mariadb.spec.entities.items():
        aliases = ALIASES if entity.also_by else None
        one = await mariadb.answer(part, "USCC", keys, aliases)
        other = await sqlite.answer(part, "USCC", keys, aliases)
        assert one.rows
        assert _shown(one.rows) == _shown(other.rows), part
        assert not one.unreadable


def _shown(rows: Any) -> dict[str, list[Any]]:
    return {key: sorted((row.record_key, row.values, row.as_of) for row in found) for key, found in rows.items()}
