"""Portfolios as files: CSV and other delimited text, Excel workbooks, Parquet, NDJSON; read and written in blocks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, get_args

from gateway.screening.files.block import MASK, Block, FileRefused, Format, Reader, Record, Writer
from gateway.screening.files.delimited import DelimitedReader, DelimitedWriter
from gateway.screening.files.ndjson import NdjsonReader, NdjsonWriter
from gateway.screening.files.parquet import ParquetReader, ParquetWriter
from gateway.screening.files.workbook import WorkbookReader, WorkbookWriter

__all__ = ["FORMATS", "MASK", "Block", "FileRefused", "Format", "Reader", "Record", "Writer", "format_of"]
__all__ += ["format_beside", "open_lines", "open_reader", "open_writer"]

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


def format_beside(reader: Reader, path: Path) -> Format:
    """Return the format of the output at ``path``: that of the portfolio, or NDJSON; raises `FileRefused`."""
    told = _SUFFIXES.get(path.suffix.lower(), reader.format)
    if told not in {reader.format, "ndjson"}:
        raise FileRefused(
            f"what is written is {reader.format}, as the portfolio is, or NDJSON: end the name of `--out` in "
            + " or ".join(f"`{suffix}`" for suffix, each in _SUFFIXES.items() if each in {reader.format, "ndjson"})
        )
    return told


def open_writer(path: Path, reader: Any, key: str, added: Sequence[str], format_: Format | None = None) -> Writer:
    """Return what writes the portfolio of ``reader`` to ``path`` with the columns ``added``.

    It is written in its own format, or in ``format_`` (`format_beside`).
    """
    if (format_ or reader.format) == "ndjson" or isinstance(reader, DelimitedReader):
        return open_lines(path.open("wb"), reader, key, added, format_)
    if isinstance(reader, WorkbookReader):
        return WorkbookWriter(path, reader, key, added)
    return ParquetWriter(path, reader, key, added)


def open_lines(file: IO[bytes], reader: Any, key: str, added: Sequence[str], format_: Format | None = None) -> Writer:
    """Return what writes the portfolio of ``reader`` to ``file`` row by row; raises `FileRefused`.

    What is written of one block is whole lines, and is handed on before the next.
    """
    if (format_ or reader.format) == "ndjson":
        return NdjsonWriter(file, reader, key, added)
    if isinstance(reader, DelimitedReader):
        return DelimitedWriter(file, reader, key, added)
    raise FileRefused(f"{reader.format} cannot be written while it runs: end the name of `--out` in `.ndjson`")
