"""A need made ready: which values of a record conditions read, and how answers write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.rules.conditions.functions import ENTRY_FIELDS, Unknown, number
from gateway.rules.conditions.types import Type
from gateway.rules.evidence import Item
from gateway.rules.model import Need
from gateway.rules.places import field_types, place_of

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class PreparedNeed:
    """One need: ``judged`` when its records have a state, ``entry`` when they can be active or not."""

    need: Need
    judged: bool
    entry: bool
    types: Mapping[str, Type]

    def values(self, item: Item) -> dict[str, Any]:
        """Return the values of a record by path, `e.` before each; what is absent, or no number, is left out.

        What an amount is within is there too: `e.fineAmount == null` tells that there is none.
        """
        found: dict[str, Any] = {}
        for path, type_ in self.types.items():
            *outer, last = path.split(".")
            inner: Any = item
            for position, step in enumerate(outer, 1):
                inner = inner.get(step, _ABSENT) if isinstance(inner, dict) else inner and _ABSENT
                if inner is not _ABSENT:
                    found["e." + ".".join(outer[:position])] = None if inner is None else {}
            value = inner.get(last, _ABSENT) if isinstance(inner, dict) else inner
            if value is None or (value is not _ABSENT and isinstance(inner, dict)):
                _keep(found, f"e.{path}", value, type_)
        return found


def _keep(found: dict[str, Any], name: str, value: Any, type_: Type) -> None:
    if type_.form == "decimal" and value is not None:
        try:
            value = number(value)
        except (Unknown, TypeError, ValueError):
            return
    found[name] = value


def prepare_need(need: Need) -> PreparedNeed:
    """Return ``need`` made ready; raises `NoPlace` for one that has mistakes."""
    types, _ = field_types(need)
    return PreparedNeed(need, place_of(need.section).judged, set(ENTRY_FIELDS) <= set(need.fields), types)
