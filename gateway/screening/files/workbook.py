"""Portfolios in Excel workbooks: the first sheet, its first row the header.

Rows are read one after the other from the packed XML (`gateway.screening.files.sheet`), and written so by xlsxwriter;
only the texts to which a workbook may refer from any cell are held. Formats, widths and formulas of the original are
not kept, values are; dates are written as dates.

Compared in 2026-11: memory that reading 10,000 / 100,000 / 300,000 rows of four cells takes, two of them texts that no
other row has, and seconds of processor time for 100,000.
    openpyxl's cells, read as here     1 /  7 /   - MiB   5.4 s; 1 MiB for 300,000 where the texts stand in the cells
    openpyxl, read_only                4 / 35 / 112 MiB   8.6 s; 26 MiB there
    python-calamine                    5 / 40 / 116 MiB   1.5 s; 111 MiB there: holds the sheet
    opensheet-core                     7 / 58 / 176 MiB   1.4 s; holds the sheet
    pystreamxl                        14 / 47 /   - MiB   2.0 s
    python-calamine-plus               7 / 17 /  38 MiB   1.6 s; a young fork of calamine: not for a city's gateway
Of those that write 200,000 rows of eleven texts, xlsxwriter (constant memory) holds 30 MiB, opensheet-core 11 MiB in
half of the time, pyexcelerate and openpyxl more; xlsxwriter is kept, which has been proven for longest.
"""

import datetime
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat

from gateway.screening.files.block import MASK, Block, FileRefused, Format, Record, distinct, number_blocks
from gateway.screening.files.sheet import sheet_rows
from gateway.screening.model import Fault

warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")  # of what it leaves out, and we do too

_MADE: Final = datetime.datetime(2000, 1, 1)
"""Written into every workbook, so that the same content gives the same bytes."""
_FORMATS: Final[dict[type, str]] = {
    datetime.datetime: "yyyy-mm-dd hh:mm:ss",
    datetime.date: "yyyy-mm-dd",
    datetime.time: "hh:mm:ss",
    datetime.timedelta: "[h]:mm:ss",
}
UNREAD: Final = "the workbook cannot be read: save it as .xlsx, without a password, and try again"
LOOKED_AT: Final = 1_000
"""Rows in which columns are looked for that have no name."""


class WorkbookReader:
    """Open with `WorkbookReader.open(path)`."""

    format: Format = "xlsx"

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = columns

    @classmethod
    def open(cls, path: Path) -> "WorkbookReader":
        """Return the reader of the workbook at ``path``; raises `FileRefused`.

        It is as wide as its first rows are: what a workbook says of its width is often wrong, and a column need not
        have a name. A later row that is wider is told as one.
        """
        first = list(islice(_rows(path), LOOKED_AT))
        if not first or not any(str(each).strip() for each in first[0]):
            raise FileRefused("the first sheet has no header: its first row must name the columns")
        header, width = first[0], max(map(len, first))
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
        for number, row in enumerate(islice(_rows(self.path), 1, None), 1):
            fault = None if len(row) <= width else Fault.CELLS
            cells = [*row, *[""] * (width - len(row))][:width]
            yield Record(number, [cells[place] for place in places], cells, fault)


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


def _rows(path: Path) -> Iterator[Sequence[Any]]:
    """Yield the rows of the first sheet; raises `FileRefused`, at whichever row it is found to be damaged."""
    try:
        yield from sheet_rows(path)
    except Exception as error:  # a damaged file makes the library raise errors of many classes
        raise FileRefused(UNREAD) from error
