"""The rows of a portfolio as they go over the network: one JSON object a line, and nothing but the key of each row.

    {"key": "91230881TJ00000350"}
    {"key": "912308", "fault": "CELLS"}             the file says of itself that this row can be read no further
    {"key": "", "fault": "PERSONAL_NUMBER"}         a person's number does not leave the machine that it is on

What is asked about follows from ``key`` alone, which the manifest tells: nobody can have one subject asked about and
another one named. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec

from gateway.screening.keys import is_personal
from gateway.screening.model import Fault
from gateway.screening.results import key_text
from gateway.screening.slices import named_by

MEDIA: Final = "application/x-ndjson"
PART_BYTES: Final = 512 << 10
"""What one request carries of a portfolio where several slices fit into it: a slow line takes it in time."""
MAXIMUM_PART_BYTES: Final = 4 << 20
PART_ROWS: Final = 20_000
"""What one request may carry."""
ToldFault = Literal["CELLS", "UNREADABLE", "KEY_NUMBER", "KEY_UNREAD", "PERSONAL_NUMBER"]
"""Faults that only who has the file sees; all others are found where the keys are read."""
_TOLD: Final[dict[Fault, ToldFault]] = {
    Fault.CELLS: "CELLS",
    Fault.UNREADABLE: "UNREADABLE",
    Fault.KEY_NUMBER: "KEY_NUMBER",
    Fault.KEY_UNREAD: "KEY_UNREAD",
    Fault.PERSONAL_NUMBER: "PERSONAL_NUMBER",
}


class SentRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One row: its ``key`` as the file tells it, and why it is not to be asked about."""

    key: str
    fault: ToldFault | None = None


_ROWS: Final = msgspec.json.Decoder(SentRow)


class NoRow(ValueError):
    """A body whose lines are not rows; the message names the line and quotes nothing."""


def row_of(cell: Any, scheme: str | None, fault: Fault | None) -> SentRow:
    """Return the row whose key is in ``cell``, its keys of ``scheme`` where that is stated."""
    if fault is None and isinstance(cell, str) and key_text(cell) == cell:  # whom it names is found by who asks
        return SentRow("", "PERSONAL_NUMBER") if is_personal(cell, scheme) else SentRow(cell)
    named = named_by(cell, scheme, fault)
    if named is Fault.PERSONAL_NUMBER:
        return SentRow("", "PERSONAL_NUMBER")
    return SentRow(key_text(cell), _TOLD.get(named) if isinstance(named, Fault) else None)


def written(rows: Iterable[SentRow]) -> bytes:
    """Return ``rows`` as a body."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def read_rows(body: bytes) -> list[SentRow]:
    """Return the rows of a body; raises `NoRow`."""
    return list(_read(body))


def _read(body: bytes) -> Iterator[SentRow]:
    lines = body.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) > PART_ROWS:
        raise NoRow(f"a part has at most {PART_ROWS:,} rows, this one has {len(lines):,}: send it in several")
    for number, line in enumerate(lines, 1):
        try:
            row = _ROWS.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NoRow(f'line {number} of the body is no row: expected an object like `{{"key": "…"}}`') from None
        if row.fault == "PERSONAL_NUMBER" and row.key:
            raise NoRow(f"line {number} of the body tells a key that it says is a person's number: leave it empty")
        yield row


class RowsDigest:
    """The digest of all rows of a portfolio, made as they come: it says which portfolio a manifest is for."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, key: str, fault: str | None) -> None:
        """Take the next row."""
        self._hash.update(msgspec.json.encode((key, fault or "")) + b"\n")

    @property
    def hex(self) -> str:
        """The SHA-256 so far, in hex."""
        return self._hash.hexdigest()


def parts_of(slices: Iterable[Sequence[SentRow]]) -> Iterator[tuple[int, bytes]]:
    """Yield rows and body of each request that carries ``slices``, whole ones, of `PART_BYTES` if they fit.

    Raises `TooLong` for a slice that no request can carry.
    """
    rows, body = 0, b""
    for each in slices:
        more = written(each)
        if len(more) > MAXIMUM_PART_BYTES:
            raise TooLong(len(each))
        if body and (len(body) + len(more) > PART_BYTES or rows + len(each) > PART_ROWS):
            yield rows, body
            rows, body = 0, b""
        rows, body = rows + len(each), body + more
    if body:
        yield rows, body


class TooLong(ValueError):
    """A slice whose keys are longer together than a request may be; ``rows`` is how many it has."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            f"the keys of {rows:,} rows are longer than what can be sent: is this the column of the keys (`--key`)? "
            "else take fewer rows together (`--slice`)"
        )
