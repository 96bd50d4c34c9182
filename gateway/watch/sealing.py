"""What the gateway must keep to ask again, and to tell again, sealed: keys of subjects, consents, waiting messages.

AES-256-GCM under a key derived from the ledger's secret, for one row and no other: pages of a database file and backups
hold nothing to read. What was sealed under an earlier key opens while that is kept.
"""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.ledger import Secret

_LABEL: Final = b"watch: kept\x01"
_NONCE_BYTES: Final = 12


class SealBroken(Exception):
    """What was kept cannot be opened: it was sealed under a secret that is not known any more, or altered."""


def seal(secret: Secret, name: str, said: Any) -> str:
    """Return ``said`` (JSON) sealed for the row called ``name``."""
    nonce = os.urandom(_NONCE_BYTES)
    closed = nonce + AESGCM(_key(secret)).encrypt(nonce, orjson.dumps(said), name.encode())
    return f"{secret.key_id}:{b64encode(closed).decode()}"


def unseal(secrets: Sequence[Secret], name: str, sealed: str) -> Any:
    """Return what was sealed for the row called ``name`` under one of ``secrets``; raises `SealBroken`."""
    key_id, _, text = sealed.partition(":")
    secret = next((each for each in secrets if each.key_id == key_id), None)
    if secret is None:
        raise SealBroken
    try:
        closed = b64decode(text, validate=True)
        return orjson.loads(AESGCM(_key(secret)).decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], name.encode()))
    except (InvalidTag, ValueError):
        raise SealBroken from None


def _key(secret: Secret) -> bytes:
    """Return the key that seals: HKDF-Expand (RFC 5869 §2.3) of one block, of a secret that is uniform."""
    return hmac.digest(secret.key, _LABEL, sha256)
