"""Portfolios of one JSON object a line (NDJSON). Members are kept as they are written, numbers digit for digit.

A portfolio has the columns of its first object; other lines may have other members. A line that is no object is told as
such, and written as an empty object with the columns added.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from gateway.screening.files.block import MASK, Block, FileRefused, Format, Reader, Record, number_blocks
from gateway.screening.model import Fault

LONGEST_LINE: Final = 1 << 20
Members = dict[str, msgspec.Raw]
_MEMBERS: Final = msgspec.json.Decoder(Members)
_AS_READ: Final = (msgspec.Raw, str, int, float, type(None))
"""What JSON gives back as it was."""


class NdjsonReader:
    """Open with `NdjsonReader.open(path)`."""

    format: Format = "ndjson"

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

    def objects(self, block: Block) -> Iterator[Mapping[str, Any]]:
        """Yield its rows as they are written."""
        return (record.cells for record in block.records)

    def _records(self, columns: Sequence[str]) -> Iterator[Record]:
        with self.path.open("rb") as file:
            for number, line in enumerate(_lines(file), 1):
                members = _members(line) if line is not None else None
                if members is None:
                    yield Record(number, [None] * len(columns), {}, Fault.UNREADABLE)
                else:
                    yield Record(number, [_value(members.get(each)) for each in columns], members)


class NdjsonWriter:
    """Writes the rows of ``reader``, whatever its format, as one object a line, with the members ``added``.

    A key that JSON cannot hold as it is read, a date, say, is written as the text that goes into the tree.
    """

    def __init__(self, file: IO[bytes], reader: Reader, key: str, added: Sequence[str]) -> None:
        self._file = file
        self._reader = reader
        self._key = key
        self._added = added

    def write(self, block: Block, added: Sequence[Sequence[str]], masked: Sequence[bool]) -> None:
        """Write one block (`gateway.screening.files.block.Writer`)."""
        lines: list[bytes] = []
        for members, results, hidden in zip(self._reader.objects(block), added, masked, strict=True):
            key = members.get(self._key)
            if hidden:
                members = {**members, self._key: MASK}
            elif not isinstance(key, _AS_READ):
                members = {**members, self._key: str(key)}
            lines.append(msgspec.json.encode({**members, **dict(zip(self._added, results, strict=True))}))
            lines.append(b"\n")
        self._file.write(b"".join(lines))
        self._file.flush()

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
