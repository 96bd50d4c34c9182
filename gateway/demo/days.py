"""Days as departments write them."""

from datetime import date


def years_after(day: date, years: int) -> date:
    """Return the same day ``years`` later; the 28th for a 29 February that there is not."""
    year = day.year + years
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) and year % 4 else day.replace(year=year)


def compact(day: date | None) -> str:
    """Return ``day`` as 20260311; nothing for none."""
    return f"{day:%Y%m%d}" if day else ""


def dotted(day: date | None) -> str:
    """Return ``day`` as 2026.3.11; a dash for none."""
    return f"{day.year}.{day.month}.{day.day}" if day else "—"


def in_words(day: date | None) -> str:
    """Return ``day`` as 2026年03月11日; 无 for none."""
    return f"{day:%Y年%m月%d日}" if day else "无"
