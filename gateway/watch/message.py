"""A message of a watch: that sections changed, or that the watch stopped; its text, its headers.

Standard Webhooks 1.0.0: `type`, `timestamp` and `data`, signed; the id is the same at each attempt, so that a receiver
counts a message once. It names subjects as the client itself named them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from gateway.watch.endpoints import Endpoint
from gateway.watch.rounds import News
from gateway.webhooks import signature_headers

CHANGED: Final = "watch.changed"
STOPPED: Final = "watch.stopped"
MOST_NEWS: Final = 200
"""Sections that one message tells of."""
ID_PREFIX: Final = "msg_"


def changed_body(watch: str, receipt: str, at: str, keys: Sequence[Mapping[str, Any]], news: Sequence[News]) -> bytes:
    """Return the text that tells ``news`` of ``watch``; ``keys`` are the subjects' as the client gave them."""
    told = [
        {
            "subject": keys[each.place]["value"],
            "section": each.section,
            "news": each.news,
            "at": each.at,
            "before": each.before,
            "after": each.after,
            "state": each.state,
            "unknownSince": each.unknown_since,
        }
        for each in news
    ]
    return _body(CHANGED, at, {"watch": watch, "receipt": receipt, "news": told})


def stopped_body(watch: str, receipt: str, at: str, reason: str) -> bytes:
    """Return the text that tells that ``watch`` stopped for ``reason``."""
    return _body(STOPPED, at, {"watch": watch, "receipt": receipt, "reason": reason})


def message_headers(endpoint: Endpoint, message_id: str, body: bytes, now: float) -> Mapping[str, str]:
    """Return the headers of one attempt at the UNIX time ``now``."""
    common = {"Content-Type": "application/json", "User-Agent": "credit-gateway"}
    return {**common, **signature_headers(endpoint.secret, message_id, int(now), body)}


def _body(type_: str, at: str, data: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"type": type_, "timestamp": at, "data": data})
