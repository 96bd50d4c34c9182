"""One field of a record in words: codes by their labels, amounts with their unit, and why there is none."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.reports.document import MONEY, value_type
from gateway.reports.model import Missing, Value
from gateway.reports.words import Words, code, enum_of, joined, label, same

OPEN_ENDED: Final = {"termTo", "validTo"}
"""Ends that are open where `openEnded` says so."""
NOTED: Final = "openEnded"
_WITHOUT: Final[dict[Missing, Words]] = {
    "NONE": Words("—", "—"),
    "MISREAD": Words("来源有值但无法识读", "the source sent a value that could not be read"),
    "DENIED": Words("不向本次查询者开放", "not open to this caller"),
}
_YES, _NO = Words("是", "yes"), Words("否", "no")
_FOREVER: Final = Words("长期", "without end")


def value_of(type_name: str, path: str, item: Mapping[str, Any], denied: bool) -> Value:
    """Return the field at ``path`` of ``item``, a record of that type; ``denied`` if it is not open."""
    owner, field, value_name = value_type(type_name, path)
    found = _found(item, path)
    if found is None or found == []:
        if field in OPEN_ENDED and item.get(NOTED):
            return Value(field=path, label=label(owner, field), text=_FOREVER)
        missing: Missing = "DENIED" if denied else "MISREAD" if _misread(item, field) else "NONE"
        return Value(field=path, label=label(owner, field), text=_WITHOUT[missing], missing=missing)
    return Value(field=path, label=label(owner, field), value=found, text=_text(owner, field, value_name, found))


def _found(item: Mapping[str, Any], path: str) -> Any:
    value: Any = item
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _misread(item: Mapping[str, Any], field: str) -> bool:
    """Tell whether the source sent something for the field that could not be read; issues name it as files do."""
    return any(each["code"] == "MISREAD" and _camel(each["field"]) == field for each in item.get("issues", ()))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)


def _text(owner: str, field: str, value_name: str, value: Any) -> Words:
    if value_name == MONEY:
        return _money(value)
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, list):
        return joined(_one(owner, field, each) for each in value)
    return _one(owner, field, value)


def _one(owner: str, field: str, value: Any) -> Words:
    enum = enum_of(owner, field)
    return code(enum, value) if enum is not None else same(str(value))


def _money(value: Mapping[str, str]) -> Words:
    """Return the amount as written, in groups of three digits: no digit is added or lost."""
    whole, point, rest = value["amount"].partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}" if digits.isascii() and digits.isdigit() else digits
    amount = f"{sign}{grouped}{point}{rest}"
    if value["currency"] == "CNY":
        return Words(f"{amount} 元", f"CNY {amount}")
    return Words(f"{amount} {value['currency']}", f"{value['currency']} {amount}")
