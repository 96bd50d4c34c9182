"""Portfolios in Excel workbooks: the first sheet, its first row the header.

calamine reads the values of a sheet (2026-11: 100,000 rows of four cells in 1.0 s and 36 MB; openpyxl, row by row, took
16.6 s and 66 MB, most of it the shared texts), xlsxwriter writes row by row. Formats, widths and formulas of the
original are not kept, values are; dates are written as dates.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat

from gateway.screening.files.block import MASK, Block, FileRefused, Format, Record, distinct, number_blocks

_MADE: Final = datetime.datetime(2000, 1, 1)
"""Written into every workbook, so that the same content gives the same bytes."""
_FORMATS: Final = {datetime.datetime: "yyyy-mm-dd hh:mm:ss", datetime.date: "yyyy-mm-dd", datetime.time: "hh:mm:ss"}


class WorkbookReader:
    """Open with `WorkbookReader.open(path)`."""

    format: Format = "xlsx"

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = columns

    @classmethod
    def open(cls, path: Path) -> "WorkbookReader":
        """Return the reader of the workbook at ``path``; raises `FileRefused`."""
        header = next(_rows(path), None)
        if not header or not any(str(each).strip() for each in header):
            raise FileRefused("the first sheet has no header: its first row must name the columns")
        return cls(path, [str(each).strip() for each in header])

    def blocks(self, columns: Sequence[str], size: int) -> Iterator[Block]:
        """Yield its rows (`gateway.screening.files.block.Reader`)."""
        return number_blocks(self._records([self.columns.index(each) for each in columns]), size)

    def objects(self, block: Block) -> Iterator[Mapping[str, Any]]:
        """Yield its rows as objects."""
        names = distinct(self.columns)
        for record in block.records:
            yield dict(zip(names, record.cells, strict=True))

    def _records(self, places: Sequence[int]) -> Iterator[Record]:
        rows = _rows(self.path)
        next(rows, None)
        for number, row in enumerate(rows, 1):
            cells = [*row, *[""] * (len(self.columns) - len(row))]
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
            if isinstance(cell, datetime.timedelta):
                self._sheet.write_number(self._line, column, cell.total_seconds() / 86_400)
            elif (format_ := self._formats.get(type(cell))) is not None:
                self._sheet.write_datetime(self._line, column, cell, format_)
            elif isinstance(cell, str):
                self._sheet.write_string(self._line, column, cell)  # never a formula, whatever it begins with
            else:
                self._sheet.write(self._line, column, cell)
        self._line += 1


def _rows(path: Path) -> Iterator[Sequence[Any]]:
    try:
        return iter(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows())
    except (CalamineError, OSError, IndexError):
        raise FileRefused("the workbook cannot be read: save it as .xlsx, without a password, and try again") from None
