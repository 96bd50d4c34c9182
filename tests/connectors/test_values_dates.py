"""Cells that hold dates and times, in every form that departments write."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.connectors.cells import MISREAD, read, value_of

HAWAII = timezone(timedelta(hours=-10))


@pytest.mark.parametrize(
    "cell",
    [
        "2020-03-16",
        " 2020-03-16\n",
        "20200316",
        "2020-3-16",
        "2020/03/16",
        "2020/3/16",
        "2020.3.16",
        "2020年03月16日",
        "2020年3月16日",
        "２０２０年３月１６日",
        "２０２０－０３－１６",
        "2020-03-16 0:00:00",
        "2020-03-16 23:59",
        "2020-03-16T09:30:00",
        "2020-03-16T09:30:00.000+08:00",
        "2020年03月16日 09:30:00",
        "20200316 09:30:00",
        "20200316093000",
        "1584288000",
        "1584288000000",
        1584288000,
        1584374399999,
        20200316,
        20200316093000,
        date(2020, 3, 16),
        datetime(2020, 3, 16, 23, 59),
        datetime(2020, 3, 16, 15, 59, tzinfo=UTC),
    ],
)
def test_forms_of_one_date(cell: Any) -> None:
    assert value_of("date", cell) == "2020-03-16"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2020-03-16T16:00:00.000+0000", "2020-03-17"),
        ("2020-03-16T16:00:00Z", "2020-03-17"),
        ("2020-03-16T15:59:59Z", "2020-03-16"),
        ("2020-03-16T20:00:00-10", "2020-03-17"),
        (datetime(2020, 3, 16, 20, tzinfo=HAWAII), "2020-03-17"),
        # Midnight of the 1st of July in the summer time of 1988.
        ("1988-06-30T15:00:00Z", "1988-07-01"),
    ],
)
def test_time_with_an_offset_names_the_day_that_it_was_in_shanghai(cell: Any, day: str) -> None:
    assert value_of("date", cell) == day


@pytest.mark.parametrize(
    "cell",
    ["9999-9-9", "9999-09-09", "99991231", "2099-12-31", "2099-01-31", "2099年12月31日", "长期", "2099-12-31 0:00:00",
     date(9999, 9, 9), datetime(9999, 12, 31, 23, 59, 59, 999999), "9999-12-31T23:59:59Z",
     datetime(9999, 12, 31, 23, tzinfo=HAWAII), "4102329600"],
)  # fmt: skip
def test_no_end_is_no_date(cell: Any) -> None:
    assert read("date", cell)[0] is None
    assert read("date", cell).codes == read("datetime", cell).codes == ["OPEN_ENDED"]


@pytest.mark.parametrize(
    "cell",
    ["1900-1-1", "1900-01-01", "1900-1-1 0:00:00", "19000101", date(1900, 1, 1), "0000-00-00", "0001-01-01T00:00:00",
     date.min, datetime.min],
)  # fmt: skip
def test_placeholder_is_no_date(cell: Any) -> None:
    assert read("date", cell)[0] is None
    assert read("date", cell).codes == read("datetime", cell).codes == ["PLACEHOLDER_DATE"]


def test_placeholder_sent_as_the_evening_before() -> None:
    assert read("date", "1899-12-31T16:00:00Z").codes == ["PLACEHOLDER_DATE"]


def test_no_term_is_no_date() -> None:
    assert read("date", "无处罚期限")[0] is None
    assert read("date", "无处罚期限").codes == ["NO_TERM"]


@pytest.mark.parametrize("cell", [None, "", "暂无", "— —", "—", "无", "\\N", "\n", "null", "NULL", "-", "　"])
def test_nothing_is_nothing_to_note(cell: str | None) -> None:
    assert value_of("date", cell) is None
    assert value_of("datetime", cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "201811",  # a month
        "2018-11",
        "2018年11月",
        "20-3-16",
        "200316",
        "0020-03-16",
        "2020-02-30",
        "20200230",
        "2021-02-29",
        "2020-13-01",
        "2020-03-16 25:00:00",
        "20200316256000",
        "2020-03/16",
        "2020-03-1609:30",
        "2020-3-171:30",
        "2020-03-16-08",
        "2020-03-16 至 2021-03-15",
        "158428800",  # an epoch of nine digits could be something else
        "158428800000",  # so could one of twelve: 1584-28-80
        "二〇二〇年三月十六日",
        "٢٠٢٠-٠٣-١٦",
        "2020-03-16" * 9,
        43906,  # how a spreadsheet numbers its days
        43906.0,
        1584288000.0,
        -1584288000,
        10**40,
        True,
        b"2020-03-16",
        ["2020-03-16"],
        datetime(20, 3, 16),
    ],
)
def test_what_is_no_date_is_never_repaired(cell: Any) -> None:
    for type_ in ("date", "datetime"):
        found = read(type_, cell)
        assert (found.value, found.codes) == (None, MISREAD)


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2020-03-16 03:12:45", "2020-03-16T03:12:45+08:00"),
        ("2020-3-6 3:12:45", "2020-03-06T03:12:45+08:00"),
        ("2020-03-16T03:12:45.5", "2020-03-16T03:12:45.500000+08:00"),
        ("2020-03-16T03:12:45.123456789Z", "2020-03-16T03:12:45.123456+00:00"),
        ("2020-03-16T03:12:45-0930", "2020-03-16T03:12:45-09:30"),
        ("2020年03月16日03:12", "2020-03-16T03:12:00+08:00"),
        ("20200316031245", "2020-03-16T03:12:45+08:00"),
        ("20200316", "2020-03-16T00:00:00+08:00"),
        (date(2020, 3, 16), "2020-03-16T00:00:00+08:00"),
        (datetime(2020, 3, 16, 2, 15), "2020-03-16T02:15:00+08:00"),
        (datetime(1850, 3, 16, 2, 15), "1850-03-16T02:15:00+08:00"),
        (datetime(2020, 3, 16, 2, 15, tzinfo=UTC), "2020-03-16T02:15:00+00:00"),
        (1584322200000, "2020-03-16T09:30:00+08:00"),
        ("1584322200123", "2020-03-16T09:30:00.123000+08:00"),
        (1584322200, "2020-03-16T09:30:00+08:00"),
    ],
)
def test_times(cell: Any, time: str) -> None:
    assert value_of("datetime", cell) == time
