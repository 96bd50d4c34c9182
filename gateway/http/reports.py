"""Credit reports over HTTP.

POST /reports               bearer token and the headers of a query; what is ordered stands in the body, never in the
                            URL; the answer is the document, with its receipt in the headers
GET /reports/certificate    the certificate of the key that signs them (PEM): public, for whoever verifies one
"""

from collections import Counter
from time import monotonic
from typing import Final, Protocol
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.auth.presented import Presented, presented
from gateway.caller import Caller
from gateway.errors import (
    LedgerUnavailable,
    ReportsOff,
    RequestError,
    Unauthenticated,
    UnsupportedMediaType,
)
from gateway.failure import report
from gateway.http.media import JSON, is_json
from gateway.http.request import read_body
from gateway.http.response import DRAFT, render_error
from gateway.limits.budgets import Account
from gateway.limits.strangers import Strangers
from gateway.reports.maker import MEDIA, Document, Maker
from gateway.reports.order import MAXIMUM_BYTES, read_order

REPORTS_PATH: Final = "/reports"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_PEM: Final = "application/x-pem-file"


class Front(Protocol):
    """Who lets callers in (`gateway.front.Front`)."""

    async def admit(self, presented: Presented) -> tuple[Caller, Account]:
        """Return who asks, the request counted; raises `RequestError`."""
        ...

    def turned_away(self, error: RequestError) -> None:
        """Note a refusal that nobody else heard of."""
        ...


def report_routes(front: Front, maker: Maker, strangers: Strangers, outcomes: Counter[str]) -> list[Route]:
    """Return the routes; ``strangers`` counts failures to identify, ``outcomes`` what became of the requests."""

    async def order(request: Request) -> Response:
        try:
            response = await _ordered(front, maker, strangers, request)
        except ClientDisconnect:
            outcomes["CLIENT_GONE"] += 1
            return Response(status_code=400)
        except Unauthenticated as error:
            return _refused(strangers.failed(_address(request), monotonic()) or error, outcomes)
        except RequestError as error:
            if error.receipt is None and not isinstance(error, LedgerUnavailable):
                front.turned_away(error)
            return _refused(error, outcomes)
        except Exception as error:  # noqa: BLE001 (the edge: whatever it was, the client gets a neutral answer)
            return _refused(report(error), outcomes)
        outcomes["ANSWERED"] += 1
        return response

    async def certificate(_: Request) -> Response:
        if maker.key is None:
            return _refused(ReportsOff("this gateway has no key to sign reports with"), outcomes)
        return PlainTextResponse(maker.key.pem, headers=_HEADERS, media_type=_PEM)

    return [
        Route(REPORTS_PATH, order, methods=["POST"]),
        Route(f"{REPORTS_PATH}/certificate", certificate),
    ]


async def _ordered(front: Front, maker: Maker, strangers: Strangers, request: Request) -> Response:
    if "authorization" not in request.headers and (refusal := strangers.refusal(_address(request), monotonic())):
        raise refusal
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType("the body must be `application/json` in UTF-8", headers={"Accept": JSON})
    declared = request.headers.get("content-length", "")
    length = declared.encode() if declared.isascii() and declared.isdigit() else None
    asked = read_order(await read_body(request.receive, length, MAXIMUM_BYTES))
    who = presented(request.scope, request.headers)
    caller, account = await front.admit(who)
    try:
        made = await maker.make(asked, caller, _origin(who.url))
    except RequestError as error:
        error.headers.update(account.headers)
        raise
    return _document(made, account)


def _document(made: Document, account: Account) -> Response:
    headers = {
        **_HEADERS,
        **account.headers,
        "Content-Type": MEDIA[made.issued.form],
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Credit-Receipt": made.issued.receipt,
        "Credit-Report": made.issued.number,
        "Credit-Signature": made.issued.level,
    }
    return Response(made.body, headers=headers)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _refused(error: RequestError, outcomes: Counter[str]) -> Response:
    outcomes[error.code] += 1
    made = render_error(error, JSON, DRAFT)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in made.headers}
    return Response(made.body, made.status, headers=headers)
