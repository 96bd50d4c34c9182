"""What the ledger says about one answered query: who asked, what for, about whom, which sources; never what they said.

Subjects and consents are pseudonyms (`gateway.ledger.pseudonym`); fields are names; digests stand for content. An
entry is stored as its canonical bytes (`encode_entry`), so that a later proof can hash exactly what was written.
Nothing here can refer to itself: the collector of garbage need not look (`gc=False`).
"""

import os
from hashlib import sha256
from time import time_ns
from typing import Final, Literal

import msgspec

from gateway.ledger.pseudonym import Pseudonym

Kind = Literal[
    "QUERY",
    "MUTATION",
    "EXPLAIN",
    "REFUSAL",
    "CHANGE",
    "CHECK",
    "SCREENING",
    "REPORT",
    "ISSUED",
    "WATCH",
    "EVENT",
    "SUBSCRIPTION",
]
"""What an entry is about: an answered query, a mutation, a plan told without asking, a request that got no answer, an
administrative change (start, reload, key, client); what was asked for a credit check, for rows of a screening, for a
credit report or by a watch; a report that was issued; an event told to a subscriber; or the start or the end of a
subscription."""
ASKED: Final = frozenset({"QUERY", "CHECK", "SCREENING", "REPORT", "WATCH"})
"""Kinds of entries of queries, which asked sources."""
Outcome = Literal["ANSWERED", "PARTIAL", "DENIED", "REFUSED", "FAILED", "EXPLAINED"]
"""EXPLAINED: only the plan was told, and no source asked; its denials are those of the plan."""
_RECEIPT_DIGITS: Final = 32
_DIGITS: Final = frozenset("0123456789abcdef")
NOBODY: Final = ""
"""The client of a request whose caller could not be identified, and of a change that the installation made itself."""


class SourceUse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was asked of one entity of one source, and how it went: ``statuses`` counts answers by coverage status.

    ``mapping`` is the version of the source file that was read by; ``elapsed_ms`` the longest call; ``records`` counts
    the records shown, ``misread`` those of them with a value that could not be read, ``timely`` and ``overdue`` those
    that were, or were not, published within the working days that the double-publicity rule gives, and ``deciders``
    how many of these (timely, overdue) were to be published by which other department than the source's; ``as_of`` is
    the oldest date that the source itself gave; ``digest`` stands for what it sent.
    """

    entity: str
    fields: tuple[str, ...]
    calls: int
    statuses: dict[str, int]
    department: str = ""
    mapping: str = ""
    elapsed_ms: int = 0
    records: int = 0
    misread: int = 0
    timely: int = 0
    overdue: int = 0
    deciders: dict[str, tuple[int, int]] = {}
    as_of: str | None = None
    digest: Pseudonym | None = None


class Denial(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A field that the caller asked for and did not get, by policy."""

    field: str
    reason: str


class SectionTrace(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where the records of one section of the answer came from.

    ``path`` leads to the section in the response (names as the response has them, places in lists as numbers, joined
    by dots); ``records`` are in the order shown: the source (`source.table` for a table with a name of its own), and
    the pseudonym of the record's key there.
    ``digest`` stands for what they said: keyed, the same for equal content of one client's answers; empty where the
    section is not known whole.
    """

    path: str
    entity: str
    state: str
    records: tuple[tuple[str, str], ...] = ()
    digest: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An administrative change: ``what`` changed (`policy`, `client`, `ledger key`), whose name, from what to what.

    ``before`` and ``after`` are versions, states or digests, never content and never a secret.
    """

    what: str
    name: str
    before: str | None = None
    after: str | None = None


class Shape(msgspec.Struct, frozen=True):
    """What the fields of an answer mean: the path of each in the response, without places in lists, and its field.

    The same for all answers of a plan, so that an entry names it by its digest (`shape_digest`) and the ledger keeps it
    once: `subject.penalties.items.amount` -> `AdministrativePenalty.amount`.
    """

    paths: dict[str, str]


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One request, or one change. ``at`` is ISO 8601 in UTC to the ms; ``*_hash`` and ``*_digest`` are SHA-256 in hex.

    ``parts`` are digests of pieces of the response, salted with what the response holds and the ledger does not, so
    that they locate an alteration and nobody can guess the content of a piece. ``code`` is that of the error which a
    refused request got; ``count`` is above 1 where several like refusals share one entry.
    """

    receipt: str
    at: str
    kind: Kind = "QUERY"
    client: str
    department: str | None
    purpose: str
    case: str | None
    consent: Pseudonym | None = None
    operation_hash: str = ""
    operation_name: str | None = None
    subjects: tuple[Pseudonym, ...] = ()
    sources: dict[str, tuple[SourceUse, ...]] = {}
    denied: tuple[Denial, ...] = ()
    outcome: Outcome
    code: str | None = None
    count: int = 1
    changes: tuple[Change, ...] = ()
    shape: str = ""
    traces: tuple[SectionTrace, ...] = ()
    policy_version: str
    catalogue_version: str
    response_digest: str
    parts: dict[str, str] = {}
    elapsed_ms: int = 0


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> str:
    """Return the canonical JSON of an entry: members in the order of the class, names of objects sorted."""
    return _encoder.encode(entry).decode()


def decode_entry(text: str) -> Entry:
    """Return the entry that ``text`` is the JSON of; raise msgspec.ValidationError if it is none."""
    return _decoder.decode(text)


def encode_shape(shape: Shape) -> str:
    """Return the canonical JSON of a shape: paths sorted."""
    return _encoder.encode(shape).decode()


def shape_digest(text: str) -> str:
    """Return what entries name the shape by whose JSON ``text`` is: SHA-256, the first 32 hex digits."""
    return sha256(text.encode()).hexdigest()[:32]


def is_receipt(text: str) -> bool:
    """Return whether a receipt may be called ``text``, as `new_receipt` calls them."""
    return len(text) == _RECEIPT_DIGITS and _DIGITS.issuperset(text)


def new_receipt() -> str:
    """Return a new receipt: a UUIDv7 (RFC 9562 §5.7, §6.2 method 3) as 32 hex digits, so that later ones sort later.

    48 bits of milliseconds, 12 bits of the fraction of the millisecond, 62 random bits.
    """
    milliseconds, nanoseconds = divmod(time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8)) >> 2
    return f"{milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random:032x}"
