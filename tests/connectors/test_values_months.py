"""Cells that hold months: never guessed where a digit may be missing."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.connectors.cells import MISREAD, read, value_of


@pytest.mark.parametrize(
    "cell",
    [
        "201811",
        " 201811 ",
        "２０１８１１",
        201811,
        "2018-11",
        "2018/11",
        "2018.11",
        "2018年11月",
        "2018-11-30",
        "20181130",
        "2018-11-30 00:00:00",
        date(2018, 11, 1),
        datetime(2018, 11, 30, 23, 59),
    ],
)
def test_forms_of_one_month(cell: Any) -> None:
    assert value_of("month", cell) == "2018-11"


@pytest.mark.parametrize("cell", ["2018-3", "2018年3月", "201803"])
def test_a_month_has_two_digits(cell: str) -> None:
    assert value_of("month", cell) == "2018-03"


@pytest.mark.parametrize("cell", ["", "—", "无", None])
def test_nothing_is_null(cell: Any) -> None:
    assert value_of("month", cell) is None


@pytest.mark.parametrize(
    "cell", ["20181", "1811", "201813", "201800", "2018-13", 18110, 201813.0, "0000年1月", "十一月"]
)
def test_what_is_no_month_is_misread(cell: Any) -> None:
    assert read("month", cell).codes == MISREAD


def test_a_month_that_stands_for_no_end_says_so() -> None:
    assert read("month", "9999-12-31").codes == ["OPEN_ENDED"]
