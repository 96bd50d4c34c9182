"""What routes that are no GraphQL have in common: who lets callers in, and what a refusal looks like."""

from collections import Counter
from collections.abc import Awaitable
from time import monotonic
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.auth.presented import Presented
from gateway.caller import Caller
from gateway.errors import LedgerUnavailable, RequestError, Unauthenticated
from gateway.failure import report
from gateway.http.media import JSON
from gateway.http.response import DRAFT, render_error
from gateway.limits.budgets import Account
from gateway.limits.strangers import Strangers


class Front(Protocol):
    """Who lets callers in (`gateway.front.Front`)."""

    async def admit(self, presented: Presented) -> tuple[Caller, Account]:
        """Return who asks, the request counted; raises `RequestError`."""
        ...

    def turned_away(self, error: RequestError) -> None:
        """Note a refusal that nobody else heard of."""
        ...


async def counted(
    working: Awaitable[Response], front: Front, strangers: Strangers, outcomes: Counter[str], request: Request
) -> Response:
    """Return what ``working`` on ``request`` comes to, a refusal told to the client, and noted where nobody has yet.

    ``strangers`` counts failures to identify, ``outcomes`` what became of the requests.
    """
    try:
        response = await working
    except ClientDisconnect:
        outcomes["CLIENT_GONE"] += 1
        return Response(status_code=400)
    except Unauthenticated as error:
        return counted_refusal(strangers.failed(address(request), monotonic()) or error, outcomes)
    except RequestError as error:
        if error.receipt is None and not isinstance(error, LedgerUnavailable):
            front.turned_away(error)
        return counted_refusal(error, outcomes)
    except Exception as error:  # noqa: BLE001 (the edge: whatever it was, the client gets a neutral answer)
        return counted_refusal(report(error), outcomes)
    outcomes["ANSWERED"] += 1
    return response


def require_known(request: Request, strangers: Strangers) -> None:
    """Raise the refusal of an address that failed to identify itself too often, where it does not even try."""
    if "authorization" not in request.headers and (refusal := strangers.refusal(address(request), monotonic())):
        raise refusal


def declared_length(request: Request) -> bytes | None:
    """Return the length of the body that the request states, None where it states none."""
    declared = request.headers.get("content-length", "")
    return declared.encode() if declared.isascii() and declared.isdigit() else None


def address(request: Request) -> str:
    """Return the address of the client."""
    return request.client.host if request.client else ""


def refused(error: RequestError) -> Response:
    """Return ``error`` as an answer in JSON."""
    made = render_error(error, JSON, DRAFT)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in made.headers}
    return Response(made.body, made.status, headers=headers)


def counted_refusal(error: RequestError, outcomes: Counter[str]) -> Response:
    """Return the same, counted among ``outcomes``."""
    outcomes[error.code] += 1
    return refused(error)
