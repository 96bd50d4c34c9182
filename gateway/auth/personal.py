"""Does a text hold a citizen's number (GB 11643)? For free text that must not carry one, such as a case number.

Project numbers often start with a division code and a date, as citizens' numbers do. So a run of 18 counts when its
check character is right or its date is the birth date of an adult, a run of the old form of 15 when its year of two
digits is at least 30. Blanks, hyphens or full-width digits within a number do not hide it.
"""

import re
from datetime import date
from typing import Final
from unicodedata import normalize

NUMBER: Final = re.compile(r"(?<!\d)(?:[1-9]\d{16}[\dXx]|[1-9]\d{14})(?!\d)")
SEPARATORS: Final = re.compile(r"[\s\-·.]")
ADULT_BORN_BEFORE: Final = 2010
OLD_FORM_FROM_YEAR: Final = 1930
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"


def holds_personal_number(text: str) -> bool:
    """Return whether ``text`` holds what reads as a citizen's number of 18 or, in the old form, 15 digits."""
    joined = SEPARATORS.sub("", normalize("NFKC", text))
    return any(_is_personal(match[0]) for match in NUMBER.finditer(joined))


def _is_personal(number: str) -> bool:
    if len(number) == 15:
        return _is_date(f"19{number[6:12]}") and int(f"19{number[6:8]}") >= OLD_FORM_FROM_YEAR
    if not _is_date(number[6:14]):
        return False
    return int(number[6:10]) < ADULT_BORN_BEFORE or _check_character(number) == number[17].upper()


def _is_date(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return born.year >= 1850


def _check_character(number: str) -> str:
    """Return the check character of the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]
