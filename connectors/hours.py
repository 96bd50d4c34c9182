"""Quiet times: hours of the day and days of the month in which a department does not want to be asked.

Pure: the time is an argument.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Final, NamedTuple

CHINA_TIME: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""One zone for the whole country and no summer time: needs no table of time zones, which slim images lack."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` up to but not including ``end``, China time; past midnight when ``end`` is the earlier."""

    start: time
    end: time

    def until(self, now: datetime) -> datetime | None:
        """Return when the source opens again if it is closed at ``now``, else None."""
        local = now.astimezone(CHINA_TIME)
        clock = local.time()
        begun, not_over = clock >= self.start, clock < self.end
        closed = (begun and not_over) if self.start < self.end else (begun or not_over)
        if not closed:
            return None
        opening = datetime.combine(local.date(), self.end, CHINA_TIME)
        return opening if not_over else opening + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietDays:
    """From the day ``first`` of every month to the end of the day ``last``; past the month's end when that is less."""

    first: int
    last: int

    def until(self, now: datetime) -> datetime | None:
        """Return when the source opens again if it is closed at ``now``, else None."""
        day = now.astimezone(CHINA_TIME).date()
        if not self._is_quiet(day.day):
            return None
        while self._is_quiet(day.day):
            day += timedelta(days=1)
        return datetime.combine(day, time(), CHINA_TIME)

    @property
    def always(self) -> bool:
        """True when no day of any month is open."""
        return all(map(self._is_quiet, range(1, 32)))

    def _is_quiet(self, day: int) -> bool:
        begun, not_over = day >= self.first, day <= self.last
        return (begun and not_over) if self.first <= self.last else (begun or not_over)


class Closing(NamedTuple):
    """Until when a source is closed, and why in words."""

    until: datetime
    reason: str


class Quiet:
    """All quiet times of one source, as the loader has checked them: ``hours`` as `23:30-05:30`, ``days`` as `1-3`."""

    def __init__(self, hours: str | None, days: str | None) -> None:
        self._times: list[tuple[QuietHours | QuietDays, str]] = []
        if days is not None:
            self._times.append((parse_quiet_days(days), f"closed on its quiet days {days} of the month"))
        if hours is not None:
            self._times.append((parse_quiet_hours(hours), f"closed in its quiet hours {hours}"))

    def closing(self, now: datetime) -> Closing | None:
        """Return why the source is closed at ``now`` and when it opens for good, None when it is open."""
        found = self._next(now)
        if found is None:
            return None
        while (later := self._next(found.until)) is not None:  # such as a quiet night after the last quiet day
            found = Closing(later.until, found.reason)
        return found

    def _next(self, now: datetime) -> Closing | None:
        for times, reason in self._times:
            if (until := times.until(now)) is not None:
                return Closing(until, reason)
        return None


def parse_quiet_hours(text: str) -> QuietHours:
    """Return what ``text`` says, e.g. `23:30-05:30`, as the loader has checked it."""
    start, end = text.split("-")
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))


def parse_quiet_days(text: str) -> QuietDays:
    """Return what ``text`` says, e.g. `1-3`, as the loader has checked it."""
    first, last = text.split("-")
    return QuietDays(int(first), int(last))
