"""The one verb of a source: many keys in, rows per key out.

Rules of this file: no I/O, frozen values; Structs, which cost a fifth of a frozen dataclass to make. A connector reads
raw rows into typed `Row`s itself, so that a column nobody asked for, or that the caller may not see, is dropped before
anything else can touch it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, field


class Batch(Struct, frozen=True):
    """One question to one source.

    ``entity`` is the part that is asked about. ``keys`` are canonical identifiers of ``scheme`` (or internal keys),
    without duplicates, at most the source's ``batch_size``. ``fields`` are the entity fields to read, in the order of
    `Row.values`; nothing else is asked for where the source's interface lets us choose. ``digests`` asks for a digest
    per row. ``aliases`` tells further identifiers of the same subjects, scheme -> {identifier: key}: under those of
    `also_by` their rows may stand as well, and those of `also_parameters` the source is told beside the key.
    ``decided_by`` is a department, when only records that it decided are asked for (`RecordsOf`).
    """

    entity: str
    scheme: str
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    digests: bool = False
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decided_by: str | None = None

    def __repr__(self) -> str:
        """Return what is asked, but not about whom: keys and aliases may be numbers and names of persons."""
        return f"Batch({self.entity} by {self.scheme}, {len(self.keys)} keys, fields {', '.join(self.fields)})"


class Issue(Struct, frozen=True):
    """One value that could not be read, or was read with a reservation; never quotes the raw value.

    ``code`` is MISREAD (the field is null because what the source sent could not be read) or a mere note:
    OPEN_ENDED, PLACEHOLDER_DATE, NO_TERM, UNIT_ASSUMED, CHECK_FAILED.
    """

    field: str
    code: str
    message: str

    @property
    def misread(self) -> bool:
        """True when the field's value is unknown although the source sent one."""
        return self.code == "MISREAD"


class Row:
    """One record as read: ``values`` in the order of `Batch.fields`, response-ready (ISO dates, enum names, `Money`).

    ``key_scheme`` is the scheme that found the row when it was an alias, else None.
    """

    __slots__ = ("as_of", "digest", "issues", "key_scheme", "record_key", "values")

    def __init__(
        self,
        values: tuple[Any, ...],
        record_key: str,
        as_of: str | None = None,
        issues: tuple[Issue, ...] = (),
        digest: str | None = None,
        key_scheme: str | None = None,
    ) -> None:
        self.values = values
        self.record_key = record_key
        self.as_of = as_of
        self.issues = issues
        self.digest = digest
        self.key_scheme = key_scheme


class Answer(Struct, frozen=True):
    """What a source said to a batch: rows per key (a key without rows is absent: nothing on record).

    ``unreadable`` maps a key to why some of its rows had to be left out (no readable record key): the key's
    section is then not complete. ``fetched_at`` is ISO 8601 UTC, ``as_of`` the source's own date of the whole answer
    where it has one (file date), ``as_of_time`` the same to the second where the source tells that (ISO 8601, with the
    offset of China), ``digest`` the SHA-256 (hex) of what the source sent.
    """

    rows: Mapping[str, Sequence[Row]]
    fetched_at: str
    digest: str
    as_of: str | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)
    as_of_time: str | None = None

    def __repr__(self) -> str:
        """Return how many were told of, but neither whom nor what."""
        return f"Answer({len(self.rows)} keys with rows, {len(self.unreadable)} unreadable, {self.fetched_at})"


class Connector(Protocol):
    """A live connection to one source; safe for concurrent use in one event loop."""

    async def fetch(self, batch: Batch) -> Answer:
        """Ask the source once for ``batch`` (one round trip unless the kind pages or takes one key a call).

        Raises `SourceError`. Is cancelled from outside when the time is up, and then leaves nothing running
        where the driver can prevent it.
        """
        ...

    async def probe(self) -> None:
        """Ask the cheapest question that proves the source is there; raises `SourceError`."""
        ...

    async def close(self) -> None:
        """Release connections; the connector is not used afterwards."""
        ...
