"""Cells of the departments' systems read by hand, to the same values that the gateway shows.

What a good engineer writes for these seven systems and no other: the forms of dates that occur, the codes that occur.
A date or an amount that does not read as one raises ValueError, and the whole source then counts as not answered.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

BLANKS: Final = frozenset({"", "无", "暂无", "—", "— —"})
CHINA: Final = timezone(timedelta(hours=8))
NO_END: Final = frozenset({"长期", "2099-12-31", "9999-9-9", "9999-09-09"})
NO_TERM: Final = "无处罚期限"
_NO_DAY: Final = frozenset({"1900-01-01", "2099-12-31"})
_DAY: Final = re.compile(r"(\d{4})[-年]?(\d{1,2})[-月]?(\d{1,2})日?(?: \d{1,2}:\d\d:\d\d)?", re.ASCII)

SEXES: Final = {"男": "MALE", "女": "FEMALE", "1": "MALE", "2": "FEMALE"}
KINDS: Final = {
    "91": "ENTERPRISE",
    "92": "INDIVIDUAL_BUSINESS",
    "93": "FARMER_COOPERATIVE",
    "52": "SOCIAL_ORGANIZATION",
    "31": "LEGAL_SERVICE_BODY",
    "12": "PUBLIC_INSTITUTION",
    "11": "GOVERNMENT_BODY",
    "N2": "RURAL_COLLECTIVE",
}
COUNTERPARTS: Final = {
    "法人及非法人组织": "ORGANIZATION",
    "个体工商户": "INDIVIDUAL_BUSINESS",
    "自然人": "NATURAL_PERSON",
}
PENALTY_CATEGORIES: Final = {
    "警告": "WARNING",
    "通报批评": "CIRCULATED_CRITICISM",
    "罚款": "FINE",
    "没收违法所得": "CONFISCATE_GAINS",
    "没收非法财物": "CONFISCATE_PROPERTY",
    "责令停产停业": "ORDER_SUSPENSION",
}
_SEPARATORS: Final = re.compile("[;；、]")


def text(cell: str | None) -> str | None:
    """Return a text, None for what stands for nothing."""
    if cell is None:
        return None
    cell = cell.strip()
    return None if cell in BLANKS else cell


def identifier(cell: str | None) -> str | None:
    """Return a code in upper case, without hyphen."""
    if cell is None:
        return None
    cell = cell.strip().replace("-", "").upper()
    return None if cell in BLANKS else cell


def code(cell: Any, codes: Mapping[str, str]) -> str | None:
    """Return what ``cell`` stands for in ``codes``, None for what they do not list."""
    return codes.get(cell)


def categories(cell: str | None) -> list[str] | None:
    """Return the categories of a penalty."""
    if text(cell) is None:
        return None
    assert cell is not None
    return [PENALTY_CATEGORIES[part] for part in _SEPARATORS.split(cell)]


def day(cell: Any) -> str | None:
    """Return an ISO date, None for what means no end, no term, or no date."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return _day(cell)
    if isinstance(cell, int):
        return datetime.fromtimestamp(cell / 1000, CHINA).date().isoformat()
    assert isinstance(cell, date)
    return None if cell.year == 9999 else cell.isoformat()


def moment(cell: str | None) -> str | None:
    """Return an ISO time of China from `2026-03-18 03:12:45`."""
    return f"{cell.strip().replace(' ', 'T')}+08:00" if cell and cell.strip() else None


@lru_cache(8192)
def _day(cell: str) -> str | None:
    cell = cell.strip()
    if cell in BLANKS or cell in NO_END or cell == NO_TERM:
        return None
    found = _DAY.fullmatch(cell)
    if found is None:
        raise ValueError("not a date")
    iso = date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    return None if iso in _NO_DAY else iso


def yuan(cell: str | None) -> dict[str, str] | None:
    """Return an amount that is written in yuan."""
    plain = text(cell)
    return None if plain is None else money(_number(plain))


def ten_thousand_yuan(cell: str | None) -> dict[str, str] | None:
    """Return an amount that is written in ten thousand yuan."""
    plain = text(cell)
    return None if plain is None else money(_number(plain) * 10_000)


def money(amount: Decimal) -> dict[str, str]:
    """Return an amount in yuan as answers show it."""
    plain = f"{amount:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return {"amount": plain, "currency": "CNY"}


def _number(plain: str) -> Decimal:
    if not plain.isascii():
        plain = normalize("NFKC", plain)
    return Decimal(plain.replace(",", ""))
