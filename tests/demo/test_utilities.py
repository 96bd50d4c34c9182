"""The utilities' files: no code at all, names as clerks type them, no household."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.demo import Departments
from gateway.demo.registry_events import FORMER_NAMES
from gateway.demo.scenarios import everyone
from gateway.demo.sheets import ENCODING
from gateway.demo.subjects import named
from gateway.demo.utilities import ARREARS_HEADER, USAGE_HEADER, write_utilities
from schema.identifiers import canonical_name
from tests.demo.sources import Asked, asked

SIZE = 200
SUBJECTS = {subject.number: subject for subject in named()}
CODES = {code for known in everyone(SIZE) for code in (known.subject.uscc, known.subject.registration_number)} - {""}


@pytest.fixture(scope="module")
async def utilities(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("utility_arrears", demo_departments.environment) as source:
        yield source


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("utilities")
    write_utilities(folder, list(everyone(SIZE)))
    return folder


def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding=ENCODING, newline="") as sheet:
        return list(csv.reader(sheet))


def test_no_code_stands_in_any_file(folder: Path) -> None:
    files = sorted(folder.iterdir())
    assert len(files) == 3
    for file in files:
        text = file.read_text(encoding=ENCODING)
        assert not any(code in text for code in CODES)
        assert "居民" in text
        assert ",居民," not in text, "households are left out"
    arrears, usage = (_lines(folder / f"公用事业{name}_202610.csv") for name in ("欠费", "用量"))
    assert (arrears[2], usage[2]) == (list(ARREARS_HEADER), list(USAGE_HEADER))
    assert (arrears[-1][0], usage[-1][0]) == ("合计", "合计")


def test_names_are_written_in_several_ways(folder: Path) -> None:
    names = {line[3] for line in _lines(folder / "公用事业用量_202610.csv")[3:-1]}
    assert any("（示例）" in name for name in names)
    assert any(name.startswith(" ") for name in names)
    assert any(" 有限公司" in name for name in names)
    known = {canonical_name(known.subject.name) for known in everyone(SIZE)} | {canonical_name(FORMER_NAMES[4])}
    assert {canonical_name(name) for name in names} <= known, "the same names all the same"


async def test_arrears_are_found_by_name(utilities: Asked) -> None:
    (arrears,) = await utilities.records("UtilityArrears", "NAME", SUBJECTS[6].name)
    assert (arrears["kind"], arrears["periods"], arrears["month"]) == ("WATER", 3, "2026-10")
    assert float(arrears["amount"].amount) > 0
    assert await utilities.records("UtilityArrears", "NAME", SUBJECTS[1].name) == []


async def test_who_is_booked_under_a_former_name_is_found_under_that_alone(utilities: Asked) -> None:
    assert await utilities.records("UtilityArrears", "NAME", SUBJECTS[4].name) == []
    (arrears,) = await utilities.records("UtilityArrears", "NAME", canonical_name(FORMER_NAMES[4]))
    assert arrears["periods"] == 1


async def test_usage_tells_what_was_paid(utilities: Asked) -> None:
    readings = await utilities.records("UtilityUsage", "NAME", SUBJECTS[3].name)
    assert {reading["kind"] for reading in readings} == {"WATER", "HEAT"}
    assert all(reading["due_amount"] == reading["paid_amount"] for reading in readings)
    (owing,) = await utilities.records("UtilityUsage", "NAME", SUBJECTS[6].name)
    assert (owing["paid_amount"].amount, owing["paid_on"]) == ("0", None)
