"""Receipts and checkpoints over plain HTTP, for clients that keep bundles.

GET /receipts/{id}       bearer token; the `receipt` of a bundle. Read through the desk by a fixed operation, so that
                         rights, budgets and the entry in the ledger are those of the root `receipt`
GET /ledger/checkpoint   the signed checkpoint of the moment: public, it tells sizes and roots alone
GET /ledger/keys         the public keys, one a line
"""

from collections.abc import Sequence
from time import monotonic
from typing import Any, Final, Protocol

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.auth.presented import presented
from gateway.errors import Failed, LedgerUnavailable, ReceiptUnknown, RequestError, Unauthenticated
from gateway.failure import report
from gateway.http.edge import address, refused, require_known
from gateway.http.endpoint import Desk
from gateway.http.media import JSON
from gateway.http.request import GraphQLRequest
from gateway.limits.strangers import Strangers
from gateway.receipts.document import RECEIPT_DOCUMENT

_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept"}


class Log(Protocol):
    """What is public of the ledger."""

    @property
    def keys(self) -> Sequence[str]:
        """The public keys."""
        ...

    async def checkpoint(self) -> str:
        """Return the signed checkpoint of the moment."""
        ...


def receipt_routes(desk: Desk, log: Log, strangers: Strangers) -> list[Route]:
    """Return the routes; ``strangers`` counts failures to identify, together with those of the other endpoints."""

    async def receipt(request: Request) -> Response:
        if "authorization" not in request.headers and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("../verify/", 303, headers=_HEADERS)
        try:
            return await _receipt(desk, request, strangers)
        except Unauthenticated as error:
            return refused(strangers.failed(address(request), monotonic()) or error)
        except RequestError as error:
            return refused(error)

    async def checkpoint(_: Request) -> Response:
        try:
            return _text(await log.checkpoint())
        except Exception as error:  # noqa: BLE001  (a driver may raise anything)
            report(error)
            return refused(LedgerUnavailable("the ledger cannot be read", headers={"Retry-After": "1"}))

    async def keys(_: Request) -> Response:
        return _text("".join(f"{key}\n" for key in log.keys))

    return [
        Route("/receipts/{id}", receipt),
        Route("/ledger/checkpoint", checkpoint),
        Route("/ledger/keys", keys),
    ]


async def _receipt(desk: Desk, request: Request, strangers: Strangers) -> Response:
    require_known(request, strangers)
    asked = GraphQLRequest(RECEIPT_DOCUMENT, None, {"id": request.path_params["id"]}, {}, "GET")
    reply = await desk.answer(asked, presented(request.scope, request.headers))
    found: Any = orjson.loads(reply.body)
    if found["data"]["receipt"] is None:
        code = found["errors"][0]["extensions"]["code"] if found.get("errors") else ReceiptUnknown.code
        raise ReceiptUnknown(UNKNOWN) if code == ReceiptUnknown.code else Failed("the receipt cannot be told")
    return Response(orjson.dumps(found["data"]["receipt"]), media_type=JSON, headers={**_HEADERS, **reply.headers})


UNKNOWN: Final = "there is no such receipt, or it is another client's"


def _text(text: str) -> Response:
    return PlainTextResponse(text, headers=_HEADERS)
