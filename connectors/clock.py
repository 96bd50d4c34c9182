"""The present time as answers write it: ISO 8601 in UTC, to the millisecond, with `Z`."""

from datetime import UTC, datetime


def utc_text(at: datetime) -> str:
    """Return ``at`` as ISO 8601 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now_text() -> str:
    """Return the present time as ISO 8601 in UTC."""
    return utc_text(datetime.now(UTC))
