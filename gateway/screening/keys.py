"""From a cell of a portfolio to the subject it names, or why it names none. Pure.

# INVARIANT: a number of a natural person is neither asked about nor told: its row is INVALID, whatever the column says.
A few codes of organizations read as such numbers too; their rows are refused with them, and can be asked one by one.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from gateway.auth.personal import holds_personal_number
from gateway.screening.model import Fault
from schema.identifiers import (
    Identifier,
    IdentifierError,
    canonical_name,
    classify,
    derive,
    might_be_personal,
    normalize,
    parse,
)

LONGEST_KEY: Final = 400
"""Characters of a key; the longest registered names have about 100."""
EXACT_DIGITS: Final = 15
"""Digits that a number of a spreadsheet (IEEE 754) surely keeps."""
PERSONAL_DIGITS: Final = 18
"""Digits of a citizen's number (GB 11643-1999), of which the seventh to the fourteenth are the day of birth."""
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "USCC": (
        *("统一社会信用代码", "社会信用代码", "统一信用代码", "信用代码", "uscc", "tyshxydm", "creditcode"),
        *("unifiedsocialcreditcode", "socialcreditcode"),
    ),
    "TAX_NO": ("纳税人识别号", "税号", "税务登记号", "taxno", "taxnumber", "nsrsbh"),
    "ORG_CODE": ("组织机构代码", "机构代码", "orgcode", "organizationcode", "zzjgdm"),
    "REG_NO": ("工商注册号", "注册号", "营业执照注册号", "regno", "registrationnumber", "zch"),
    "CUSTOMS_CODE": ("海关注册编码", "海关编码", "customscode"),
    "": ("主体标识", "主体", "key", "subject"),
    "NAME": ("企业名称", "单位名称", "主体名称", "供应商名称", "公司名称", "名称", "name", "companyname", "qymc"),
}
"""Scheme -> headers (without blanks, `_` and `-`, in lower case) of a column that holds keys of it, the best first;
"" is a column in which each cell tells its own scheme."""


def guess_column(columns: Sequence[str]) -> tuple[str, str | None] | None:
    """Return the column that holds the keys, and their scheme where its header says it; None when no header tells."""
    plain = {_plain(column): column for column in reversed(columns)}
    for scheme, headers in HEADERS.items():
        for header in headers:
            if header in plain:
                return plain[header], scheme or None
    return None


def scheme_of(column: str) -> str | None:
    """Return the scheme that a header tells."""
    return next((scheme for scheme, headers in HEADERS.items() if _plain(column) in headers and scheme), None)


def read_key(cell: Any, scheme: str | None) -> Identifier | Fault:
    """Return the identifier in ``cell``, of ``scheme`` or, without one, of the only scheme that it fits."""
    text = _text(cell)
    if isinstance(text, Fault):
        return text
    if is_personal(text, scheme):
        return Fault.PERSONAL_NUMBER
    if len(text) > LONGEST_KEY:
        return Fault.KEY_UNREAD
    if not (normalize(text) or canonical_name(text)):
        return Fault.KEY_EMPTY
    return _guessed(text) if scheme is None else _stated(text, scheme)


def _plain(header: str) -> str:
    return "".join(each for each in header.strip().casefold() if each not in " _-　")


def _text(cell: Any) -> str | Fault:
    if cell is None:
        return Fault.KEY_EMPTY
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    if not isinstance(cell, float):
        return Fault.PERSONAL_NUMBER if is_personal(str(cell), None) else Fault.KEY_UNREAD
    text = str(int(cell)) if cell.is_integer() else str(cell)
    if cell.is_integer() and abs(cell) < 10**EXACT_DIGITS:
        return text
    return Fault.PERSONAL_NUMBER if _was_personal(text) else Fault.KEY_NUMBER


def is_personal(text: str, scheme: str | None) -> bool:
    """Tell whether a key of ``scheme`` reads as the number of a person."""
    if holds_personal_number(text):
        return True
    # old numbers have no check: most registration numbers of 15 digits could be one
    return might_be_personal(text) and not (scheme == "REG_NO" and len(normalize(text)) == EXACT_DIGITS)


def _was_personal(number: str) -> bool:
    """Tell whether a number that lost its last digits may have been a person's: it still tells a day of birth."""
    if is_personal(number, None):
        return True
    try:
        return len(number) == PERSONAL_DIGITS and date.fromisoformat(number[6:14]) is not None
    except ValueError:
        return False


def _stated(text: str, scheme: str) -> Identifier | Fault:
    try:
        identifier = parse(scheme, text)
    except IdentifierError:
        return Fault.KEY_UNREAD
    return Fault.CHECK_FAILED if identifier.check == "FAILED" else identifier


def _guessed(text: str) -> Identifier | Fault:
    readings = classify(text)
    if not readings:
        return Fault.KEY_UNREAD
    fitting: list[Identifier] = []
    for each in readings:
        if each.check != "FAILED" and not any(each in derive(other) for other in fitting):
            fitting.append(each)
    if not fitting:
        return Fault.CHECK_FAILED
    return fitting[0] if len(fitting) == 1 else Fault.KEY_AMBIGUOUS
