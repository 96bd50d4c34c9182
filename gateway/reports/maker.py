"""Makes a report for a caller: asks by the gateway's own front path, sets and signs it, and notes its issue.

Nothing is kept: the document is made and given at once. Setting and signing run in threads, few at once, so that they
hold up nobody's query; who would have to wait behind too many others is asked to come back.

# INVARIANT: no document is given whose issue is not durable in the ledger, with the SHA-256 of its bytes.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from connectors.clock import today_text
from gateway.caller import Caller
from gateway.errors import RateLimited, ReportsOff
from gateway.ledger import Entry, new_receipt
from gateway.receipts.link import receipt_link
from gateway.reports.asked import Asked, Asking
from gateway.reports.authority import REST_SECONDS, Authority, NotStamped
from gateway.reports.clean import Everything
from gateway.reports.issued import Issued, Note
from gateway.reports.keys import ReportKey
from gateway.reports.model import AskedFor, Issue, Level, Report, plain
from gateway.reports.order import Form, Order
from gateway.reports.page import page
from gateway.reports.report import Made, make_report
from gateway.reports.sections import Page
from gateway.reports.selective import issue
from gateway.reports.signed import signed_json
from gateway.reports.view import view_of
from gateway.reports.words import Language, Words

MAXIMUM_WAITING: Final = 16
MEDIA: Final[dict[Form, str]] = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "sd-jwt": "application/sd-jwt",
}
ENDINGS: Final[dict[Form, str]] = {"json": "json", "html": "html", "pdf": "pdf", "sd-jwt": "sd-jwt"}
_LEVELS: Final[dict[Form, Level]] = {"json": "JWS", "html": "NONE", "pdf": "PADES_B_B", "sd-jwt": "SD_JWT"}

_log = logging.getLogger("gateway.reports")


@dataclass(frozen=True, slots=True)
class House:
    """What a report says of those around it, as the configuration of the moment has it."""

    issuer: Words
    public_url: str
    largest_page: int
    title: Callable[[str], str]
    """Of a client, by its id."""
    purpose: Callable[[str], Words]


@dataclass(frozen=True, slots=True)
class Document:
    """A report, ready to be sent, and what the ledger has of it."""

    body: bytes
    issued: Issued
    entry: Entry

    @property
    def name(self) -> str:
        """What a file of it is called."""
        return f"{self.issued.number}.{ENDINGS[self.issued.form]}"


class Maker:
    """Makes reports, ``at_once`` of them; ``key`` is none where nothing can be signed, ``note`` writes the ledger.

    The ``authority`` stamps prints; where there is none, or it does not answer, they say that they have no time stamp.
    """

    def __init__(
        self,
        inner: Asking,
        key: ReportKey | None,
        house: Callable[[], House],
        note: Note,
        at_once: int,
        authority: Authority | None = None,
    ) -> None:
        self.key = key
        self._authority = authority
        self._inner = inner
        self._house = house
        self._note = note
        self._turns = asyncio.Semaphore(at_once)
        self._waiting = 0

    async def make(self, order: Order, caller: Caller, origin: str) -> Document:
        """Return the report that ``caller`` orders, its issue durable; raises `RequestError`.

        ``origin`` is the address under which the gateway was asked, where its configuration names none.
        """
        key = self._signing_key()
        if self._waiting >= MAXIMUM_WAITING:
            raise RateLimited("too many reports are being made at once", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            body, issued, subject = await self._made(order, caller, origin, key)
        finally:
            self._waiting -= 1
        return Document(body, issued, await self._note(issued, subject, caller))

    async def _made(self, order: Order, caller: Caller, origin: str, key: ReportKey) -> tuple[bytes, Issued, str]:
        """Return the document, what the ledger is to have of it, and the USCC that it is about."""
        house, at, receipt = self._house(), datetime.now(UTC), new_receipt()
        base = house.public_url or origin
        asked = Asked(self._inner, caller, house.largest_page)
        subject = await asked.all(order.subject.variable)
        made = Made(
            at=_iso(at),
            today=today_text(),
            issuer=house.issuer,
            issue=Issue(id=receipt, link=receipt_link(base, receipt)),
            signed=self._level(order.form),
            asked_for=_asked_for(caller, house),
            receipts=asked.receipts(base),
        )
        try:
            report, body = await self._document(asked.pages, made, order, key)
        except NotStamped as error:
            assert self._authority is not None, "it was asked"
            self._authority.rest()
            _log.warning("prints are signed without a time stamp for %d seconds: %s", REST_SECONDS, error)
            made = replace(made, signed="PADES_B_B")
            report, body = await self._document(asked.pages, made, order, key)
        issued = Issued(
            receipt=receipt,
            number=report.report_no,
            form=order.form,
            language=order.said,
            level=made.signed,
            digest=sha256(body).hexdigest(),
            answers=tuple(each.id for each in made.receipts),
        )
        return body, issued, subject

    def _level(self, form: Form) -> Level:
        stamped = form == "pdf" and self._authority is not None and self._authority.ready
        return "PADES_B_T" if stamped else _LEVELS[form]

    async def _document(
        self, pages: Mapping[str, list[Page]], made: Made, order: Order, key: ReportKey
    ) -> tuple[Report, bytes]:
        """Return the report and its document, when it is its turn; raises `NotStamped`."""
        signing = _Signing(key, self._authority if made.signed == "PADES_B_T" else None)
        async with self._turns:
            return await asyncio.to_thread(_set, pages, made, order.form, order.said, signing)

    def _signing_key(self) -> ReportKey:
        if self.key is None:
            raise ReportsOff("this gateway has no key to sign reports with: see `[reports]` of gateway.toml")
        if not self.key.holds_at(datetime.now(UTC)):
            raise ReportsOff("the certificate of reports is not valid today: see `[reports]` of gateway.toml")
        return self.key


@dataclass(frozen=True, slots=True)
class _Signing:
    """By which key a document is signed, and who stamps it."""

    key: ReportKey
    authority: Authority | None


def _set(
    pages: Mapping[str, list[Page]], made: Made, form: Form, language: Language, signing: _Signing
) -> tuple[Report, bytes]:
    """Return the report of ``pages``, and its document. Blocks; raises `NotStamped`."""
    report = make_report(pages, made)
    if form == "html":
        return report, page(view_of(report, language, Everything())).encode()
    if form == "sd-jwt":
        return report, issue(plain(report), signing.key).encode()
    signed = signed_json(plain(report), signing.key)
    return report, signed if form == "json" else _print(report, signed, language, signing)


def _print(report: Report, signed: bytes, language: Language, signing: _Signing) -> bytes:
    from gateway.reports.pades import sign_pdf  # read when the first print is signed: it takes a second
    from gateway.reports.printed import glyphs, printed

    pdf = printed(view_of(report, language, glyphs()), signed.decode(), report.generated_at)
    return sign_pdf(pdf, signing.key, signing.authority)


def _asked_for(caller: Caller, house: House) -> AskedFor:
    return AskedFor(
        client=caller.client,
        title=house.title(caller.client),
        purpose=caller.purpose,
        purpose_text=house.purpose(caller.purpose),
        case=caller.case,
    )


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
