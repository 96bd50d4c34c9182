"""Ordering a report through the graph: the same maker as `POST /reports`, for the same caller with the same rights.

INPUT_INVALID           the key is empty or too long
TOO_COSTLY              a mutation makes one report: each is a document of its own
SUBJECT_NOT_RESOLVED, REPORTS_OFF and whatever else refuses a query, as `POST /reports` says it
"""

from base64 import b64encode
from dataclasses import dataclass

from gateway.caller import Caller
from gateway.carried import Carried, refusal, require_valid
from gateway.consents.input import InputMistake
from gateway.errors import RequestError, TooCostly
from gateway.reports.issued import ShownIssue, show_issue
from gateway.reports.maker import MEDIA, Document, Maker
from gateway.reports.order import MAXIMUM_VALUE, Form, Key, Order
from gateway.reports.words import Language
from schema.report import CreditReportForm, CreditReportInput, CreditReportLanguage

_FORMS: dict[CreditReportForm, Form] = {
    CreditReportForm.JSON: "json",
    CreditReportForm.HTML: "html",
    CreditReportForm.PDF: "pdf",
    CreditReportForm.SD_JWT: "sd-jwt",
}
_LANGUAGES: dict[CreditReportLanguage, Language] = {CreditReportLanguage.ZH: "zh", CreditReportLanguage.EN: "en"}


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A report as the graph shows it, the document in base64."""

    report: ShownIssue
    media_type: str
    file_name: str
    size: int
    content: str


@dataclass(frozen=True, slots=True)
class Orders:
    """Who takes orders: ``origin`` is where the gateway listens, for links where no public address is configured."""

    maker: Maker
    origin: str


@dataclass(slots=True)
class ReportChanges(Carried):
    """What `schema.mutation` asks of reports, for ``caller``."""

    orders: Orders
    caller: Caller

    async def create_credit_report(self, given: CreditReportInput) -> ShownDocument:
        """Return the report, its issue durable in the ledger; raises GraphQLError."""
        if self.done:
            raise refusal("a mutation makes one report: send another mutation for each further one", TooCostly.code)
        value = given.subject.value
        wrong = not 0 < len(value) <= MAXIMUM_VALUE
        told = InputMistake("subject", f"`value` is empty, or longer than {MAXIMUM_VALUE} characters")
        require_valid("createCreditReport", [told] if wrong else [])
        scheme = given.subject.scheme.name if given.subject.scheme else None
        order = Order(Key(value, scheme), _FORMS[given.form], _LANGUAGES[given.language])
        try:
            made = await self.orders.maker.make(order, self.caller, self.orders.origin)
        except RequestError as error:
            raise refusal(error.message, error.code, error.extensions) from None
        self.done += 1
        return show_document(made)


def show_document(made: Document) -> ShownDocument:
    """Return the document as the graph shows it."""
    issue = show_issue(made.entry)
    assert issue is not None, "it was just issued"
    body = b64encode(made.body).decode()
    return ShownDocument(issue, MEDIA[made.issued.form], made.name, len(made.body), body)
