"""A subscription as the answer to one POST: server-sent events by graphql-sse, in its distinct connections mode.

After https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md: events `next`, each a response, then `complete`.
What refuses the subscription is an ordinary answer of HTTP with its status; what ends it later is a last `next` with
errors and no data. A comment goes out every `BEAT_SECONDS`, so that nobody on the way takes the stream for dead. A
client that reads too slowly is asked no more of: the next event is not made before it has taken the last
(`gateway.http.connection` cuts it off in the end).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.auth import presented
from gateway.errors import (
    LedgerUnavailable,
    RequestError,
    ShuttingDown,
    Unauthenticated,
    UnsupportedMediaType,
)
from gateway.failure import report
from gateway.http import GraphQLRequest
from gateway.http.media import JSON, is_json
from gateway.http.request import parse_post, read_body
from gateway.http.response import DRAFT, error_body, render_error
from gateway.limits.strangers import Strangers
from gateway.subscriptions.identity import Identity, Said
from gateway.subscriptions.subscription import Subscription
from gateway.subscriptions.subscriptions import Subscriptions

EVENT_STREAM: Final = "text/event-stream"
BEAT_SECONDS: Final = 15.0
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),
]


class EventStreams:
    """Answers POSTs that accept event streams, and nothing else, by ``subscriptions``; all others by ``endpoint``.

    ``turned_away`` hears of what was refused before anybody looked who asks.
    """

    def __init__(
        self,
        endpoint: ASGIApp,
        subscriptions: Subscriptions,
        strangers: Strangers,
        max_body_bytes: int,
        turned_away: Callable[[RequestError], None],
    ) -> None:
        self._endpoint = endpoint
        self._subscriptions = subscriptions
        self._strangers = strangers
        self._max_body_bytes = max_body_bytes
        self._turned_away = turned_away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        if scope["method"] != "POST" or not wants_events(headers.get("accept")):
            await self._endpoint(scope, receive, send)
            return
        self._subscriptions.connections += 1
        try:
            await self._answer(scope, headers, receive, send)
        except ClientDisconnect:
            return
        except RequestError as error:
            await render_error(self._refused(scope, error), JSON, DRAFT).send(send)
        finally:
            self._subscriptions.connections -= 1

    def _refused(self, scope: Scope, error: RequestError) -> RequestError:
        """Return what is told instead of ``error``, which came before the first byte."""
        if isinstance(error, Unauthenticated):
            return self._strangers.failed(_address(scope), monotonic()) or error
        if error.receipt is None and not isinstance(error, LedgerUnavailable):
            self._turned_away(error)
        return error

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        if self._subscriptions.connections > self._subscriptions.limits.connections:
            raise ShuttingDown("as many connections are open as there may be: come back later")
        if "authorization" not in headers and (refusal := self._strangers.refusal(_address(scope), monotonic())):
            raise refusal
        request = await self._request(headers, receive)
        identity = await self._subscriptions.identify(presented(scope, Said((), headers)))
        work = asyncio.ensure_future(self._stream(request, identity, send))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            work.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error if isinstance(error, RequestError) else report(error)

    async def _request(self, headers: Headers, receive: Receive) -> GraphQLRequest:
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise UnsupportedMediaType("compressed bodies are not taken", headers={"Accept-Encoding": "identity"})
        if not is_json(headers.get("content-type", "")):
            raise UnsupportedMediaType("the body must be `application/json` in UTF-8", headers={"Accept": JSON})
        length = headers.get("content-length")
        return parse_post(await read_body(receive, length.encode() if length else None, self._max_body_bytes))

    async def _stream(self, request: GraphQLRequest, identity: Identity, send: Send) -> None:
        """Send the events of one subscription to its end; raises `RequestError` before the first byte only."""
        begun = False
        try:
            async with self._subscriptions.open(request, identity) as subscription:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                begun = True
                await _send(send, b":")
                while (body := await self._event(subscription, send)) is not None:
                    await _send(send, b"event: next\ndata: " + body)
        except RequestError as error:
            if not begun:
                raise
            await _send(send, b"event: next\ndata: " + error_body(error))
        await send({"type": "http.response.body", "body": b"event: complete\ndata:\n\n", "more_body": False})

    async def _event(self, subscription: Subscription, send: Send) -> bytes | None:
        """Return the next event, None after the last; beats meanwhile. Raises `ShuttingDown` when the server stops."""
        waited = asyncio.ensure_future(subscription.event())
        draining = asyncio.ensure_future(self._subscriptions.draining.wait())
        try:
            while not waited.done():
                await asyncio.wait({waited, draining}, timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if draining.done() and not waited.done():
                    raise ShuttingDown("the server is stopping")
                if not waited.done():
                    await _send(send, b":")
            return waited.result()
        finally:
            draining.cancel()
            waited.cancel()
            with suppress(asyncio.CancelledError, RequestError):
                await asyncio.gather(waited, return_exceptions=True)


def wants_events(accept: str | None) -> bool:
    """Tell whether an `Accept` header names event streams, with a weight above 0; a wildcard does not ask for one."""
    for each in (accept or "").split(","):
        media, *parameters = (part.strip().lower() for part in each.split(";"))
        if media == EVENT_STREAM:
            return not any(_is_zero(parameter) for parameter in parameters)
    return False


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    try:
        return name.strip() == "q" and float(value) == 0
    except ValueError:
        return True


async def _send(send: Send, lines: bytes) -> None:
    await send({"type": "http.response.body", "body": lines + b"\n\n", "more_body": True})


async def _gone(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _address(scope: Any) -> str:
    client = scope.get("client")
    return client[0] if client else ""
