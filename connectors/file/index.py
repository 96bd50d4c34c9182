"""Where in a file the records of each code stand, so that a question reads those records and no others.

# INVARIANT: keys and places are all that is kept; what a record says is read from the file for every question.

Here is what all forms of files have in common, and CSV, where places are byte offsets; `connectors.file.sheets` is the
same for workbooks.

Terms
    misfit    a record that has not as many cells as the header (one stray comma shifts them), or an unpaired quote
    doubtful  a code or name in a misfit, or inside a cell of several lines: its subject's records may not all be known
    unowned   a misfit, or a record, whose code itself was lost to a wrong encoding or a formula: it may be anybody's
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

from connectors.errors import SourceMisread, SourceUnavailable
from connectors.file.folder import FileChanged, Found
from connectors.file.numbers import NUMBERED, Numbers
from connectors.file.records import LOST, Record, record_at, records
from connectors.keys import canonical_by, canonical_key, canonical_key_name
from connectors.spec import FileEntity
from connectors.values import Unread

DOUBTFUL: Final = "a line of the file that names this code cannot be read"
UNOWNED: Final = "lines of the file cannot be read, and whose they are is not known"
_CODE: Final = re.compile(r"[0-9A-Za-z-]{8,}")
_MOST_PIECES: Final = 3
"""Into so many cells may stray commas have cut a name."""


Asked = Mapping[str, Collection[str]]
"""Scheme -> keys: what is asked for, and further codes under which rows of the same subjects stand."""


@dataclass(frozen=True, slots=True)
class SheetPlaces:
    """What is kept of a workbook's sheet besides: its name, and places of cells that cannot be read."""

    name: str
    header: range
    faults: Mapping[tuple[int, int], Unread]
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    """By scheme."""


@dataclass(frozen=True, slots=True)
class Index:
    """The index of one file for one entity; ``starts`` holds places of records by scheme and key."""

    found: Found
    header: tuple[str, ...]
    key_places: Mapping[str, int]
    starts: Mapping[str, Mapping[str, Sequence[int]]]
    doubtful: frozenset[str]
    unowned: bool
    encoding: str = "utf-8"
    sheet: SheetPlaces | None = None
    """Of a workbook."""

    def due(self, asked: Asked) -> dict[int, tuple[str, str]]:
        """Return where the records that are ``asked`` for stand, and a key that led there, in the order of the file."""
        led = {
            start: (scheme, key)
            for scheme, keys in asked.items()
            for key in keys
            for start in self.starts[scheme].get(key, ())
        }
        return dict(sorted(led.items()))

    def key_of(self, cells: Sequence[Any], scheme: str) -> str:
        """Return the key of ``scheme`` in the ``cells`` of a record."""
        return canonical_by(scheme)(cells[self.key_places[scheme]])

    def unreadable(self, scheme: str, keys: Iterable[str]) -> dict[str, str]:
        """Return for which of ``keys`` the file may hold more than could be read, and why."""
        if self.unowned:
            return dict.fromkeys(keys, UNOWNED)
        numbers = self.sheet.numbers[scheme] if self.sheet is not None else None
        told = {}
        for key in keys:
            if key in self.doubtful:
                told[key] = DOUBTFUL
            elif numbers is not None and numbers.may_be(key):
                told[key] = NUMBERED
        return told


def make_index(found: Found, entity: FileEntity, encoding: str) -> Index:
    """Read all of a file once; raises `FileChanged` when it changes meanwhile, `SourceMisread`, `SourceUnavailable`."""
    with found.reading() as file:
        rows = records(file, encoding)
        return _index(found, entity, encoding, _header(rows, entity.header_line, encoding), rows)


def read_rows(index: Index, columns: Sequence[str], asked: Asked) -> list[tuple[str, ...]]:
    """Return the cells of ``columns``, none of them lost, of the records that are ``asked`` for, in their order.

    Raises `FileChanged` when the file is not the one that was indexed.
    """
    places, due = places_of(index.header, tuple(columns)), index.due(asked)
    if not due:
        return []
    try:
        with index.found.path.open("rb") as file:
            index.found.check(file)
            rows = [record_at(file, index.encoding, start) for start in due]
            index.found.check(file)
        # A file can change within one tick of the clock that dates it.
        if any(index.key_of(row, scheme) != key for row, (scheme, key) in zip(rows, due.values(), strict=True)):
            raise FileChanged
        return [tuple([row[place] for place in places]) for row in rows]
    except (FileNotFoundError, csv.Error, IndexError):
        raise FileChanged from None
    except OSError:
        raise SourceUnavailable("the file of the source cannot be read") from None


def _header(rows: Iterator[Record], line: int, encoding: str) -> tuple[str, ...]:
    """Return the names of the columns: the cells of the record number ``line``; they may be blank."""
    head = next((row for at, row in enumerate(rows, 1) if at == line), None)
    if head is None:
        raise SourceMisread(f"the file ends before its header in line {line}")
    names = tuple(map(str.strip, head.cells))
    if not any(names) or any(LOST in name for name in names):
        raise SourceMisread(f"the header in line {line} of the file cannot be read as {encoding}")
    return names


@lru_cache(maxsize=256)
def lost_columns(header: tuple[str, ...], columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return those of ``columns`` that the ``header`` does not have, or has twice, each with the reason."""
    return tuple((each, reason) for each in columns if (reason := _why_lost(header, each)) is not None)


def _why_lost(header: Sequence[str], column: str) -> str | None:
    count = header.count(column)
    if count == 1:
        return None
    return f"column `{column}` {'is missing from' if count == 0 else 'stands twice in'} the file"


@lru_cache(maxsize=256)
def places_of(header: tuple[str, ...], columns: tuple[str, ...]) -> list[int]:
    """Return where each of ``columns`` stands; raises `SourceMisread` when one does not, or stands twice."""
    return [place_of(header, column) for column in columns]


def place_of(header: Sequence[str], column: str) -> int:
    """Return where ``column`` stands, without which nothing could be looked up; or raise `SourceMisread`."""
    reason = _why_lost(header, column)
    if reason is not None:
        raise SourceMisread(reason)
    return header.index(column)


def _index(found: Found, entity: FileEntity, encoding: str, header: tuple[str, ...], rows: Iterator[Record]) -> Index:
    places = {str(scheme): place_of(header, key.column) for scheme, key in entity.keys.items()}
    canonical = {scheme: canonical_by(scheme) for scheme in places}
    starts: dict[str, dict[str, list[int]]] = {scheme: {} for scheme in places}
    doubtful: set[str] = set()
    unowned, named = False, "NAME" in places
    marks = tuple(entity.footer_marks)
    for row in rows:
        if _is_no_record(row, marks):
            continue
        if row.broken is not None or len(row.cells) != len(header):
            text = row.broken or ",".join(row.cells)
            doubtful.update(_keys(text, named))
            unowned = unowned or LOST in text
            continue
        codes = {scheme: canonical[scheme](row.cells[place]) for scheme, place in places.items()}
        for scheme, code in codes.items():
            if code:
                starts[scheme].setdefault(code, []).append(row.start)
                unowned = unowned or LOST in code
        doubtful.update(_swallowed(row, named).difference(codes.values()))
    return Index(found, header, places, starts, frozenset(doubtful), unowned, encoding)


def _is_no_record(row: Record, marks: tuple[str, ...]) -> bool:
    """Return whether ``row`` is blank, or begins as the last lines of a table do: totals, who filled it in."""
    first = (row.broken if row.broken is not None else next(iter(row.cells), "")).lstrip(' \t"')
    return (bool(marks) and first.startswith(marks)) or (row.broken is None and not any(map(str.strip, row.cells)))


def _swallowed(row: Record, named: bool) -> set[str]:
    """Return the keys in cells of several lines: two stray quotes make one cell of all lines between them."""
    return {key for cell in row.cells if "\n" in cell for key in _keys(cell, named)}


def _keys(text: str, named: bool) -> Iterator[str]:
    """Yield everything in ``text`` that could be a code, or a name, perhaps one with commas, if they are ``named``."""
    yield from map(canonical_key, _CODE.findall(normalize("NFKC", text)))
    for line in text.splitlines() if named else ():
        cells = line.split(",")
        for width in range(1, _MOST_PIECES + 1):
            runs = (cells[at : at + width] for at in range(len(cells)))
            yield from (canonical_key_name(",".join(run).replace('"', "")) for run in runs)
