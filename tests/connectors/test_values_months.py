"""Cells that hold a month, and dates of birth of which the year alone is shown."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.connectors.cells import MISREAD, read, value_of


@pytest.mark.parametrize(
    "cell",
    ["202001", 202001, "2020-01", "2020-1", "2020/01", "2020.1", "2020年01月", "2020年1月", " ２０２０年１月 "],
)
def test_months(cell: Any) -> None:
    assert value_of("month", cell) == "2020-01"


@pytest.mark.parametrize("cell", [None, "", "无", "——"])
def test_no_month(cell: str | None) -> None:
    assert value_of("month", cell) is None


@pytest.mark.parametrize(
    "cell",
    ["20201", "2020", "202013", "202000", "20200101", "2020-01-01", "2020年", "1月", "99991", "999912", 2020.01, True,
     20201, date(2020, 1, 1), "2020--1"],
)  # fmt: skip
def test_what_is_no_month(cell: Any) -> None:
    assert (read("month", cell).value, read("month", cell).codes) == (None, MISREAD)


@given(st.integers(1800, 2100), st.integers(1, 12))
def test_every_month_reads_back_from_every_form(year: int, month: int) -> None:
    for cell in (f"{year}{month:02d}", f"{year}-{month:02d}", f"{year}-{month}", f"{year}年{month}月"):
        assert value_of("month", cell) == f"{year}-{month:02d}"


@pytest.mark.parametrize(
    "cell",
    ["1985-03-16", "19850316", 19850316, "1985年3月16日", "1985/3/16", "1985-3", "198503", "1985", 1985, "1985年",
     date(1985, 3, 16), datetime(1985, 3, 16, 2), "1985-03-16 00:00:00"],
)  # fmt: skip
def test_of_a_date_of_birth_the_year_alone_leaves(cell: Any) -> None:
    assert value_of("birth_year", cell) == 1985


@pytest.mark.parametrize("cell", ["85-03-16", "三月", "1785", "19850230", 1985.5, True, "230881198503160022"])
def test_what_is_no_date_of_birth(cell: Any) -> None:
    assert (read("birth_year", cell).value, read("birth_year", cell).codes) == (None, MISREAD)


def test_placeholders_are_noted() -> None:
    assert read("birth_year", "1900-1-1").codes == ["PLACEHOLDER_DATE"]
    assert value_of("birth_year", "暂无") is None


@given(st.dates(date(1901, 1, 1), date(2098, 12, 31)))
def test_neither_month_nor_day_of_birth_leaves(day: date) -> None:
    assert value_of("birth_year", day.isoformat()) == day.year
    assert type(value_of("birth_year", f"{day:%Y%m%d}")) is int
