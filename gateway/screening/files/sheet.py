"""The cells of the first sheet of an Excel workbook (.xlsx, .xlsm), row by row.

openpyxl reads each cell, and what else tells what a cell means. Its own way through a sheet is not taken, since that
holds every text as a Python string, and something of every row: of 300,000 rows of four cells, two of them texts that
no other row has, it held 112 MiB, and 26 MiB where the texts stood in the cells. Here the texts that cells refer to lie
one after the other, in UTF-8, and of rows nothing stays.

# INVARIANT: what is passed over is empty: neither what a sheet says of its own size nor a gap between rows hides a row,
and rows that do not come in order are refused.
"""

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from functools import cache
from pathlib import Path
from string import digits
from typing import IO, Any, Final
from xml.etree.ElementTree import iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from gateway.screening.keys import EXACT_DIGITS

_SI: Final = f"{{{SHEET_MAIN_NS}}}si"
_T: Final = f"{{{SHEET_MAIN_NS}}}t"
_V: Final = f"{{{SHEET_MAIN_NS}}}v"


class Texts:
    """Texts by number, in little more memory than they have bytes."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def append(self, text: str) -> None:
        """Add the next text."""
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))

    def __getitem__(self, number: int) -> str:
        """Return one text; raises `IndexError`."""
        if number < 0:
            raise IndexError(number)
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()


class _Opened(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """An open workbook, of which no cell has been read."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, read_only=True, data_only=True, keep_links=False)

    @property
    def first_sheet(self) -> str:
        """The part of the file that is the first sheet of cells; raises `StopIteration` when there is none."""
        sheets = ((rel.target, rel.Type) for _, rel in self.parser.find_sheets())
        return next(str(target) for target, kind in sheets if "chartsheet" not in kind)

    def read_strings(self) -> None:
        """Read the texts that cells refer to."""
        self.shared_strings = Texts()
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                _read_texts(source, self.shared_strings)


def sheet_rows(path: Path) -> Iterator[Sequence[Any]]:
    """Yield each row up to its last cell that is not empty, up to the last such row; an empty cell is an empty text.

    Raises whatever openpyxl raises of a damaged file, at whichever row that is found.
    """
    with path.open("rb") as file:  # of a path openpyxl would refuse some names
        opened = _Opened(file)
        opened.read()
        book = opened.wb
        passed = 0
        with opened.archive.open(opened.first_sheet) as source:
            for number, cells in _numbered(source, opened.shared_strings, book):
                if number <= passed:
                    raise ValueError("the rows of the sheet are out of order")
                if cells:
                    yield from ([] for _ in range(number - passed - 1))
                    yield cells
                    passed = number


def _read_texts(source: IO[bytes], texts: Texts) -> None:
    root = None
    for event, node in _parsed(source):
        root = node if root is None else root
        if event == "end" and node.tag == _SI:
            plain = len(node) == 1 and node[0].tag == _T
            text = node[0].text if plain else Text.from_tree(node).content
            texts.append((text or "").replace("x005F_", ""))
            root.clear()


def _numbered(source: IO[bytes], texts: Texts, book: Any) -> Iterator[tuple[int, list[Any]]]:
    """Yield the number of each row that is written in the sheet, and its cells."""
    dates, lasting = book._date_formats, book._timedelta_formats  # noqa: SLF001  # nothing else tells a date
    parser = WorkSheetParser(source, texts, True, book.epoch, dates, lasting)
    data = None
    for event, node in _parsed(source):
        if event == "start":
            data = node if node.tag == DATA_TAG else data
        elif node.tag == ROW_TAG:
            plain = all(cell.get("r") for cell in node)
            number, cells = _read_row(node, parser, texts) if plain and node.get("r") else _told_row(node, parser)
            yield number, cells
            if data is not None:
                data.clear()


def _parsed(source: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield what begins and ends; expat reads nothing from elsewhere, and refuses what unfolds without end."""
    return iterparse(source, ("start", "end"))  # noqa: S314


def _read_row(node: Any, parser: WorkSheetParser, texts: Texts) -> tuple[int, list[Any]]:
    """Return number and cells of a row all of whose cells say where they are, as nearly all do."""
    row: list[Any] = []
    for cell in node:
        text = cell.findtext(_V) if cell.get("t") == "s" else None
        value = _value(parser.parse_cell(cell)["value"]) if text is None else texts[int(text)]
        if value != "":
            _place(row, _column(cell.get("r").rstrip(digits)), value)
    parser.row_counter = int(node.get("r"))
    return parser.row_counter, row


def _told_row(node: Any, parser: WorkSheetParser) -> tuple[int, list[Any]]:
    """Return the same of a row, or cells, that stand behind the one before."""
    row: list[Any] = []
    number, cells = parser.parse_row(node)
    parser.row_dimensions.clear()
    for each in cells:
        value = _value(each["value"])
        if value != "":
            _place(row, each["column"], value)
    return number, row


def _place(row: list[Any], column: int, value: Any) -> None:
    row += [""] * (column - len(row))
    row[column - 1] = value


@cache
def _column(letters: str) -> int:
    return int(column_index_from_string(letters))


def _value(value: Any) -> Any:
    """Return a value as it is told: empty as a text, a whole day as one, a number that may have lost digits as such."""
    if value is None:
        return ""
    if type(value) is int and abs(value) >= 10**EXACT_DIGITS:
        return float(value)
    if type(value) is datetime and value.time() == time.min:
        return value.date()
    return value
