"""Whether the contenders answer the same: a benchmark over different answers is void.

What only the gateway has (state, coverage, provenance, errors) is left out; its sections become plain lists. Records of
the same date may come in any order.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

_ONLY_GATEWAY: Final = frozenset({"__typename", "state", "coverage", "provenance"})
_DATES: Final = {
    "registration": "approvedOn",
    "legalRepresentative": "heldFrom",
    "dishonestEntries": "publishedOn",
    "enforcementCases": "filedOn",
    "terminatedExecutions": "terminatedOn",
    "consumptionRestrictions": "publishedOn",
}


def normal(answer: Mapping[str, Any]) -> Any:
    """Return the data of an answer without what only the gateway has."""
    return _normal(answer["data"], "")


def differences(left: Any, right: Any, at: str = "data") -> Iterator[str]:
    """Yield where two normal answers differ, and how."""
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted(left.keys() | right.keys()):
            if name not in left or name not in right:
                yield f"{at}.{name}: only in the {'first' if name in left else 'second'}"
            else:
                yield from differences(left[name], right[name], f"{at}.{name}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for place, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{at}[{place}]")
    elif left != right or type(left) is not type(right):
        yield f"{at}: {_short(left)} != {_short(right)}"


def _normal(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        if "items" in value:
            return _normal(value["items"], name)
        return {key: _normal(each, key) for key, each in value.items() if key not in _ONLY_GATEWAY}
    if isinstance(value, list):
        items = [_normal(each, name) for each in value]
        return _ties_sorted(items, _DATES.get(name, "decidedOn")) if items and "source" in _fields(items) else items
    return value


def _fields(items: list[Any]) -> frozenset[str]:
    return frozenset(items[0]) if isinstance(items[0], dict) else frozenset()


def _ties_sorted(items: list[Any], date: str) -> list[Any]:
    """Return ``items`` in their order of dates, those of one date in an order of their own."""
    rank: dict[Any, int] = {}
    for item in items:
        rank.setdefault(item[date], len(rank))
    key = orjson.OPT_SORT_KEYS
    return sorted(items, key=lambda item: (rank[item[date]], orjson.dumps(item, option=key)))


def _short(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}..."
