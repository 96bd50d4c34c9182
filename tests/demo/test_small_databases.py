"""What the credit center, the register of professionals and the archive of 2016 hold, oddities included."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.center_store import write_center
from gateway.demo.professions import PROFESSIONS, write_professions
from gateway.demo.publicity import write_publicity
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named

SUBJECT = {subject.number: subject for subject in named()}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, known = tmp_path_factory.mktemp("databases"), list(everyone(1500))
    write_center(folder / "center", known)
    write_professions(folder / "professions", known)
    write_publicity(folder / "publicity", known)
    return folder


def _read(path: Path, query: str, *values: str) -> Rows:
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query, values)]


def test_commitments_say_themselves_who_may_see_them(folder: Path) -> None:
    rows = _read(folder / "center", "SELECT * FROM cn_info")
    assert {row["gklx"] for row in rows} == {"可向社会公开", "特定范围内公开", "不可公开"}
    assert {row["lxzt"] for row in rows} == {"全部履行", "部分履行", "全部未履行", "履行中"}
    assert all(re.fullmatch(r"230881\d{14}", row["cnbm"]) for row in rows)
    broken = [row for row in rows if row["tyshxydm"] == SUBJECT[3].uscc]
    assert [(row["lxzt"], row["zrzj"]) for row in broken] == [("全部未履行", "撤销许可决定"), ("部分履行", "无")]


def test_a_market_regulator_owes_money_and_lost_a_case(folder: Path) -> None:
    rows = _read(folder / "center", "SELECT * FROM zw_info WHERE tyshxydm = ?", SUBJECT[12].uscc)
    debt, case = [(row["sxlb"], row["qje"], row["lxrq"]) for row in rows]
    assert (debt, case) == (("02", "20.000000", None), ("03", None, "2025/10/20"))


def test_reports_are_addresses(folder: Path) -> None:
    rows = _read(folder / "center", "SELECT * FROM bg_info")
    assert all(row["cxdz"].startswith("https://report.agency.example/") for row in rows)


def test_every_professional_group_occurs_and_a_ban_may_be_for_life(folder: Path) -> None:
    assert {row["zylb"] for row in _read(folder / "professions", "SELECT zylb FROM zyzg")} == set(PROFESSIONS)
    bans = _read(folder / "professions", "SELECT * FROM jrxx WHERE zjhm = ?", SUBJECT[24].representative.id_no)
    assert [(ban["jzrq"], ban["sfzs"]) for ban in bans] == [("终身", "是")]
    listed = _read(folder / "professions", "SELECT * FROM smd WHERE zjhm = ?", SUBJECT[3].representative.id_no)
    assert [(row["mdlb"], row["dwdm"]) for row in listed] == [("拖欠农民工工资", SUBJECT[3].uscc)]


def test_no_number_of_a_person_can_be_real(folder: Path) -> None:
    for table in ("zyzg", "jrxx", "smd"):
        numbers = [row["zjhm"] for row in _read(folder / "professions", f"SELECT zjhm FROM {table}")]
        assert all(re.fullmatch(r"23088118(8[5-9]|9[0-7])\d{7}[\dX]", number) for number in numbers)


def test_the_archive_speaks_the_older_dialect(folder: Path) -> None:
    licenses, penalties = (_read(folder / "publicity", f"SELECT * FROM {table}") for table in ("xk_2016", "v_cf_2016"))
    assert all(re.fullmatch(r"201[5-8]/\d\d/\d\d", row["XK_JDRQ"]) for row in licenses)
    assert all("ID" not in row for row in licenses + penalties)
    assert {row["CF_ZT"] for row in penalties} == {"0", "1", "2", "3"}
    for rows, prefix in ((licenses, "XK_XDR_"), (penalties, "CF_XDR_")):
        filled = [[code for code in ("SHXYM", "ZDM", "GSDJ", "SWDJ") if row[f"{prefix}{code}"]] for row in rows]
        assert all(len(codes) == 1 for codes in filled)
        assert {codes[0] for codes in filled} >= {"SHXYM", "ZDM", "GSDJ"}
    codes = {row["XK_XDR_ZDM"] for row in licenses if row["XK_XDR_ZDM"]}
    assert all(re.fullmatch(r"TJ\d{6}-[\dX]", code) for code in codes)


def test_the_view_joins_the_two_columns_of_categories(folder: Path) -> None:
    rows = _read(folder / "publicity", "SELECT CF_CFLB1, CF_CFLB2, CF_CFLB FROM v_cf_2016")
    joined = {(row["CF_CFLB1"], row["CF_CFLB2"]): row["CF_CFLB"] for row in rows}
    assert joined["罚款", "没收违法所得"] == "罚款;没收违法所得"
    assert joined["罚款", ""] == "罚款"
