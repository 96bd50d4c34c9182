"""Nonces that the gateway gives out for DPoP proofs (RFC 9449 §9): a clock nobody else can read ahead.

A nonce is the HMAC of a span of time, so that nothing is stored and replicas with one secret take each other's. The
nonces of this span and of the last are taken: a client has at least one span's time to use one.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

SPAN_SECONDS: Final = 120


class Nonces:
    """Makes and checks nonces with ``secret``."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"credit-gateway DPoP nonce", sha256)

    def current(self, now: float) -> str:
        """Return the nonce to give out at ``now``, UNIX seconds."""
        return self._of(int(now // SPAN_SECONDS))

    def takes(self, nonce: object, now: float) -> bool:
        """Return whether ``nonce`` is this span's or the last one's."""
        span = int(now // SPAN_SECONDS)
        known = [self._of(each).encode() for each in (span, span - 1)]
        said = nonce.encode("utf-8", "replace") if isinstance(nonce, str) else b""
        return any(hmac.compare_digest(said, each) for each in known)

    def _of(self, span: int) -> str:
        digest = hmac.digest(self._key, str(span).encode(), sha256)
        return urlsafe_b64encode(digest[:24]).decode()
