"""The report as a value: what every form of it (JSON, page, PDF, SD-JWT) is made from. Its JSON is the machine's form.

Texts are in both languages; codes, dates and amounts stand beside their words, as the answers have them.
"""

from typing import Any, Final, Literal

import msgspec

from gateway.reports.words import Words

FORM_VERSION: Final = "1.0"
"""Version of this form of report; a reader of the JSON goes by it."""

State = Literal["COMPLETE", "PARTIAL", "UNKNOWN", "NOT_COVERED", "DENIED"]
"""`SectionState` of the schema, and DENIED where the whole relation is not open to the caller."""
Answer = Literal["YES", "NO", "UNKNOWN"]
Missing = Literal["NONE", "MISREAD", "DENIED"]
"""Why there is no value: the source has none, it sent one that could not be read, the field is not open."""
Level = Literal["NONE", "JWS", "SD_JWT", "PADES_B_B", "PADES_B_T"]
"""How a document is signed; the levels of PAdES are those of ETSI EN 319 142-1, 6."""


class _Told(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How parts of a report are written."""


class Value(_Told, frozen=True, kw_only=True):
    """One field of a record: ``value`` as the answer has it, ``text`` in words; ``missing`` says why there is none."""

    field: str
    label: Words
    value: Any = None
    text: Words
    missing: Missing | None = None


class Standing(_Told, frozen=True, kw_only=True):
    """What the rules of publicity make of a negative record."""

    state: str | None = None
    severity: str | None = None
    public_until: str | None = None
    text: Words


class Record(_Told, frozen=True, kw_only=True):
    """One record with its owner and times; ``confidence`` says how sure it is the subject's, where that is below 1."""

    record_id: str
    values: tuple[Value, ...]
    standing: Standing | None = None
    under_objection: bool = False
    source: str
    system: str
    department: str
    department_as_written: str
    source_updated_at: str | None = None
    as_of: str | None = None
    fetched_at: str
    digest: str | None = None
    confidence: str | None = None


class Asked(_Told, frozen=True, kw_only=True):
    """One owning source (or one table of it), and what came of asking it."""

    source: str
    part: str | None = None
    department: str
    status: str
    text: Words
    reason: str | None = None
    until: str | None = None
    as_of: str | None = None
    fetched_at: str | None = None


class Denied(_Told, frozen=True, kw_only=True):
    """That something is not open to the caller: the policy's reason, and what would open it."""

    reason: str
    text: Words
    needs: Any = None


class Section(_Told, frozen=True, kw_only=True):
    """One relation: its records, and how far they are all. ``summary`` says in words what may be concluded."""

    name: str
    title: Words
    state: State
    summary: Words
    total: int | None = None
    records: tuple[Record, ...] = ()
    asked: tuple[Asked, ...] = ()
    denied: Denied | None = None
    truncated: Words | None = None


class Part(_Told, frozen=True, kw_only=True):
    """One of the nine sections: ``count`` records are shown, which are all there are only where it is ``complete``."""

    number: int
    title: Words
    count: int
    complete: bool
    sections: tuple[Section, ...]


class Label(_Told, frozen=True, kw_only=True):
    """One of the four labels, three-valued: what is not known is never a no."""

    code: str
    title: Words
    answer: Answer
    text: Words


class Subject(_Told, frozen=True, kw_only=True):
    """Whom the report is about."""

    uscc: str
    kind: str
    kind_text: Words
    name: str | None = None


class AskedFor(_Told, frozen=True, kw_only=True):
    """For whom and for what the report was made; ``title`` is the client's name in the register."""

    client: str
    title: str
    purpose: str
    purpose_text: Words
    case: str | None = None


class ReceiptLink(_Told, frozen=True, kw_only=True):
    """A receipt in the ledger of the answer that the report was made from: SHA-256 of that answer's body."""

    id: str
    link: str
    response_digest: str


class Issue(_Told, frozen=True, kw_only=True):
    """The receipt in the ledger of the document itself, whose entry has the SHA-256 of its bytes."""

    id: str
    link: str


class Signed(_Told, frozen=True, kw_only=True):
    """How the document is signed for which the report was made."""

    level: Level
    text: Words


class Report(_Told, frozen=True, kw_only=True):
    """A credit report. ``generated_at`` is ISO 8601 in UTC."""

    form: str = "credit-report"
    version: str = FORM_VERSION
    report_no: str
    generated_at: str
    issuer: Words
    issue: Issue
    signed: Signed
    subject: Subject
    asked_for: AskedFor
    labels: tuple[Label, ...]
    parts: tuple[Part, ...]
    hints: tuple[Words, ...]
    disclaimer: tuple[Words, ...]
    receipts: tuple[ReceiptLink, ...]


def plain(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(report))
    return told
