"""The sheets of an Excel workbook: rows of cells with their line numbers, and what Excel did to the cells.

Read with calamine, which is quick (2026-11: 20,000 lines of 8 texts in 0.3 s, 500 in 6 ms; without the interpreter's
lock, but for the making of the cells) and takes a cell with an error, or with a formula that was never calculated, for
a blank one: `connectors.file.faults` finds those. It also reads .xls and .ods, in which nothing could find them: such
files are refused.

Rules
    * Excel holds every number as a float of fifteen digits. A whole number of so many is exact; of a longer one the
      digits are lost, and it is never repaired. What a float has beyond fifteen digits is noise of its calculation.
    * A merged cell's value stands in its first column, on every line that it covers: that is how one company with
      three records is written. In the header it stands in its other columns as well.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from io import BytesIO
from typing import Any, Final, cast
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.errors import SourceMisread
from connectors.file.numbers import EXACT
from connectors.values import Unread

MOST_BYTES: Final = 256 * 2**20
"""Of all parts of a workbook, unpacked."""
DAMAGED: Final = "the file is a damaged workbook, or a part of one"
_LOST: Final = Unread("stored as a number: digits are lost")
_NO_WORKBOOK: Final = "the file is not a workbook (.xlsx)"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED: Final = "EncryptedPackage".encode("utf-16-le")

Cells = list[Any]
Spot = tuple[int, int]
"""Line and column of a cell, from 0 on."""


class Workbook:
    """The workbook in ``content``; raises `SourceMisread` with the reason when it is none."""

    def __init__(self, content: bytes) -> None:
        self.parts = _parts(content)
        try:
            self._book = CalamineWorkbook.from_filelike(BytesIO(content))
        except CalamineError:
            raise SourceMisread(DAMAGED) from None

    def name_of(self, pattern: str | None) -> str:
        """Return the name of the one sheet of ``pattern``, or of the first that is to be seen; or `SourceMisread`."""
        sheets = [each for each in self._book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        if pattern is not None:
            names = [each.name for each in sheets if fnmatchcase(each.name.strip(), pattern)]
            if len(names) > 1:
                raise SourceMisread(f"more than one sheet of the workbook fits `{pattern}`")
        else:
            names = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
        if not names:
            raise SourceMisread(f"no sheet of the workbook fits `{pattern or '*'}`")
        return names[0]

    def sheet(self, name: str, header: range, faults: Mapping[Spot, Unread]) -> "Sheet":
        """Return the sheet of that ``name``; raises `SourceMisread`."""
        try:
            return Sheet(self._book.get_sheet_by_name(name), header, faults)
        except CalamineError:
            raise SourceMisread(DAMAGED) from None


class Sheet:
    """One sheet; ``header`` are its lines, ``faults`` what stands in cells that calamine takes for blank ones."""

    def __init__(self, sheet: CalamineSheet, header: range, faults: Mapping[Spot, Unread]) -> None:
        self._sheet = sheet
        self._header = header
        self._first = sheet.start[1] if sheet.start else 0
        self._faults: dict[int, list[tuple[int, Unread]]] = {}
        for (line, column), unread in faults.items():
            self._faults.setdefault(line, []).append((column - self._first, unread))

    def lines(self) -> Iterator[tuple[int, Cells]]:
        """Yield the number of each line, from 1 on, and its cells as calamine gives them."""
        merged = self._merged()
        held: dict[Spot, Any] = {}
        for at, cells in enumerate(cast("Iterator[Cells]", self._sheet.iter_rows())):
            for column, unread in self._faults.get(at, ()):
                if 0 <= column < len(cells):
                    cells[column] = unread
            for top, left, right in merged.get(at, ()):
                value = held.setdefault((top, left), cells[left])
                for column in range(left, right + 1 if at + 1 in self._header else left + 1):
                    cells[column] = value
            yield at + 1, cells

    def _merged(self) -> dict[int, list[tuple[int, int, int]]]:
        """Return first line, first and last column of the merged cells on each line."""
        merged: dict[int, list[tuple[int, int, int]]] = {}
        last_line, last_column = self._sheet.end or (-1, -1)
        for (top, left), (bottom, right) in self._sheet.merged_cell_ranges or ():
            if self._first <= left <= last_column:
                span = top, left - self._first, min(right, last_column) - self._first
                for line in range(top, min(bottom, last_line) + 1):
                    merged.setdefault(line, []).append(span)
        return merged


def as_cell(value: Any) -> Any:
    """Return a cell as readers of values want it: whole numbers whole, and none that has lost digits."""
    if type(value) is not float:
        return value
    if abs(value) >= EXACT:
        return _LOST
    exact = float(f"{value:.15g}")
    return int(exact) if exact.is_integer() else exact


def _parts(content: bytes) -> ZipFile:
    if content.startswith(_OLE):
        protected = _PROTECTED in content
        raise SourceMisread("the file is protected by a password" if protected else "the file is .xls, and not .xlsx")
    if not content.startswith(b"PK"):
        raise SourceMisread(_NO_WORKBOOK if content else "the file is empty")
    try:
        parts = ZipFile(BytesIO(content))
    except BadZipFile:
        raise SourceMisread(DAMAGED) from None
    if "xl/workbook.xml" not in parts.namelist():
        raise SourceMisread(_NO_WORKBOOK)
    if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
        raise SourceMisread(f"the workbook is larger than {MOST_BYTES >> 20} MiB")
    return parts
