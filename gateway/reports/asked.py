"""What a report is made from: the answers to its queries, page after page, as its caller would get them."""

from collections.abc import Awaitable, Mapping
from hashlib import sha256
from typing import Any, Final, Protocol

from gateway.caller import Caller
from gateway.errors import RequestError
from gateway.inner import Answered
from gateway.ledger.entry import Kind
from gateway.receipts.link import receipt_link
from gateway.reports.contents import GROUPS, Group
from gateway.reports.document import DOCUMENT, page_document
from gateway.reports.model import ReceiptLink
from gateway.reports.report import require_subject
from gateway.reports.sections import Page

FIRST: Final = 30
"""Records of each relation in the first answer, so that all of them together are no more than a report holds."""
PAGE: Final = 100
"""Records of one further page of a relation."""
MAXIMUM_OF_SECTION: Final = 300
MAXIMUM_RECORDS: Final = 1_000
"""Of a whole report; beyond either, nothing further is asked for, and the section says so. A thousand records are
about 120 pages."""
URGENT: Final = (
    *("dishonest", "dishonestDebtors", "abnormal", "nonNormalTax", "penalties", "taxArrears"),
    *("consumptionRestrictions", "enforcementCases", "terminatedExecutions", "commitments", "judgments"),
)
"""Relations whose further pages are asked for before those of others: what a reader must not miss has room first."""


class Asking(Protocol):
    """`gateway.inner.Inner`."""

    def ask(self, document: str, variables: Mapping[str, Any], caller: Caller, kind: Kind = ...) -> Awaitable[Answered]:
        """Return the answer to a query of the gateway's own; raises `RequestError`."""
        ...


class Asked:
    """The pages of one report, as they come: of each relation at most ``largest`` records at once.

    # INVARIANT: of no relation more than `MAXIMUM_OF_SECTION` records, of all no more than `MAXIMUM_RECORDS`.
    """

    def __init__(self, inner: Asking, caller: Caller, largest: int) -> None:
        self.pages: dict[str, list[Page]] = {}
        self._inner = inner
        self._caller = caller
        self._largest = largest
        self._answers: list[Answered] = []
        self._records = 0

    async def all(self, key: Mapping[str, Any]) -> str:
        """Ask for everything and return the subject's USCC.

        Raises `RequestError`, for a key that led nowhere with the receipt of that answer.
        """
        content = await self._ask(DOCUMENT, {"key": key, "first": min(FIRST, self._largest)})
        try:
            subject = require_subject(content["data"])
        except RequestError as error:
            told = content["extensions"]["receipt"]
            error.receipt = {"id": told["id"], "link": told["link"]}
            raise
        first = Page.of(content["data"], content.get("errors", ()))
        self.pages = {name: [first] for name in GROUPS}
        self._records = sum(len(found["items"]) for each in GROUPS.values() if (found := first.section(each)))
        others = [name for name in GROUPS if name not in URGENT]
        for name in (*URGENT, *others):
            await self._further(GROUPS[name], {"scheme": "USCC", "value": subject["uscc"]})
        return str(subject["uscc"])

    def receipts(self, base: str) -> tuple[ReceiptLink, ...]:
        """Return the receipts of the answers; ``base`` is where clients reach the gateway."""
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
            first = min(PAGE, self._largest, MAXIMUM_OF_SECTION - count, MAXIMUM_RECORDS - self._records)
            if first <= 0:
                return
            variables = {"key": key, "first": first, "after": section["pageInfo"]["endCursor"]}
            content = await self._ask(page_document(group.name), variables)
            require_subject(content["data"])
            pages.append(Page.of(content["data"], content.get("errors", ())))
            section = pages[-1].section(group)
            self._records += len(section["items"]) if section is not None else 0

    async def _ask(self, document: str, variables: Mapping[str, Any]) -> Any:
        answered = await self._inner.ask(document, variables, self._caller, "REPORT")
        self._answers.append(answered)
        return answered.content
