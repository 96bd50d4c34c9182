"""What the ledger says about one answered query: who asked, what for, about whom, which sources; never what they said.

Subjects and consents are pseudonyms (`gateway.ledger.pseudonym`); fields are names; digests stand for content. An
entry is stored as its canonical bytes (`encode_entry`), so that a later proof can hash exactly what was written.
"""

import os
from time import time_ns
from typing import Literal

import msgspec

from gateway.ledger.pseudonym import Pseudonym

Outcome = Literal["ANSWERED", "PARTIAL", "DENIED", "REFUSED", "FAILED", "EXPLAINED"]
"""EXPLAINED: only the plan was told, and no source asked; its denials are those of the plan."""


class SourceUse(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of one entity of one source, and how it went: ``statuses`` counts answers by coverage status."""

    entity: str
    fields: tuple[str, ...]
    calls: int
    statuses: dict[str, int]
    digest: str | None = None


class Denial(msgspec.Struct, frozen=True, kw_only=True):
    """A field that the caller asked for and did not get, by policy."""

    field: str
    reason: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One answered query. ``at`` is ISO 8601 in UTC to the ms; ``*_hash`` and ``*_digest`` are SHA-256 in hex."""

    receipt: str
    at: str
    client: str
    department: str | None
    purpose: str
    case: str | None
    consent: Pseudonym | None
    operation_hash: str
    operation_name: str | None
    subjects: tuple[Pseudonym, ...]
    sources: dict[str, tuple[SourceUse, ...]]
    denied: tuple[Denial, ...]
    outcome: Outcome
    policy_version: str
    catalogue_version: str
    response_digest: str
    elapsed_ms: int


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> str:
    """Return the canonical JSON of an entry: members in the order of the class, names of objects sorted."""
    return _encoder.encode(entry).decode()


def decode_entry(text: str) -> Entry:
    """Return the entry that ``text`` is the JSON of; raise msgspec.ValidationError if it is none."""
    return _decoder.decode(text)


def new_receipt() -> str:
    """Return a new receipt: a UUIDv7 (RFC 9562 §5.7, §6.2 method 3) as 32 hex digits, so that later ones sort later.

    48 bits of milliseconds, 12 bits of the fraction of the millisecond, 62 random bits.
    """
    milliseconds, nanoseconds = divmod(time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8)) >> 2
    return f"{milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random:032x}"
