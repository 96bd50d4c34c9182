"""Turns a reply, or the error that took its place, into an HTTP response: status, headers, body.

Two sets of status rules exist for one protocol. The drafts up to 2025, which the public audit suite (`graphql-http`)
and most clients follow, answer `application/json` with 200 whatever the document was like, and use 400 for every bad
document under `application/graphql-response+json`. The first edition (September 2026) asks 422 for what parses but
does not fit, 294 for data with errors, and the same codes for `application/json`. Both meet every MUST; their SHOULDs
exclude each other, so the choice is one argument of the endpoint.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec
from starlette.types import Send

from gateway.errors import BadDocument, BadParameters, BadQuery, RequestError, TooCostly
from gateway.http.media import GRAPHQL_RESPONSE, JSON

_COMMON = [(b"cache-control", b"no-store"), (b"vary", b"Accept"), (b"x-content-type-options", b"nosniff")]
_HEADERS = {
    media: [(b"content-type", f"{media}; charset=utf-8".encode()), *_COMMON] for media in (JSON, GRAPHQL_RESPONSE)
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A GraphQL response, already encoded.

    ``executed`` is False for a request error found before execution: the body then has no `data`. ``partial`` tells
    that it has both `data` and `errors`. ``headers`` are added to the HTTP response.
    """

    body: bytes
    executed: bool = True
    partial: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusRules:
    """How outcomes become status codes.

    ``partial`` is the status of data with errors under `application/graphql-response+json`; ``statuses`` replaces that
    of an error class and those below it; ``legacy_ok`` answers 200 to a bad document under `application/json` (else any
    error is served as `application/graphql-response+json`, which a client can tell from a proxy's error).
    """

    partial: int
    statuses: Mapping[type[RequestError], int]
    legacy_ok: bool


DRAFT = StatusRules(partial=200, statuses=MappingProxyType({}), legacy_ok=True)
SEPTEMBER_2026 = StatusRules(
    partial=294,
    statuses=MappingProxyType({BadParameters: 422, BadDocument: 400, BadQuery: 422, TooCostly: 422}),
    legacy_ok=False,
)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What goes on the wire."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    async def send(self, send: Send) -> None:
        """Send head and body."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def render_reply(reply: Reply, media: str, rules: StatusRules) -> HttpResponse:
    """Return the response that carries ``reply``."""
    if not reply.executed:
        status, media = _status(BadQuery, BadQuery.status, media, rules)
    else:
        status = rules.partial if reply.partial and media == GRAPHQL_RESPONSE else 200
    return _respond(status, media, reply.body, reply.headers)


def render_error(error: RequestError, media: str, rules: StatusRules) -> HttpResponse:
    """Return the response that says why there is no reply."""
    status, media = _status(type(error), error.status, media, rules)
    return _respond(status, media, error_body(error), error.headers)


def error_body(error: RequestError) -> bytes:
    """Return the GraphQL response of a request error: no `data`, one error, its code in `extensions`, its receipt."""
    entry: dict[str, Any] = {"message": error.message}
    if error.locations is not None:
        entry["locations"] = error.locations
    entry["extensions"] = {"code": error.code, **error.extensions}
    told = {} if error.receipt is None else {"extensions": {"receipt": error.receipt}}
    return msgspec.json.encode({"errors": [entry], **told})


def _status(kind: type[RequestError], status: int, media: str, rules: StatusRules) -> tuple[int, str]:
    """Return the status of an error of this ``kind``, and the media type to say it in."""
    if not rules.legacy_ok:
        return next((rules.statuses[base] for base in kind.__mro__ if base in rules.statuses), status), GRAPHQL_RESPONSE
    if media == JSON and issubclass(kind, BadQuery | TooCostly):
        return 200, media
    return status, media


def _respond(status: int, media: str, body: bytes, extra: Mapping[str, str]) -> HttpResponse:
    headers = [*_HEADERS[media], (b"content-length", b"%d" % len(body))]
    if extra:
        headers += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in extra.items()]
    return HttpResponse(status, headers, body)
