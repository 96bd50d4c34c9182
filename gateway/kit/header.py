"""The columns of a department's table, by name alone: from the header of a file, or from a database. No row is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from connectors.errors import SourceMisread
from connectors.file.records import records
from connectors.file.sheets import header_of
from connectors.sql.columns import columns_of

_ENCODINGS: Final = ("utf-8", "gb18030")
"""Tried in this order: hardly any Chinese text in GB18030 is sound UTF-8."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, and what the database notes of it, blank for nothing."""

    name: str
    comment: str = ""


def file_columns(path: Path, header: range, sheet: str | None = None) -> tuple[list[Column], str]:
    """Return the columns that the lines ``header`` of ``path`` name, and its encoding; raises `SourceError`.

    A workbook has no encoding, and its header may have several lines; ``sheet`` is a pattern of the sheet's name.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            cells: Sequence[str] = header_of(path.read_bytes(), sheet, header)
            encoding = ""
        else:
            encoding = _encoding(path, header[0])
            cells = _csv_header(path, header[0], encoding)
    except OSError:
        raise SourceMisread(f"`{path.name}` cannot be read as a table") from None
    names = [cell.strip() for cell in cells]
    if sum(map(bool, names)) < 2:
        told = "holds no header: a title, perhaps; say which line does with --set header_line=N"
        raise SourceMisread(f"line {header[0]} of `{path.name}` {told}")
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
