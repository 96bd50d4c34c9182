"""Reading of `config/working_days.toml`: every mistake of it at once."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from connectors.declaration import read_toml, sound_part
from connectors.errors import ConfigError, Mistake
from connectors.spec import Text
from gateway.days import EXPECTED, is_day
from gateway.returns.working_days import WorkingDays

_LONGEST: Final = 31
"""No holiday has more days."""
_WEEKEND: Final = (5, 6)
Year = Annotated[int, msgspec.Meta(ge=2000, le=2999)]
Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""


class YearSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The notice of one year."""

    year: Year
    notice: Text
    issued: Text
    off: list[Text] = []
    work: list[Text] = []


class PublicitySpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Within how many working days a decision is to be published, for decisions since which day, and who says so."""

    working_days: Annotated[int, msgspec.Meta(ge=1, le=60)]
    since: Text
    basis: Text


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    double_publicity: PublicitySpec
    years: list[YearSpec] = []


def load_working_days(path: Path) -> WorkingDays:
    """Return the calendar of ``path``; raises `ConfigError` with every mistake of it."""
    tables = read_toml(path)
    found: list[Mistake] = []
    sound = sound_part(tables, Declared, "", lambda place, message: found.append(Mistake(path.name, place, message)))
    found += [Mistake(path.name, place, message) for place, message in _mistakes(sound)]
    if found:
        raise ConfigError(found)
    return _compile(msgspec.convert(tables, Declared))


def _compile(declared: Declared) -> WorkingDays:
    rule = declared.double_publicity
    off = [day for each in declared.years for span in each.off for day in days_of(span) or ()]
    work = [day for each in declared.years for day in each.work]
    return WorkingDays(off, work, [each.year for each in declared.years], rule.working_days, rule.since, rule.basis)


def days_of(span: str) -> list[str] | None:
    """Return the days of ``span``, one ISO date or two with a slash between; None when it is neither."""
    first, slash, last = span.partition("/")
    if not is_day(first) or (slash and not is_day(last)):
        return None
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    length = (end - start).days
    if not 0 <= length < _LONGEST:
        return None
    return [(start + timedelta(days=at)).isoformat() for at in range(length + 1)]


def _mistakes(sound: Any) -> Found:
    rule = sound.get("double_publicity", {})
    if "since" in rule and not is_day(rule["since"]):
        yield "double_publicity.since", EXPECTED
    years: set[int] = set()
    named: set[str] = set()
    for at, each in enumerate(sound.get("years", ()), 1):
        place = f"years.{at}"
        if not isinstance(each, dict):
            continue
        year = each.get("year")
        if year in years:
            yield f"{place}.year", f"`{year}` is repeated"
        years.update(() if year is None else (year,))
        if "issued" in each and not is_day(each["issued"]):
            yield f"{place}.issued", EXPECTED
        yield from _off_mistakes(each, place, named)
        yield from _work_mistakes(each, place, named)


def _off_mistakes(each: Any, place: str, named: set[str]) -> Found:
    for at, span in enumerate(each.get("off", ()), 1):
        if not isinstance(span, str):
            continue
        days = days_of(span)
        if days is None:
            yield f"{place}.off.{at}", f"`{span}` is no day and no span of up to {_LONGEST} days, `first/last`"
            continue
        yield from _of_year(days, each, f"{place}.off.{at}", named)


def _work_mistakes(each: Any, place: str, named: set[str]) -> Found:
    for at, day in enumerate(each.get("work", ()), 1):
        if not isinstance(day, str):
            continue
        if not is_day(day):
            yield f"{place}.work.{at}", EXPECTED
        elif date.fromisoformat(day).weekday() not in _WEEKEND:
            yield f"{place}.work.{at}", f"`{day}` is no Saturday or Sunday: it is worked anyway"
        else:
            yield from _of_year([day], each, f"{place}.work.{at}", named)


def _of_year(days: list[str], each: Any, place: str, named: set[str]) -> Found:
    """Yield what is wrong with ``days`` of a notice: of another year, or named before."""
    year = each.get("year")
    for day in days:
        if day in named:
            yield place, f"`{day}` is named twice"
        elif year is not None and not (day[:4] == str(year) or day[:7] == f"{year - 1}-12"):
            yield place, f"`{day}` is not of {year}, nor of the December before"
    named.update(days)
