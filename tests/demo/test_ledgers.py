"""The files of the departments that drop one table each: every ledger has lines, and its oddities are in them."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.bureaus import LEDGERS, patents, statistics, tourism, transport
from gateway.demo.days import years_after
from gateway.demo.ledgers import Ledger, writer_of
from gateway.demo.scenarios import everyone
from gateway.demo.sheets import ENCODING
from gateway.demo.subjects import DEFAULT_SIZE, named

EVERYONE = list(everyone(2000))
SUBJECT = {subject.number: subject for subject in named()}
ALL = [(source, ledger) for source, ledgers in LEDGERS.items() for ledger in ledgers]


def _lines(ledger: Ledger[Any], *numbers: int) -> list[dict[str, str]]:
    """Return the lines of a ledger, of all subjects or of the named ones with ``numbers``."""
    known = [each for each in EVERYONE if not numbers or each.subject.number in numbers]
    return [dict(zip(ledger.columns, row, strict=True)) for row in ledger.rows(known)]


@pytest.mark.parametrize(("source", "ledger"), ALL, ids=lambda value: value if isinstance(value, str) else value.title)
def test_every_ledger_has_lines_even_in_the_small_demo(source: str, ledger: Ledger[Any], tmp_path: Path) -> None:
    small = list(everyone(DEFAULT_SIZE))
    writer_of([ledger])(tmp_path, small)
    with (tmp_path / ledger.file).open(encoding=ENCODING, newline="") as sheet:
        title, header, *lines, total = list(csv.reader(sheet))
    assert (title[0], header) == (ledger.title, list(ledger.columns))
    assert total[:2] == ["合计", f"{len(lines)}条"]
    assert lines, source
    assert len(ledger.rows(EVERYONE)) > len(lines), "more in a larger one"


def test_carriers_stand_in_lower_case_with_full_width_grades() -> None:
    latest, older = _lines(transport.LEDGERS[0], 4)
    assert (latest["统一社会信用代码"], latest["考核等级"]) == (SUBJECT[4].uscc.lower(), "ＡＡＡ")
    assert (older["考核年度"], older["考核机关"]) == ("2024年度", "同江市交通局(示例)")


def test_complaints_of_travelers_know_the_name_alone() -> None:
    (complaint,) = _lines(tourism.LEDGERS[2], 25)
    assert complaint["被投诉单位"] == "牵连投资咨询有限公司（示例）"
    assert not any(SUBJECT[25].uscc in cell or SUBJECT[25].org_code in cell for cell in complaint.values())


def test_statistics_know_the_organization_code_and_keep_who_was_removed() -> None:
    removed, standing = _lines(statistics.LEDGERS[0], 22, 24)
    assert (removed["移出日期"], standing["移出日期"]) == ("20250902", "")
    assert standing["组织机构代码"] == f"{SUBJECT[24].org_code[:8]}-{SUBJECT[24].org_code[8]}"


def test_marks_have_no_end_and_pledges_are_in_ten_thousand() -> None:
    mark, patent = _lines(patents.LEDGERS[0], 2)
    assert (mark["有效期至"], patent["有效期至"]) == ("长期", "2043.11.3")
    (pledge,) = _lines(patents.LEDGERS[1], 2)
    assert (pledge["类型"], pledge["担保金额(万元)"]) == ("商标", "300.00")


def test_years_after_a_leap_day() -> None:
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert years_after(date(2025, 3, 1), 3) == date(2028, 3, 1)
