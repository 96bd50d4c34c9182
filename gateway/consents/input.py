"""From what a caller sent to a consent: every part checked, every mistake named at once. Pure.

Messages quote only what has the form of a code, and no long number in it: a wrong input may be a personal number.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from connectors.declaration import unknown
from gateway.auth.personal import holds_personal_number
from gateway.consents.checks import MAXIMUM_FIELDS, MAXIMUM_PURPOSES, PURPOSE, evidence_mistake, subject_mistake
from gateway.consents.fields import field_mistake
from gateway.consents.model import Consent
from gateway.plan.document import redact
from schema.consent import RecordConsentInput
from schema.identifiers import normalize

FIELD: Final = re.compile(r"[A-Za-z]{1,64}\.(\*|[a-z0-9_]{1,64})")
KEY: Final = re.compile(r"[A-Za-z0-9._~:-]{1,64}")
FORMS: Final = frozenset({"PAPER", "ELECTRONIC"})


@dataclass(frozen=True, slots=True)
class InputMistake:
    """What is wrong with one part of the input, by its name in the schema."""

    field: str
    message: str


class Grantee(Protocol):
    """A registered client, of which the purposes that it may declare count here."""

    @property
    def purposes(self) -> Collection[str]:
        """The purposes that it may declare."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent may say: the registered ``clients`` that it may be for, and how many days it may last."""

    clients: Mapping[str, Grantee]
    max_days: int


def input_mistakes(given: RecordConsentInput, terms: Terms, today: str) -> list[InputMistake]:
    """Return what is wrong with ``given`` on the day ``today``."""
    found = [
        *(("subject", each) for each in [subject_mistake(canonical_subject(given.subject))] if each),
        *(("grantee", each) for each in _grantee(given, terms)),
        *(("purposes", each) for each in _purposes(given, terms)),
        *(("fields", each) for each in _fields(given.fields)),
        *_days(date.fromisoformat(given.not_before), date.fromisoformat(given.not_after), terms, today),
        *(("form", "a token is not recorded: it is PAPER or ELECTRONIC") for _ in [1] if given.form.name not in FORMS),
        *(("evidence", each) for each in [evidence_mistake(given.evidence)] if each),
    ]
    return [InputMistake(name, message) for name, message in found]


def consent_of(given: RecordConsentInput, consent_id: str) -> Consent:
    """Return the consent that ``given``, in which there is no mistake, says."""
    return Consent(
        id=consent_id,
        subject=canonical_subject(given.subject),
        grantee=given.grantee,
        purposes=frozenset(given.purposes),
        fields=frozenset(given.fields),
        not_before=given.not_before,
        not_after=given.not_after,
        form=given.form.name,
        evidence=given.evidence,
    )


def canonical_subject(text: str) -> str:
    """Return ``text`` half width and in upper case, without blanks and hyphens; what is far too long as it is."""
    return normalize(text) if len(text) <= 64 else text


def key_mistake(key: str) -> str | None:
    """Return why ``key`` is no key of idempotency; None if it is."""
    if KEY.fullmatch(key) is None or holds_personal_number(key):
        return "must be 1 to 64 letters, digits and `.` `_` `~` `:` `-`, and no personal number"
    return None


def _grantee(given: RecordConsentInput, terms: Terms) -> Iterator[str]:
    if terms.clients.get(given.grantee) is None:
        yield "is no client that is registered here"


def _purposes(given: RecordConsentInput, terms: Terms) -> Iterator[str]:
    if not 1 <= len(given.purposes) <= MAXIMUM_PURPOSES:
        yield f"must be 1 to {MAXIMUM_PURPOSES}, got {len(given.purposes)}"
        return
    grantee = terms.clients.get(given.grantee)
    for at, purpose in enumerate(given.purposes, 1):
        if PURPOSE.fullmatch(purpose) is None:
            yield f"item {at} is not a purpose code"
        elif grantee is not None and purpose not in grantee.purposes:
            yield f"{unknown('purpose', purpose, sorted(grantee.purposes))}: those that the grantee may ask for"


def _fields(fields: Sequence[str]) -> Iterator[str]:
    if not 1 <= len(fields) <= MAXIMUM_FIELDS:
        yield f"must be 1 to {MAXIMUM_FIELDS}, got {len(fields)}"
        return
    for at, name in enumerate(fields, 1):
        if FIELD.fullmatch(name) is None:
            yield f"item {at} is not of the form `Entity.field` or `Entity.*`"
        elif (mistake := field_mistake(name)) is not None:
            yield redact(mistake)


def _days(start: date, end: date, terms: Terms, today: str) -> Iterator[tuple[str, str]]:
    now = date.fromisoformat(today)
    if end < start:
        yield "notAfter", "is before `notBefore`"
    elif (end - start).days >= terms.max_days:
        yield "notAfter", f"a consent may last {terms.max_days} days, this one would last {(end - start).days + 1}"
    if end < now:
        yield "notAfter", "is over already"
    if (start - now).days > terms.max_days:
        yield "notBefore", f"is more than {terms.max_days} days ahead"
