"""Portfolios as files: CSV and other delimited text, Excel workbooks, Parquet, NDJSON; read and written in blocks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

from gateway.screening.files.block import MASK, Block, FileRefused, Reader, Record, Writer
from gateway.screening.files.delimited import DelimitedReader, DelimitedWriter
from gateway.screening.files.ndjson import NdjsonReader, NdjsonWriter
from gateway.screening.files.parquet import ParquetReader, ParquetWriter
from gateway.screening.files.workbook import WorkbookReader, WorkbookWriter

__all__ = ["FORMATS", "MASK", "Block", "FileRefused", "Format", "Reader", "Record", "Writer", "format_of"]
__all__ += ["open_reader", "open_writer"]

Format = Literal["csv", "xlsx", "parquet", "ndjson"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
_SUFFIXES: Final[dict[str, Format]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".xlsx", ".xlsm"), "xlsx"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".ndjson", ".jsonl"), "ndjson"),
}


def format_of(path: Path) -> Format:
    """Return the format that the name of the file tells; raises `FileRefused`."""
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        known = ", ".join(sorted(_SUFFIXES))
        raise FileRefused(f"the name of the file tells no format: name it with `--format`, or end it in one of {known}")
    return found


def open_reader(path: Path, format_: Format, delimiter: str | None = None) -> Reader:
    """Return the reader of the portfolio at ``path``; raises `FileRefused`, OSError."""
    if format_ == "csv":
        return DelimitedReader.open(path, delimiter)
    readers: Mapping[str, Callable[[Path], Reader]] = {
        "xlsx": WorkbookReader.open,
        "parquet": ParquetReader.open,
        "ndjson": NdjsonReader.open,
    }
    return readers[format_](path)


def open_writer(path: Path, reader: Any, key: str, added: Sequence[str]) -> Writer:
    """Return what writes the portfolio of ``reader`` to ``path``, in its own format, with the columns ``added``."""
    if isinstance(reader, DelimitedReader):
        return DelimitedWriter(path, reader, key, added)
    if isinstance(reader, WorkbookReader):
        return WorkbookWriter(path, reader, key, added)
    if isinstance(reader, ParquetReader):
        return ParquetWriter(path, reader, key, added)
    return NdjsonWriter(path, key, added)
