"""Date and time cells: every form that sources write, to ISO 8601.

Rules
    * A day that the calendar does not have, and a year of two digits, are misread, never repaired: `201811` is no date.
    * A time without an offset is Chinese standard time, +08:00; a bare date as a time is midnight of that day.
    * A time that does have an offset names the day that it was in Shanghai: interfaces that write midnight of
      2020-03-17 as `2020-03-16T16:00:00Z` mean the 17th. In the summers of 1986 to 1991 Shanghai was an hour ahead.
    * What sources write for no end, no term or not filled in is no date: null, and a note that says which.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.errors import InvalidValue
from connectors.hours import CHINA_TIME
from connectors.values.reading import Noted
from connectors.values.text import folded, is_blank

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_OPEN_ENDED: Final = Noted(None, "OPEN_ENDED", "the source writes that it does not end")
_PLACEHOLDER: Final = Noted(None, "PLACEHOLDER_DATE", "the source writes a date that stands for none")
_NO_TERM: Final = Noted(None, "NO_TERM", "the source writes that there is no term")
_WORDS: Final = {"长期": _OPEN_ENDED, "长期有效": _OPEN_ENDED, "无处罚期限": _NO_TERM}
_DAYS: Final = {
    (2099, 12, 31): _OPEN_ENDED,
    (2099, 1, 31): _OPEN_ENDED,
    (1900, 1, 1): _PLACEHOLDER,
    (1, 1, 1): _PLACEHOLDER,  # the least date of several systems
    (0, 0, 0): _PLACEHOLDER,  # MySQL
}
_NO_END_YEAR: Final = 9999
_EARLIEST_YEAR: Final = 1800
_ORDINARY_YEARS: Final = range(1901, 2099)

_CLOCK: Final = (
    r"(?:(?:[T ]|(?<=日))(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"  # hour, minute, second, fraction
    r" ?(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?"
)
_FORMS: Final = [
    re.compile(form, re.ASCII)
    for form in (
        r"(\d{4})-(\d{1,2})-(\d{1,2})" + _CLOCK,
        r"(\d{4})(\d\d)(\d\d)" + _CLOCK,
        r"(\d{4})年(\d{1,2})月(\d{1,2})日" + _CLOCK,
        r"(\d{4})/(\d{1,2})/(\d{1,2})" + _CLOCK,
        r"(\d{4})\.(\d{1,2})\.(\d{1,2})" + _CLOCK,
        r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()()",
    )
]
_EPOCH: Final = re.compile(r"(\d{10})(\d{3})?", re.ASCII)
"""Seconds, or milliseconds, since 1970. Shorter ones, of before September 2001, could be other things."""
_LONGEST: Final = 40
_CACHED: Final = 32_768


def parse_date(cell: Any) -> str | Noted | None:
    """Return an ISO date."""
    kind = type(cell)
    if kind is str:
        return cell if len(cell) == 10 and _is_ordinary(cell) else _known_day(cell)
    if kind is date and cell.year in _ORDINARY_YEARS:
        return str(cell.isoformat())
    return _day(_moment(cell))


def parse_datetime(cell: Any) -> str | Noted | None:
    """Return an ISO time with its offset."""
    kind = type(cell)
    if kind is str:
        return _known_time(cell)
    if kind is datetime and cell.tzinfo is None and cell.year in _ORDINARY_YEARS:
        return f"{cell.isoformat()}+08:00"
    return _time(_moment(cell))


# The cells of a date column repeat. What does not read as a date raises and is not kept: it could be anything.
@lru_cache(_CACHED)
def _known_day(cell: str) -> str | Noted | None:
    return _day(_moment(cell))


@lru_cache(_CACHED)
def _known_time(cell: str) -> str | Noted | None:
    return _time(_moment(cell))


def _is_ordinary(cell: str) -> bool:
    """Return whether a cell of ten characters is a day that is written and meant as ISO 8601 has it."""
    if cell[4] != "-" or cell[7] != "-":
        return False
    try:
        return date.fromisoformat(cell).year in _ORDINARY_YEARS
    except ValueError:
        return False


def _day(moment: datetime | Noted | None) -> str | Noted | None:
    if moment is None or isinstance(moment, Noted):
        return moment
    day = moment.date() if moment.tzinfo is CHINA_TIME else moment.astimezone(_SHANGHAI).date()
    return _DAYS.get((day.year, day.month, day.day)) or day.isoformat()


def _time(moment: datetime | Noted | None) -> str | Noted | None:
    return moment.isoformat() if isinstance(moment, datetime) else moment


def _moment(cell: Any) -> datetime | Noted | None:
    """Return the time that ``cell`` tells, in the offset that it names or else in `CHINA_TIME`."""
    if isinstance(cell, str):
        return _from_text(folded(cell))
    if isinstance(cell, datetime):
        clock = cell.hour, cell.minute, cell.second, cell.microsecond
        return _calendar(cell.year, cell.month, cell.day, clock, cell.tzinfo or CHINA_TIME)
    if isinstance(cell, date):
        return _calendar(cell.year, cell.month, cell.day)
    if isinstance(cell, int) and 0 <= cell < 10**14:
        return _from_text(str(cell))
    raise InvalidValue("not a date")


def _from_text(text: str) -> datetime | Noted | None:
    if is_blank(text):
        return None
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST:
        raise InvalidValue("not a date")
    if epoch := _EPOCH.fullmatch(text):
        moment = datetime.fromtimestamp(int(epoch[1]), CHINA_TIME) + timedelta(milliseconds=int(epoch[2] or 0))
        return _special(moment.year, moment.month, moment.day) or moment
    for form in _FORMS:
        if found := form.fullmatch(text):
            year, month, day, hour, minute, second, fraction, offset = found.groups()
            clock = int(hour or 0), int(minute or 0), int(second or 0), int(f"{fraction or 0:0<6}"[:6])
            return _calendar(int(year), int(month), int(day), clock, _zone(offset))
    raise InvalidValue("not a date")


def _calendar(
    year: int, month: int, day: int, clock: tuple[int, int, int, int] = (0, 0, 0, 0), zone: tzinfo = CHINA_TIME
) -> datetime | Noted:
    if special := _special(year, month, day):
        return special
    if year < _EARLIEST_YEAR:
        raise InvalidValue("a year that cannot be meant")
    try:
        return datetime(year, month, day, *clock, tzinfo=zone)
    except ValueError as error:
        raise InvalidValue("no such day or time") from error


def _special(year: int, month: int, day: int) -> Noted | None:
    return _OPEN_ENDED if year == _NO_END_YEAR else _DAYS.get((year, month, day))


def _zone(offset: str | None) -> timezone:
    if not offset:
        return CHINA_TIME
    if offset == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[3:].lstrip(":") or 0)
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
