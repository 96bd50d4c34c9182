"""What a caller sent to file, advance or notify: every part checked, every mistake named at once. Pure.

No message quotes a value: a wrong one may be a personal number.
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.auth.personal import holds_personal_number
from gateway.consents.checks import evidence_mistake, subject_mistake
from gateway.consents.input import InputMistake, canonical_subject, key_mistake
from gateway.days import is_day
from gateway.ledger import is_receipt
from gateway.objections.places import PATH
from gateway.objections.states import REASONED
from schema.objection import AdvanceObjectionInput, FileObjectionInput, NoticeRepairInput

"""The id of a receipt, and of an objection: a UUIDv7 in hex (RFC 9562 §5.7)."""
CONTACT: Final = re.compile(r"[A-Za-z0-9._~:-]{1,64}")
TELEPHONE: Final = re.compile(r"(?:^|[^0-9])(?:\+?86)?1[3-9][0-9]{9}(?:[^0-9]|$)")
LONGEST_STATEMENT: Final = 1_000
LONGEST_NOTE: Final = 500
LONGEST_BASIS: Final = 200
LONGEST_KEY: Final = 200
MAXIMUM_EVIDENCE: Final = 10


def filing_mistakes(given: FileObjectionInput, *, window: bool) -> list[InputMistake]:
    """Return what is wrong with ``given``; a ``window`` has to name the subject, others may leave it out."""
    found = [
        *_id("receipt", given.receipt),
        *_path(given.path),
        *_text("statement", given.statement, LONGEST_STATEMENT),
        *_evidence(given.evidence),
        *(_key("recordKey", given.record_key) if given.record_key is not None else ()),
        *_contact(given.contact),
        *_subject(given.subject, window=window),
        *_mutation_key(given.client_mutation_id),
    ]
    return [InputMistake(name, message) for name, message in found]


def step_mistakes(given: AdvanceObjectionInput) -> list[InputMistake]:
    """Return what is wrong with ``given``."""
    found = [*_id("id", given.id)]
    if given.note is not None:
        found += _text("note", given.note, LONGEST_NOTE)
    elif given.to.name in REASONED:
        found.append(("note", f"say why: it is needed for `{given.to.name}`"))
    return [InputMistake(name, message) for name, message in found]


def notice_mistakes(given: NoticeRepairInput, today: str) -> list[InputMistake]:
    """Return what is wrong with ``given`` on the day ``today``, but for the source and the entity it names."""
    found = [*_key("recordKey", given.record_key), *_text("basis", given.basis, LONGEST_BASIS)]
    if not is_day(given.repaired_on) or given.repaired_on > today:
        found.append(("repairedOn", "is later than today"))
    return [InputMistake(name, message) for name, message in found]


def _id(name: str, text: str) -> Iterator[tuple[str, str]]:
    if not is_receipt(text):  # an objection is called in the same way as a receipt
        yield name, "must be 32 lower-case hex digits"


def _path(path: str) -> Iterator[tuple[str, str]]:
    if PATH.fullmatch(path) is None or holds_personal_number(path):
        yield "path", "must be a path of the answer, names and places joined by dots"


def _text(name: str, text: str, longest: int) -> Iterator[tuple[str, str]]:
    if not text.strip() or len(text) > longest:
        yield name, f"must be 1 to {longest} characters"
    elif not text.replace("\n", " ").isprintable():
        yield name, "holds characters that cannot be printed"
    elif holds_personal_number(text):
        yield name, "holds what looks like a personal number: leave it out, the owner finds the record without"


def _key(name: str, key: str) -> Iterator[tuple[str, str]]:
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        yield name, f"must be 1 to {LONGEST_KEY} characters that can be printed"


def _evidence(evidence: list[str]) -> Iterator[tuple[str, str]]:
    if len(evidence) > MAXIMUM_EVIDENCE:
        yield "evidence", f"must be at most {MAXIMUM_EVIDENCE}, got {len(evidence)}"
    elif any(evidence_mistake(each) for each in evidence):
        yield "evidence", "each must be the SHA-256 of a document, 64 lower-case hex digits"


def _contact(contact: str | None) -> Iterator[tuple[str, str]]:
    if contact is None:
        return
    if CONTACT.fullmatch(contact) is None or holds_personal_number(contact) or TELEPHONE.search(contact):
        yield (
            "contact",
            "must be a reference of your own: 1 to 64 letters, digits and `.` `_` `~` `:` `-`, no number of a person",
        )


def _subject(subject: str | None, *, window: bool) -> Iterator[tuple[str, str]]:
    if subject is None:
        if window:
            yield "subject", "name the subject that you file for"
    elif (mistake := subject_mistake(canonical_subject(subject))) is not None:
        yield "subject", mistake


def _mutation_key(key: str | None) -> Iterator[tuple[str, str]]:
    if key is not None and (mistake := key_mistake(key)) is not None:
        yield "clientMutationId", mistake
