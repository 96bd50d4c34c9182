"""Quiet hours by day and over midnight."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.hours import CHINA_TIME, QuietHours, parse_quiet_hours

CLOCK_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("12:00-13:30", "2026-11-23T11:59:59+08:00", None),
        ("12:00-13:30", "2026-11-23T12:00:00+08:00", "2026-11-23T13:30:00+08:00"),
        ("12:00-13:30", "2026-11-23T13:30:00+08:00", None),
        ("23:30-05:30", "2026-12-31T23:30:00+08:00", "2027-01-01T05:30:00+08:00"),
        ("23:30-05:30", "2026-12-31T15:45:00+00:00", "2027-01-01T05:30:00+08:00"),
        ("23:30-05:30", "2027-01-01T05:29:59.999+08:00", "2027-01-01T05:30:00+08:00"),
        ("23:30-05:30", "2027-01-01T05:30:00+08:00", None),
        ("18:00-00:00", "2026-11-23T23:59:00+08:00", "2026-11-24T00:00:00+08:00"),
        ("18:00-00:00", "2026-11-23T00:00:00+08:00", None),
    ],
)
def test_when_a_source_opens_again(hours: str, now: str, until: str | None) -> None:
    opens_at = parse_quiet_hours(hours).until(datetime.fromisoformat(now))
    assert (opens_at and opens_at.isoformat()) == until


@given(CLOCK_TIMES, CLOCK_TIMES, MOMENTS)
def test_it_opens_within_a_day_at_the_end_of_its_hours_and_not_before(start: time, end: time, now: datetime) -> None:
    assume(start != end)
    hours = QuietHours(start, end)
    opens_at = hours.until(now)
    if opens_at is None:
        return
    assert now < opens_at <= now + timedelta(days=1)
    assert opens_at.astimezone(CHINA_TIME).time() == end
    assert hours.until(opens_at) is None
    assert hours.until(opens_at - timedelta(microseconds=1)) == opens_at
    assert hours.until(now + (opens_at - now) / 2) == opens_at


@given(CLOCK_TIMES, CLOCK_TIMES, MOMENTS)
def test_hours_and_the_hours_between_them_make_a_day(start: time, end: time, now: datetime) -> None:
    assume(start != end)
    assert (QuietHours(start, end).until(now) is None) != (QuietHours(end, start).until(now) is None)
