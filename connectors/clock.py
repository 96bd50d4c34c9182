"""Times as answers and entries write them: ISO 8601 in UTC, to the millisecond, with `Z`; and the day in China."""

from datetime import UTC, datetime
from functools import lru_cache
from time import time_ns

from connectors.hours import CHINA_TIME


def utc_text(at: datetime) -> str:
    """Return ``at`` as ISO 8601 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def today_text() -> str:
    """Return the present day in China as `YYYY-MM-DD`."""
    return datetime.now(CHINA_TIME).date().isoformat()


def now_text() -> str:
    """Return the present time as ISO 8601 in UTC."""
    seconds, nanoseconds = divmod(time_ns(), 1_000_000_000)
    return f"{_written(seconds)}.{nanoseconds // 1_000_000:03d}Z"


@lru_cache(maxsize=2)
def _written(seconds: int) -> str:
    """Return a UNIX time as ISO 8601 in UTC; what happens within one second shares it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
