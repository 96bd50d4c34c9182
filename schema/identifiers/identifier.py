"""Texts read as identifiers of the public schemes: parsed by a stated scheme, classified without one, derived.

Rules of this file: pure. The form decides whether a text is an identifier of a scheme at all; the check digit is told
beside it and never hides one: departments hold records under mistyped codes, and a flag is worth more than a gap.

# INVARIANT: no message and no repr quotes a value, because a value may be a citizen's number.

Terms
    check    OK, FAILED, or NONE where the form has no check digit
    body     characters 9 to 17 of a USCC: the organization code of the subject
    guess    what a text without a stated scheme may be read as: a name only if it has a Chinese character

A USCC is OK by its own check digit alone. Its body should pass the check of organization codes too, but some codes in
use were issued with a body that does not; what is wrong with the body shows in the ORG_CODE that `derive` gives.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from schema.identifiers.checks import citizen_check, org_code_check, reg_no_check, uscc_check
from schema.identifiers.names import canonical_name
from schema.identifiers.text import is_citizen_number, is_old_citizen_number, might_be_personal, normalize

Check = Literal["OK", "FAILED", "NONE"]

SCHEMES: Final = (
    "USCC",
    "ORG_CODE",
    "REG_NO",
    "TAX_NO",
    "CUSTOMS_CODE",
    "INSTITUTION_CERT",
    "SOCIAL_ORG_CERT",
    "NAME",
)
"""The schemes of the public schema; internal keys (PRIPID, PERSON and others) are never read from a text."""


class IdentifierError(ValueError):
    """A text that does not have the form of the stated scheme; the message tells the form, never the text."""


@dataclass(frozen=True, slots=True, repr=False)
class Identifier:
    """One identifier of a subject in canonical form: half width, upper case, a code without hyphens."""

    scheme: str
    value: str
    check: Check

    def __repr__(self) -> str:
        return f"Identifier({self.scheme} …{self.value[-2:] if len(self.value) > 8 else ''} {self.check})"


def parse(scheme: str, text: str) -> Identifier:
    """Return ``text`` as an identifier of ``scheme``; raises `IdentifierError` when it does not have its form."""
    if scheme not in _FORMS:
        raise IdentifierError(f"unknown scheme, known: {', '.join(SCHEMES)}")
    identifier = _read(scheme, _canonical(scheme, text))
    if identifier is None:
        raise IdentifierError(f"expected {_EXPECTED[scheme]}")
    return identifier


def as_held(scheme: str, value: str) -> Identifier:
    """Return ``value`` as a department holds it under ``scheme``, FAILED when it does not even have the form."""
    canonical = _canonical(scheme, value)
    return _read(scheme, canonical) or Identifier(scheme, canonical, "FAILED")


def classify(text: str) -> list[Identifier]:
    """Return every public scheme that ``text`` may be read as, each with its check; see `might_be_personal` as well.

    Names and the numbers of certificates have hardly a form: they are guessed only from what is written in them.
    """
    value = normalize(text)
    guessed = [scheme for scheme in _CODES if scheme not in _SIGNS or _SIGNS[scheme].search(value)]
    readings = [identifier for scheme in guessed if (identifier := _read(scheme, value)) is not None]
    if readings or _CHINESE.search(text) is None:
        return readings
    return _known("NAME", canonical_name(text))


def derive(identifier: Identifier) -> list[Identifier]:
    """Return what follows from ``identifier`` by algorithm, without itself; nothing follows from a failed check.

    A tax number of `L` and 18 digits that may be a citizen's number as well as a USCC leads nowhere: no guess.
    """
    value = identifier.value
    if identifier.check == "FAILED" or identifier.scheme not in {"USCC", "TAX_NO"}:
        return []
    if identifier.scheme == "TAX_NO" and len(value) == 15:
        return _known("ORG_CODE", value[6:])
    uscc = value.removeprefix("L")
    if len(uscc) != 18 or not uscc_check(uscc) or (uscc != value and might_be_personal(uscc)):
        return []
    follows = [*_known("USCC", uscc), *_known("ORG_CODE", uscc[8:17]), *_known("TAX_NO", uscc)]
    return [each for each in follows if each != identifier]


def _known(scheme: str, value: str) -> list[Identifier]:
    """Return the identifier that ``value`` is; none when a body has a letter where its check must stand, say."""
    identifier = _read(scheme, value)
    return [] if identifier is None else [identifier]


def _canonical(scheme: str, text: str) -> str:
    return canonical_name(text) if scheme == "NAME" else normalize(text)


def _read(scheme: str, value: str) -> Identifier | None:
    checks = [check(value) for form, check in _FORMS[scheme] if form.fullmatch(value)]
    return Identifier(scheme, value, min(checks, key=_BEST_FIRST.index)) if checks else None


def _told_by(check: Callable[[str], bool]) -> Callable[[str], Check]:
    return lambda value: "OK" if check(value) else "FAILED"


def _has_no_check(_: str) -> Check:
    return "NONE"


def _with_citizen_number(value: str) -> bool:
    return is_citizen_number(value) and citizen_check(value)


def _with_old_citizen_number(value: str) -> Check:
    """Return the check of a tax number made of an old citizen's number: a wrong date fails, a right one is no proof."""
    return "NONE" if is_old_citizen_number(value[:15]) else "FAILED"


_BEST_FIRST: Final = ("OK", "NONE", "FAILED")
_USCC: Final = "[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}"
_ORG_CODE: Final = "[0-9A-Z]{8}[0-9X]"
_CITIZEN: Final = "[1-9][0-9]{16}[0-9X]"
_CERTIFICATE: Final = "(?!.*[0-9]{15})(?=(?:.*[0-9]){3})[0-9A-Z()〔〕一-鿿]{4,40}"
_NAME: Final = r"(?!.*[0-9]{15})(?=.*[^\W\d_].*[^\W\d_]).{2,200}"
"""A name has two letters at least, and no personal number in it."""
_CHINESE: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CODES: Final = tuple(scheme for scheme in SCHEMES if scheme != "NAME")
_SIGNS: Final = {
    "INSTITUTION_CERT": re.compile("^事证"),  # 事证第123088100001号
    "SOCIAL_ORG_CERT": re.compile("[社民基]证?字.*号$"),  # 社证字第4230881号, 同民证字第010001号
}
"""What in a text tells that it may be of a scheme whose form alone would fit too much."""
_FORMS: Final[dict[str, list[tuple[re.Pattern[str], Callable[[str], Check]]]]] = {
    "USCC": [(re.compile(_USCC), _told_by(uscc_check))],
    "ORG_CODE": [(re.compile(_ORG_CODE), _told_by(org_code_check))],
    "REG_NO": [
        (re.compile("[0-9]{15}"), _told_by(reg_no_check)),
        (re.compile("[0-9]{13}"), _has_no_check),  # before 2007
    ],
    "TAX_NO": [
        (re.compile(_USCC), _told_by(uscc_check)),  # every body that has one, since 2015-10-01
        (re.compile("[0-9]{6}" + _ORG_CODE), _told_by(lambda value: org_code_check(value[6:]))),  # old bodies
        (re.compile(_CITIZEN + "[0-9]{2}"), _told_by(lambda value: _with_citizen_number(value[:18]))),
        (re.compile("[1-9][0-9]{16}"), _with_old_citizen_number),
        (re.compile("L" + _USCC), _told_by(lambda value: uscc_check(value[1:]))),  # temporary taxpayers
        (re.compile("L" + _CITIZEN), _told_by(lambda value: _with_citizen_number(value[1:]))),
    ],
    "CUSTOMS_CODE": [(re.compile("[0-9]{4}[0-9A-Z]{6}"), _has_no_check)],
    "INSTITUTION_CERT": [(re.compile(_CERTIFICATE), _has_no_check)],
    "SOCIAL_ORG_CERT": [(re.compile(_CERTIFICATE), _has_no_check)],
    "NAME": [(re.compile(_NAME), _has_no_check)],
}
_EXPECTED: Final = {
    "USCC": "18 digits and letters, none of I O S V Z, with digits from the third to the eighth",
    "ORG_CODE": "8 digits or letters and a check of 0-9 or X, a hyphen before it or not",
    "REG_NO": "15 digits, or 13 as before 2007",
    "TAX_NO": "a unified code of 18 characters, an old number of 15, or one of the forms made of another number",
    "CUSTOMS_CODE": "10 digits or letters, the first four of them digits",
    "INSTITUTION_CERT": "the number of a certificate, such as 事证第123088100001号",
    "SOCIAL_ORG_CERT": "the number of a certificate, such as 社证字第4230881号",
    "NAME": "a registered name in full, without any personal number",
}
