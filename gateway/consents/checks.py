"""What single parts of a consent must be, however it is stated. Pure; no message quotes a value."""

import re
from typing import Final

from gateway.auth.personal import holds_personal_number
from schema.identifiers import IdentifierError, parse, uscc_check

PURPOSE: Final = re.compile(r"[A-Z][A-Z_]{0,63}")
EVIDENCE: Final = re.compile(r"[0-9a-f]{64}")
MAXIMUM_PURPOSES: Final = 20
MAXIMUM_FIELDS: Final = 200
LONGEST_SUBJECT: Final = 64


def subject_mistake(subject: str) -> str | None:
    """Return why ``subject`` is not the canonical USCC of an organization; None if it is.

    # INVARIANT: what reads as a citizen's number is refused, also where it happens to be a code as well.
    """
    if len(subject) > LONGEST_SUBJECT:
        return "must be a unified social credit code of 18 characters"
    if holds_personal_number(subject):
        return "looks like a personal number: a consent is given by an organization, under its credit code"
    try:
        identifier = parse("USCC", subject)
    except IdentifierError:
        return "must be a unified social credit code of 18 characters"
    if identifier.value != subject:
        return "must be written in upper case, without blanks or hyphens"
    return None if uscc_check(subject) else "is no unified social credit code: its check character is wrong"


def evidence_mistake(evidence: str) -> str | None:
    """Return why ``evidence`` is no SHA-256 in lower-case hex; None if it is."""
    if EVIDENCE.fullmatch(evidence) is None or holds_personal_number(evidence):
        return "must be the SHA-256 of the signed document, 64 lower-case hex digits"
    return None
