"""Short texts closed under a key of the ledger's secret: AES-256-GCM (NIST SP 800-38D), a random nonce before the text.

A text is closed for one ``context``, and opens for no other.
"""

import hmac
import os
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


class SealBroken(Exception):
    """A text cannot be opened: it was closed under another key, for another context, or altered."""


def derived(secret: bytes, label: bytes) -> bytes:
    """Return the key of ``secret``, which is uniform, for what ``label`` names: one block of HKDF-Expand (RFC 5869)."""
    return hmac.digest(secret, label, sha256)


def close(key: bytes, text: bytes, context: bytes) -> bytes:
    """Return ``text`` closed under ``key`` for ``context``; never the same twice."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, context)


def opened(key: bytes, closed: bytes, context: bytes) -> bytes:
    """Return the text that was ``closed`` under ``key`` for ``context``; raises `SealBroken`."""
    try:
        return AESGCM(key).decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        raise SealBroken from None
