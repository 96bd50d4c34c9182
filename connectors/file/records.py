"""The records of a CSV file and where each begins: quoted cells may hold commas, quotes and line breaks.

Lines are cut at the bytes of a line feed, so that places are byte offsets. That needs an encoding in which the bytes of
comma, quote and line feed occur as nothing else: UTF-8, GB18030, GBK, Big5, but not UTF-16.

A byte that the encoding does not know becomes U+FFFD: readers of values call such a cell MISREAD, and its neighbors are
read. Quotes that do not pair up are not guessed at: the line is a record of its own that cannot be read, and reading
goes on at the next line.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from connectors.errors import SourceMisread

LOST: Final = "\ufffd"
"""Stands where bytes were not text in the file's encoding."""
_MOST_BROKEN: Final = 1000
"""More lines with unpaired quotes than this are no accident: the file is not CSV."""
_SIGNS: Final = ',"\n'


@dataclass(frozen=True, slots=True)
class Record:
    """One record: where it begins, and its cells; ``broken`` is its first line where it has no cells."""

    start: int
    cells: list[str]
    broken: str | None = None


class _Lines:
    """The decoded lines of a file from where it stands, and the offset of the next one."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self.offset = file.tell()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline()
        if not line:
            raise StopIteration
        text = line.decode(self._encoding, "replace")
        if self.offset == 0:
            text = text.removeprefix("\ufeff")
        self.offset += len(line)
        return text

    def skip_from(self, offset: int) -> str:
        """Go back to ``offset`` and return the one line that stands there."""
        self._file.seek(offset)
        self.offset = offset
        return next(self)


def is_fit(encoding: str) -> bool:
    """Return whether files in ``encoding`` can be cut into lines and cells by their bytes."""
    try:
        signs, letters = _SIGNS.encode(encoding), "同江".encode(encoding, "ignore")
    except (LookupError, ValueError):
        return False
    # Encodings of seven bits (HZ, ISO 2022) write Chinese with the bytes of commas and quotes.
    return signs.removeprefix(b"\xef\xbb\xbf") == _SIGNS.encode("ascii") and (not letters or letters[0] > 0x7F)


def records(file: BinaryIO, encoding: str) -> Iterator[Record]:
    """Yield every record from where ``file`` stands; raises `SourceMisread` when it is not CSV at all."""
    lines = _Lines(file, encoding)
    rows = csv.reader(lines, strict=True)
    broken = 0
    while True:
        start = lines.offset
        try:
            yield Record(start, next(rows))
        except StopIteration:
            return
        except csv.Error:
            broken += 1
            if broken > _MOST_BROKEN:
                raise SourceMisread("the file is not CSV: its quotes do not pair up") from None
            yield Record(start, [], broken=lines.skip_from(start))
            rows = csv.reader(lines, strict=True)


def record_at(file: BinaryIO, encoding: str, start: int) -> list[str]:
    """Return the cells of the record that begins at ``start``; raises `csv.Error`, or returns [] at the end."""
    file.seek(start)
    return next(csv.reader(_Lines(file, encoding), strict=True), [])
