"""What the ledger keeps of a report: that it was issued, to whom and for what, how signed, and its SHA-256.

One entry of the kind ISSUED, beside those of the answers that it was made from. Nothing of what the report says is in
it: its subject is a pseudonym, its content a digest. Whoever may read its receipt may ask by the report's number.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
import sqlalchemy as sa

from gateway.caller import Caller
from gateway.errors import ReportUnknown
from gateway.ledger.entry import Change, Entry, decode_entry
from gateway.ledger.tables import LEDGER, Query
from gateway.own import Own, Told, Untold
from gateway.plan.asks import Rights
from gateway.receipts.rights import Pseudonyms, may_read
from gateway.reports.model import Level
from gateway.reports.number import receipt_bounds
from gateway.reports.order import Form
from gateway.reports.words import Language
from gateway.seal import Seal

FIELD: Final = "Query.creditReport"
REPORT: Final = "report"
ANSWER: Final = "report answer"
"""What changes of an entry are called: how the report was made, and each answer that it was made from."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One report: ``receipt`` is that of its issue, ``digest`` the SHA-256 of the document, ``answers`` receipts."""

    receipt: str
    number: str
    form: Form
    language: Language
    level: Level
    digest: str
    answers: Sequence[str]

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the entry says of it."""
        made = Change(what=REPORT, name=self.number, after=f"{self.form} {self.language} {self.level}")
        return (made, *(Change(what=ANSWER, name=self.number, after=each) for each in self.answers))


Note = Callable[[Issued, str, Caller], Awaitable[Entry]]
"""Writes the issue of a report about the organization of that USCC to a caller; raises `LedgerUnavailable`."""


class Log(Protocol):
    """What is needed of the ledger."""

    async def append(self, entry: Entry) -> None:
        """Return when the entry is durable."""
        ...

    async def rows(self, query: Query) -> Sequence[Any]:
        """Return the rows that ``query`` selects."""
        ...


def noting(log: Log, seal: Callable[[], Seal]) -> Note:
    """Return what writes issues into ``log``, by the ``seal`` of the moment."""

    async def note(issued: Issued, subject: str, caller: Caller) -> Entry:
        changes = issued.changes
        event = seal().event(issued.receipt, caller, [("USCC", subject)], changes[0], b"")
        entry = msgspec.structs.replace(event, kind="ISSUED", changes=changes, response_digest=issued.digest)
        await log.append(entry)
        return entry

    return note


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """A report as the graph shows it."""

    number: str
    receipt: str
    issued_at: str
    form: str
    language: str
    signature: str
    sha256: str
    client: str
    department: str | None
    purpose: str
    case: str | None
    answers: list[str]


def show_issue(entry: Entry) -> ShownIssue | None:
    """Return the report whose issue ``entry`` is; None for any other entry."""
    if entry.kind != "ISSUED" or not entry.changes:
        return None
    made, *answers = entry.changes
    form, language, level = (made.after or "").split(" ")
    return ShownIssue(
        number=made.name,
        receipt=entry.receipt,
        issued_at=entry.at,
        form=form.replace("-", "_").upper(),
        language=language.upper(),
        signature=level,
        sha256=entry.response_digest,
        client=entry.client,
        department=entry.department,
        purpose=entry.purpose,
        case=entry.case,
        answers=[each.after or "" for each in answers],
    )


@dataclass(frozen=True, slots=True)
class Issues:
    """The root `creditReport`, answered from the ledger alone."""

    log: Log
    pseudonyms: Pseudonyms

    @property
    def roots(self) -> Mapping[str, Own]:
        """The root by its kind."""
        return {"credit_report": self.credit_report}

    async def credit_report(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return what is known of a report; one that there is not and one of another client look the same."""
        entry = await self._find(arguments["number"])
        shown = show_issue(entry) if entry is not None else None
        if entry is None or shown is None or not may_read(rights, entry, self.pseudonyms):
            return Untold({"code": ReportUnknown.code, "field": FIELD})
        return Told([shown])

    async def _find(self, number: str) -> Entry | None:
        bounds = receipt_bounds(number)
        if bounds is None:
            return None
        receipt = LEDGER.c.receipt
        query = sa.select(LEDGER.c.entry).where(
            receipt >= bounds.first, receipt < bounds.last, receipt.endswith(bounds.ending), LEDGER.c.kind == "ISSUED"
        )
        rows = await self.log.rows(query.limit(1))
        return decode_entry(rows[0][0]) if rows else None
