"""Makes a report for a caller: asks by the gateway's own front path, page after page, then sets and signs it.

Nothing is kept: the document is made and given at once. Setting and signing run in threads, few at once, so that they
hold up nobody's query; who would have to wait behind too many others is asked to come back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from connectors.clock import today_text
from gateway.caller import Caller
from gateway.errors import RateLimited, ReportsOff, RequestError
from gateway.inner import Answered
from gateway.ledger.entry import Kind
from gateway.receipts.link import receipt_link
from gateway.reports.clean import Everything
from gateway.reports.contents import GROUPS, Group
from gateway.reports.document import DOCUMENT, page_document
from gateway.reports.keys import ReportKey
from gateway.reports.model import AskedFor, ReceiptLink, Report, plain
from gateway.reports.order import Form, Order
from gateway.reports.page import page
from gateway.reports.report import Made, make_report, require_subject
from gateway.reports.sections import Page
from gateway.reports.selective import issue
from gateway.reports.signed import signed_json
from gateway.reports.view import view_of
from gateway.reports.words import Language, Words

PAGE: Final = 100
"""Records of one page of a relation."""
MAXIMUM_OF_SECTION: Final = 300
MAXIMUM_RECORDS: Final = 1_000
"""Of a whole report; beyond either, further pages are not asked for, and the section says so. A thousand records are
about 120 pages."""
MAXIMUM_WAITING: Final = 16
MEDIA: Final[dict[Form, str]] = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "sd-jwt": "application/sd-jwt",
}
ENDINGS: Final[dict[Form, str]] = {"json": "json", "html": "html", "pdf": "pdf", "sd-jwt": "sd-jwt"}


class Asking(Protocol):
    """`gateway.inner.Inner`."""

    def ask(self, document: str, variables: Mapping[str, Any], caller: Caller, kind: Kind = ...) -> Awaitable[Answered]:
        """Return the answer to a query of the gateway's own; raises `RequestError`."""
        ...


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
    """A report, ready to be sent."""

    body: bytes
    form: Form
    number: str
    receipt: str


class Maker:
    """Makes reports, ``at_once`` of them; ``key`` is none where nothing can be signed."""

    def __init__(self, inner: Asking, key: ReportKey | None, house: Callable[[], House], at_once: int) -> None:
        self.key = key
        self._inner = inner
        self._house = house
        self._turns = asyncio.Semaphore(at_once)
        self._waiting = 0

    async def make(self, order: Order, caller: Caller, origin: str) -> Document:
        """Return the report that ``caller`` orders; raises `RequestError`.

        ``origin`` is the address under which the gateway was asked, where its configuration names none.
        """
        key, at = self._signing_key(), datetime.now(UTC)
        house = self._house()
        if self._waiting >= MAXIMUM_WAITING:
            raise RateLimited("too many reports are being made at once", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            asked = _Asked(self._inner, caller, min(PAGE, house.largest_page))
            await asked.all(order.subject.variable)
            made = Made(_iso(at), today_text(), house.issuer, _asked_for(caller, house), asked.receipts(house, origin))
            async with self._turns:
                report, body = await asyncio.to_thread(_set, asked.pages, made, order.form, order.said, key)
        finally:
            self._waiting -= 1
        return Document(body, order.form, report.report_no, made.receipts[0].id)

    def _signing_key(self) -> ReportKey:
        if self.key is None:
            raise ReportsOff("this gateway has no key to sign reports with: see `[reports]` of gateway.toml")
        if not self.key.holds_at(datetime.now(UTC)):
            raise ReportsOff("the certificate of reports is not valid today: see `[reports]` of gateway.toml")
        return self.key


class _Asked:
    """The pages of one report, as they come."""

    def __init__(self, inner: Asking, caller: Caller, first: int) -> None:
        self.pages: dict[str, list[Page]] = {}
        self._inner = inner
        self._caller = caller
        self._first = first
        self._answers: list[Answered] = []
        self._records = 0

    async def all(self, key: Mapping[str, Any]) -> None:
        """Ask for everything; raises `RequestError`, for a key that led nowhere with the receipt of that answer."""
        content = await self._ask(DOCUMENT, {"key": key})
        try:
            subject = require_subject(content["data"])
        except RequestError as error:
            told = content["extensions"]["receipt"]
            error.receipt = {"id": told["id"], "link": told["link"]}
            raise
        first = Page.of(content["data"], content.get("errors", ()))
        self.pages = {name: [first] for name in GROUPS}
        self._records = sum(len(found["items"]) for each in GROUPS.values() if (found := first.section(each)))
        for group in GROUPS.values():
            await self._further(group, {"scheme": "USCC", "value": subject["uscc"]})

    def receipts(self, house: House, origin: str) -> tuple[ReceiptLink, ...]:
        """Return the receipts of the answers, the first of them that of the report."""
        base = house.public_url or origin
        return tuple(
            ReceiptLink(
                id=each.receipt,
                link=receipt_link(base, each.receipt),
                response_digest=sha256(each.body).hexdigest(),
            )
            for each in self._answers
        )

    async def _further(self, group: Group, key: Mapping[str, Any]) -> None:
        """Ask for the pages behind the first of ``group``, as far as a report goes."""
        pages = self.pages[group.name]
        section, count = pages[0].section(group), 0
        while section is not None and section["pageInfo"]["hasNextPage"]:
            count += len(section["items"])
            if count >= MAXIMUM_OF_SECTION or self._records >= MAXIMUM_RECORDS:
                return
            variables = {"key": key, "after": section["pageInfo"]["endCursor"]}
            content = await self._ask(page_document(group.name), variables)
            require_subject(content["data"])
            pages.append(Page.of(content["data"], content.get("errors", ())))
            section = pages[-1].section(group)
            self._records += len(section["items"]) if section is not None else 0

    async def _ask(self, document: str, variables: Mapping[str, Any]) -> Any:
        answered = await self._inner.ask(document, {**variables, "first": self._first}, self._caller, "REPORT")
        self._answers.append(answered)
        return answered.content


def _set(
    pages: Mapping[str, list[Page]], made: Made, form: Form, language: Language, key: ReportKey
) -> tuple[Report, bytes]:
    """Return the report of ``pages``, and its document. Blocks."""
    report = make_report(pages, made)
    if form == "html":
        return report, page(view_of(report, language, Everything())).encode()
    if form == "sd-jwt":
        return report, issue(plain(report), key).encode()
    signed = signed_json(plain(report), key)
    return report, signed if form == "json" else _print(report, signed, language, key)


def _print(report: Report, signed: bytes, language: Language, key: ReportKey) -> bytes:
    from gateway.reports.pades import sign_pdf  # read when the first print is signed: it takes a second
    from gateway.reports.printed import glyphs, printed

    return sign_pdf(printed(view_of(report, language, glyphs()), signed.decode(), report.generated_at), key)


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
