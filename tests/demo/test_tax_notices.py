"""The tax bureau's announcements: folders of quarters, a corrected issue, full-width digits, rows with a name alone."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.demo import Departments
from gateway.demo.scenarios import everyone
from gateway.demo.sheets import ENCODING
from gateway.demo.subjects import DEFAULT_SIZE, named
from gateway.demo.tax_notices import ARREARS_HEADER, arrears, write_tax_notices
from tests.demo.sources import Asked, asked

SIZE = 300
SUBJECTS = {subject.number: subject for subject in named()}
STALL = SUBJECTS[7]


@pytest.fixture(scope="module")
async def notices(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("tax_notices", demo_departments.environment) as source:
        yield source


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tax")
    write_tax_notices(folder, list(everyone(SIZE)))
    return folder


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding=ENCODING, newline="") as sheet:
        return list(csv.reader(sheet))


def test_a_quarter_has_a_title_a_header_on_line_three_and_a_total(folder: Path) -> None:
    lines = _lines(folder / "2026Q3" / "欠税公告_2026Q3.csv")
    assert lines[0][0] == "欠税公告"
    assert lines[2] == list(ARREARS_HEADER)
    balances = [line[7] for line in lines[3:-1]]
    assert any("," in balance and balance.isascii() for balance in balances), "thousands separators"
    assert any("５" in balance for balance in balances), "full-width digits"
    owed = sum(each.balance for known in everyone(SIZE) if (each := arrears(known.subject)) is not None)
    assert (lines[-1][0], lines[-1][7].replace(",", "")) == ("合计", f"{owed / 100:.2f}")
    assert "" in {line[2] for line in lines[3:-1]}, "individual businesses without a number"


def test_the_quarter_before_and_the_first_issue_say_something_else(folder: Path) -> None:
    before, now = (_lines(folder / quarter / f"欠税公告_{quarter}.csv") for quarter in ("2026Q2", "2026Q3"))
    assert {line[1] for line in before[3:-1]} < {line[1] for line in now[3:-1]}
    first, corrected = (_lines(folder / "2026Q3" / f"重大税收违法失信主体_2026Q3{mark}.csv") for mark in ("", "(更正)"))
    assert len(first) == len(corrected) - 1


async def test_arrears_come_whole_and_in_yuan(notices: Asked) -> None:
    for known in everyone(DEFAULT_SIZE):
        due, subject = arrears(known.subject), known.subject
        records = await notices.records("TaxArrears", "TAX_NO", subject.uscc, {"NAME": {subject.name: subject.uscc}})
        assert [(each["taxpayer_name"], float(each["balance"].amount)) for each in records] == (
            [] if due is None else [(subject.name, due.balance / 100)]
        )
        assert all("*" in each["masked_id_no"] for each in records)


async def test_an_individual_business_is_found_by_its_name_alone(notices: Asked) -> None:
    assert await notices.records("TaxArrears", "TAX_NO", STALL.uscc) == []
    answer = await notices.answer("TaxArrears", "TAX_NO", [STALL.uscc], {"NAME": {STALL.name: STALL.uscc}})
    (row,) = answer.rows[STALL.uscc]
    assert row.key_scheme == "NAME"


async def test_the_corrected_issue_counts(notices: Asked) -> None:
    (entry,) = await notices.records("ListEntry_violation", "TAX_NO", SUBJECTS[25].uscc)
    assert (entry["kind"], entry["tone"], entry["included_on"]) == ("MAJOR_TAX_VIOLATION", "BLACK", "2025-11-20")


async def test_level_a_is_in_the_folder_of_april_and_agrees_with_the_ratings(notices: Asked) -> None:
    for known in everyone(DEFAULT_SIZE):
        entries = await notices.records("ListEntry_a_level", "TAX_NO", known.subject.uscc)
        rated = [rating for rating in known.facts.ratings[:1] if rating.level.upper() == "A"]
        assert [entry["evaluation_year"] for entry in entries] == [rating.year for rating in rated]
        assert {entry["tone"] for entry in entries} <= {"RED"}
