"""Times as a clerk reads them: those of the city (UTC+8, which has no summer time), to the second."""

from datetime import datetime, timedelta, timezone
from typing import Final

CITY: Final = timezone(timedelta(hours=8))


def city_time(text: str) -> str:
    """Return ISO 8601 ``text`` with a zone in the city's time, to the second; what is a date alone stays as it is."""
    if len(text) <= len("2026-01-01"):
        return text
    at = datetime.fromisoformat(text)
    return at.astimezone(CITY).strftime("%Y-%m-%d %H:%M:%S") if at.tzinfo is not None else text


def city_day(text: str) -> str:
    """Return the day in the city at ``text``, ISO 8601 with a zone."""
    return city_time(text)[:10]
