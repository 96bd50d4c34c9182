"""Portfolios over HTTP, in parts.

PUT /screenings/{id}/rows/{first}    bearer token; whole slices of the screening that was announced, one row a line
                                     (`gateway.screening.sent`), of which the first has the number `first`; the answer
                                     tells how many rows have come. Sent again, a part does no harm
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.clock import today_text
from gateway.auth.presented import presented
from gateway.caller import Caller
from gateway.checks.rights import may_not_run
from gateway.errors import (
    BadRequest,
    Forbidden,
    RateLimited,
    RequestError,
    ScreeningsUnavailable,
    ScreeningUnknown,
    UnsupportedMediaType,
)
from gateway.http.edge import Front, counted, declared_length, require_known
from gateway.http.media import JSON
from gateway.http.request import read_body
from gateway.ledger import is_receipt
from gateway.limits.strangers import Strangers
from gateway.screening.job import Job
from gateway.screening.opened import Screenings
from gateway.screening.sent import MAXIMUM_PART_BYTES, MEDIA, NoRow, read_rows
from gateway.screening.shown import AWAY

PATH: Final = "/screenings/{id}/rows/{first:int}"
AT_ONCE: Final = 2
"""Parts of one client that are taken at the same time: what they hold in memory is bounded by it."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def screening_routes(front: Front, screenings: Screenings, strangers: Strangers, outcomes: Counter[str]) -> list[Route]:
    """Return the routes; ``strangers`` counts failures to identify, ``outcomes`` what became of the requests."""
    busy = Counter[str]()

    async def part(request: Request) -> Response:
        return await counted(_taken(front, screenings, strangers, busy, request), front, strangers, outcomes, request)

    return [Route(PATH, part, methods=["PUT"])]


async def _taken(
    front: Front, screenings: Screenings, strangers: Strangers, busy: Counter[str], request: Request
) -> Response:
    require_known(request, strangers)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA:
        raise UnsupportedMediaType(f"the body must be `{MEDIA}` in UTF-8", headers={"Accept": MEDIA})
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType("compressed bodies are not taken", headers={"Accept-Encoding": "identity"})
    caller, account = await front.admit(presented(request.scope, request.headers))
    try:
        job = await _job(screenings, caller, request.path_params["id"])
        with _turn(busy, caller.client):
            come = await _received(screenings, job, request)
    except RequestError as error:
        error.headers.update(account.headers)
        raise
    body = orjson.dumps({"id": job.id, "received": come, "rowCount": job.rows})
    return Response(body, media_type=JSON, headers={**_HEADERS, **account.headers})


async def _job(screenings: Screenings, caller: Caller, job_id: str) -> Job:
    """Return the caller's screening; raises `Forbidden`, `ScreeningUnknown`, `ScreeningsUnavailable`."""
    denied = may_not_run(screenings.configuration.policy.on(today_text()), caller)
    if denied is not None:
        needs = {"reason": denied.reason, "needs": denied.needs}
        raise Forbidden("screenings are not open to this caller", extensions=needs)
    try:
        job = await screenings.jobs.find(job_id) if is_receipt(job_id) else None
    except AWAY:
        raise ScreeningsUnavailable("screenings cannot be read now: send it again") from None
    if job is None or job.client != caller.client:
        raise ScreeningUnknown("there is no such screening, or it is another client's")
    return job


@contextmanager
def _turn(busy: Counter[str], client: str) -> Iterator[None]:
    if busy[client] >= AT_ONCE:
        raise RateLimited(f"{AT_ONCE} parts of this client are being taken already", headers={"Retry-After": "1"})
    busy[client] += 1
    try:
        yield
    finally:
        busy[client] -= 1
        if not busy[client]:
            del busy[client]


async def _received(screenings: Screenings, job: Job, request: Request) -> int:
    body = await read_body(request.receive, declared_length(request), MAXIMUM_PART_BYTES)
    try:
        rows = read_rows(body)
    except NoRow as error:
        raise BadRequest(str(error)) from None
    return await screenings.uploads.receive(job, request.path_params["first"], rows)
