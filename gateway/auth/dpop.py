"""Proofs of possession of a key, sent with each request: DPoP (RFC 9449 §4). Pure: time, token and target come in.

Of the checks of §4.3, here are 2 to 10 and the hash of the token (11a); the key of the token (11b), the nonce and
whether the proof was seen before are `gateway.auth.possession`'s. INVARIANT: no reason quotes anything of a proof.
"""

import hmac
import math
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from joserfc.jwk import Key

from gateway.auth.keys import ALGORITHMS, read_public_key
from gateway.auth.signed import InvalidSigned, check_signature, take_apart
from gateway.auth.target import Target, is_meant_for

PROOF_TYPE: Final = "dpop+jwt"
MAXIMUM_PROOF_LENGTH: Final = 4096
MAXIMUM_JTI_LENGTH: Final = 256
OLDEST_SECONDS: Final = 60
NEWEST_SECONDS: Final = 30
"""How far the `iat` of a proof may lie behind and ahead of our clock."""


class InvalidProof(Exception):
    """A proof that is not good for this request; ``reason`` quotes nothing of it and is plain ASCII."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Proof:
    """A good proof: the ``thumbprint`` of its key (RFC 7638), and what is still to be checked of it."""

    thumbprint: str
    jti: str
    issued_at: float
    nonce: object


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proof must be for: the ``method`` and ``target`` of the request, the ``token`` that it comes with.

    ``named`` says that the configuration names the target. ``token`` is None at a token endpoint.
    """

    method: str
    target: Target
    named: bool
    token: str | None = None


def read_proof(text: str, asked: Asked, now: float) -> Proof:
    """Return the proof ``text``, good for what is ``asked`` at ``now`` (UNIX seconds); raises `InvalidProof`."""
    if len(text) > MAXIMUM_PROOF_LENGTH:
        raise InvalidProof(f"the DPoP proof is longer than {MAXIMUM_PROOF_LENGTH} characters")
    try:
        parts = take_apart(text)
    except InvalidSigned as error:
        raise InvalidProof(f"the DPoP proof {error.reason}") from error
    if parts.kind != PROOF_TYPE:
        raise InvalidProof("the DPoP proof's typ is not dpop+jwt")
    key = _key(parts.header, parts.algorithm)
    try:
        check_signature(text, key)
    except InvalidSigned as error:
        raise InvalidProof("the DPoP proof's signature is not valid") from error
    return _check(parts.claims, key.thumbprint(), asked, now)


def _key(header: dict[str, Any], algorithm: str) -> Key:
    """Return the public key that the proof brings; raises `InvalidProof` for a private or unsuitable one."""
    key = read_public_key(header.get("jwk"), algorithm)
    if key is None:
        raise InvalidProof(f"the DPoP proof's jwk is no public key for its alg, one of {', '.join(ALGORITHMS)}")
    return key


def _check(claims: dict[str, Any], thumbprint: str, asked: Asked, now: float) -> Proof:
    jti, issued_at, htu = claims.get("jti"), claims.get("iat"), claims.get("htu")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAXIMUM_JTI_LENGTH:
        raise InvalidProof(f"the DPoP proof's jti is no text of 1 to {MAXIMUM_JTI_LENGTH} characters")
    if claims.get("htm") != asked.method:
        raise InvalidProof("the DPoP proof is for another method (htm)")
    if not isinstance(htu, str) or not is_meant_for(htu, asked.target, named=asked.named):
        raise InvalidProof("the DPoP proof is for another address (htu)")
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float) or not _is_time(issued_at):
        raise InvalidProof("the DPoP proof's iat is no time")
    if not now - OLDEST_SECONDS <= issued_at <= now + NEWEST_SECONDS:
        raise InvalidProof("the DPoP proof is too old or from the future (iat)")
    if asked.token is not None and not _is_hash_of(claims.get("ath"), asked.token):
        raise InvalidProof("the DPoP proof is for another token (ath)")
    return Proof(thumbprint, jti, float(issued_at), claims.get("nonce"))


def _is_time(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _is_hash_of(said: object, token: str) -> bool:
    expected = urlsafe_b64encode(sha256(token.encode("ascii")).digest()).rstrip(b"=").decode()
    return isinstance(said, str) and hmac.compare_digest(said.encode("utf-8", "replace"), expected.encode())
