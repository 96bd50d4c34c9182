"""What can go wrong with a request before, or instead of, an answer.

    RequestError             code                      status
      BadRequest             BAD_REQUEST               400     the HTTP message cannot be read
        BadParameters        BAD_REQUEST               400     it can, but it is not a GraphQL request
      BadQuery               BAD_QUERY                 400     the document or the variables do not fit the schema
        BadDocument          BAD_QUERY                 400     the document does not parse
      TooCostly              TOO_COSTLY                400     over a limit; says which
      DocumentUnknown        DOCUMENT_UNKNOWN          400     no trusted document has that id
      Unauthenticated        UNAUTHENTICATED           401     no token, or one that is not good
      Forbidden              FORBIDDEN                 403     a good token that may not do this (purpose, scope)
        DocumentNotTrusted   DOCUMENT_NOT_TRUSTED      403     the client may send trusted documents only
        IntrospectionOff     INTROSPECTION_OFF         403     the client may not read the schema here
      SubjectBudgetExceeded  SUBJECT_BUDGET_EXCEEDED  429    whom a client may ask about in a day is spent
      ReceiptUnknown         RECEIPT_UNKNOWN           404     no such receipt, or another client's
      ReportUnknown          REPORT_UNKNOWN            404     no such report, or another client's
      SubjectNotResolved     SUBJECT_NOT_RESOLVED      404     the key of a report leads to no one organization
      ScreeningUnknown       SCREENING_UNKNOWN         404     no such screening, or another client's
      RuleSetChanged         RULE_SET_CHANGED          409     the rule set was changed since a screening began
      RowsRefused            ROWS_REFUSED              409     uploaded rows that are not those which were to come
      NotAcceptable          NOT_ACCEPTABLE            406
      MethodNotAllowed       METHOD_NOT_ALLOWED        405
      TooLarge               TOO_LARGE                 413
      UnsupportedMediaType   UNSUPPORTED_MEDIA_TYPE    415
      RateLimited            RATE_LIMITED              429     over a budget; `Retry-After` tells when to come back
      LedgerUnavailable      LEDGER_UNAVAILABLE        503     no durable entry, no answer
      ObjectionsUnavailable  OBJECTIONS_UNAVAILABLE    503     it is not known which records are repaired
      WatchesUnavailable     WATCHES_UNAVAILABLE       503     watches cannot be read or written
      SubscriptionEnded      SUBSCRIPTION_ENDED        403     rights changed, or a client too slow; `reason` says which
      ReportsOff             REPORTS_OFF               503     there is no key, or no valid certificate, to sign with
      ScreeningsUnavailable  SCREENINGS_UNAVAILABLE    503     the store of screenings does not answer
      ShuttingDown           SHUTTING_DOWN             503     the server stopped before the answer was ready
      Failed                 INTERNAL                  500     a fault of ours; `extensions.id` finds it in the log
      KeysUnavailable        KEYS_UNAVAILABLE          503     the issuer's keys were never read: no token can be judged

Faults of sources never end here: they are coverage of the section they belong to (`connectors.errors`).
Messages: lower case, no full stop, the offending input in backticks, never a personal number.
"""

from collections.abc import Mapping
from typing import Any


class RequestError(Exception):
    """A request that gets no answer; ``headers`` go on the HTTP response, ``extensions`` into the GraphQL error."""

    code = "BAD_REQUEST"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        locations: list[dict[str, int]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})
        self.locations = locations
        self.client: str | None = None
        """Whose token it was, where that was known when the request was refused."""
        self.receipt: Mapping[str, str] | None = None
        """The id and link of the ledger's entry, once it is written."""


class BadRequest(RequestError):
    """The HTTP message is not a well-formed GraphQL request."""


class BadParameters(BadRequest):
    """The HTTP message can be read, but its parameters are missing, or are not of the kind they must be."""


class BadQuery(RequestError):
    """The document does not parse or validate, or the variables do not fit."""

    code = "BAD_QUERY"


class BadDocument(BadQuery):
    """The document does not parse. Apart from BadQuery, because HTTP tells the two apart (`gateway.http.response`)."""


class TooCostly(RequestError):
    """The document is over a limit of size, depth or cost."""

    code = "TOO_COSTLY"


class DocumentUnknown(RequestError):
    """An id that no trusted document has. Nothing is ever registered over HTTP: sending the text does not help."""

    code = "DOCUMENT_UNKNOWN"


class Unauthenticated(RequestError):
    """No access token, or one that is not valid here."""

    code = "UNAUTHENTICATED"
    status = 401


class Forbidden(RequestError):
    """A valid token whose client may not make this request."""

    code = "FORBIDDEN"
    status = 403


class DocumentNotTrusted(Forbidden):
    """A document of its own from a client that may send trusted documents only."""

    code = "DOCUMENT_NOT_TRUSTED"


class IntrospectionOff(Forbidden):
    """A question about the schema from a client that may not ask it."""

    code = "INTROSPECTION_OFF"


class SubjectBudgetExceeded(RequestError):
    """A client has asked about as many subjects, or persons, as it may in a day; `Retry-After` tells when that ends."""

    code = "SUBJECT_BUDGET_EXCEEDED"
    status = 429


class ReceiptUnknown(RequestError):
    """A receipt that is not in the ledger, or that another client got: the two look the same."""

    code = "RECEIPT_UNKNOWN"
    status = 404


class ReportUnknown(RequestError):
    """A report that was never issued under that number, or to another client: the two look the same."""

    code = "REPORT_UNKNOWN"
    status = 404


class SubjectNotResolved(RequestError):
    """A report was asked for, and the key leads to no one organization; ``extensions`` say what it leads to."""

    code = "SUBJECT_NOT_RESOLVED"
    status = 404


class ScreeningUnknown(RequestError):
    """A screening that is not there, or that another client began: the two look the same."""

    code = "SCREENING_UNKNOWN"
    status = 404


class RuleSetChanged(RequestError):
    """The rule set of a screening is not the one that it began with: its rows would be judged by two."""

    code = "RULE_SET_CHANGED"
    status = 409


class RowsRefused(RequestError):
    """Rows of a portfolio that cannot be taken; ``extensions.reason`` is MISPLACED, DIFFERENT or ENDED."""

    code = "ROWS_REFUSED"
    status = 409


class MethodNotAllowed(RequestError):
    """An HTTP method that this resource, or this kind of operation, does not take."""

    code = "METHOD_NOT_ALLOWED"
    status = 405


class NotAcceptable(RequestError):
    """No media type that the caller accepts can be served."""

    code = "NOT_ACCEPTABLE"
    status = 406


class TooLarge(RequestError):
    """A request body over the limit."""

    code = "TOO_LARGE"
    status = 413


class UnsupportedMediaType(RequestError):
    """A request body in a media type, encoding or compression that is not taken."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class RateLimited(RequestError):
    """A request over a budget of its client, or one more failure to identify from one address."""

    code = "RATE_LIMITED"
    status = 429


class LedgerUnavailable(RequestError):
    """The ledger cannot be written: an answer without a durable entry is not given."""

    code = "LEDGER_UNAVAILABLE"
    status = 503


class KeysUnavailable(RequestError):
    """The issuer of the token has not been reached yet, so that its tokens can be neither taken nor refused."""

    code = "KEYS_UNAVAILABLE"
    status = 503


class ConsentsUnavailable(RequestError):
    """The store of consents does not answer: nothing can be said of them, and nothing recorded."""

    code = "CONSENTS_UNAVAILABLE"
    status = 503


class ObjectionsUnavailable(RequestError):
    """The store of objections does not answer: it is not known which records are repaired, so none may be shown."""

    code = "OBJECTIONS_UNAVAILABLE"
    status = 503


class WatchesUnavailable(RequestError):
    """The store of watches does not answer."""

    code = "WATCHES_UNAVAILABLE"
    status = 503


class SubscriptionEnded(RequestError):
    """A subscription that had begun and cannot go on as it was; `extensions.reason` says why."""

    code = "SUBSCRIPTION_ENDED"
    status = 403


class ReportsOff(RequestError):
    """No report can be signed here: there is no key for it, or its certificate is not valid today."""

    code = "REPORTS_OFF"
    status = 503


class ScreeningsUnavailable(RequestError):
    """The store of screenings does not answer: nothing can be said of them, and none begun."""

    code = "SCREENINGS_UNAVAILABLE"
    status = 503


class ShuttingDown(RequestError):
    """The server stopped before the answer was ready."""

    code = "SHUTTING_DOWN"
    status = 503


class Failed(RequestError):
    """A fault of ours; `extensions.id` finds it in the log, the message says nothing about it."""

    code = "INTERNAL"
    status = 500
