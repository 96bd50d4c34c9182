"""Working days of China by the notices of three years, what is in time, and every mistake of the file at once."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

from connectors.errors import ConfigError
from gateway.returns.calendar import Declared, PublicitySpec, YearSpec, days_of, load_working_days
from gateway.returns.publicity import china_day, publicity_of
from gateway.returns.working_days import WorkingDays

CONFIG = Path(__file__).parents[2] / "config"
DAYS = load_working_days(CONFIG / "working_days.toml")
README = (CONFIG / "README.md").read_text(encoding="utf-8")
TABLES: dict[str, type[Struct]] = {
    "The working-days file": Declared,
    "The time limit": PublicitySpec,
    "The notice of a year": YearSpec,
}
WEEKENDS = WorkingDays((), (), (), 7, "2015-06-24", "made up")


@pytest.mark.parametrize(
    ("year", "working"),
    [(2024, 251), (2025, 248), (2026, 248)],
)
def test_a_year_has_as_many_working_days_as_its_notice_leaves(year: int, working: int) -> None:
    """A year has 250 or so: weekdays, less the weekdays off, and the weekend days worked instead."""
    first = date(year, 1, 1)
    days = [(first + timedelta(days=at)).isoformat() for at in range((date(year + 1, 1, 1) - first).days)]
    assert sum(map(DAYS.is_working, days)) == working


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-02-14", True),
        ("2026-02-16", False),
        ("2026-02-28", True),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2024-02-09", True),
        ("2024-02-18", True),
        ("2026-11-14", False),
        ("2026-11-16", True),
    ],
)
def test_holidays_and_the_weekends_that_are_worked(day: str, working: bool) -> None:
    assert DAYS.is_working(day) is working


@pytest.mark.parametrize(
    ("decided_on", "last"),
    [
        ("2026-11-02", "2026-11-11"),
        ("2026-11-07", "2026-11-17"),
        ("2026-09-24", "2026-10-12"),
        ("2026-02-13", "2026-03-02"),
        ("2025-01-20", "2025-02-05"),
        ("2015-06-23", None),
        ("9999-12-30", None),
    ],
    ids=["ordinary", "on a Saturday", "two holidays", "spring of 2026", "spring of 2025", "no rule yet", "placeholder"],
)
def test_the_last_day_in_time(decided_on: str, last: str | None) -> None:
    assert DAYS.last_day(decided_on) == last


@pytest.mark.parametrize(
    ("decided_on", "first_on", "at_most", "said"),
    [
        ("2026-09-24", "2026-10-12T23:59:59+08:00", None, "timely"),
        ("2026-09-24", "2026-10-13T00:00:00+08:00", None, "overdue"),
        ("2026-09-24", "2026-10-12T16:00:00Z", None, "overdue"),
        ("2026-09-24", "2026-10-12T15:59:59Z", None, "timely"),
        ("2026-09-24", "2026-10-14", "2026-09-25", "overdue"),
        ("2026-09-24", None, "2026-10-12", "timely"),
        ("2026-09-24", None, "2026-10-13", None),
        ("2026-09-24", "2026-09-23", None, None),
        ("2026-09-24", "2026-09-24", None, "timely"),
        ("2015-06-23", "2016-01-01", None, None),
        (None, "2026-10-14", None, None),
        ("2026-09-24", None, None, None),
    ],
    ids=[
        *("last second", "a second late", "late in China", "in time in China", "first goes before", "touched in time"),
        *("an update proves no delay", "before its decision", "the same day", "no rule yet", "undated", "never seen"),
    ],
)
def test_in_time_or_late(decided_on: str | None, first_on: str | None, at_most: str | None, said: str | None) -> None:
    assert publicity_of(decided_on, first_on, at_most, DAYS) == said


DATES = st.dates(date(2015, 6, 24), date(2030, 1, 1)).map(date.isoformat)


@given(DATES, st.integers(0, 40))
def test_by_weekends_alone_seven_working_days_are_nine_to_eleven_days(decided_on: str, later: int) -> None:
    last = WEEKENDS.last_day(decided_on)
    assert last is not None
    days = (date.fromisoformat(last) - date.fromisoformat(decided_on)).days
    assert 9 <= days <= 11
    first = (date.fromisoformat(decided_on) + timedelta(days=later)).isoformat()
    assert publicity_of(decided_on, first, None, WEEKENDS) == ("timely" if later <= days else "overdue")


@given(DATES, DATES)
def test_a_later_decision_is_never_due_earlier(one: str, other: str) -> None:
    earlier, later = sorted((one, other))
    assert (DAYS.last_day(earlier) or "") <= (DAYS.last_day(later) or "")


@given(DATES, st.none() | DATES, st.none() | DATES)
def test_nobody_is_late_without_a_first_day(decided_on: str, first_on: str | None, at_most: str | None) -> None:
    assert (publicity_of(decided_on, first_on, at_most, DAYS) == "overdue") <= (first_on is not None)


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2026-10-31", "2026-10-31"),
        ("2026-10-31T16:00:00.000Z", "2026-11-01"),
        ("2026-10-31T15:59:59.999Z", "2026-10-31"),
        ("2026-11-01T00:00:00+08:00", "2026-11-01"),
        ("2026-11-01T00:00:00", "2026-11-01"),
        ("2026-11-01T08:30:00+09:00", "2026-11-01"),
    ],
)
def test_the_day_in_china(time: str, day: str) -> None:
    assert china_day(time) == day


@pytest.mark.parametrize(
    ("span", "count"),
    [
        ("2026-10-01", 1),
        ("2026-10-01/2026-10-07", 7),
        ("2026-10-07/2026-10-01", 0),
        ("2026-01-01/2026-12-31", 0),
        ("2026-10-01/", 0),
        ("10-01", 0),
    ],
)
def test_spans(span: str, count: int) -> None:
    assert len(days_of(span) or ()) == count


def test_the_shipped_file_is_of_three_years() -> None:
    assert (DAYS.declared, DAYS.term, DAYS.since) == ((2024, 2025, 2026), 7, "2015-06-24")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "working_days.toml"
    path.write_text(
        """
        [double_publicity]
        working_days = 0
        since = "2015"
        [[years]]
        year = 2026
        notice = "a"
        issued = "someday"
        off = ["2026-02-30", "2026-01-01/2026-01-03", "2026-01-02", "2024-05-01", "2025-12-31"]
        work = ["2026-02-13", "2026-01-03", "soon"]
        [[years]]
        year = 2026
        notice = "b"
        issued = "2025-11-04"
        holidays = []
        """,
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as raised:
        load_working_days(path)
    told = [str(each).removeprefix("working_days.toml: ").partition(":")[0] for each in raised.value.mistakes]
    assert sorted(told) == [
        "double_publicity.basis",
        "double_publicity.since",
        "double_publicity.working_days",
        "years.1.issued",
        "years.1.off.1",
        "years.1.off.3",
        "years.1.off.4",
        "years.1.work.1",
        "years.1.work.2",
        "years.1.work.3",
        "years.2.holidays",
        "years.2.year",
    ]


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_explained_and_no_other(heading: str) -> None:
    ((text,),) = [re.findall(rf"^### .* · {re.escape(heading)}$(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL)]
    rows = re.findall(r"^\| `(\w+)` \| (✔?) ?\|", text, re.MULTILINE)
    explained = {name: required == "✔" for name, required in rows}
    assert explained == {field.encode_name: field.required for field in structs.fields(TABLES[heading])}
