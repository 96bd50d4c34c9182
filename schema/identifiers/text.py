"""From what people and departments write to the canonical text of a code, and whether it may be personal."""

import re
import unicodedata
from typing import Final

from schema.identifiers.checks import citizen_check, is_birth_date

_NOISE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Pd", "Pi", "Pf"})
"""Controls, invisible marks (zero width, BOM, soft hyphen), blanks, dashes, paired quotes."""
_NOISE: Final = frozenset("\"'`´‚„′″「」『』〝〞〟−─━ー")
"""Quotes and dashes that Unicode files elsewhere; the last four are what input methods give for a hyphen."""
_ASCII_NOISE: Final = {
    code: None for code in range(128) if chr(code) in _NOISE or unicodedata.category(chr(code)) in _NOISE_CATEGORIES
}

_CITIZEN: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OLD_CITIZEN: Final = re.compile(r"[1-9][0-9]{14}")


def normalize(text: str) -> str:
    """Return ``text`` half width and in upper case, without blanks, invisible marks, hyphens and quotes."""
    if text.isascii():
        return text.translate(_ASCII_NOISE).upper()
    # Once is not enough: what stood apart may compose, and a letter's upper case may read differently again.
    while (cleaner := _bare(unicodedata.normalize("NFKC", _bare(text))).upper()) != text:
        text = cleaner
    return text


def _bare(text: str) -> str:
    return "".join(each for each in text if each not in _NOISE and unicodedata.category(each) not in _NOISE_CATEGORIES)


def might_be_personal(text: str) -> bool:
    """Return whether ``text`` reads as a citizen's number, old or new, or as a tax number made of one.

    For whoever has no stated scheme: such a text is personal data until somebody says what it is. The new form is
    told by its date and its check character, the old one, which has no check, by its date alone.
    """
    core = normalize(text).removeprefix("L")
    if len(core) in {17, 20}:
        core = core[:-2]
    if len(core) == 15:
        return is_old_citizen_number(core)
    return is_citizen_number(core) and citizen_check(core)


def is_citizen_number(code: str) -> bool:
    """Return whether a canonical ``code`` has the form of a citizen's number: 18 characters with a birth date."""
    return _CITIZEN.fullmatch(code) is not None and is_birth_date(code[6:14])


def is_old_citizen_number(code: str) -> bool:
    """Return whether a canonical ``code`` has the form of a citizen's number of before 1999: 15 digits with a date."""
    return _OLD_CITIZEN.fullmatch(code) is not None and is_birth_date(f"19{code[6:12]}")
