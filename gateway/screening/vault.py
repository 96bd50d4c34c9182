"""Keys and callers of inline jobs, encrypted for as long as they are needed: AES-256-GCM under the ledger's secret.

Each job has a key of its own, derived from the secret; what is encrypted names which secret it was (a former one serves
to read), its job and its place, so that no text can be put in the place of another. When the job ends, or expires, the
texts are deleted.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.ledger import Secret

_NONCE_BYTES = 12
_ID_BYTES = 8


class VaultError(ValueError):
    """A text that cannot be read: altered, of another job, or of a secret that is gone."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Encrypts with the first of ``secrets``."""

    secrets: Sequence[Secret]

    def seal(self, text: bytes, job: str, place: str) -> bytes:
        """Return ``text`` encrypted for one place of one job."""
        secret = self.secrets[0]
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(_key(secret, job)).encrypt(nonce, text, _about(job, place))
        return secret.key_id.encode() + nonce + sealed

    def open(self, sealed: bytes, job: str, place: str) -> bytes:
        """Return the text; raises `VaultError`."""
        named, nonce = sealed[:_ID_BYTES], sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES]
        for secret in self.secrets:
            if secret.key_id.encode() == named:
                try:
                    return AESGCM(_key(secret, job)).decrypt(
                        nonce, sealed[_ID_BYTES + _NONCE_BYTES :], _about(job, place)
                    )
                except (InvalidTag, ValueError):
                    break
        raise VaultError("what a job keeps cannot be read: it was altered, or the ledger's secret has changed")


def _key(secret: Secret, job: str) -> bytes:
    return hmac.digest(secret.key, f"screening keys {job}".encode(), "sha256")


def _about(job: str, place: str) -> bytes:
    return f"{job}/{place}".encode()
