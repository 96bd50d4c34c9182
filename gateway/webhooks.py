"""How a message of ours shows whose it is: the signature and the headers of Standard Webhooks 1.0.0. Pure.

Signed is HMAC-SHA-256 over id, time and body, joined by dots ("Signature scheme", `v1`). The id of a message is the
same at each attempt, so that a receiver counts it once.
"""

import hmac
from base64 import b64encode


def sign(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a message; ``timestamp`` is UNIX seconds in decimal digits."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return f"v1,{b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"


def signature_headers(secret: bytes, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of one attempt at ``at``, UNIX seconds."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(secret, message_id, str(at), body),
    }
