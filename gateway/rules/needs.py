"""A need made ready: which values of a record conditions read, and how answers write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gateway.rules.conditions.functions import ENTRY_FIELDS, Unknown, number
from gateway.rules.conditions.types import Type
from gateway.rules.evidence import Item
from gateway.rules.model import Need
from gateway.rules.periods import Period, period_of
from gateway.rules.places import field_types, place_of

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Path:
    """The way to a value within a record: ``name`` of its variable, the values that it lies within, its own key."""

    name: str
    outer: tuple[tuple[str, str], ...]
    key: str
    decimal: bool


@dataclass(frozen=True, slots=True)
class PreparedNeed:
    """One need: ``judged`` when its records have a state, ``entry`` when they can be active or not.

    ``oldest`` is the first day of which an answer is young enough, None where age does not matter; ``period`` is how
    old it may be, to be held against times where it is written in hours.
    """

    need: Need
    judged: bool
    entry: bool
    types: Mapping[str, Type]
    paths: tuple[Path, ...]
    oldest: str | None
    period: Period | None

    def values(self, item: Item) -> dict[str, Any]:
        """Return the values of a record by path, `e.` before each; what is absent, or no number, is left out.

        What an amount lies within is there too: `e.fineAmount == null` tells that there is none.
        """
        found: dict[str, Any] = {}
        for path in self.paths:
            value = _value(item, path, found) if path.outer else item.get(path.key, _ABSENT)
            if path.decimal and value is not None and value is not _ABSENT:
                value = _number(value)
            if value is not _ABSENT:
                found[path.name] = value
        return found


def _value(item: Item, path: Path, found: dict[str, Any]) -> Any:
    """Return the value at ``path``, and note in ``found`` what it lies within: null, or something."""
    inner: Any = item
    for key, name in path.outer:
        inner = inner.get(key, _ABSENT)
        if inner is None:
            found[name] = None
            return None
        if not isinstance(inner, dict):
            return _ABSENT
        found[name] = {}
    return inner.get(path.key, _ABSENT)


def _number(value: Any) -> Any:
    try:
        return number(value)
    except (Unknown, TypeError, ValueError):
        return _ABSENT


def prepare_need(need: Need, as_of: str) -> PreparedNeed:
    """Return ``need`` made ready for the day ``as_of``; raises `NoPlace` for one that has mistakes."""
    types, _ = field_types(need)
    period = period_of(need.max_age) if need.max_age is not None else None
    return PreparedNeed(
        need=need,
        judged=place_of(need.section).judged,
        entry=set(ENTRY_FIELDS) <= set(need.fields),
        types=types,
        paths=tuple(_path(path, type_) for path, type_ in types.items()),
        oldest=period.before(date.fromisoformat(as_of)).isoformat() if period is not None else None,
        period=period,
    )


def _path(path: str, type_: Type) -> Path:
    *outer, key = path.split(".")
    names = [(step, "e." + ".".join(outer[:position])) for position, step in enumerate(outer, 1)]
    return Path(f"e.{path}", tuple(names), key, type_.form == "decimal")
