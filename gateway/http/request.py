"""Reads a GraphQL request out of an HTTP request, strictly, or says what is wrong with it.

Bodies are decoded as UTF-8 first: the JSON reader does not look at the bytes of members that it skips. Integers stay
exact (an all-digit code sent as a number must not become a float). Of two members with one name the last counts.
Depth is limited here so that nothing behind needs to be safe against a document nested a hundred thousand deep.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from gateway.auth.personal import holds_written_number
from gateway.errors import BadParameters, BadRequest, TooLarge

MAX_DEPTH = 64
"""Levels of lists and objects in ``variables`` and ``extensions``."""
_MAX_FIELDS = 32
"""Parameters of a GET request; five have a meaning."""
_DOCUMENT_ID = re.compile(r"sha256:([0-9a-f]{64})")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One well-formed request: the text of the document may still be anything.

    ``document_id`` is the SHA-256 that names a trusted document; ``query`` is empty when it came alone.
    """

    query: str
    operation_name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]
    method: Literal["GET", "POST"]
    document_id: str | None = None


class _Members(msgspec.Struct):
    """The members that we know; others are ignored, as the specification asks."""

    query: Any = None
    documentId: Any = None  # noqa: N815 (the wire's name)
    operationName: Any = None  # noqa: N815 (the wire's name)
    variables: Any = None
    extensions: Any = None


_members = msgspec.json.Decoder(_Members)


async def read_body(receive: Receive, declared: bytes | None, max_bytes: int) -> bytes:
    """Return the whole body; raise TooLarge as soon as it is known to be longer than ``max_bytes``.

    ``declared`` is the `Content-Length`, if any. Raises ClientDisconnect if the client goes before the end.
    """
    if declared is not None and (len(declared) > 15 or int(declared) > max_bytes):
        raise _too_large(max_bytes)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        _check_size(body, max_bytes)
        return body
    chunks = bytearray()
    while message["type"] == "http.request":
        chunks += message.get("body", b"")
        _check_size(chunks, max_bytes)
        if not message.get("more_body", False):
            return bytes(chunks)
        message = await receive()
    raise ClientDisconnect


def parse_post(body: bytes) -> GraphQLRequest:
    """Return the request in a JSON body; raise BadRequest or BadParameters."""
    try:
        members = _members.decode(body.decode())
    except UnicodeDecodeError:
        raise BadRequest("the body is not valid UTF-8") from None
    except RecursionError:
        raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels") from None
    except msgspec.ValidationError:
        raise _misfit(body) from None
    except msgspec.DecodeError:
        raise BadRequest("the body is not JSON") from None
    if members.variables is not None or members.extensions is not None:
        _check_depth(body.count(b"{") + body.count(b"["), members.variables, members.extensions)
    return _make("POST", members)


def parse_get(query_string: bytes) -> GraphQLRequest:
    """Return the request in the query of a URL, where an empty optional parameter is absent; raise as `parse_post`."""
    found = _read_parameters(query_string)
    _check_personal(found)
    variables, extensions = (_decode_parameter(name, found.get(name) or "null") for name in ("variables", "extensions"))
    _check_depth(len(query_string), variables, extensions)
    name, document_id = found.get("operationName") or None, found.get("documentId") or None
    return _make("GET", _Members(found.get("query"), document_id, name, variables, extensions))


def _read_parameters(query_string: bytes) -> Mapping[str, str]:
    try:
        text = query_string.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise BadRequest("the query of the URL is not form-encoded UTF-8") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadParameters("a parameter is given more than once")
    return found


def _check_personal(parameters: Mapping[str, str]) -> None:
    """Raise BadParameters if a personal number stands in a URL, which servers on the way keep in their logs.

    A code of an organization that reads as one is refused too, rarely: the caller loses nothing by POST.
    """
    if any(holds_written_number(text) for pair in parameters.items() for text in pair):
        raise BadParameters("what may be a personal number stands in the URL, where logs keep it: send it by POST")


def _decode_parameter(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise BadRequest(f"`{name}` is not JSON") from None


def _make(method: Literal["GET", "POST"], members: _Members) -> GraphQLRequest:
    query, name, variables, extensions = members.query, members.operationName, members.variables, members.extensions
    if query is not None and not isinstance(query, str):
        raise BadParameters("`query` is not a string")
    if name is not None and not isinstance(name, str):
        raise BadParameters("`operationName` is not a string")
    if variables is not None and not isinstance(variables, dict):
        raise BadParameters("`variables` is not an object")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadParameters("`extensions` is not an object")
    document_id = _document_id(members.documentId, (extensions or {}).get("persistedQuery"))
    if query is None and document_id is None:
        raise BadParameters("`query` is missing")
    if query == "" and document_id is not None:
        raise BadParameters("`query` is empty: leave it out when the document is named by its id")
    return GraphQLRequest(query or "", name, variables or {}, extensions or {}, method, document_id)


def _document_id(named: Any, persisted: Any) -> str | None:
    """Return the SHA-256 by which a document is named, in either way; None when it is not.

    `documentId` is that of GraphQL over HTTP (appendix A, persisted documents), `extensions.persistedQuery` Apollo's.
    """
    found: set[str] = set()
    if named is not None:
        matched = _DOCUMENT_ID.fullmatch(named) if isinstance(named, str) else None
        if matched is None:
            raise BadParameters("`documentId` is not of the form `sha256:` and 64 hexadecimal digits in lower case")
        found.add(matched[1])
    if persisted is not None:
        value = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if not isinstance(value, str) or _DIGEST.fullmatch(value) is None:
            raise BadParameters(
                "`extensions.persistedQuery` needs a `sha256Hash` of 64 hexadecimal digits in lower case"
            )
        found.add(value)
    if len(found) > 1:
        raise BadParameters("`documentId` and `extensions.persistedQuery` name different documents")
    return next(iter(found), None)


def _misfit(body: bytes) -> BadRequest:
    """Say why well-formed JSON (or JSON with an impossible number) is no request."""
    start = body.lstrip(b" \t\r\n")[:1]
    if start == b"[":
        return BadParameters("the body is a list: batches of requests are not taken, send one request a time")
    if start != b"{":
        return BadParameters("the body is not a JSON object")
    return BadRequest("the body holds a number out of range")


def _check_depth(bound: int, *values: Any) -> None:
    """Raise BadRequest if a value is nested too deep; ``bound`` is an upper bound of the depth, cheap to know."""
    if bound <= MAX_DEPTH:
        return
    level = [value for value in values if isinstance(value, dict | list)]
    for _ in range(MAX_DEPTH):
        level = [child for value in level for child in _children(value) if isinstance(child, dict | list)]
        if not level:
            return
    raise BadRequest(f"the request is nested deeper than {MAX_DEPTH} levels")


def _children(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value


def _check_size(body: bytes | bytearray, max_bytes: int) -> None:
    if len(body) > max_bytes:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"the body is larger than {max_bytes} bytes")
