"""Synthetic identifiers: every check digit is right, none can be real (`domain.md` §9).

    organization code     TJnnnnnn + check          a body that begins with TJ was never issued
    USCC                  registrar + class + 230881 + organization code + check
    registration number   230881 + 9nnnnnnn + check sequences in the nine millions are not in use
    citizen ID            230881 + a birth date of 1885-1897 + order + check
    PRIPID                230881 + 10 digits        internal to the registry, no check
    customs code          2300 + 6 digits           2300, the province as such, registers nobody; no check
    certificates          their running numbers begin with 9, which no register has reached; no check
    unit number           230881 + 9nnnnnn          of social insurance, no check
    utility account       9 + 9 digits              of the water and heat companies, no check

``number`` is the running number of a demo subject, below 1,000,000.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

DIVISION: Final = "230881"
_FIRST_BIRTHDAY: Final = date(1885, 1, 1)
_BIRTHDAYS: Final = (date(1898, 1, 1) - _FIRST_BIRTHDAY).days

_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE: Final = {letter: value for value, letter in enumerate(_USCC)}
_USCC_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_ORG_VALUE: Final = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def org_code(number: int) -> str:
    """Return the organization code of ``number`` without hyphen (GB 11714-1997)."""
    body = f"TJ{number:06d}"
    check = 11 - sum(_ORG_VALUE[letter] * weight for letter, weight in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    return body + ("X" if check == 10 else "0" if check == 11 else str(check))


def uscc(prefix: str, number: int) -> str:
    """Return the unified social credit code of ``number``; ``prefix`` is registrar and class (GB 32100-2015)."""
    return _with_uscc_check(f"{prefix}{DIVISION}{org_code(number)}")


def _with_uscc_check(head: str) -> str:
    total = sum(_USCC_VALUE[letter] * weight for letter, weight in zip(head, _USCC_WEIGHTS, strict=True))
    return head + _USCC[-total % 31]


def registration_number(number: int) -> str:
    """Return the 15-digit registration number of ``number`` (GS 15-2006, ISO 7064 MOD 11,10)."""
    head = f"{DIVISION}9{number:07d}"
    product = 10
    for digit in head:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return head + str((11 - product) % 10)


def internal_key(number: int) -> str:
    """Return the PRIPID of ``number``."""
    return f"{DIVISION}{number:010d}"


def customs_code(number: int) -> str:
    """Return the customs registration code of ``number``."""
    return f"2300{number:06d}"


def institution_certificate(number: int) -> str:
    """Return the certificate number of the public institution ``number``."""
    return f"事证第1{DIVISION}9{number:06d}号"


def social_certificate(number: int) -> str:
    """Return the registration certificate number of the social organization ``number``."""
    return f"同民证字第9{number:06d}号"


def unit_number(number: int) -> str:
    """Return the social insurance number of the unit ``number``."""
    return f"{DIVISION}9{number:06d}"


def utility_account(number: int) -> str:
    """Return the account of the customer ``number`` at a utility."""
    return f"9{number:09d}"


def citizen_id(person: int, *, female: bool) -> str:
    """Return the citizen ID of the person of running number ``person`` (GB 11643-1999); the order tells the sex."""
    order = person // _BIRTHDAYS * 2 + (2 if female else 1)
    head = f"{DIVISION}{_birthday(person % _BIRTHDAYS)}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(head, _ID_WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


@cache
def _birthday(place: int) -> str:
    # 1,009 is prime to the number of days, so that neighbors do not share a year.
    return f"{_FIRST_BIRTHDAY + timedelta(days=place * 1009 % _BIRTHDAYS):%Y%m%d}"
