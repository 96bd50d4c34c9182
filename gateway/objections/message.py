"""The message that tells an owner of an objection: its text, its seal while it waits, its signature when it is sent.

Why the key of the record is in it at all: the owner finds the record by it, and the gateway, which keeps no record,
could not tell it later. So the message is made when the objection is filed, while the filer's answer still shows the
key; it waits sealed (AES-256-GCM under a key derived from the ledger's secret, so that pages of a database file and
backups hold nothing to read), and is deleted in the transaction that notes its arrival. No log line, ledger entry or
error has it.
"""

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from gateway.ledger import Secret
from gateway.objections.model import Ticket
from gateway.objections.rules import Endpoint
from gateway.webhooks import signature_headers

TYPE: Final = "objection.filed"
_NONCE_BYTES: Final = 12


class Named(Struct, frozen=True):
    """What the owner needs to find the record: the ``subject``'s code, and the key where the filer gave it."""

    subject: str
    record_key: str | None


class SealBroken(Exception):
    """A message cannot be opened: it was sealed under a secret that is not known any more, or altered."""


def seal(secret: Secret, message_id: str, named: Named) -> str:
    """Return ``named`` sealed for the message of that id, and for no other."""
    nonce = os.urandom(_NONCE_BYTES)
    text = orjson.dumps([named.subject, named.record_key])
    closed = nonce + AESGCM(_key(secret)).encrypt(nonce, text, message_id.encode())
    return f"{secret.key_id}:{b64encode(closed).decode()}"


def unseal(secrets: Sequence[Secret], message_id: str, sealed: str) -> Named:
    """Return what was sealed under one of ``secrets``; raises `SealBroken`."""
    key_id, _, text = sealed.partition(":")
    secret = next((each for each in secrets if each.key_id == key_id), None)
    if secret is None:
        raise SealBroken
    try:
        closed = b64decode(text, validate=True)
        opened = AESGCM(_key(secret)).decrypt(closed[:_NONCE_BYTES], closed[_NONCE_BYTES:], message_id.encode())
    except (InvalidTag, Error, ValueError):
        raise SealBroken from None
    return Named(*orjson.loads(opened))


def body(ticket: Ticket, named: Named) -> bytes:
    """Return what the owner is sent, the same at each attempt: the event's type, when it was, and what it is about."""
    data: dict[str, Any] = {
        "id": ticket.id,
        "source": ticket.source,
        "entity": ticket.entity,
        "field": ticket.field,
        "subject": named.subject,
        "record_key": named.record_key,
        "receipt": ticket.receipt,
        "path": ticket.path,
        "ground": ticket.ground,
        "statement": ticket.statement,
        "evidence": ticket.evidence,
        "contact": ticket.contact,
    }
    return orjson.dumps({"type": TYPE, "timestamp": ticket.filed_at, "data": data})


def headers(endpoint: Endpoint, message_id: str, text: bytes, now: float) -> Mapping[str, str]:
    """Return the headers of one attempt at the UNIX time ``now``; the id is the same at each, so that one counts."""
    common = {"Content-Type": "application/json", "User-Agent": "credit-gateway"}
    if endpoint.kind == "rest":
        return {**common, "Authorization": f"Bearer {endpoint.secret.decode()}", "Idempotency-Key": message_id}
    return {**common, **signature_headers(endpoint.secret, message_id, int(now), text)}


def _key(secret: Secret) -> bytes:
    """Return the key that seals messages: HKDF-Expand (RFC 5869 §2.3) of one block, of a secret that is uniform."""
    return hmac.digest(secret.key, b"objections: messages\x01", sha256)
