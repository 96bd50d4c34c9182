"""Portfolios of one JSON object a line (NDJSON). Members are kept as they are written, numbers digit for digit.

A portfolio has the columns of its first object; other lines may have other members. A line that is no object is told as
such, and written as an empty object with the columns added.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

from gateway.screening.files.block import MASK, Block, FileRefused, Record, number_blocks
from gateway.screening.model import Fault

LONGEST_LINE: Final = 1 << 20
Members = dict[str, msgspec.Raw]
_MEMBERS: Final = msgspec.json.Decoder(Members)
_MASKED: Final = msgspec.Raw(msgspec.json.encode(MASK))


class NdjsonReader:
    """Open with `NdjsonReader.open(path)`."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = columns

    @classmethod
    def open(cls, path: Path) -> "NdjsonReader":
        """Return the reader of the file at ``path``; raises `FileRefused`."""
        with path.open("rb") as file:
            members = _members(file.readline(LONGEST_LINE))
        if members is None:
            raise FileRefused("the first line is no JSON object in UTF-8: NDJSON has one object a line")
        return cls(path, list(members))

    def blocks(self, columns: Sequence[str], size: int) -> Iterator[Block]:
        """Yield its rows (`gateway.screening.files.block.Reader`)."""
        return number_blocks(self._records(columns), size)

    def _records(self, columns: Sequence[str]) -> Iterator[Record]:
        with self.path.open("rb") as file:
            for number, line in enumerate(_lines(file), 1):
                members = _members(line) if line is not None else None
                if members is None:
                    yield Record(number, [None] * len(columns), {}, Fault.UNREADABLE)
                else:
                    yield Record(number, [_value(members.get(each)) for each in columns], members)


class NdjsonWriter:
    """Writes one object a line, with the members ``added``."""

    def __init__(self, path: Path, key: str, added: Sequence[str]) -> None:
        self._file: IO[bytes] = path.open("wb")
        self._key = key
        self._added = added

    def write(self, block: Block, added: Sequence[Sequence[str]], masked: Sequence[bool]) -> None:
        """Write one block (`gateway.screening.files.block.Writer`)."""
        for record, results, hidden in zip(block.records, added, masked, strict=True):
            members = record.cells | {self._key: _MASKED} if hidden else record.cells
            told = members | dict(zip(self._added, results, strict=True))
            self._file.write(msgspec.json.encode(told) + b"\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _members(line: bytes) -> Members | None:
    try:
        return _MEMBERS.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _value(raw: msgspec.Raw | None) -> object:
    return None if raw is None else msgspec.json.decode(raw)


def _lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """Yield every line; None for one that is too long to be held."""
    while line := file.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while (more := file.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
            pass
        yield None
