"""Text cells: which of them hold nothing, which cannot be readable, and the text as the department wrote it.

Chinese text is kept as it is written: half and full width, brackets and quotes are the department's own.

A text in the wrong encoding is told by three signs: characters that only appear when bytes were lost (U+FFFD, lone
surrogates, C1 controls); characters that UTF-8 gives when it is read as GBK (`鍚屾睙` for 同江), which are Chinese too,
but read back as the UTF-8 they are; and pairs of accented letters, which are what GBK gives when it is read as Latin-1.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from connectors.errors import InvalidValue

BLANKS: Final = frozenset(
    {"", "无", "暂无", "—", "——", "— —", "-", "--", "\\N", "\\n", "null", "NULL", "Null", "None", "NONE"}
)
"""What sources write into a column that holds nothing (`domain.md` §3.15)."""
_LONGEST_BLANK: Final = max(map(len, BLANKS))

_ASCII: Final = "".join(map(chr, range(128)))
_LOST: Final = re.compile("[\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"  # but not tab and line feed
)
_GBK_AS_LATIN: Final = re.compile("(?:[\x00-\x7f]|[\xb0-\xf7][\xa1-\xfe])+")
_UTF8_LEADS: Final = (*range(0xE2, 0xEA), 0xEF)
"""First bytes of Chinese characters and of Chinese punctuation in UTF-8."""
_SUSPECT_HEADS: Final = frozenset(
    bytes((lead, second)).decode("gb18030", "ignore") for lead in _UTF8_LEADS for second in range(0x80, 0xC0)
) | frozenset(map(chr, range(0xB0, 0xF8)))
"""With what a text begins when it is in the wrong encoding; hardly any honest text does."""


def is_blank(text: str) -> bool:
    """Tell whether a stripped ``text`` stands for nothing."""
    return len(text) <= _LONGEST_BLANK and text in BLANKS


def folded(text: str) -> str:
    """Return ``text`` stripped and with full-width digits and signs as half-width ones."""
    return text.strip() if text.isascii() else normalize("NFKC", text).strip()


def is_lost(text: str) -> bool:
    """Tell whether ``text`` holds characters that are only there because others were lost."""
    return not text.isascii() and _LOST.search(text) is not None


def parse_text(cell: Any) -> str | None:
    """Return a text as it is written, without controls and invisible marks."""
    text = (cell if type(cell) is str else _in_words(cell)).strip()
    if len(text) <= _LONGEST_BLANK and text in BLANKS:
        return None
    if text.isprintable():
        if text.isascii():
            return text
        head = text[0]
        if head <= "\x7f":
            head = text.lstrip(_ASCII)[0]
        if head not in _SUSPECT_HEADS and "\ufffd" not in text:
            return text
    return _cleaned(text)


def _cleaned(text: str) -> str | None:
    if is_lost(text) or _is_garbled(text):
        raise InvalidValue("not readable in the encoding that the source declares")
    text = _INVISIBLE.sub("", text).strip()
    return None if is_blank(text) else text


def _is_garbled(text: str) -> bool:
    """Tell whether ``text`` is one encoding read as another."""
    if text.isascii():
        return False
    if _GBK_AS_LATIN.fullmatch(text):
        return True
    try:
        return len(text.encode("gb18030").decode("utf-8")) < len(text)
    except UnicodeDecodeError as error:
        return error.start > 0 and error.reason == "unexpected end of data"  # the last character was cut


def _in_words(cell: Any) -> str:
    if isinstance(cell, float):
        raise InvalidValue("a number stands where a text should: digits may be lost")
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal | date | UUID):
        raise InvalidValue("not a text")
    try:
        return str(cell)
    except ValueError as error:  # Python refuses to write integers of thousands of digits
        raise InvalidValue("a number too long to be meant") from error
