"""The return as a workbook (xlsx): a sheet per table, as a clerk would print it: A4 landscape, heads on every page.

Every text is written as a text, whatever it begins with: no cell of it is a formula or a link. Whole numbers and shares
are numbers, so that the workbook can be computed with.
"""

from io import BytesIO
from typing import Any, Final

import xlsxwriter

from gateway.returns.printed import Cell, Document, Head, Kind, Table, written

_FONT: Final = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_CELL: Final = {**_FONT, "border": 1}
_NUMBERS: Final[dict[Kind, str]] = {"COUNT": "#,##0", "SHARE": "0.00%", "MS": "#,##0", "DAYS": "#,##0"}
_A4: Final = 9
_HEADS_AT: Final = 6
"""The row (from 0) of the heads: above them the title, its translation, what it is about, a warning and the table."""
_WIDTHS: Final[dict[Kind, float]] = {"COUNT": 9, "SHARE": 9, "MS": 9, "DAYS": 9, "FIGURE": 14, "TEXT": 34}
_NARROW: Final = 6
_WIDE: Final = 70
_LONG: Final = 60
"""Texts longer than this get a wide column."""


def workbook(document: Document) -> bytes:
    """Return ``document`` as the bytes of an xlsx file; the same document gives the same cells."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": document.title, "subject": document.subtitle})
        formats = _Formats(book)
        for table in document.tables:
            _sheet(book.add_worksheet(table.name), document, table, formats)
        _notes(book.add_worksheet("说明"), document, formats)
    return file.getvalue()


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({**_FONT, "font_size": 16, "bold": True, "align": "center"})
        self.subtitle = book.add_format({**_FONT, "align": "center", "font_color": "#444444"})
        self.about = book.add_format({**_FONT})
        self.name = book.add_format({**_FONT, "bold": True, "font_size": 11})
        self.note = book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
        self.head = book.add_format(
            {**_CELL, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E8ECF1", "font_size": 9}
        )
        self._cells: dict[tuple[Kind, bool], Any] = {}
        self._book = book

    def cell(self, kind: Kind, total: bool) -> Any:
        """Return the format of a cell, of the last row where ``total``."""
        if (kind, total) not in self._cells:
            made: dict[str, Any] = {**_CELL, "align": "left" if kind == "TEXT" else "right"}
            made |= {"num_format": _NUMBERS[kind]} if kind in _NUMBERS else {"text_wrap": kind == "TEXT"}
            made |= {"bold": True, "top": 2} if total else {}
            self._cells[kind, total] = self._book.add_format(made)
        return self._cells[kind, total]


def _sheet(sheet: Any, document: Document, table: Table, formats: _Formats) -> None:
    last = len(table.heads) - 1
    _top(sheet, document, table, formats, last)
    sheet.set_row(_HEADS_AT, 48)
    for at, head in enumerate(table.heads):
        sheet.write_string(_HEADS_AT, at, f"{head.zh}\n{head.en}", formats.head)
        sheet.set_column(at, at, _width(head, table, at))
    row = _HEADS_AT
    for row, cells in enumerate(table.rows, _HEADS_AT + 1):
        _row(sheet, row, table.heads, cells, formats, total=False)
    if table.total is not None:
        row += 1
        _row(sheet, row, table.heads, table.total, formats, total=True)
    if table.remark:
        sheet.write_string(row + 2, 0, table.remark, formats.about)
    _print_setup(sheet, document, table, row + (2 if table.remark else 0), last)


def _top(sheet: Any, document: Document, table: Table, formats: _Formats, last: int) -> None:
    sheet.merge_range(0, 0, 0, last, "", formats.title)
    sheet.write_string(0, 0, document.title, formats.title)
    sheet.merge_range(1, 0, 1, last, "", formats.subtitle)
    sheet.write_string(1, 0, document.subtitle, formats.subtitle)
    sheet.set_row(0, 28)
    half = (len(document.about) + 1) // 2
    for row, pairs in enumerate((document.about[:half], document.about[half:]), 2):
        sheet.write_string(row, 0, "    ".join(f"{key}:{value}" for key, value in pairs), formats.about)
    if document.warning:
        sheet.write_string(_HEADS_AT - 2, 0, document.warning, formats.name)
    sheet.write_string(_HEADS_AT - 1, 0, table.title, formats.name)


def _row(sheet: Any, row: int, heads: Any, cells: Any, formats: _Formats, *, total: bool) -> None:
    for at, (head, value) in enumerate(zip(heads, cells, strict=True)):
        _write(sheet, row, at, value, head.kind, formats.cell(head.kind, total))


def _write(sheet: Any, row: int, at: int, value: Cell, kind: Kind, style: Any) -> None:
    if isinstance(value, int):
        sheet.write_number(row, at, value, style)
    elif kind == "SHARE" and value is not None:
        sheet.write_number(row, at, float(value), style)
    elif value is None and at == 0:  # the number of the row of totals
        sheet.write_blank(row, at, None, style)
    else:
        sheet.write_string(row, at, written(value, kind), style)


def _width(head: Head, table: Table, at: int) -> float:
    if at == 0 and head.kind == "COUNT":
        return _NARROW
    longest = max((len(value) for row in table.rows if isinstance(value := row[at], str)), default=0)
    return _WIDE if head.kind == "TEXT" and longest > _LONG else _WIDTHS[head.kind]


def _print_setup(sheet: Any, document: Document, table: Table, last_row: int, last_column: int) -> None:
    sheet.freeze_panes(_HEADS_AT + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADS_AT)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_footer(f"&L{_literal(table.name)}&C第 &P 页,共 &N 页&R{_literal(document.subtitle)}")


def _literal(text: str) -> str:
    """Return ``text`` as a header or footer has it: `&` begins a command there."""
    return text.replace("&", "&&")


def _notes(sheet: Any, document: Document, formats: _Formats) -> None:
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 120)
    sheet.write_string(0, 0, "填报说明 Notes", formats.name)
    for at, note in enumerate(document.notes, 1):
        sheet.write_number(at, 0, at, formats.note)
        sheet.write_string(at, 1, note, formats.note)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
