"""Reading of declared tables: a TOML file into Structs, every mistake collected, nothing guessed.

msgspec alone stops at the first mistake; a person who edits a file wants to see all of them. So the tables are walked
along the annotations of the Struct first, and converted when nothing was noted.

Terms
    place   dotted path of a value in its file, items of a list counted from 1: `entities.Registration.record_key.1`
    sound   the part of a value that fits its type: what can still be checked when the rest is mistaken
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cache
from math import isfinite
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct, inspect

from connectors.errors import ConfigError, Mistake

S = TypeVar("S", bound=Struct)
Note = Callable[[str, str], None]
"""Takes the place and the message of a mistake."""

UNFIT: Final = object()
"""Stands for a value no part of which fits its type."""
LARGEST: Final = 2**63
"""TOML promises whole numbers of 64 bits."""
_WORDS: Final[tuple[tuple[Any, str], ...]] = (
    ((inspect.StrType, str), "a text"),
    ((inspect.BoolType, bool), "true or false"),
    ((inspect.IntType, int), "a whole number"),
    ((inspect.FloatType, float), "a number"),
    ((inspect.ListType, list), "a list"),
    ((inspect.DictType, inspect.StructType, dict), "a table"),
    ((date, datetime, time), "a date or time"),
)
_BOUNDS: Final = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_LINE_END: Final = b"\n"
_PARSER_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class Part(dict[str, Any]):
    """The sound entries of a table; ``unfit`` are the keys of those that are there but do not fit."""

    unfit: frozenset[str] = frozenset()

    def lacks(self, key: str) -> bool:
        """True when the table says nothing of ``key``, fit or unfit."""
        return key not in self and key not in self.unfit


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of ``path``; raises `ConfigError` with the line when it cannot be read or is no TOML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = _lowered(error.strerror or "no reason given")
        raise ConfigError([Mistake(path.name, "", f"cannot be read: {reason}")]) from None
    try:
        # A byte order mark is what some editors write before the first line.
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(
            [Mistake(path.name, f"line {raw.count(_LINE_END, 0, error.start) + 1}", "is not UTF-8")]
        ) from None
    except ValueError as error:
        raise ConfigError([_not_toml(path.name, str(error), raw.count(_LINE_END) + 1)]) from None
    except RecursionError:
        raise ConfigError([Mistake(path.name, "", "is nested too deeply")]) from None


def _not_toml(file: str, message: str, last_line: int) -> Mistake:
    found = _PARSER_PLACE.search(message)
    if found is None:
        return Mistake(file, "", f"is not TOML: {_lowered(message)}")
    return Mistake(file, f"line {found[1] or last_line}", f"is not TOML: {_lowered(message[: found.start()])}")


def read_table(table: Any, kind: type[S], file: str, place: str, mistakes: list[Mistake]) -> S | None:
    """Return ``table`` as ``kind``, or None after noting each unknown, missing or ill-typed key in ``mistakes``."""
    before = len(mistakes)
    sound_part(table, kind, place, lambda at, message: mistakes.append(Mistake(file, at, message)))
    return msgspec.convert(table, kind) if len(mistakes) == before else None


def sound_part(value: Any, kind: Any, place: str, note: Note) -> Any:
    """Return what of ``value`` fits the annotation ``kind``, `UNFIT` when nothing does; notes every mistake.

    Tables come back as `Part`s, also where ``kind`` is a Struct.
    """
    kind = _present(kind)
    container = dict if _is_struct(kind) else get_origin(kind)
    if container not in {dict, list}:
        return _sound_leaf(value, kind, place, note)
    if not isinstance(value, container):
        note(place, _unlike(value, kind))
        return UNFIT
    if isinstance(value, list):
        return _sound_items(value, kind, place, note)
    return (_sound_fields if _is_struct(kind) else _sound_entries)(value, kind, place, note)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _present(kind: Any) -> Any:
    """Return what ``kind`` is apart from None: TOML has no null, an absent key says it."""
    if get_origin(kind) in {Union, UnionType}:
        options = [option for option in get_args(kind) if option is not NoneType]
        if len(options) == 1:
            return options[0]
    return kind


@cache
def fields_of(kind: type[Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return the fields of a Struct, read once: to read its annotations is dear."""
    return msgspec.structs.fields(kind)


def _sound_fields(table: Mapping[str, Any], kind: type[Struct], place: str, note: Note) -> Part:
    tag = kind.__struct_config__.tag_field
    fields = fields_of(kind)
    known = [*([tag] if tag else []), *(each.encode_name for each in fields)]
    if kind.__struct_config__.forbid_unknown_fields:
        for key in table:
            if key not in known:
                note(joined(place, key), unknown("key", key, known))
    found = {}
    for each in fields:
        name, at = each.encode_name, joined(place, each.encode_name)
        if name in table:
            found[name] = sound_part(table[name], each.type, at, note)
        elif each.required:
            note(at, "missing")
    return _part(found)


def _sound_entries(table: Mapping[str, Any], kind: Any, place: str, note: Note) -> Any:
    key_kind, value_kind = get_args(kind)
    found = {}
    for key, value in table.items():
        if get_origin(key_kind) is Literal and key not in get_args(key_kind):
            note(joined(place, key), unknown("key", key, get_args(key_kind)))
            found[key] = UNFIT
        else:
            found[key] = sound_part(value, value_kind, joined(place, key), note)
    return (_part(found) or UNFIT) if table else _part(found)


def _part(found: Mapping[str, Any]) -> Part:
    part = Part({key: value for key, value in found.items() if value is not UNFIT})
    part.unfit = frozenset(found.keys() - part.keys())
    return part


def _sound_items(items: list[Any], kind: Any, place: str, note: Note) -> Any:
    (item_kind,) = get_args(kind)
    found = [sound_part(item, item_kind, joined(place, str(at)), note) for at, item in enumerate(items, 1)]
    sound = [item for item in found if item is not UNFIT]
    return sound if sound or not items else UNFIT


def _sound_leaf(value: Any, kind: Any, place: str, note: Note) -> Any:
    try:
        if (isinstance(value, int) and abs(value) >= LARGEST) or (isinstance(value, float) and not isfinite(value)):
            raise OverflowError
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError):
        note(place, _unlike(value, kind))
        return UNFIT


def _unlike(value: Any, kind: Any) -> str:
    """Return what was expected and found; a text is quoted among choices only: elsewhere it may be a secret."""
    wanted = inspect.type_info(kind)
    if isinstance(value, str):
        if isinstance(wanted, inspect.LiteralType):
            return unknown("value", value, [str(each) for each in wanted.values])
        if isinstance(getattr(wanted, "type", wanted), inspect.StrType):
            return f"expected {_expected(wanted)}"
    return f"expected {_expected(wanted)}, found {_found(value)}"


def _expected(wanted: inspect.Type) -> str:
    if isinstance(wanted, inspect.Metadata):
        described = (wanted.extra_json_schema or {}).get("description")
        return described or _expected(wanted.type)
    if isinstance(wanted, inspect.LiteralType):
        return f"one of {', '.join(str(each) for each in wanted.values)}"
    bounds = [(words, getattr(wanted, name, None)) for name, words in _BOUNDS.items()]
    limits = " and ".join(f"{words} {bound}" for words, bound in bounds if bound is not None)
    return f"{_word(wanted)}, {limits}" if limits else _word(wanted)


def _found(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if abs(value) < LARGEST else "a larger number"
    return str(value) if isinstance(value, float) else _word(value)


def _word(value: Any) -> str:
    return next((word for types, word in _WORDS if isinstance(value, types)), "another value")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def unknown(noun: str, name: str, known: Collection[str]) -> str:
    """Return the message about a ``name`` that is not among ``known``, with the nearest that is."""
    close = get_close_matches(name, known, n=1)
    hint = f"; did you mean `{close[0]}`?" if close else ""
    return f"unknown {noun} `{name}`; known: {', '.join(known) or 'none'}{hint}"


def joined(place: str, key: str) -> str:
    """Return the place of ``key`` under ``place``."""
    return f"{place}.{key}" if place else key
