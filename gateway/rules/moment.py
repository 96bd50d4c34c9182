"""The moment of a check: the day by which rules judge, and the time at which the age of answers is told. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time

from connectors.hours import CHINA_TIME


@dataclass(frozen=True, slots=True)
class Moment:
    """The ``day`` (ISO), and the time ``at`` of it."""

    day: str
    at: datetime

    @classmethod
    def of(cls, day: str, asked_at: str | None = None) -> "Moment":
        """Return the moment of a check as of ``day`` whose sources were ``asked_at`` (ISO 8601).

        Where that was on another day in China, or is not known, the check is of the end of its day: answers are then
        held for older than they may be, and never for younger.
        """
        try:
            asked = datetime.fromisoformat(asked_at).astimezone(CHINA_TIME) if asked_at else None
        except (ValueError, OverflowError):
            asked = None
        if asked is None or asked.date().isoformat() != day:
            asked = datetime.combine(date.fromisoformat(day), time.max, CHINA_TIME)
        return cls(day, asked)
