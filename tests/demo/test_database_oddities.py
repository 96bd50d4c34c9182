"""What the two databases must get wrong on purpose: each oddity is in the data, so that reading it is really tested."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.publicity import CATEGORY, CODES, LICENSE_COLUMNS, PENALTY_COLUMNS, write_publicity
from gateway.demo.registry import BASE_COLUMNS, PERSON_COLUMNS, UNLISTED_STATE, base_rows, person_rows
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import SHARED_REG_NO, named

SIZE = 300
USCC = {subject.number: subject.uscc for subject in named()}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def registrations() -> Rows:
    return [dict(zip(BASE_COLUMNS, row, strict=True)) for row in base_rows(everyone(SIZE))]


@pytest.fixture(scope="module")
def people() -> Rows:
    return [dict(zip(PERSON_COLUMNS, row, strict=True)) for row in person_rows(everyone(SIZE))]


@pytest.fixture(scope="module")
def publicity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("publicity") / "double_publicity.sqlite"
    write_publicity(path, everyone(SIZE))
    return path


def _day(text: str) -> date:
    """Return the day of a text in any of the four forms."""
    parts = re.split("[- ]", text)
    return date(*map(int, parts[:3])) if len(parts) > 1 else date.fromisoformat(text)


def _read(path: Path, table: str) -> Rows:
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]


@pytest.fixture(scope="module")
def licenses(publicity: Path) -> Rows:
    return _read(publicity, "xk_info")


@pytest.fixture(scope="module")
def penalties(publicity: Path) -> Rows:
    return _read(publicity, "cf_info")


def test_the_registry_writes_codes_in_its_own_way(registrations: Rows) -> None:
    assert all(row["uniscid"] == row["uniscid"].lower() for row in registrations)
    assert all(re.fullmatch(r"TJ\d{6}-[\dX]", row["zzjgdm"]) for row in registrations)
    assert any(row["zzjgdm"].endswith("X") for row in registrations)


def test_the_registry_only_flags_what_it_deletes(registrations: Rows, people: Rows) -> None:
    flags = {(row["uniscid"], row["s_ext_flag"]) for row in registrations}
    assert (USCC[24].lower(), "D") in flags, "24 is deleted"
    heat = [row for row in registrations if row["uniscid"] == USCC[6].lower()]
    assert Counter(row["s_ext_flag"] for row in heat) == Counter({"I": 1, "D": 1}), "a deleted row beside the live one"
    former = [row for row in people if row["s_ext_flag"] == "D"]
    assert [(row["position_cn"], row["enddate"]) for row in former] == [("董事长", date(2024, 1, 31))]


def test_the_registry_has_terms_without_end_and_capital_in_ten_thousand(registrations: Rows) -> None:
    ends = Counter(row["opto"] == date(9999, 9, 9) for row in registrations)
    assert ends[True] > 50
    assert ends[False] > 50
    assert {type(row["regcap"]) for row in registrations} == {Decimal, type(None)}
    assert any(row["regcap"] % 1 for row in registrations if row["regcap"]), "half a ten thousand"


def test_one_registration_number_belongs_to_two_and_one_state_is_not_listed(registrations: Rows) -> None:
    assert sum(row["regno"] == SHARED_REG_NO for row in registrations) == 2
    assert [row["uniscid"] for row in registrations if row["regstate"] == UNLISTED_STATE] == [USCC[23].lower()]
    assert {row["regstate"] for row in registrations} == {"1", "2", UNLISTED_STATE}


def test_everybody_has_one_representative(registrations: Rows, people: Rows) -> None:
    leads = Counter(row["pripid"] for row in people if row["lerepsign"] == "1" and row["s_ext_flag"] != "D")
    assert set(leads) == {row["pripid"] for row in registrations}
    assert set(leads.values()) == {1}


def test_publicity_keys_rows_by_any_one_code(licenses: Rows, penalties: Rows) -> None:
    for rows, prefix in ((licenses, "XK"), (penalties, "CF")):
        filled = [[code for code in CODES if row[f"{prefix}_XDR_{code}"]] for row in rows]
        assert all(filled)
        assert ["GSZC"] in filled, "the registration number alone"
        assert ["SHXYM"] in filled
        assert ["SHXYM", "GSZC", "ZZJG", "SWDJ"] in filled
    filled = [[code for code in CODES if row[f"XK_XDR_{code}"]] for row in licenses]
    assert ["ZZJG"] in filled
    assert ["SWDJ"] in filled
    assert {row["XK_XDR_GSZC"] for row in licenses} >= {"", None}, "blank in two ways"


def test_publicity_is_text_throughout(licenses: Rows, penalties: Rows) -> None:
    assert set(licenses[0]) == set(LICENSE_COLUMNS)
    assert set(penalties[0]) == set(PENALTY_COLUMNS)
    assert {type(cell) for row in licenses + penalties for cell in row.values()} == {str, type(None)}
    assert {row["XK_XDR_LB"] for row in licenses} == set(CATEGORY.values())


def test_publicity_writes_dates_in_four_forms_and_no_end_in_three(licenses: Rows) -> None:
    forms = {re.sub(r"\d", "0", row["XK_JDRQ"]) for row in licenses}
    assert forms >= {"0000-00-00", "00000000", "0000-0-0", "0000-00-00 0:00:00"}
    assert {row["XK_YXQZI"] for row in licenses} >= {"2099-12-31", "长期", "9999-9-9"}


def test_publicity_counts_in_ten_thousand_yuan(penalties: Rows) -> None:
    food = next(row for row in penalties if row["CF_XDR_SHXYM"] == USCC[2])
    assert (food["CF_NR_FK"], food["CF_NR"]) == ("0.200000", "罚款2000元")
    assert {row["CF_NR_FK"] for row in penalties} >= {None}


def test_publicity_still_holds_what_was_repaired_or_deleted(penalties: Rows) -> None:
    states = {row["CF_ZT"]: row for row in penalties}
    assert states["9"]["CF_XDR_SHXYM"] == USCC[4]
    assert states["9"]["CF_XFRQ"] == "2026-10-26"
    assert states["D"]["CF_XDR_SHXYM"] == USCC[26]
    assert set(states) == {"1", "2", "3", "9", "D"}


def test_publicity_collects_most_within_the_week_and_a_few_weeks_late(licenses: Rows, penalties: Rows) -> None:
    for rows, decided in ((licenses, "XK_JDRQ"), (penalties, "CF_JDRQ")):
        known = [row for row in rows if row["ADD_TIME"]]
        days = [(_day(row["ADD_TIME"]) - _day(row[decided])).days for row in known]
        late = [each for each in days if each > 11]
        assert min(days) >= 0
        assert 0 < len(late) < len(days) / 8
        assert all(row["ADD_TIME"] <= row["GXSJ"] for row in known), "no row was touched before it was there"
    assert any(row["ADD_TIME"] is None for row in licenses), "delivered without"


def test_publicity_overwrites_the_end_of_publicity(penalties: Rows) -> None:
    ends = {row["CF_GSJZQ"] for row in penalties if row["CF_XDR_SHXYM"] == USCC[23]}
    assert ends == {"2026-10-20 03:12:45", "1900-1-1 0:00:00"}
    assert {row["CF_YXQ"] for row in penalties} >= {"无处罚期限", "2099-12-31", "", "无", None, "— —"}


def test_one_decision_stands_twice_with_different_brackets(penalties: Rows) -> None:
    numbers = [row["CF_WSH"] for row in penalties if row["CF_XDR_SHXYM"] == USCC[26] and row["CF_ZT"] == "1"]
    assert len(numbers) == 2
    assert numbers[0] != numbers[1]
    assert numbers[0].translate(str.maketrans("〔〕", "()")) == numbers[1]


def test_old_decisions_carry_the_old_name_of_the_authority(licenses: Rows) -> None:
    names = {row["XK_XKJG"] for row in licenses if row["XK_XKJGDM"] == USCC[12]}
    assert names == {"同江市市场监督管理局(示例)", "同江市工商行政管理局(示例)"}
