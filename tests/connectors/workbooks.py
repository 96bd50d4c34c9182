"""The folder of a small department that returns Excel workbooks, with all that people do in Excel."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import xlsxwriter

from connectors import open_connector
from connectors.base import Answer, Batch, Connector
from connectors.spec import AsOf, FieldSpec, FileEntity, FileSource, KeySpec
from tests.connectors.file_sources import ENTITY, FOLDER, A, source

PLAIN: Final = ("序号", "单位", "代码", "注册号", "文号", "机构代码", "等级", "更新")
"""Headings that cover both lines of the header; after them stands 处罚, over two headings of its own."""
BELOW: Final = ("金额", "日期")
HEADER: Final = (*PLAIN, *(f"处罚/{name}" for name in BELOW))
FIELDS: Final = ("counterpart_name", "fine_amount", "decided_on", "counterpart_org_code", "procedure")
DAY: Final = date(2026, 3, 1)


class Formula(NamedTuple):
    """A cell with a formula; without a ``result`` it was never calculated."""

    text: str
    result: Any = ""


class Formatted(NamedTuple):
    """A number that is shown in some format."""

    number: float
    form: str


class Merged(NamedTuple):
    """A cell that covers several lines."""

    value: str
    lines: int


def described(**changes: Any) -> FileEntity:
    """Return how its sheets are described, with ``changes``."""
    told: dict[str, Any] = {
        "pattern": "月报_*.xlsx",
        "header_line": 2,
        "header_lines": 2,
        "footer_marks": ["合计", "填表人", "表格说明"],
        "keys": {"USCC": KeySpec(column="代码"), "REG_NO": KeySpec(column="注册号")},
        "record_key": ["文号"],
        "as_of": AsOf(column="更新"),
        "fields": {
            "counterpart_name": FieldSpec(column="单位", type="text", scope="x"),
            "fine_amount": FieldSpec(column="处罚/金额", type="yuan", scope="x"),
            "decided_on": FieldSpec(column="处罚/日期", type="date", scope="x"),
            "counterpart_org_code": FieldSpec(column="机构代码", type="identifier", scope="x"),
            "procedure": FieldSpec(column="等级", type="code", scope="x", codes={"1": "SIMPLE", "2": "ORDINARY"}),
        },
    }
    return FileEntity(**(told | changes))


def workbooks(**changes: Any) -> FileSource:
    """Return the source file of the department, with ``changes`` to its entity."""
    return source(encoding="utf-8", format="xlsx", entities={ENTITY: described(**changes)})


def opened(folder: Path, **changes: Any) -> Connector:
    """Return a connector to the workbooks in ``folder``."""
    return open_connector(workbooks(**changes), {FOLDER: str(folder)}, Path())


def batch(*keys: str, scheme: str = "USCC", fields: tuple[str, ...] = FIELDS) -> Batch:
    """Return a question about penalties."""
    return Batch(ENTITY, scheme, keys, fields, digests=True)


def row(at: int, code: Any = A, **cells: Any) -> dict[str, Any]:
    """Return one line of the table by its headings, with ``cells`` for those that a test is about."""
    told = {"序号": at, "单位": f"公司{at}", "代码": code, "文号": f"罚{at}号", "金额": 1000.5 * at, "日期": DAY}
    return told | cells


def write(path: Path, rows: Iterable[Mapping[str, Any] | Sequence[Any]], *, age: int = 0, **told: Any) -> Path:
    """Write a workbook as a department does; changed ``age`` seconds before now."""
    with xlsxwriter.Workbook(path, told.get("options", {})) as workbook:
        for name in told.get("before", ()):
            workbook.add_worksheet(name).write(0, 0, "封面")
        sheet = workbook.add_worksheet(told.get("sheet", "数据"))
        _write_header(workbook, sheet, told.get("heading", "处罚"))
        line = 3
        for cells in rows:
            listed = [cells.get(name) for name in (*PLAIN, *BELOW)] if isinstance(cells, Mapping) else cells
            for column, cell in enumerate(listed):
                _write_cell(workbook, sheet, line, column, cell)
            line += 1
        sheet.write_row(line, 0, ["合计", "", "", "", "", "", "", "", 99])
        sheet.merge_range(line + 1, 0, line + 1, 9, f"填表人:某某  {A}")
    changed = path.stat().st_mtime - age
    os.utime(path, (changed, changed))
    return path


def _write_header(workbook: xlsxwriter.Workbook, sheet: Any, heading: str) -> None:
    sheet.merge_range(0, 0, 0, 9, "行政处罚月报表")
    for column, name in enumerate(PLAIN):
        sheet.merge_range(1, column, 2, column, name)
    sheet.merge_range(1, 8, 1, 9, heading)
    sheet.write_row(2, 8, BELOW)


def _write_cell(workbook: xlsxwriter.Workbook, sheet: Any, line: int, column: int, cell: Any) -> None:
    match cell:
        case Formula(text, result):
            sheet.write_formula(line, column, text, None, result)
        case Formatted(number, form):
            sheet.write_number(line, column, number, workbook.add_format({"num_format": form}))
        case Merged(value, lines):
            sheet.merge_range(line, column, line + lines - 1, column, value)
        case date():
            sheet.write_datetime(line, column, cell, workbook.add_format({"num_format": "yyyy-mm-dd"}))
        case str():
            sheet.write_string(line, column, cell)
        case None:
            pass
        case _:
            sheet.write(line, column, cell)


def numbers(answer: Answer, key: str) -> list[str]:
    """Return the record keys of ``key``, in the order of the answer."""
    return [each.record_key for each in answer.rows.get(key, ())]
