"""The construction market's file: replaced while it is asked, and once restored in the layout of 2019."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import SourceMisread
from gateway.demo.construction import LAYOUT_OF_2019, TABLES, is_there, write_construction
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named
from tests.demo.sources import Asked, asked

SIZE = 200
CODES = [known.subject.org_code for known in everyone(SIZE) if is_there(known.subject)]
NORTH_BANK, LABOR = (next(subject for subject in named() if subject.number == number) for number in (3, 26))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "construction_market.sqlite"
    write_construction(path, everyone(SIZE))
    return path


@pytest.fixture
async def market(path: Path) -> AsyncIterator[Asked]:
    async with asked("construction_market", {"CONSTRUCTION_MARKET_URL": f"sqlite+aiosqlite:///{path}"}) as source:
        yield source


async def test_the_black_list_tells_who_is_on_it_and_who_was(market: Asked) -> None:
    (entry,) = await market.records("ListEntry_blacklist", "ORG_CODE", NORTH_BANK.org_code)
    assert (entry["kind"], entry["included_on"], entry["valid_until"]) == ("CONSTRUCTION", "2026-05-20", "2027-05-20")
    assert entry["removed_on"] is None
    (former,) = await market.records("ListEntry_blacklist", "ORG_CODE", LABOR.org_code)
    assert former["removed_on"] == "2025-03-10"


async def test_a_builder_has_certificates_and_two_years_of_grades(market: Asked) -> None:
    certificates = await market.records("Qualification", "ORG_CODE", NORTH_BANK.org_code)
    assert {each["status"] for each in certificates} == {"VALID", "SUSPENDED"}
    ratings = await market.records("CreditRating", "ORG_CODE", NORTH_BANK.org_code)
    assert {(each["evaluation_year"], each["level"], each["score"]) for each in ratings} == {
        (2025, "C", "40.5"),
        (2024, "C", "40.5"),
    }


async def test_it_is_replaced_while_it_is_asked(market: Asked, path: Path) -> None:
    expected = (await market.answer("Qualification", "ORG_CODE", CODES)).rows.keys()
    assert len(expected) == len(CODES)
    stopped = asyncio.Event()

    async def ask() -> int:
        times = 0
        while not stopped.is_set() or times == 0:
            assert (await market.answer("Qualification", "ORG_CODE", CODES)).rows.keys() == expected
            times += 1
            await asyncio.sleep(0)
        return times

    asking = [asyncio.create_task(ask()) for _ in range(3)]
    for _ in range(5):
        await asyncio.to_thread(write_construction, path, list(everyone(SIZE)))
    stopped.set()
    assert all(times > 0 for times in await asyncio.gather(*asking))


async def test_in_the_old_layout_nothing_is_read_and_the_next_night_all_is(market: Asked, path: Path) -> None:
    assert await market.records("ListEntry_blacklist", "ORG_CODE", NORTH_BANK.org_code)
    write_construction(path, everyone(SIZE), old_layout=True)
    for part in market.spec.entities:
        with pytest.raises(SourceMisread):
            await market.answer(part, "ORG_CODE", [NORTH_BANK.org_code])
    write_construction(path, everyone(SIZE))
    assert await market.records("ListEntry_blacklist", "ORG_CODE", NORTH_BANK.org_code)


def test_the_old_layout_has_other_names_for_the_same_columns(path: Path) -> None:
    write_construction(path, everyone(SIZE), old_layout=True)
    with closing(sqlite3.connect(path)) as database:
        for table, columns in TABLES.items():
            found = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            assert found != list(columns)
            assert found == [LAYOUT_OF_2019.get(column, column) for column in columns]
