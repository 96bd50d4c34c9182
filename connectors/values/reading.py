"""What reading one raw cell may come to, and the one place where that becomes a value and an `Issue`.

Terms
    cell      what a source sent in one column of one record: text, number, date, nothing at all
    parser    a pure function: cell -> value, None when the cell holds nothing, or `Noted`; raises `InvalidValue`
    reader    a parser that writes down what it noted, and never raises
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

from connectors.base import Issue
from connectors.errors import InvalidValue

Parser = Callable[[Any], Any]
NoteCode = Literal["OPEN_ENDED", "PLACEHOLDER_DATE", "NO_TERM", "UNIT_ASSUMED", "CHECK_FAILED"]


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for a cell that a connector itself could not read; no parser takes it, and as a code it is a lost one."""

    reason: str

    def __str__(self) -> str:
        return "\ufffd"


@dataclass(frozen=True, slots=True)
class Noted:
    """A value that was read with a reservation; ``message`` does not quote what the source sent."""

    value: Any
    code: NoteCode
    message: str


def noting(name: str, parse: Parser, notes: list[Issue]) -> Callable[[Any], Any]:
    """Return the reader of the field ``name``: as ``parse``, but what there is to say of a cell goes to ``notes``."""

    def read(cell: Any) -> Any:
        if cell is None:
            return None
        try:
            value = parse(cell)
        except InvalidValue as invalid:
            notes.append(Issue(name, "MISREAD", cell.reason if type(cell) is Unread else invalid.reason))
            return None
        if type(value) is Noted:
            notes.append(Issue(name, value.code, value.message))
            return value.value
        return value

    return read


def sparing(parse: Parser, blank: Collection[str]) -> Parser:
    """Return ``parse`` for cells other than those that hold nothing at this source, as ``blank`` lists them."""
    marks = frozenset(blank)
    return lambda cell: None if str(cell).strip() in marks else parse(cell)
