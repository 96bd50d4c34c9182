"""The departments of the city as `config/departments.toml` lists them."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from connectors.declaration import read_table, read_toml
from connectors.errors import ConfigError, Mistake
from connectors.spec import Name, Text
from schema.identifiers import IdentifierError, parse


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One department: ``uscc`` is its own code, ``predecessors`` the bodies of the 2018 notice it stands for."""

    code: Name
    name: Text
    uscc: str | None = None
    predecessors: list[Text] = []
    valid_from: str | None = None

    @property
    def successor(self) -> str | None:
        """The department that took its tasks over: none, as the file lists those of today only."""
        return None

    @property
    def valid_to(self) -> str | None:
        """Its last day: none, as the file lists those of today only."""
        return None


def load_departments(path: Path) -> dict[str, Department]:
    """Return the departments of ``path`` by code; raises `ConfigError` with every mistake."""
    tables = read_toml(path)
    mistakes = [Mistake(path.name, key, "unknown key; known: departments") for key in tables if key != "departments"]
    listed = tables.get("departments")
    if not isinstance(listed, list) or not listed:
        raise ConfigError(
            [*mistakes, Mistake(path.name, "departments", "expected a list of departments, at least one")]
        )
    read = [
        read_table(table, Department, path.name, f"departments.{at}", mistakes) for at, table in enumerate(listed, 1)
    ]
    mistakes.extend(Mistake(path.name, f"departments.{place}", message) for place, message in _mistakes(read))
    if mistakes:
        raise ConfigError(mistakes)
    return {department.code: department for department in read if department is not None}


def _mistakes(read: Sequence[Department | None]) -> Iterator[tuple[str, str]]:
    """Yield place and message of what is wrong beyond types in the departments that could be read."""
    known: set[str] = set()
    for at, department in enumerate(read, 1):
        if department is None:
            continue
        if department.code in known:
            yield f"{at}.code", f"`{department.code}` is repeated"
        known.add(department.code)
        if department.uscc is not None and not _is_uscc(department.uscc):
            yield f"{at}.uscc", "expected a unified social credit code, its check character right"
        if department.valid_from is not None and not _is_date(department.valid_from):
            yield f"{at}.valid_from", "expected a date in quotes, e.g. `2019-01-11`"


def _is_uscc(text: str) -> bool:
    try:
        identifier = parse("USCC", text)
    except IdentifierError:
        return False
    return identifier.value == text and identifier.check == "OK"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
