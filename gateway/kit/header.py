"""The columns of a department's table, by name alone: from the header of a file, or from a database. No row is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, load_workbook

from connectors.errors import SourceMisread
from connectors.file.records import records
from connectors.sql.columns import columns_of

_ENCODINGS: Final = ("utf-8", "gb18030")
"""Tried in this order: hardly any Chinese text in GB18030 is sound UTF-8."""
_WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, and what the database notes of it, blank for nothing."""

    name: str
    comment: str = ""


def file_columns(path: Path, line: int = 1) -> tuple[list[Column], str]:
    """Return the columns in the header of ``path``, and its encoding; raises `SourceError`."""
    try:
        if path.suffix.lower() in _WORKBOOKS:
            cells, encoding = _workbook_header(path, line), ""
        else:
            encoding = _encoding(path, line)
            cells = _csv_header(path, line, encoding)
    except (OSError, CalamineError):
        raise SourceMisread(f"`{path.name}` cannot be read as a table") from None
    names = [cell.strip() for cell in cells]
    if sum(map(bool, names)) < 2:
        told = "holds no header: a title, perhaps; say which line does with --set header_line=N"
        raise SourceMisread(f"line {line} of `{path.name}` {told}")
    return [Column(name) for name in names if name], encoding


async def table_columns(url: str, table: str, schema: str | None, environ: Mapping[str, str]) -> list[Column]:
    """Return the columns of ``table``; ``url`` may name the environment variable that holds the URL."""
    found = await columns_of(environ.get(url, url), table, schema)
    return [Column(name, comment.strip()) for name, comment in found]


def _encoding(path: Path, line: int) -> str:
    """Return the encoding of the lines down to the header; what follows them is not looked at."""
    with path.open("rb") as file:
        raw = b"".join(islice(file, line))
    for encoding in _ENCODINGS:
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SourceMisread(f"`{path.name}` is written in neither of {', '.join(_ENCODINGS)}")


def _csv_header(path: Path, line: int, encoding: str) -> list[str]:
    with path.open("rb") as file:
        found = next(islice(records(file, encoding), line - 1, None), None)
    return [] if found is None else found.cells


def _workbook_header(path: Path, line: int) -> list[str]:
    with load_workbook(path) as workbook:
        row = next(islice(workbook.get_sheet_by_index(0).iter_rows(), line - 1, None), [])
    return [str(cell) for cell in row]
