"""Cells about natural persons, masked as they are read: what a mask promises to show leaves, and nothing else does.

    masked_name      the first character, then `某某`: `张某某`
    masked_phone     the first 3 and the last 4 digits: `138****8000`; of a number without a prefix less
    masked_address   down to the township or street: `黑龙江省同江市街津口赫哲族乡`; to the county where none is named

A cell that the source has masked already is shown as such, but never with more than the mask promises.

# INVARIANT: what cannot be masked for certain is misread, and no message quotes a cell.
"""

import re
from decimal import Decimal
from typing import Any, Final

from connectors.errors import InvalidValue
from connectors.values.text import folded, parse_text

_PHONE: Final = re.compile(r"(?:\+|00)?(?:86)?([0-9*]{7,15})")
_PHONE_SIGNS: Final = re.compile(r"[\s()-]")
_WHOLE_PHONE: Final = 11
"""Digits of a mobile number, and of most numbers with their prefix."""
_LEAST_HIDDEN: Final = 4

_PLACE: Final = "[^\\W\\d_a-zA-Zａ-ｚＡ-Ｚ路街巷道弄号村屯组栋楼室]"
"""A character of the name of a place above the street: no road, village, house or number is part of it."""
_ABOVE: Final = f"(?:{_PLACE}{{1,12}}?(?:[省市州盟县旗]|(?<![小社园校院厂库景])区))"
_TOWNSHIP: Final = re.compile(f"{_ABOVE}{{0,4}}?(?:街?{_PLACE}{{1,8}}?)(?:街道|苏木|[镇乡](?![市县区宁]))")
_STREET: Final = re.compile(f"{_ABOVE}{{0,4}}?{_PLACE}{{1,8}}?街")
_COUNTY: Final = re.compile(f"{_ABOVE}{{1,3}}")


def parse_masked_name(cell: Any) -> str | None:
    """Return the first character of a name, and that there was more."""
    name = parse_text(cell)
    if name is None:
        return None
    first = name[0]
    if not first.isalpha():
        raise InvalidValue("not a name")
    return f"{first}某某"


def parse_masked_phone(cell: Any) -> str | None:
    """Return a telephone number without the digits in its middle."""
    text = str(cell) if isinstance(cell, int | Decimal) and not isinstance(cell, bool) else parse_text(cell)
    if text is None:
        return None
    found = _PHONE.fullmatch(_PHONE_SIGNS.sub("", folded(text)))
    if found is None:
        raise InvalidValue("not a telephone number")
    number = found[1]
    if len(number) < _WHOLE_PHONE:
        head, tail = "", number[max(_LEAST_HIDDEN, len(number) - 4) :]
    else:
        head, tail = number[:3], number[-4:]
    return f"{head}{'*' * (len(number) - len(head) - len(tail))}{tail}"


def parse_masked_address(cell: Any) -> str | None:
    """Return an address down to the township or street, else to the county."""
    text = parse_text(cell)
    if text is None:
        return None
    address = "".join(text.split())
    found = _TOWNSHIP.match(address) or _STREET.match(address) or _COUNTY.match(address)
    if found is None:
        raise InvalidValue("an address in which no township, street or county could be told")
    return found[0]
