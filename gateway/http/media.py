"""Which media type a request is written in, and which one its response is.

Terms: a *media range* is one element of an `Accept` header (RFC 9110 §12.5.1): a type or a wildcard, with a weight `q`.
Responses come in two types, with one body and different status codes (`gateway.http.response`); UTF-8 only.
Decisions without I/O; both functions are cached by the header's text, since clients repeat themselves; but no text is
kept that could hold a number of somebody.
"""

import re
from functools import lru_cache
from typing import Final

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

_SERVED = (JSON, GRAPHQL_RESPONSE)
"""In our order of preference, which a wildcard asks for."""
_WILDCARDS = {"*/*": 0, "application/*": 1}
_EXACT = 2
_UTF_8 = frozenset({"utf-8", "utf8"})


_NUMBER: Final = re.compile(r"[0-9](?:[^0-9]{0,3}[0-9]){14}")
"""As many digits as a personal number has; no media type that anybody uses has them."""


def choose_media(accept: str | None) -> str | None:
    """Return the media type to answer in, or None if nothing that we serve is accepted.

    The highest weight wins; of equal weights the range that names the type, then the one named first. No header, or an
    empty one, asks for `application/json`: what a client that does not know the newer type expects.
    """
    if accept is None or not accept.strip():
        return JSON
    return _choose.__wrapped__(accept) if _NUMBER.search(accept) else _choose(accept)


def is_json(content_type: str) -> bool:
    """Whether a request body of this `Content-Type` is JSON in UTF-8; an absent charset means UTF-8."""
    return _is_json.__wrapped__(content_type) if _NUMBER.search(content_type) else _is_json(content_type)


@lru_cache(maxsize=512)
def _choose(accept: str) -> str | None:
    ranges = [found for index, text in enumerate(accept.split(",")) if (found := _read_range(text, index))]
    ranked = [(rank, media) for media in _SERVED if (rank := _rank(media, ranges)) is not None]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


@lru_cache(maxsize=512)
def _is_json(content_type: str) -> bool:
    media, parameters = _split(content_type)
    return media == JSON and parameters.get("charset", "utf-8") in _UTF_8


def _read_range(text: str, index: int) -> tuple[str, float, int] | None:
    """Return (type or wildcard, weight, place in the header) of one media range; None if it can mean nothing here."""
    media, parameters = _split(text)
    if parameters.get("charset", "utf-8") not in _UTF_8:
        return None
    try:
        weight = float(parameters.get("q", "1"))
    except ValueError:
        return None
    return (media, weight, index) if 0 <= weight <= 1 else None


def _rank(media: str, ranges: list[tuple[str, float, int]]) -> tuple[float, int, int] | None:
    """Return how much ``media`` is wanted, comparable; the most specific range decides (RFC 9110 §12.5.1)."""
    matches = [(_EXACT if name == media else _WILDCARDS[name], weight, -index) for name, weight, index in ranges
               if name == media or name in _WILDCARDS]  # fmt: skip
    if not matches:
        return None
    specificity, weight, place = max(matches, key=lambda match: (match[0], match[2]))
    return (weight, specificity, place if specificity == _EXACT else 0) if weight > 0 else None


def _split(text: str) -> tuple[str, dict[str, str]]:
    """Return the lower-case media type of a header element and its parameters."""
    media, *rest = text.split(";")
    pairs = (part.partition("=") for part in rest)
    return media.strip().lower(), {name.strip().lower(): value.strip(' \t"').lower() for name, _, value in pairs}
