"""One WebSocket of graphql-transport-ws: identified by `connection_init`, then operations of any kind, many at a time.

What subscriptions tell waits in a queue of `queue` messages for a writer; a client that lets it run full is closed
(4413). The answer to a query or a mutation waits for its turn to be written instead: there is one, and a client that is
slow has asked for it. Every wait for the client has an end: `connection_init` has `init_seconds`, what is written
`gateway.http.websocket`. When the server stops, answers that are under way are told first, for `DRAIN_SECONDS`.
"""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Final, NoReturn

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from gateway.errors import (
    BadRequest,
    Forbidden,
    RateLimited,
    RequestError,
    ShuttingDown,
    SubscriptionEnded,
    Unauthenticated,
)
from gateway.failure import report
from gateway.http.response import Reply, error_body
from gateway.limits.strangers import Strangers
from gateway.settings import ANY_ORIGIN, Cors
from gateway.subscriptions import messages
from gateway.subscriptions.identity import Identity, shown_at
from gateway.subscriptions.messages import PROTOCOL, Closed, Complete, Init, Ping, Pong, Subscribe, read_message
from gateway.subscriptions.subscriptions import Subscriptions

_CLOSE_SECONDS: Final = 1.0
"""How long a close frame may wait for a client that does not read."""
DRAIN_SECONDS: Final = 10.0


class WebSockets:
    """Serves WebSockets; the endpoint of a Starlette `WebSocketRoute`.

    ``strangers`` counts failures to identify; of web pages only those of ``cors`` may connect.
    """

    def __init__(self, subscriptions: Subscriptions, strangers: Strangers, cors: Cors) -> None:
        self._subscriptions = subscriptions
        self._strangers = strangers
        self._origins = frozenset(cors.origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end; raises nothing: its message might quote the request."""
        try:
            await self._serve(WebSocket(scope, receive, send))
        except Exception as error:  # noqa: BLE001  (the edge)
            report(error)

    async def _serve(self, websocket: WebSocket) -> None:
        refusal = self._refusal(websocket)
        if refusal is not None:
            with suppress(RuntimeError, WebSocketDisconnect):
                await websocket.send_denial_response(PlainTextResponse(refusal.message, refusal.status))
            return
        self._subscriptions.connections += 1
        try:
            await _Connection(websocket, self._subscriptions, self._strangers).serve()
        finally:
            self._subscriptions.connections -= 1

    def _refusal(self, websocket: WebSocket) -> RequestError | None:
        """Return why the handshake is refused, before anything is read."""
        origin = websocket.headers.get("origin")
        if origin is not None and origin not in self._origins and ANY_ORIGIN not in self._origins:
            return Forbidden("web pages of this origin may not connect")
        if self._subscriptions.draining.is_set():
            return ShuttingDown("the server is shutting down")
        if self._subscriptions.connections >= self._subscriptions.limits.connections:
            return ShuttingDown("as many connections are open as there may be: come back later")
        if "authorization" in websocket.headers:
            return None
        return self._strangers.refusal(_address(websocket), monotonic())


class _Connection:
    """One connection that is to be accepted."""

    def __init__(self, websocket: WebSocket, subscriptions: Subscriptions, strangers: Strangers) -> None:
        self._websocket = websocket
        self._subscriptions = subscriptions
        self._strangers = strangers
        self._limits = subscriptions.limits
        self._out: asyncio.Queue[str] = asyncio.Queue(self._limits.queue)
        self._running: dict[str, asyncio.Task[None]] = {}
        """What is wanted still, by the ids that are in use."""
        self._tasks: set[asyncio.Task[None]] = set()
        """What is in flight."""
        self._answering: set[asyncio.Task[None]] = set()
        """Those of them that are no subscriptions, as far as is known."""
        self._writing = asyncio.Lock()
        self._closed: asyncio.Future[NoReturn] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Accept, serve, and close: with a code where it is us who closes."""
        if PROTOCOL not in self._websocket.scope["subprotocols"]:
            await self._websocket.accept()
            await self._close(Closed(4406, f"the subprotocol must be {PROTOCOL}"))
            return
        await self._websocket.accept(subprotocol=PROTOCOL)
        work = [self._read(), self._write(), self._drained(), self._until_closed()]
        tasks = [asyncio.ensure_future(each) for each in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            closed = next((each.exception() for each in done if each.exception() is not None), None)
            if self._closed.done():  # what else failed did so for that
                closed = self._closed.exception()
            await self._close(closed)
        finally:
            for task in (*tasks, *self._tasks):
                task.cancel()
            await asyncio.gather(*tasks, *self._tasks, return_exceptions=True)
            if not self._closed.done():
                self._closed.cancel()

    async def _close(self, why: BaseException | None) -> None:
        if self._websocket.application_state is not WebSocketState.CONNECTED:
            return
        match why:
            case Closed(code=code, reason=reason):
                pass
            case None | WebSocketDisconnect():
                return
            case _:
                code, reason = 1011, report(why).message
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._websocket.close(code, reason)

    async def _until_closed(self) -> None:
        await self._closed

    async def _drained(self) -> None:
        await self._subscriptions.draining.wait()
        if self._answering:
            await asyncio.wait(self._answering, timeout=DRAIN_SECONDS)
        raise Closed(1012, "the server is stopping")

    async def _write(self) -> None:
        while True:
            text = await self._out.get()
            async with self._writing:
                await self._websocket.send_text(text)

    def _tell(self, text: str) -> None:
        """Put a message to those that wait to be written; one too many ends the connection."""
        try:
            self._out.put_nowait(text)
        except asyncio.QueueFull:
            most = self._limits.queue
            self._end(Closed(4413, f"too slow: {most} messages wait to be taken"))
            why = f"the client does not take what it is sent: {most} messages wait"
            raise SubscriptionEnded(why, extensions={"reason": "TOO_SLOW"}) from None

    def _end(self, closed: Closed) -> None:
        if not self._closed.done():
            self._closed.set_exception(closed)

    async def _read(self) -> None:
        identity = await self._identified()
        self._tell(messages.connection_ack())
        while True:
            match await self._message():
                case Ping():
                    self._tell(messages.pong())
                case Init():
                    raise Closed(4429, "too many initialisation requests")
                case Subscribe(id=id_) as subscribe:
                    if id_ in self._running:
                        raise Closed(4409, "a subscription of this id is open already")
                    self._begin(subscribe, identity)
                case Complete(id=id_):
                    if (task := self._running.pop(id_, None)) is not None:
                        task.cancel()
                case Pong():
                    pass

    async def _identified(self) -> Identity:
        """Return who opened the connection, told by its first message in time."""
        try:
            async with asyncio.timeout(self._limits.init_seconds):
                message = await self._message()
                while isinstance(message, Ping | Pong):
                    if isinstance(message, Ping):
                        self._tell(messages.pong())
                    message = await self._message()
        except TimeoutError:
            raise Closed(4408, "connection initialisation timeout") from None
        if not isinstance(message, Init):
            raise Closed(4401, "unauthorized: connection_init comes first")
        try:
            return await self._subscriptions.identify(shown_at(self._websocket.scope, message.payload))
        except Unauthenticated as error:
            refusal = self._strangers.failed(_address(self._websocket), monotonic())
            raise Closed(4401, f"unauthorized: {(refusal or error).message}") from None
        except BadRequest as error:
            raise Closed(4400, error.message) from None
        except Forbidden as error:
            raise Closed(4403, f"forbidden: {error.message}") from None
        except RequestError as error:
            raise Closed(1013, error.message) from None

    async def _message(self) -> messages.Message:
        """Return the next message; raises `Closed`, `WebSocketDisconnect`."""
        said = await self._websocket.receive()
        if said["type"] != "websocket.receive":
            raise WebSocketDisconnect(said.get("code", 1005))
        text = said.get("text")
        if text is None:
            raise Closed(4400, "the message cannot be taken: it is binary")
        if len(text) > self._limits.max_message_bytes or len(text.encode()) > self._limits.max_message_bytes:
            raise Closed(1009, f"a message may have {self._limits.max_message_bytes} bytes")
        return read_message(text)

    def _begin(self, subscribe: Subscribe, identity: Identity) -> None:
        most = self._limits.in_flight
        if len(self._tasks) >= most:
            message = f"{most} operations are in flight on this connection, as many as may be"
            error = RateLimited(message, extensions={"budget": "in flight", "allowed": most})
            self._subscriptions.refuse(error)
            self._tell(messages.error(subscribe.id, error_body(error)))
            return
        task = asyncio.ensure_future(self._taken(subscribe, identity))
        self._running[subscribe.id] = task
        for each in (self._tasks, self._answering):
            each.add(task)
            task.add_done_callback(each.discard)

    async def _taken(self, subscribe: Subscribe, identity: Identity) -> None:
        """Carry out one operation: answer it, or tell the events of a subscription to its end."""
        id_, request = subscribe.id, subscribe.request
        task, begun = asyncio.current_task(), False
        assert task is not None, "it is begun as one"
        try:
            declared = request.extensions.get("headers")
            own = identity.declaring(declared) if isinstance(declared, dict) else identity
            taken = await self._subscriptions.take(request, own)
            if isinstance(taken, Reply):
                await self._answer(id_, taken)
                return
            self._answering.discard(task)
            async with self._subscriptions.open(request, own, taken) as subscription:
                begun = True
                while (body := await subscription.event()) is not None:
                    self._tell(messages.next_(id_, body))
            self._tell(messages.complete(id_))
        except Unauthenticated as error:  # the identity of the connection is no longer good
            self._end(Closed(4403, f"forbidden: {error.message}"))
        except RequestError as error:
            self._refused(id_, error, begun=begun)
        finally:
            self._free(id_, task)

    def _free(self, id_: str, task: "asyncio.Task[None]") -> None:
        """Let the client use an id again, unless another operation has it already."""
        if self._running.get(id_) is task:
            del self._running[id_]

    def _refused(self, id_: str, error: RequestError, *, begun: bool) -> None:
        if begun and isinstance(error, Forbidden):  # its client is gone
            self._end(Closed(4403, f"forbidden: {error.message}"))
        elif not self._closed.done():
            self._tell(messages.error(id_, error_body(error)))

    async def _answer(self, id_: str, reply: Reply) -> None:
        """Tell the answer to a query or a mutation, when it is its turn; its id is free before the client knows so."""
        async with self._writing:
            if not reply.executed:
                self._running.pop(id_, None)
                await self._websocket.send_text(messages.error(id_, reply.body))
                return
            await self._websocket.send_text(messages.next_(id_, reply.body))
            self._running.pop(id_, None)
            await self._websocket.send_text(messages.complete(id_))


def _address(websocket: WebSocket) -> str:
    return websocket.client.host if websocket.client is not None else ""
