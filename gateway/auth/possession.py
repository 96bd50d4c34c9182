"""Whoever sends a token that is bound to a key or a certificate proves to hold it, with every request.

RFC 9449 for the scheme DPoP and `cnf.jkt`, RFC 8705 for `cnf["x5t#S256"]`. INVARIANT: a bound token is never taken as a
plain bearer, and nothing here is remembered of an earlier request but the proofs that are used up.
"""

import hmac
import time
from collections.abc import Callable
from typing import Final, Literal

from gateway.auth.access import Access, Binding, InvalidToken
from gateway.auth.certificate import Proxies
from gateway.auth.dpop import OLDEST_SECONDS, Asked, InvalidProof, read_proof
from gateway.auth.nonces import Nonces
from gateway.auth.presented import Presented
from gateway.auth.replay import Memory, SharedMemory
from gateway.auth.target import target_of

Scheme = Literal["Bearer", "DPoP"]
PROOF_HEADER: Final = "DPoP"
NO_BINDING: Final = Binding()


class NonceNeeded(InvalidProof):
    """A proof without the nonce that the gateway gives out; ``nonce`` is the one to use (RFC 9449 §9)."""

    def __init__(self, nonce: str) -> None:
        super().__init__("the DPoP proof needs the nonce of the header DPoP-Nonce")
        self.nonce = nonce


class Possession:
    """Checks proofs sent to the gateway at ``public_url``, and certificates that ``proxies`` vouch for.

    An empty ``public_url`` takes proofs on loopback only; without ``proxies`` no certificate-bound token is taken.
    With ``nonces`` every proof must carry one; ``shared`` is what replicas remember together.
    """

    def __init__(
        self,
        public_url: str = "",
        proxies: Proxies | None = None,
        nonces: Nonces | None = None,
        shared: SharedMemory | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._public_url = public_url
        self._proxies = proxies
        self._nonces = nonces
        self._used = Memory(OLDEST_SECONDS, shared=shared)
        self._now = now

    async def check(self, presented: Presented, scheme: Scheme, token: str, access: Access) -> None:
        """Return when everything that ``access`` is bound to is proved; raises `InvalidToken` or `InvalidProof`."""
        binding = access.binding or NO_BINDING
        if scheme == "Bearer" and binding.key is not None:
            raise InvalidToken("the token is bound to a key (cnf): it needs the scheme DPoP and a proof")
        if scheme == "DPoP" and binding.key is None:
            raise InvalidToken("the token is not bound to a key: the scheme must be Bearer")
        if binding.certificate is not None:
            self._check_certificate(presented, binding.certificate)
        if binding.key is not None:
            await self._check_proof(presented, token, binding.key)

    def _check_certificate(self, presented: Presented, expected: str) -> None:
        shown = self._proxies.certificate(presented) if self._proxies is not None else None
        if shown is None:
            raise InvalidToken("the token is bound to a certificate (cnf), and no trusted proxy vouches for one")
        if not hmac.compare_digest(shown, expected):
            raise InvalidToken("the token is bound to another certificate (cnf)")

    async def _check_proof(self, presented: Presented, token: str, key: str) -> None:
        now = self._now()
        proofs = presented.headers.getlist(PROOF_HEADER)
        if len(proofs) != 1:
            raise InvalidProof("exactly one DPoP proof is needed, in the header DPoP")
        target = target_of(presented, self._public_url)
        if target is None:
            raise InvalidProof("no DPoP proof can be judged here: the gateway's public_url is not set")
        asked = Asked(presented.method, target, bool(self._public_url), token)
        proof = read_proof(proofs[0], asked, now)
        if not hmac.compare_digest(proof.thumbprint, key):
            raise InvalidProof("the DPoP proof is signed with another key than the token is bound to")
        if self._nonces is not None and not self._nonces.takes(proof.nonce, now):
            raise NonceNeeded(self._nonces.current(now))
        if not await self._used.first(proof.thumbprint, proof.jti, proof.issued_at, now):
            raise InvalidProof("the DPoP proof was used before (jti)")
