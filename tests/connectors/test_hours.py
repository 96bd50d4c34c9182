"""Quiet hours by day and over midnight, quiet days of the month, and both together."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.hours import CHINA_TIME, Quiet, QuietDays, QuietHours, parse_quiet_days, parse_quiet_hours

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


@pytest.mark.parametrize(
    ("days", "now", "until"),
    [
        ("1-3", "2026-11-30T23:59:59+08:00", None),
        ("1-3", "2026-12-01T00:00:00+08:00", "2026-12-04T00:00:00+08:00"),
        ("1-3", "2026-11-30T16:00:00+00:00", "2026-12-04T00:00:00+08:00"),
        ("1-3", "2026-12-03T23:59:59+08:00", "2026-12-04T00:00:00+08:00"),
        ("1-3", "2026-12-04T00:00:00+08:00", None),
        ("30-2", "2026-12-31T12:00:00+08:00", "2027-01-03T00:00:00+08:00"),
        ("30-2", "2027-02-28T12:00:00+08:00", None),
        ("30-31", "2027-02-28T12:00:00+08:00", None),
        ("31-31", "2026-12-31T12:00:00+08:00", "2027-01-01T00:00:00+08:00"),
        ("1-30", "2027-02-01T00:00:00+08:00", "2027-03-31T00:00:00+08:00"),
    ],
)
def test_quiet_days(days: str, now: str, until: str | None) -> None:
    opens_at = parse_quiet_days(days).until(datetime.fromisoformat(now))
    assert (opens_at and opens_at.isoformat()) == until


@pytest.mark.parametrize(("days", "always"), [("1-31", True), ("15-14", True), ("1-30", False), ("16-14", False)])
def test_days_that_leave_none(days: str, always: bool) -> None:
    assert parse_quiet_days(days).always is always


@pytest.mark.parametrize(
    ("now", "until", "reason"),
    [
        ("2026-11-30T23:00:00+08:00", None, ""),
        ("2026-11-30T23:30:00+08:00", "2026-12-04T05:30:00+08:00", "closed in its quiet hours 23:30-05:30"),
        ("2026-12-01T12:00:00+08:00", "2026-12-04T05:30:00+08:00", "closed on its quiet days 1-3 of the month"),
        ("2026-12-04T01:00:00+08:00", "2026-12-04T05:30:00+08:00", "closed in its quiet hours 23:30-05:30"),
        ("2026-12-04T05:30:00+08:00", None, ""),
    ],
)
def test_a_quiet_night_before_and_after_quiet_days(now: str, until: str | None, reason: str) -> None:
    closing = Quiet("23:30-05:30", "1-3").closing(datetime.fromisoformat(now))
    assert (closing and (closing.until.isoformat(), closing.reason)) == (until and (until, reason))


DAYS = st.builds(QuietDays, st.integers(1, 31), st.integers(1, 31)).filter(lambda days: not days.always)


@given(CLOCK_TIMES, CLOCK_TIMES, DAYS, MOMENTS)
def test_nothing_is_quiet_when_it_opens_and_something_is_until_then(
    start: time, end: time, days: QuietDays, now: datetime
) -> None:
    assume(start != end)
    hours = QuietHours(start, end)
    closing = Quiet(f"{start:%H:%M}-{end:%H:%M}", f"{days.first}-{days.last}").closing(now)
    if closing is None:
        assert (hours.until(now), days.until(now)) == (None, None)
        return
    assert now < closing.until
    assert (hours.until(closing.until), days.until(closing.until)) == (None, None)
    for part in (0.0, 0.3, 0.7, 0.999):
        between = now + (closing.until - now) * part
        assert hours.until(between) or days.until(between)
