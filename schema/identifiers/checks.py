"""The check digits of the national standards, on codes that already have their form.

    USCC                GB 32100-2015    18 characters of an alphabet of 31, weights 3^i mod 31
    organization code   GB 11714-1997    8 characters of 36 and one of 0-9 X, mod 11
    registration number GS 15-2006       15 digits, ISO 7064 MOD 11,10
    citizen's number    GB 11643-1999    17 digits and one of 0-9 X, ISO 7064 MOD 11-2

Rules of this file: pure; every function takes canonical text of the right form, answers a bool and never raises.
Written here because the package on PyPI that has them refuses valid codes: it wants eight digits at the head of a USCC
(`N2…`, `A1…` and `Y1…` have a letter there), and a county that existed in the birth year (a person born in 1985 with
230881 is real: Tongjiang became a city in 1987).
"""

from datetime import date
from operator import mul
from typing import Final

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and letters without I O S V Z."""

# From J on, a letter has another value in each standard: 18 and 19 for J, 30 and 34 for Y.
_USCC_VALUES: Final = {letter: value for value, letter in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_ORG_VALUES: Final = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_CHECKS: Final = "0123456789X"
_CITIZEN_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS: Final = "10X98765432"
_BIRTH_YEARS: Final = range(1850, 2100)


def uscc_check(code: str) -> bool:
    """Return whether the last character of a USCC fits the others; says nothing of the organization code inside."""
    total = sum(map(mul, map(_USCC_VALUES.__getitem__, code[:17]), _USCC_WEIGHTS))
    return USCC_ALPHABET[-total % 31] == code[17]


def org_code_check(code: str) -> bool:
    """Return whether the last character of an organization code, written without hyphen, fits the others."""
    total = sum(map(mul, map(_ORG_VALUES.__getitem__, code[:8]), _ORG_WEIGHTS))
    return _ORG_CHECKS[-total % 11] == code[8]


def reg_no_check(number: str) -> bool:
    """Return whether the last digit of a registration number of 15 digits fits the others."""
    product = 10
    for digit in number[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(number[14])) % 10 == 1


def citizen_check(number: str) -> bool:
    """Return whether the last character of a citizen's number of 18 fits the others; says nothing of its date."""
    total = sum(map(mul, map(int, number[:17]), _CITIZEN_WEIGHTS))
    return _CITIZEN_CHECKS[total % 11] == number[17]


def is_birth_date(digits: str) -> bool:
    """Return whether eight digits are a calendar date on which somebody now registered may have been born."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year in _BIRTH_YEARS
    except ValueError:
        return False
