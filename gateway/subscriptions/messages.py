"""The messages of graphql-transport-ws, read strictly and written. No I/O.

After https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, whose codes of closing are these:

    4400  a message that cannot be read          4408  no connection_init in time
    4401  a subscription before the ack, or      4409  a subscription under an id that is in use
          no good token                          4429  a second connection_init
    4403  the token has ended, or its client     1012  the server is stopping
    4406  another subprotocol                    1009  a message that is too long

and of our own: 4413 for a client that does not take what it is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import orjson

from gateway.errors import BadRequest
from gateway.http import GraphQLRequest
from gateway.http.request import parse_post

PROTOCOL: Final = "graphql-transport-ws"
MAX_ID: Final = 128
"""Characters of the id of a subscription."""
MAX_REASON_BYTES: Final = 123
"""What a close frame holds beside its code (RFC 6455 §5.5)."""


class Closed(Exception):
    """The connection is to be closed with ``code``."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:MAX_REASON_BYTES].decode("utf-8", "ignore")


@dataclass(frozen=True, slots=True)
class Init:
    """`connection_init` with its payload."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    """`ping`; its payload is ignored."""


@dataclass(frozen=True, slots=True)
class Pong:
    """`pong`, which nobody asked for."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`subscribe`: a request under an ``id`` of the client's own."""

    id: str
    request: GraphQLRequest


@dataclass(frozen=True, slots=True)
class Complete:
    """`complete`: the client wants no more of ``id``."""

    id: str


Message = Init | Ping | Pong | Subscribe | Complete


class _Envelope(msgspec.Struct):
    type: str
    id: str | None = None
    payload: msgspec.Raw = msgspec.Raw(b"")


_envelopes: Final = msgspec.json.Decoder(_Envelope)


def read_message(text: str) -> Message:
    """Return the message in ``text``; raises `Closed` with 4400."""
    try:
        said = _envelopes.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise _malformed("a message is an object with a `type`, an `id` and a `payload`") from None
    match said.type:
        case "connection_init":
            return Init(_object(said.payload))
        case "ping":
            return Ping()
        case "pong":
            return Pong()
        case "subscribe":
            return Subscribe(_id(said.id), _request(said.payload))
        case "complete":
            return Complete(_id(said.id))
        case _:
            raise _malformed("a `type` that no client sends")


def connection_ack() -> str:
    """Return what accepts a connection."""
    return '{"type":"connection_ack"}'


def pong() -> str:
    """Return the answer to a ping."""
    return '{"type":"pong"}'


def next_(id_: str, body: bytes) -> str:
    """Return an event: ``body`` is an encoded response."""
    return orjson.dumps({"id": id_, "type": "next", "payload": orjson.Fragment(body)}).decode()


def error(id_: str, body: bytes) -> str:
    """Return what ends, or refuses, a subscription: ``body`` is the encoded response that says why."""
    said = orjson.loads(body)
    receipt = said.get("extensions", {}).get("receipt")
    errors = said["errors"]
    if receipt is not None:
        errors = [{**each, "extensions": {**each.get("extensions", {}), "receipt": receipt}} for each in errors]
    return orjson.dumps({"id": id_, "type": "error", "payload": errors}).decode()


def complete(id_: str) -> str:
    """Return what tells that there are no more events."""
    return orjson.dumps({"id": id_, "type": "complete"}).decode()


def _id(said: str | None) -> str:
    if said is None or not 1 <= len(said) <= MAX_ID:
        raise _malformed(f"an `id` is a text of 1 to {MAX_ID} characters")
    return said


def _request(payload: msgspec.Raw) -> GraphQLRequest:
    try:
        return parse_post(bytes(payload))
    except BadRequest as refused:
        raise _malformed(refused.message) from None


def _object(payload: msgspec.Raw) -> Mapping[str, Any]:
    if not bytes(payload) or bytes(payload) == b"null":
        return {}
    try:
        said = orjson.loads(bytes(payload))
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise _malformed("the payload of `connection_init` is no object")
    return said


def _malformed(why: str) -> Closed:
    return Closed(4400, f"the message cannot be taken: {why}")
