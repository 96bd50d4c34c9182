"""Cells that hold dates of birth, of which the year alone is shown."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.connectors.cells import MISREAD, read, value_of


@pytest.mark.parametrize(
    "cell",
    ["1985-03-16", "19850316", 19850316, "1985年3月16日", "1985/3/16", "1985-3", "198503", "1985", 1985, "1985年",
     date(1985, 3, 16), datetime(1985, 3, 16, 2), "1985-03-16 00:00:00",
     "1985-**-**", "1985****", "1985年**月**日", "１９８５－＊＊－＊＊"],
)  # fmt: skip
def test_of_a_date_of_birth_the_year_alone_leaves(cell: Any) -> None:
    assert value_of("birth_year", cell) == 1985


@pytest.mark.parametrize(
    "cell", ["85-03-16", "三月", "1785", "19850230", 1985.5, True, "230881198503160022", "1985**16", "**85-03-16"]
)
def test_what_is_no_date_of_birth(cell: Any) -> None:
    assert (read("birth_year", cell).value, read("birth_year", cell).codes) == (None, MISREAD)


def test_placeholders_are_noted() -> None:
    assert read("birth_year", "1900-1-1").codes == ["PLACEHOLDER_DATE"]
    assert value_of("birth_year", "暂无") is None


@given(st.dates(date(1901, 1, 1), date(2098, 12, 31)))
def test_neither_month_nor_day_of_birth_leaves(day: date) -> None:
    assert value_of("birth_year", day.isoformat()) == day.year
    assert type(value_of("birth_year", f"{day:%Y%m%d}")) is int
