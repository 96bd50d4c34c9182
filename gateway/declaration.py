"""Reading of declared tables: a TOML file into Structs, every mistake collected, nothing guessed.

msgspec alone stops at the first mistake of a table; a person who edits a file wants to see all of them.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from connectors.errors import ConfigError, Mistake

S = TypeVar("S", bound=msgspec.Struct)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of ``path``; raises `ConfigError` when it cannot be read or is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([Mistake(path.name, "", f"cannot be read: {error.strerror}")]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Mistake(path.name, "", f"is not TOML: {error}")]) from error


def read_tables(tables: Any, kind: type[S], file: str, place: str, mistakes: list[Mistake]) -> dict[str, S]:
    """Return the named tables under ``place`` as ``kind``; those with a mistake are left out and noted."""
    if not isinstance(tables, dict):
        mistakes.append(Mistake(file, place, "expected a table of tables"))
        return {}
    read = {name: read_table(table, kind, file, f"{place}.{name}", mistakes) for name, table in tables.items()}
    return {name: value for name, value in read.items() if value is not None}


def read_table(table: Any, kind: type[S], file: str, place: str, mistakes: list[Mistake]) -> S | None:
    """Return ``table`` as ``kind``, or None after noting each unknown, missing or ill-typed key in ``mistakes``."""
    if not isinstance(table, dict):
        mistakes.append(Mistake(file, place, "expected a table"))
        return None
    found = [*_unknown(table, kind), *_unfit(table, kind)]
    mistakes.extend(Mistake(file, f"{place}.{key}", message) for key, message in found)
    return None if found else msgspec.convert(table, kind)


def _unknown(table: Mapping[str, Any], kind: type[msgspec.Struct]) -> list[tuple[str, str]]:
    known = [each.encode_name for each in msgspec.structs.fields(kind)]
    message = f"unknown key; known: {', '.join(known)}"
    return [(key, message) for key in table if key not in known]


def _unfit(table: Mapping[str, Any], kind: type[msgspec.Struct]) -> list[tuple[str, str]]:
    found = []
    for each in msgspec.structs.fields(kind):
        if each.encode_name not in table:
            if each.required:
                found.append((each.encode_name, "missing"))
            continue
        try:
            msgspec.convert(table[each.encode_name], each.type)
        except msgspec.ValidationError as error:
            found.append((each.encode_name, str(error)[:1].lower() + str(error)[1:]))
    return found
