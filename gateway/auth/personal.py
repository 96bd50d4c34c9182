"""Does a text hold a citizen's number (GB 11643)? For free text that must not carry one, such as a case number.

Project numbers often start with a division code and a date, as citizens' numbers do. So digits that stand for
themselves count when they are 18 and their check character is right or their date the birth date of an adult, or when
they are 15, the old form, with a year of 30 or later. Within more digits, 18 count only when both are right.
Blanks, punctuation, full-width or foreign digits do not hide a number, and neither do other digits before or after it.

Terms
    run     digits with nothing but blanks and punctuation between them, and an `X` at their end
    part    digits of a run without anything between them
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from unicodedata import decimal, normalize

from schema.identifiers import citizen_check, is_citizen_number, is_old_citizen_number

RUN: Final = re.compile(r"[0-9](?:[\W_]*[0-9])*(?:[\W_]*X)?")
BETWEEN: Final = re.compile(r"[\W_]+")
_ESCAPED: Final = re.compile(r"\\u(?:([0-9A-Fa-f]{4})|\{([0-9A-Fa-f]{1,8})\})")
"""`\\u0031` of JSON and GraphQL, `\\u{31}` of GraphQL."""
ADULT_BORN_BEFORE: Final = 2010
OLD_FORM_FROM_YEAR: Final = 30


def holds_personal_number(text: str) -> bool:
    """Return whether ``text`` holds what reads as a citizen's number of 18 or, in the old form, 15 digits."""
    return any(_holds(BETWEEN.split(run[0])) for run in RUN.finditer(_legible(text)))


def holds_written_number(text: str) -> bool:
    """Return whether a GraphQL document or JSON ``text`` holds such a number, whichever characters are escaped."""
    written = _ESCAPED.sub(_unescaped, text)
    return holds_personal_number(text) or (written != text and holds_personal_number(written))


def _unescaped(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF else ""


def _legible(text: str) -> str:
    """Return ``text`` with every digit as one of 0-9, and in upper case."""
    return "".join(str(decimal(each, each)) for each in normalize("NFKC", text)).upper()


def _holds(parts: Sequence[str]) -> bool:
    run = "".join(parts)
    within = (run[at : at + 18] for at in range(len(run) - 17))
    return any(_is_certain(number) for number in within) or any(_is_likely(number) for number in _whole(parts))


def _whole(parts: Sequence[str]) -> Iterator[str]:
    """Yield every number of 15 or 18 that begins where a part begins and ends where a part, or its `X`, does."""
    for first in range(len(parts)):
        number = ""
        for part in parts[first:]:
            number += part
            yield from (each for each in {number, number.removesuffix("X")} if len(each) in {15, 18})
            if len(number) >= 18:
                break


def _is_certain(number: str) -> bool:
    return is_citizen_number(number) and _is_adult(number) and citizen_check(number)


def _is_likely(number: str) -> bool:
    if len(number) == 15:
        return is_old_citizen_number(number) and int(number[6:8]) >= OLD_FORM_FROM_YEAR
    return is_citizen_number(number) and (_is_adult(number) or citizen_check(number))


def _is_adult(number: str) -> bool:
    return int(number[6:10]) < ADULT_BORN_BEFORE
