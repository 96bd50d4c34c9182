"""Reading of `config/departments.toml`: every mistake of it at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from connectors.declaration import read_table, read_toml, unknown
from connectors.errors import ConfigError, Mistake
from gateway.days import EXPECTED, is_day, overlap, period_mistakes
from gateway.departments.register import Department, Departments, Period
from schema.identifiers import IdentifierError, parse

Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of the file; each department is read by itself, so that one mistake hides no other."""

    departments: list[Any] = []
    reform_completed: str | None = None


def load_departments(path: Path) -> Departments:
    """Return the departments of ``path``; raises `ConfigError` with every mistake."""
    tables = read_toml(path)
    mistakes: list[Mistake] = []
    head = read_table(tables, _File, path.name, "", mistakes)
    listed = tables.get("departments")
    if not isinstance(listed, list) or not listed:
        missing = Mistake(path.name, "departments", "expected a list of departments, at least one")
        raise ConfigError([*(each for each in mistakes if each.place != "departments"), missing])
    read = {
        at: read_table(table, Department, path.name, f"departments.{at}", mistakes)
        for at, table in enumerate(listed, 1)
    }
    sound = {at: department for at, department in read.items() if department is not None}
    found = [*_each(sound), *_together(sound, _codes(listed))]
    if head is not None:
        found += _reform(head.reform_completed, sound)
    mistakes.extend(Mistake(path.name, place, message) for place, message in found)
    if mistakes:
        raise ConfigError(mistakes)
    return Departments({each.code: each for each in sound.values()}, tables.get("reform_completed"))


def _codes(listed: list[Any]) -> list[str]:
    """Return all codes of the file, those of mistaken tables too: a mistake in one must not make others mistaken."""
    codes = [table.get("code") for table in listed if isinstance(table, dict)]
    return [code for code in codes if isinstance(code, str)]


def _reform(completed: str | None, sound: Mapping[int, Department]) -> Found:
    if completed is not None and not is_day(completed):
        yield "reform_completed", EXPECTED
    for at, each in sound.items():
        if completed is None and each.successor is not None and each.valid_to is None:
            yield f"departments.{at}.valid_to", "missing: it has a successor, and the file no `reform_completed`"


def _each(sound: Mapping[int, Department]) -> Found:
    for at, each in sound.items():
        found = [*_uscc(each), *period_mistakes(each.valid_from, each.valid_to, ("valid_from", "valid_to"))]
        yield from ((f"departments.{at}.{key}", message) for key, message in found)


def _uscc(department: Department) -> Found:
    if department.uscc is not None and not _is_uscc(department.uscc):
        yield "uscc", "expected a unified social credit code, its check character right"


def _is_uscc(text: str) -> bool:
    try:
        identifier = parse("USCC", text)
    except IdentifierError:
        return False
    return identifier.value == text and identifier.check == "OK"


def _together(sound: Mapping[int, Department], codes: list[str]) -> Found:
    """Yield what is wrong between departments: repeated codes, broken lines of successors, names that mean several."""
    by_code: dict[str, Department] = {}
    usccs: set[str] = set()
    for at, each in sound.items():
        if each.code in by_code:
            yield f"departments.{at}.code", f"`{each.code}` is repeated"
        if each.uscc is not None and each.uscc in usccs:
            yield f"departments.{at}.uscc", f"`{each.uscc}` is the code of another department too"
        by_code.setdefault(each.code, each)
        usccs.update({each.uscc} if each.uscc else ())
    broken = {at: message for at, each in sound.items() if (message := _line_mistake(each, by_code, codes))}
    yield from ((f"departments.{at}.successor", message) for at, message in broken.items())
    if not broken:
        yield from _names(sound, by_code)


def _line_mistake(department: Department, by_code: Mapping[str, Department], codes: list[str]) -> str | None:
    if department.successor is not None and department.successor not in codes:
        return unknown("department", department.successor, codes)
    at: Department | None = department
    for _ in by_code:
        at = by_code.get(at.successor) if at is not None and at.successor is not None else None
    return None if at is None else "the line of its successors never ends"


def _names(sound: Mapping[int, Department], by_code: Mapping[str, Department]) -> Found:
    """Yield the names that would mean two bodies of today at one time."""
    called: dict[str, list[tuple[Period, str]]] = {}
    for at, each in sound.items():
        current = _current(each, by_code)
        for name, period in each.called:
            others = called.setdefault(name, [])
            clash = next((code for other, code in others if code != current and overlap(other, period)), None)
            if clash is not None:
                yield f"departments.{at}", f"the name `{name}` means `{clash}` at the same time"
            others.append((period, current))


def _current(department: Department, by_code: Mapping[str, Department]) -> str:
    while department.successor is not None and department.successor in by_code:
        department = by_code[department.successor]
    return department.code
