"""Portfolios of delimited text: CSV as spreadsheets write it (RFC 4180), with other delimiters and encodings too.

What is written has the encoding, mark, delimiter and line breaks of what was read. A row with too many or too few cells
is told as one, and written with as many cells as the header has.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final

from gateway.screening.files.block import MASK, Block, FileRefused, Format, Record, distinct, number_blocks
from gateway.screening.files.texts import Written, delimiter, written
from gateway.screening.model import Fault

LONGEST_HEADER: Final = 1 << 20


class DelimitedReader:
    """Open with `DelimitedReader.open(path, delimiter)`."""

    format: Format = "csv"

    def __init__(self, path: Path, how: Written, parting: str, columns: Sequence[str]) -> None:
        self.path = path
        self.how = how
        self.delimiter = parting
        self.columns = columns

    @classmethod
    def open(cls, path: Path, parting: str | None = None) -> "DelimitedReader":
        """Return the reader of the file at ``path``, its delimiter told by the header if not given.

        Raises `FileRefused`.
        """
        how = written(path)
        with path.open(encoding=how.encoding, newline="") as file:
            chosen = parting or delimiter(file.readline(LONGEST_HEADER))
            file.seek(0)
            try:
                header = next(csv.reader(file, delimiter=chosen), None)
            except csv.Error:
                header = None
        if not header:
            raise FileRefused("the file has no header: its first line must name the columns")
        return cls(path, how, chosen, header)

    def blocks(self, columns: Sequence[str], size: int) -> Iterator[Block]:
        """Yield its rows (`gateway.screening.files.block.Reader`)."""
        return number_blocks(self._records([self.columns.index(each) for each in columns]), size)

    def objects(self, block: Block) -> Iterator[Mapping[str, str]]:
        """Yield its rows as objects, every cell a text."""
        names = distinct(self.columns)
        for record in block.records:
            yield dict(zip(names, record.cells, strict=True))

    def _records(self, places: Sequence[int]) -> Iterator[Record]:
        width = len(self.columns)
        with self.path.open(encoding=self.how.encoding, newline="") as file:
            rows = csv.reader(file, delimiter=self.delimiter)
            next(rows)
            number = 0
            while True:
                number += 1
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except csv.Error:  # a cell of more than 128 KiB, say
                    yield Record(number, [None] * len(places), [""] * width, Fault.UNREADABLE)
                    continue
                fault = None if len(cells) == width else Fault.CELLS
                cells = [*cells, *[""] * (width - len(cells))][:width]
                yield Record(number, [cells[place] for place in places], cells, fault)


class DelimitedWriter:
    """Writes a portfolio of delimited text as ``reader`` found it, with the columns ``added``."""

    def __init__(self, file: IO[bytes], reader: DelimitedReader, key: str, added: Sequence[str]) -> None:
        self._file = TextIOWrapper(file, encoding=reader.how.encoding, newline="")
        self._place = reader.columns.index(key)
        self._rows = csv.writer(self._file, delimiter=reader.delimiter, lineterminator=reader.how.newline)
        self._rows.writerow([*reader.columns, *added])

    def write(self, block: Block, added: Sequence[Sequence[str]], masked: Sequence[bool]) -> None:
        """Write one block (`gateway.screening.files.block.Writer`)."""
        for record, results, hidden in zip(block.records, added, masked, strict=True):
            cells = list(record.cells)
            if hidden:
                cells[self._place] = MASK
            self._rows.writerow([*cells, *results])
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
