"""An anchor that is a receiver elsewhere: each checkpoint by POST, signed as Standard Webhooks says.

The specification: https://github.com/standard-webhooks/standard-webhooks. The id is made of the note, so that a
checkpoint that is sent again, after a failure or a restart, is seen to be the same.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from time import time
from typing import Final

from msgspec import json

from gateway.anchors.anchor import Kind
from gateway.anchors.exchange import post
from gateway.anchors.notes import Stated
from gateway.webhooks import signature_headers

MAXIMUM_BYTES: Final = 65_536
"""How much of an answer is read; nothing of it counts but the status."""
PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = range(24, 65)


@dataclass(frozen=True, slots=True)
class WebhookAnchor:
    """The receiver at ``url``, which knows ``secret``; ``clock`` gives UNIX seconds."""

    name: str
    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    timeout_seconds: float
    clock: Callable[[], float] = time
    kind: Kind = "webhook"

    async def take(self, checkpoint: Stated) -> None:
        """Return when the receiver answered 2xx to ``checkpoint``; raises `Undelivered`."""
        body = payload(checkpoint)
        headers = signed_headers(message_id(checkpoint.note), int(self.clock()), body, self.secret)
        await post(self.url, body, headers, self.timeout_seconds, MAXIMUM_BYTES)


def read_webhook_secret(text: str) -> bytes:
    """Return the secret that ``text`` holds: `whsec_` and 24 to 64 bytes in base64; raises ValueError."""
    try:
        secret = b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
    except NoBase64:
        secret = b""
    if len(secret) not in _SECRET_BYTES:
        raise ValueError(f"expected `{PREFIX}` followed by 24 to 64 random bytes in base64")
    return secret


def message_id(note: str) -> str:
    """Return the id of the message that brings ``note``: the same each time it is sent."""
    return f"checkpoint_{hashlib.sha256(note.encode()).hexdigest()[:32]}"


def payload(checkpoint: Stated) -> bytes:
    """Return the body of the message, JSON: the signed note, and beside it what it says."""
    data = {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": b64encode(checkpoint.root).decode(),
        "note": checkpoint.note,
    }
    return json.encode({"type": "ledger.checkpoint", "data": data})


def signed_headers(message: str, at: int, body: bytes, secret: bytes) -> dict[str, str]:
    """Return the headers of one attempt at ``at`` (UNIX seconds): HMAC-SHA256 over id, time and ``body``."""
    return {"Content-Type": "application/json", **signature_headers(secret, message, at, body)}
