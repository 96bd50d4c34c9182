"""The GraphQL endpoint: one HTTP request in, one HTTP response out, the desk in between.

Follows the GraphQL-over-HTTP specification (https://graphql.github.io/graphql-over-http/). Safe against cross-site
requests without a token of its own: identity comes from a bearer header, which a browser adds to no request by itself,
and bodies of the "simple" types (text/plain, forms) are refused. The work stops when the client goes: uvicorn does not
cancel, so a watcher does, from WATCH_AFTER_SECONDS on: a quick answer does not pay for it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Protocol, cast

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.auth.presented import Presented, presented
from gateway.errors import (
    BadQuery,
    LedgerUnavailable,
    MethodNotAllowed,
    NotAcceptable,
    RequestError,
    ShuttingDown,
    Unauthenticated,
    UnsupportedMediaType,
)
from gateway.failure import report
from gateway.http.media import JSON, choose_media, is_json
from gateway.http.request import GraphQLRequest, parse_get, parse_post, read_body
from gateway.http.response import DRAFT, HttpResponse, Reply, StatusRules, render_error, render_reply
from gateway.limits.strangers import Strangers

WATCH_AFTER_SECONDS = 0.02
MAX_BODY_BYTES = 1 << 20
_READ = frozenset({b"accept", b"authorization", b"content-type", b"content-encoding", b"content-length"})


class Desk(Protocol):
    """What answers a well-formed request."""

    async def answer(self, request: GraphQLRequest, presented: Presented) -> Reply:
        """Return the reply; raise RequestError when there is none."""
        ...


def graphql_endpoint(
    desk: Desk,
    *,
    max_body_bytes: int = MAX_BODY_BYTES,
    rules: StatusRules = DRAFT,
    outcomes: Counter[str] | None = None,
    strangers: Strangers | None = None,
    turned_away: Callable[[RequestError], None] = lambda error: None,
) -> ASGIApp:
    """Return the ASGI application that serves ``desk``, to be the endpoint of a Starlette Route for all methods.

    ``outcomes`` counts the requests: ANSWERED, PARTIAL (data with errors), CLIENT_GONE, or the code of the error;
    ``strangers`` counts the failures to identify, ``turned_away`` hears of what no desk heard of.
    """
    counted = Counter[str]() if outcomes is None else outcomes
    return _Endpoint(desk, max_body_bytes, rules, counted, strangers or Strangers(), turned_away)


class _Endpoint:
    def __init__(
        self,
        desk: Desk,
        max_body_bytes: int,
        rules: StatusRules,
        outcomes: Counter[str],
        strangers: Strangers,
        turned_away: Callable[[RequestError], None],
    ) -> None:
        self._desk = desk
        self._max_body_bytes = max_body_bytes
        self._rules = rules
        self._outcomes = outcomes
        self._strangers = strangers
        self._turned_away = turned_away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields = _collect(scope["headers"])
        accept = fields.get(b"accept")
        media = choose_media(accept.decode("latin-1") if accept is not None else None)
        try:
            response = await self._respond(scope, fields, media, receive)
        except ClientDisconnect:
            self._outcomes["CLIENT_GONE"] += 1
            return
        except Unauthenticated as error:
            response = self._refused(self._strangers.failed(_address(scope), monotonic()) or error, media)
        except RequestError as error:
            if error.receipt is None and not isinstance(error, LedgerUnavailable):
                self._turned_away(error)
            response = self._refused(error, media)
        except asyncio.CancelledError:
            stopped = ShuttingDown("the server is shutting down", headers={"connection": "close"})
            await self._refused(stopped, media).send(send)
            raise
        except Exception as error:  # noqa: BLE001 (the edge: whatever it was, the client gets a neutral answer)
            response = self._refused(report(error), media)
        await response.send(send)

    async def _respond(
        self, scope: Scope, fields: dict[bytes, bytes], media: str | None, receive: Receive
    ) -> HttpResponse:
        method = scope["method"]
        if method not in ("GET", "POST"):
            raise MethodNotAllowed(f"method `{method[:20]}` is not allowed here", headers={"Allow": "GET, POST"})
        if media is None:
            raise NotAcceptable("answers come as `application/graphql-response+json` or `application/json`, in UTF-8")
        if b"authorization" not in fields and (refusal := self._strangers.refusal(_address(scope), monotonic())):
            raise refusal  # before the body is read
        if method == "GET":
            request = parse_get(scope["query_string"])
        else:
            _check_type(fields)
            request = parse_post(await read_body(receive, fields.get(b"content-length"), self._max_body_bytes))
        try:
            reply = await _run(self._desk, request, presented(scope, Headers(scope=scope)), receive)
        except MethodNotAllowed as error:
            error.headers.setdefault("Allow", "POST")
            raise
        self._outcomes[_outcome(reply)] += 1
        return render_reply(reply, media, self._rules)

    def _refused(self, error: RequestError, media: str | None) -> HttpResponse:
        self._outcomes[error.code] += 1
        return render_error(error, media or JSON, self._rules)


def _address(scope: Scope) -> str:
    """Return the address that the connection comes from; what a header says of it anybody can write."""
    client = scope.get("client")
    return client[0] if client else ""


def _outcome(reply: Reply) -> str:
    if not reply.executed:
        return BadQuery.code
    return "PARTIAL" if reply.partial else "ANSWERED"


def _collect(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers that we read; a repeated one is the list of its values (RFC 9110 §5.3)."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            found[name] = found[name] + b", " + value if name in found else value
    return found


def _check_type(fields: dict[bytes, bytes]) -> None:
    """Raise UnsupportedMediaType unless the body is plain, uncompressed JSON in UTF-8."""
    encoding = fields.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"", b"identity"):
        raise UnsupportedMediaType("compressed bodies are not taken", headers={"Accept-Encoding": "identity"})
    if not is_json(fields.get(b"content-type", b"").decode("latin-1")):
        raise UnsupportedMediaType("the body must be `application/json` in UTF-8", headers={"Accept": JSON})


async def _run(desk: Desk, request: GraphQLRequest, who: Presented, receive: Receive) -> Reply:
    """Return the desk's reply; cancel its work and raise ClientDisconnect when the client goes."""
    watch = _Watch(receive)
    try:
        return await desk.answer(request, who)
    except asyncio.CancelledError:
        if not watch.gone:
            raise
        raise ClientDisconnect from None
    finally:
        watch.stop()


class _Watch:
    """Cancels the task that made it when the client goes, from WATCH_AFTER_SECONDS on."""

    def __init__(self, receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        self.gone = False
        self._receive = receive
        self._work = cast("asyncio.Task[None]", asyncio.current_task())
        self._watcher: asyncio.Task[None] | None = None
        self._timer = loop.call_later(WATCH_AFTER_SECONDS, self._start)

    def stop(self) -> None:
        """Watch no longer; take back what a disconnect has asked of the task."""
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if self.gone:
            self._work.uncancel()

    def _start(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._work.cancel()
