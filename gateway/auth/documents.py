"""Strict reading of JSON that decides who may ask: what two readers could understand differently is refused."""

import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from gateway.auth.presented import is_loopback


def read_json(document: bytes) -> Any:
    """Return the JSON value of ``document``; raises ValueError.

    Refused besides what is no JSON: bytes that are not UTF-8, a byte order mark, a name repeated in one object
    (RFC 7519 §4), NaN and Infinity, numbers of thousands of digits, and nesting too deep to read.
    """
    try:
        return json.loads(document.decode("utf-8"), object_pairs_hook=_read_object, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def is_safe(url: str) -> bool:
    """Return whether what comes from ``url`` cannot be changed on the way: https, or plain HTTP on loopback."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def refuse_plain(url: str) -> None:
    """Raise ValueError unless ``url`` `is_safe`."""
    if not is_safe(url):
        raise ValueError("not https")


async def read_body(response: aiohttp.ClientResponse, maximum_bytes: int) -> Any:
    """Return the JSON of a 200 answer of at most ``maximum_bytes``; raises ValueError for any other."""
    if response.status != 200:
        raise ValueError("not 200")
    body = bytearray()
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) > maximum_bytes:
            raise ValueError("too large")
    return read_json(bytes(body))


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return read


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
