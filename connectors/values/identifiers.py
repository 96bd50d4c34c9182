"""Identifier cells: codes of organizations in canonical form, and personal numbers that never leave as they came.

Rules
    * A number in place of a text is misread, never repaired: a spreadsheet rounds codes of 18 digits, and the result
      may be somebody else's code.
    * A masked code is no identifier. A failed check digit is noted and hides nothing: departments hold such codes.

# INVARIANT: no message quotes a cell, and no raw personal number is kept anywhere but in the key that follows a link.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from connectors.errors import InvalidValue
from connectors.values.reading import Noted
from connectors.values.text import is_lost
from schema.identifiers import IdentifierError, normalize, parse

_BLANKS: Final = frozenset({"", "无", "暂无", "\\N", "NULL", "NONE"})
"""`connectors.values.text.BLANKS` in canonical form, which has no dashes and no lower case."""
_LONGEST: Final = 120
_CITIZEN: Final = re.compile("[0-9*]{17}[0-9X*]|[0-9*]{15}")
_PERSONAL: Final = re.compile("[0-9A-Z]{5,24}")
_SHORTEST: Final = 5
"""A shorter code is no number of a document: nothing of it could be hidden."""
_BY_SOURCE: Final = re.compile(r"([0-9A-Z]*)\*{4,}([0-9A-Z]{0,4})")
"""A number that its source has masked: of 18 characters, unified codes among them, courts show the first ten and the
last four."""
_WHOLE: Final = 18


def canonical_code(text: str) -> str:
    """Return a code half width, in upper case, without blanks and hyphens; empty when there is none."""
    code = text.upper() if text.isascii() and text.isalnum() else normalize(text)
    return "" if code in _BLANKS else code


def parse_identifier(cell: Any) -> str | None:
    """Return a code of no particular form."""
    return _unmasked(_code(cell)) or None


def parse_uscc(cell: Any) -> str | Noted | None:
    """Return a unified social credit code."""
    return _checked("USCC", cell)


def parse_org_code(cell: Any) -> str | Noted | None:
    """Return an organization code, without hyphen."""
    return _checked("ORG_CODE", cell)


def parse_masked_id(cell: Any) -> str | None:
    """Return a personal number as it may be shown (`domain.md` §4.5), and never more of it.

    Of a citizen's number, 18 or 15 characters, the first 6 and the last 4 are shown; the first 10 and the last 4 where
    the source has masked the rest of 18, as courts do. Of any other document the first and the last character.
    """
    code = _code(cell)
    if not code:
        return None
    if len(code) < _SHORTEST:
        raise InvalidValue("too short for the number of a document")
    head, tail = _shown(code)
    return f"{code[:head]}{'*' * (len(code) - head - tail)}{code[len(code) - tail :]}"


def parse_person_key(cell: Any) -> str | None:
    """Return a personal number by which other records of the person can be asked for; None for a masked one."""
    code = _code(cell)
    if not code or "*" in code:
        return None
    # What is filled in for want of a number would make one person of many.
    if _PERSONAL.fullmatch(code) is None or len(set(code)) < 3:
        raise InvalidValue("not a personal number")
    return code


def _shown(code: str) -> tuple[int, int]:
    """Return how many characters of a personal number are shown at its beginning and at its end."""
    masked = _BY_SOURCE.fullmatch(code)
    if masked and (len(code) >= _WHOLE or code.rstrip("X").replace("*", "").isdigit()):
        return min(len(masked[1]), 10 if len(code) >= _WHOLE else 6), len(masked[2])
    return (6, 4) if _CITIZEN.fullmatch(code) else (1, 1)


def _checked(scheme: str, cell: Any) -> str | Noted | None:
    code = _unmasked(_code(cell))
    if not code:
        return None
    try:
        return _sound(scheme, code)
    except _CheckFailed:
        return Noted(code, "CHECK_FAILED", "the check digit does not fit the others")
    except IdentifierError as error:
        raise InvalidValue(str(error)) from error


# The same codes of authorities stand in record after record. What raises is not kept: it could be a personal number.
@lru_cache(8192)
def _sound(scheme: str, code: str) -> str:
    identifier = parse(scheme, code)
    if identifier.check == "FAILED":
        raise _CheckFailed
    return identifier.value


class _CheckFailed(Exception):
    """A code in its form, but with another check digit than it should have."""


def _code(cell: Any) -> str:
    if type(cell) is not str:
        if isinstance(cell, UUID):
            return canonical_code(str(cell))
        raise InvalidValue(
            "a number stands where a code should: digits may be lost"
            if isinstance(cell, int | float | Decimal)
            else "not a code"
        )
    code = canonical_code(cell)
    if len(code) > _LONGEST:
        raise InvalidValue("a text too long to be a code")
    if is_lost(code):
        raise InvalidValue("not readable in the encoding that the source declares")
    return code


def _unmasked(code: str) -> str:
    if "*" in code:
        raise InvalidValue("masked by the source")
    return code
