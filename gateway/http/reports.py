"""Credit reports over HTTP.

POST /reports               bearer token and the headers of a query; what is ordered stands in the body, never in the
                            URL; the answer is the document, with its receipt in the headers
GET /reports/certificate    the certificate of the key that signs them (PEM): public, for whoever verifies one
"""

from collections import Counter
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.auth.presented import presented
from gateway.errors import (
    ReportsOff,
    RequestError,
    UnsupportedMediaType,
)
from gateway.http.edge import Front, counted, counted_refusal, declared_length, require_known
from gateway.http.media import JSON, is_json
from gateway.http.request import read_body
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


def report_routes(front: Front, maker: Maker, strangers: Strangers, outcomes: Counter[str]) -> list[Route]:
    """Return the routes; ``strangers`` counts failures to identify, ``outcomes`` what became of the requests."""

    async def order(request: Request) -> Response:
        return await counted(_ordered(front, maker, strangers, request), front, strangers, outcomes, request)

    async def certificate(_: Request) -> Response:
        if maker.key is None:
            return counted_refusal(ReportsOff("this gateway has no key to sign reports with"), outcomes)
        return PlainTextResponse(maker.key.pem, headers=_HEADERS, media_type=_PEM)

    return [
        Route(REPORTS_PATH, order, methods=["POST"]),
        Route(f"{REPORTS_PATH}/certificate", certificate),
    ]


async def _ordered(front: Front, maker: Maker, strangers: Strangers, request: Request) -> Response:
    require_known(request, strangers)
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType("the body must be `application/json` in UTF-8", headers={"Accept": JSON})
    asked = read_order(await read_body(request.receive, declared_length(request), MAXIMUM_BYTES))
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
