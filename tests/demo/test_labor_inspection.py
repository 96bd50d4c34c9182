"""The labor inspectorate's workbooks: a header of two lines, what Excel did to codes, a corrected reissue."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from gateway.demo import Departments
from gateway.demo.labor import NOTE, SIGNATURES, grade, wage_arrears, write_labor
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE, named
from tests.demo.sources import Asked, asked

SUBJECTS = {subject.number: subject for subject in named()}
GRADES = "劳动保障守法诚信等级_202610"


@pytest.fixture(scope="module")
async def inspection(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("labor_inspection", demo_departments.environment) as source:
        yield source


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labor")
    write_labor(folder, list(everyone(DEFAULT_SIZE)))
    return folder


def _rows(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_a_workbook_has_two_header_lines_a_note_and_signatures(folder: Path) -> None:
    rows = _rows(folder / f"{GRADES}.xlsx")
    assert rows[2][:2] == ["序号", "单位信息"]
    assert rows[3][:3] == ["", "单位名称", "统一社会信用代码"]
    assert rows[4][0] == NOTE
    assert [cell for cell in rows[-1] if cell] == list(SIGNATURES)
    assert not any(rows[-2]), "a blank line before the signatures"


def test_codes_have_become_numbers(folder: Path) -> None:
    codes = [row[2] for row in _rows(folder / f"{GRADES}.xlsx")[5:-2]]
    assert [type(code) for code in codes].count(float) == 1, "the code of subject 6"
    numbers = [row[4] for row in _rows(folder / "拖欠农民工工资名单_202610.xlsx")[5:-2]]
    assert {type(number) for number in numbers} == {float, str}
    assert SUBJECTS[3].representative.id_no not in {f"{number:.0f}" for number in numbers if isinstance(number, float)}


async def test_lost_digits_are_misread_and_the_row_is_found_all_the_same(inspection: Asked) -> None:
    heat = SUBJECTS[6]
    answer = await inspection.answer("LaborRating", "ORG_CODE", [heat.org_code])
    (row,) = answer.rows[heat.org_code]
    assert [(issue.field, issue.code) for issue in row.issues] == [("uscc", "MISREAD")]
    answer = await inspection.answer("ListEntry_wages", "ORG_CODE", [SUBJECTS[3].org_code])
    (row,) = answer.rows[SUBJECTS[3].org_code]
    assert [(issue.field, issue.code) for issue in row.issues] == [("masked_id_no", "MISREAD")]
    assert "digits are lost" in row.issues[0].message


async def test_the_corrected_issue_tells_the_grades(inspection: Asked, folder: Path) -> None:
    first = {row[1]: row[6] for row in _rows(folder / f"{GRADES}.xlsx")[5:-2]}
    assert set(first.values()) == {"A"}, "filled down by mistake"
    for known in everyone(DEFAULT_SIZE):
        given = grade(known.subject)
        records = await inspection.records("LaborRating", "ORG_CODE", known.subject.org_code)
        assert [(each["evaluation_year"], each["level"]) for each in records] == (
            [] if given is None else [(given.year, given.level)]
        )
    (worst,) = await inspection.records("LaborRating", "NAME", SUBJECTS[3].name)
    assert worst["level"] == "C"


async def test_the_list_of_wage_arrears_tells_who_is_on_it_and_who_was(inspection: Asked) -> None:
    for known in everyone(DEFAULT_SIZE):
        entries = await inspection.records("ListEntry_wages", "ORG_CODE", known.subject.org_code)
        assert [(entry["included_on"], entry["removed_on"]) for entry in entries] == [
            (each.included_on.isoformat(), each.removed_on.isoformat() if each.removed_on else None)
            for each in wage_arrears(known.subject)
        ]
    (entry,) = await inspection.records("ListEntry_wages", "ORG_CODE", SUBJECTS[3].org_code)
    assert (entry["kind"], entry["valid_until"]) == ("WAGE_ARREARS", "2029-04-01")
