"""Portfolios in Excel workbooks: the first sheet, its first row the header.

Rows are read one after the other from the packed XML, by a fork of calamine that can do so, and written by xlsxwriter;
only the table of texts, to which a workbook may refer from any cell, is held. Formats, widths and formulas of the
original are not kept, values are; dates are written as dates.

Compared in 2026-11 on a busy machine, the peak memory of a process that reads 10,000 / 100,000 / 300,000 rows of four
cells, two of them texts that no other row has:
    python-calamine-plus   16 / 25 / 47 MiB   1.6 s for 100,000; 15 MiB where texts stand in the cells
    python-calamine        14 / 49 / 125 MiB  1.5 s: holds the sheet
    opensheet-core         16 / 66 / 184 MiB  1.4 s: holds the sheet
    pystreamxl             23 / 55 / -        2.0 s
    openpyxl, read-only    29 / 61 / -        20.2 s
Of those that write 200,000 rows of eleven texts, xlsxwriter (constant memory) holds 30 MiB, opensheet-core 11 MiB in
half of the time, pyexcelerate and openpyxl more; xlsxwriter is kept, which has been proven for longest.
"""

import datetime
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from python_calamine_plus import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat

from gateway.screening.files.block import MASK, Block, FileRefused, Format, Record, distinct, number_blocks

_MADE: Final = datetime.datetime(2000, 1, 1)
"""Written into every workbook, so that the same content gives the same bytes."""
_FORMATS: Final[dict[type, str]] = {
    datetime.datetime: "yyyy-mm-dd hh:mm:ss",
    datetime.date: "yyyy-mm-dd",
    datetime.time: "hh:mm:ss",
    datetime.timedelta: "[h]:mm:ss",
}

UNREAD: Final = "the workbook cannot be read: save it as .xlsx, without a password, and try again"


class WorkbookReader:
    """Open with `WorkbookReader.open(path)`."""

    format: Format = "xlsx"

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = columns

    @classmethod
    def open(cls, path: Path) -> "WorkbookReader":
        """Return the reader of the workbook at ``path``; raises `FileRefused`.

        The sheet is read through for its width: what a workbook says of that is often wrong, and a column need not have
        a name.
        """
        _require_whole(path)
        width = 0
        for row in _rows(path):
            used = len(row)
            while used > width and row[used - 1] == "":
                used -= 1
            width = max(width, used)
        header = next(_rows(path, width), None) if width else None
        if not header or not any(str(each).strip() for each in header):
            raise FileRefused("the first sheet has no header: its first row must name the columns")
        return cls(path, [str(each).strip() for each in header] + [""] * (width - len(header)))

    def blocks(self, columns: Sequence[str], size: int) -> Iterator[Block]:
        """Yield its rows (`gateway.screening.files.block.Reader`)."""
        return number_blocks(self._records([self.columns.index(each) for each in columns]), size)

    def objects(self, block: Block) -> Iterator[Mapping[str, Any]]:
        """Yield its rows as objects."""
        names = distinct(self.columns)
        for record in block.records:
            yield dict(zip(names, record.cells, strict=True))

    def _records(self, places: Sequence[int]) -> Iterator[Record]:
        width = len(self.columns)
        rows = _rows(self.path, width)
        next(rows, None)
        for number, row in enumerate(rows, 1):
            cells = [*row, *[""] * (width - len(row))]
            yield Record(number, [cells[place] for place in places], cells)


class WorkbookWriter:
    """Writes one sheet with the columns of ``reader`` and the columns ``added``."""

    def __init__(self, path: Path, reader: WorkbookReader, key: str, added: Sequence[str]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = Workbook(str(path), options)
        self._book.set_properties({"created": _MADE})
        self._sheet = self._book.add_worksheet()
        self._formats: dict[type, CellFormat] = {
            kind: self._book.add_format({"num_format": text}) for kind, text in _FORMATS.items()
        }
        self._place = reader.columns.index(key)
        self._line = 0
        self._put([*reader.columns, *added])

    def write(self, block: Block, added: Sequence[Sequence[str]], masked: Sequence[bool]) -> None:
        """Write one block (`gateway.screening.files.block.Writer`)."""
        for record, results, hidden in zip(block.records, added, masked, strict=True):
            cells = list(record.cells)
            if hidden:
                cells[self._place] = MASK
            self._put([*cells, *results])

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _put(self, cells: Sequence[Any]) -> None:
        for column, cell in enumerate(cells):
            if (format_ := self._formats.get(type(cell))) is not None:
                self._sheet.write_datetime(self._line, column, cell, format_)
            elif isinstance(cell, str):
                self._sheet.write_string(self._line, column, cell)  # never a formula, whatever it begins with
            else:
                self._sheet.write(self._line, column, cell)
        self._line += 1


def _require_whole(path: Path) -> None:
    """Return if every part of the workbook is what its checksum says: whoever reads rows stops before comparing it."""
    try:
        with ZipFile(path) as parts:
            damaged = parts.testzip()
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise FileRefused(UNREAD) from None
    if damaged is not None:
        raise FileRefused(UNREAD)


def _rows(path: Path, width: int | None = None) -> Iterator[Sequence[Any]]:
    """Yield the rows of the first sheet, ``width`` cells of each at most.

    Raises `FileRefused`, at whichever row it is found to be damaged.
    """
    try:
        last = None if width is None else width - 1
        yield from CalamineWorkbook.from_path(str(path)).stream_sheet_by_index(0, max_col=last)
    except BaseException as error:
        # a panic of the library is no `Exception`
        if isinstance(error, (CalamineError, OSError, IndexError)) or type(error).__name__ == "PanicException":
            raise FileRefused(UNREAD) from None
        raise
