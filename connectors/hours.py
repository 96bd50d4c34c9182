"""Quiet hours: the times of day in which a department does not want to be asked. Pure: the time is an argument."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Final

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


def parse_quiet_hours(text: str) -> QuietHours:
    """Return what ``text`` says, e.g. `23:30-05:30`, as the loader has checked it."""
    start, end = text.split("-")
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))
