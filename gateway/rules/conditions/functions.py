"""The functions and operators that conditions may use: what each takes, and what those of our own do.

An error (`Unknown`) raised by one makes the condition unknown where it stands, as CEL has it: `true || error` is true.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Final

from gateway.rules.conditions.types import BOOLEAN, DECIMAL, INTEGER, Form, Type
from gateway.rules.periods import Period, period_of


class Unknown(ValueError):
    """What is asked for cannot be told."""


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes, form by form, and gives; a ``method`` is called on its first argument."""

    takes: tuple[frozenset[Form], ...]
    gives: Type
    method: bool = False
    either: bool = False
    """True when it may be called either way: `size(x)` and `x.size()`."""
    fields: tuple[str, ...] = ()
    """The fields that a record must have to be asked."""
    period: bool = False
    """True when its last argument is a period that is spelled out."""

    def mistakes(self, types: Sequence[Type], *, method: bool) -> Iterator[str]:
        """Yield what is wrong with a call with arguments of ``types``."""
        if method is not self.method and not self.either:
            yield "is called on a text, as in `e.name.contains(…)`" if self.method else "is no method of a value"
        if len(types) != len(self.takes):
            yield f"takes {len(self.takes)} values, found {len(types)}"
            return
        for type_, forms in zip(types, self.takes, strict=True):
            if type_.form not in forms and type_.form != "any":
                yield f"does not take {type_.word}"
        if self.fields and types[0].form == "record":
            yield from self._lacking(types[0])
        if self.period and (types[-1].literal is None or period_of(types[-1].literal) is None):
            yield "expected a period in quotes, e.g. `P3Y`, `P6M` or `P90D`"

    def _lacking(self, record: Type) -> Iterator[str]:
        lacking = [name for name in self.fields if name not in (record.fields or {})]
        if lacking:
            yield f"needs {', '.join(f'`{name}`' for name in lacking)} among the `fields` of its need"


_RECORD: Final = frozenset[Form]({"record"})
_TEXT: Final = frozenset[Form]({"text", "enum"})
_DAY: Final = frozenset[Form]({"date", "datetime"})
_MONTH: Final = frozenset[Form]({"date", "datetime", "month"})
_NUMBER: Final = frozenset[Form]({"integer", "decimal", "text"})
_SIZED: Final = frozenset[Form]({"text", "list"})
_ONLY_TEXT: Final = frozenset[Form]({"text"})

ENTRY_FIELDS: Final = ("includedOn", "removedOn", "validUntil")
"""What tells whether an entry of a list stands on a day."""

FUNCTIONS: Final[Mapping[str, Function]] = {
    "active": Function((_RECORD,), BOOLEAN, fields=ENTRY_FIELDS),
    "usable": Function((_RECORD,), BOOLEAN, fields=("state",)),
    "within": Function((_DAY, _ONLY_TEXT), BOOLEAN, period=True),
    "months": Function((_MONTH,), INTEGER),
    "number": Function((_NUMBER,), DECIMAL),
    "double": Function((_NUMBER,), DECIMAL),
    "int": Function((_NUMBER,), INTEGER),
    "size": Function((_SIZED,), INTEGER, method=True, either=True),
    "startsWith": Function((_TEXT, _TEXT), BOOLEAN, method=True),
    "endsWith": Function((_TEXT, _TEXT), BOOLEAN, method=True),
    "contains": Function((_TEXT, _TEXT), BOOLEAN, method=True),
    "matches": Function((_TEXT, _ONLY_TEXT), BOOLEAN, method=True),
}

OPERATORS: Final[Mapping[str, str]] = {
    "_&&_": "logic",
    "_||_": "logic",
    "!_": "logic",
    "_==_": "equal",
    "_!=_": "equal",
    "_<_": "order",
    "_<=_": "order",
    "_>_": "order",
    "_>=_": "order",
    "@in": "in",
    "_?_:_": "choice",
    "_+_": "sum",
    "_-_": "arithmetic",
    "_*_": "arithmetic",
    "_/_": "arithmetic",
    "-_": "arithmetic",
    "@not_strictly_false": "inner",
}
"""Operator, by its name in a tree, -> its kind. `%` is not among them, nor are indexes."""

_WRITTEN_MONTH: Final = re.compile(r"(\d{4})-(\d{2})(?:-|\Z)")
_DAY_LENGTH: Final = 10


def within(as_of: str) -> Callable[[str, str], bool]:
    """Return the function `within` on the day ``as_of``: not after it, and not before the period that ends with it."""
    end = date.fromisoformat(as_of)

    def is_within(day: str, written: str) -> bool:
        period: Period | None = period_of(written)
        at = _day(day)
        if period is None:
            raise Unknown
        return period.before(end).isoformat() <= at <= as_of

    return is_within


def months(as_of: str) -> Callable[[str], int]:
    """Return the function `months` on the day ``as_of``: whole calendar months since that of a date or month."""
    now = _month(as_of)
    return lambda written: now - _month(written)


def number(written: str | float) -> float:
    """Return a number, or a text that is one, as a number; raises `Unknown` for anything else."""
    if isinstance(written, bool):
        raise Unknown
    try:
        found = float(Decimal(written)) if isinstance(written, str) else float(written)
    except (InvalidOperation, OverflowError):
        raise Unknown from None
    if not isfinite(found):
        raise Unknown
    return found


def _day(written: str) -> str:
    try:
        return date.fromisoformat(written[:_DAY_LENGTH]).isoformat()
    except ValueError:
        raise Unknown from None


def _month(written: str) -> int:
    found = _WRITTEN_MONTH.match(written)
    if found is None:
        raise Unknown
    return int(found[1]) * 12 + int(found[2])
