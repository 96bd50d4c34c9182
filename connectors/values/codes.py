"""Code cells: a department's codes and words, through the table of the source file, to names of the schema.

# INVARIANT: a code that the table does not list is misread, and one unknown part makes a whole list misread: what a
penalty is must not look milder because a part of it was not understood.

A code is found as it is written, else without regard to blanks around it, case and width (`a` for `A`). The message
quotes it only where it cannot be a personal number: it helps the department to complete the table.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from connectors.errors import InvalidValue
from connectors.spec import FieldSpec
from connectors.values.reading import Parser
from connectors.values.text import folded, is_blank

T = TypeVar("T")

TRUTHS: Final = {
    "1": True, "0": False, "2": False, "是": True, "否": False, "true": True, "false": False, "Y": True, "N": False,
}  # fmt: skip
_SEPARATORS: Final = (re.compile("[;；]"), re.compile("[,，、]"))
"""Stronger ones first: `A；B、C` may hold `B、C`, which a table lists as one."""
_LONGEST_QUOTED: Final = 20
_MOST_QUOTED_DIGITS: Final = 5


class CodeTable(Generic[T]):
    """What each code of a source stands for."""

    def __init__(self, codes: Mapping[str, T]) -> None:
        self.exact = dict(codes)
        self._folded: dict[str, T | None] = {}
        for code, value in codes.items():
            key = folded(code).upper()
            # Codes that differ by case alone are told apart only when they are written exactly.
            self._folded[key] = value if self._folded.get(key, value) == value else None

    def find(self, cell: Any) -> T | None:
        """Return what ``cell`` stands for, None when the table does not list it; raises `InvalidValue`."""
        text = _as_text(cell)
        value = self.exact.get(text)
        return self._folded.get(folded(text).upper()) if value is None else value


def code_parser(spec: FieldSpec) -> Parser:
    """Return the parser of single codes."""
    return _parser(CodeTable(spec.codes or {}))


def boolean_parser(spec: FieldSpec) -> Parser:
    """Return the parser of yes and no, by the source's own table where it has one."""
    if spec.codes is None:
        return _parser(CodeTable(TRUTHS))
    return _parser(CodeTable({code: TRUTHS[value] for code, value in spec.codes.items()}))


def code_list_parser(spec: FieldSpec) -> Parser:
    """Return the parser of several codes in one cell; a code may stand for several names, joined by `;`."""
    table = CodeTable({code: tuple(names.split(";")) for code, names in (spec.codes or {}).items()})

    # Few lists occur, each of them often. What raises is not kept: it could be anything.
    @lru_cache(1024)
    def names_in(text: str) -> tuple[str, ...]:
        nothing = _is_blank(text) and table.find(text) is None
        return () if nothing else tuple(dict.fromkeys(_names(text, table)))

    def parse(cell: Any) -> list[str] | None:
        if isinstance(cell, list | tuple):
            parts = [_names(each, table) for each in cell if not _is_blank(each)]
            return list(dict.fromkeys(name for names in parts for name in names)) or None
        return list(names_in(cell) if type(cell) is str else _names(cell, table)) or None

    return parse


def _parser(table: CodeTable[T]) -> Callable[[Any], T | None]:
    exact = table.exact

    def parse(cell: Any) -> T | None:
        if type(cell) is str and cell in exact:
            return exact[cell]
        value = table.find(cell)
        if value is None and not _is_blank(cell):
            raise _unknown(cell)
        return value

    return parse


def _names(cell: Any, table: CodeTable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what ``cell``, or else each of its parts, stands for; raises `InvalidValue` when one stands for none."""
    names = table.find(cell)
    if names is not None:
        return names
    for separator in _SEPARATORS:
        parts = separator.split(cell) if isinstance(cell, str) else []
        if len(parts) > 1:
            return tuple(name for part in parts if part.strip() for name in _names(part, table))
    raise _unknown(cell)


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int) and 0 <= cell < 10**_LONGEST_QUOTED:
        return str(cell)
    if isinstance(cell, int | float):
        raise InvalidValue("a number stands where a code should: digits may be lost")
    raise InvalidValue("not a code")


def _is_blank(cell: Any) -> bool:
    return isinstance(cell, str) and is_blank(folded(cell))


def _unknown(cell: Any) -> InvalidValue:
    text = folded(_as_text(cell))
    quotable = len(text) <= _LONGEST_QUOTED and text.isprintable() and "`" not in text
    if quotable and sum(each.isdigit() for each in text) <= _MOST_QUOTED_DIGITS:
        return InvalidValue(f"code `{text}` is not in the table of the source file")
    return InvalidValue("a code that is not in the table of the source file")
