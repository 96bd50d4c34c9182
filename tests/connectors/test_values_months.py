"""Cells that hold months, in the forms that departments write."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.connectors.cells import MISREAD, read, value_of


@pytest.mark.parametrize(
    "cell",
    [
        "202008",
        " 202008\n",
        "２０２００８",
        "2020-08",
        "2020-8",
        "2020/08",
        "2020.8",
        "2020年08月",
        "2020年8月",
        202008,
        202008.0,
        "2020-08-31",
        "20200801",
        "2020年8月1日",
        date(2020, 8, 1),
        datetime(2020, 8, 31, 23, 59),
    ],
)
def test_forms_of_one_month(cell: Any) -> None:
    assert value_of("month", cell) == "2020-08"


@pytest.mark.parametrize("cell", ["", "暂无", None])
def test_nothing_is_no_month(cell: Any) -> None:
    assert value_of("month", cell) is None


@pytest.mark.parametrize(
    "cell", ["202013", "202000", "2008", "20208", "8月", "20-08", 8, 202008.5, True, "190001", "二月"]
)
def test_what_is_no_month_is_misread(cell: Any) -> None:
    assert read("month", cell).codes == MISREAD


def test_no_end_is_noted() -> None:
    assert read("month", "9999-12-31").codes == ["OPEN_ENDED"]


@given(st.dates(date(1901, 2, 1), date(2098, 12, 31)))
def test_every_day_falls_in_its_month(day: date) -> None:
    month = day.isoformat()[:7]
    assert {
        value_of("month", each) for each in (day, day.isoformat(), f"{day:%Y%m}", f"{day.year}年{day.month}月")
    } == {month}
