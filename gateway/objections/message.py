"""The messages that tell an owner of an objection, and of its withdrawal: texts, seal, signature.

Why the key of the record is in it at all: the owner finds the record by it, and the gateway, which keeps no record,
could not tell it later. So the message is made when the objection is filed, while the filer's answer still shows the
key; it waits sealed (AES-256-GCM under a key derived from the ledger's secret, so that pages of a database file and
backups hold nothing to read), and is deleted in the transaction that notes its arrival. No log line, ledger entry or
error has it. A withdrawal names the objection alone, so there is nothing to seal: `WITHDRAWN` stands in place of it.
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from msgspec import Struct

from gateway.ledger import Secret
from gateway.objections.model import WITHDRAWN, Sending, Ticket
from gateway.objections.rules import Endpoint
from gateway.sealing import SealBroken, close, derived, opened
from gateway.webhooks import signature_headers

FILED: Final = "objection.filed"
WITHDREW: Final = "objection.withdrawn"
_LABEL: Final = b"objections: messages\x01"


class Named(Struct, frozen=True):
    """What the owner needs to find the record: the ``subject``'s code, the key where the filer gave it, the table.

    ``part`` is what the source's file calls the table; None in messages that were sealed before it stood there.
    """

    subject: str
    record_key: str | None
    part: str | None = None


def seal(secret: Secret, message_id: str, named: Named) -> str:
    """Return ``named`` sealed for the message of that id, and for no other."""
    text = orjson.dumps([named.subject, named.record_key, named.part])
    closed = close(derived(secret.key, _LABEL), text, message_id.encode())
    return f"{secret.key_id}:{b64encode(closed).decode()}"


def unseal(secrets: Sequence[Secret], message_id: str, sealed: str) -> Named:
    """Return what was sealed under one of ``secrets``; raises `SealBroken`."""
    key_id, _, text = sealed.partition(":")
    secret = next((each for each in secrets if each.key_id == key_id), None)
    if secret is None:
        raise SealBroken
    try:
        closed = b64decode(text, validate=True)
    except (Error, ValueError):
        raise SealBroken from None
    return Named(*orjson.loads(opened(derived(secret.key, _LABEL), closed, message_id.encode())))


def body(ticket: Ticket, named: Named) -> bytes:
    """Return what the owner is sent, the same at each attempt: the event's type, when it was, and what it is about."""
    data: dict[str, Any] = {
        "id": ticket.id,
        "source": ticket.source,
        "entity": ticket.entity,
        "part": named.part,
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
    return orjson.dumps({"type": FILED, "timestamp": ticket.filed_at, "data": data})


def withdrawal(ticket: Ticket) -> bytes:
    """Return what the owner is sent when ``ticket`` was withdrawn: it knows the objection by its id."""
    data = {"id": ticket.id, "source": ticket.source, "entity": ticket.entity, "field": ticket.field}
    return orjson.dumps({"type": WITHDREW, "timestamp": ticket.changed_at, "data": data})


def sent_as(sending: Sending) -> str:
    """Return the id that a message is sent under: a withdrawal is another message than the objection."""
    return f"{sending.id}_w" if sending.sealed == WITHDRAWN else sending.id


def headers(endpoint: Endpoint, message_id: str, text: bytes, now: float) -> Mapping[str, str]:
    """Return the headers of one attempt at the UNIX time ``now``; the id is the same at each, so that one counts."""
    common = {"Content-Type": "application/json", "User-Agent": "credit-gateway"}
    if endpoint.kind == "rest":
        return {**common, "Authorization": f"Bearer {endpoint.secret.decode()}", "Idempotency-Key": message_id}
    return {**common, **signature_headers(endpoint.secret, message_id, int(now), text)}
