"""DPoP proofs as a client makes them, good in everything that a test does not ask to be otherwise (RFC 9449 §4.2)."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey, Key

from tests.gateway.tokens import MISSING, URL, sign

CLIENT_KEY = ECKey.generate_key("P-256")
OTHER_CLIENT_KEY = ECKey.generate_key("P-256")
JKT = CLIENT_KEY.thumbprint()


def proof(
    token: str | None = None,
    key: Key = CLIENT_KEY,
    *,
    head: Mapping[str, Any] | None = None,
    algorithm: str = "ES256",
    signer: Key | None = None,
    **changes: Any,
) -> str:
    """Return a proof for ``token``; ``changes`` are other claims, ``head`` other header values, MISSING takes away."""
    header = {"typ": "dpop+jwt", "alg": algorithm, "jwk": key.as_dict(private=False)} | dict(head or {})
    claims = {"jti": uuid4().hex, "htm": "POST", "htu": URL, "iat": int(time.time())}
    if token is not None:
        claims["ath"] = ath(token)
    said = {name: value for name, value in {**claims, **changes}.items() if value is not MISSING}
    kept = {name: value for name, value in header.items() if value is not MISSING}
    return sign(said, kept, signer or key, algorithm)


def ath(token: str) -> str:
    """Return the hash of an access token (RFC 9449 §4.2)."""
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
