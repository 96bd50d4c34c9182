"""The records of a workbook's sheet by their codes: `connectors.file.index` for workbooks, where places are lines.

A sheet cannot be read in part: it is opened for every question that has records in it, and forgotten with the answer
(2026-11: 10 ms for 500 lines of 10 cells, 0.3 s for 20,000; most returns have hundreds). To keep the cells would be
quicker, and a copy of a department's records. A question that has none, as most have, costs a look at the folder: 0.1
ms. Sheets that are read at the same time are not shared: a source is asked `concurrency` times at once at most, and
what waits for it is asked about in one batch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from connectors.errors import SourceMisread
from connectors.file.faults import find_faults
from connectors.file.folder import FileChanged, Found
from connectors.file.index import Asked, Index, SheetPlaces, place_of, places_of
from connectors.file.numbers import Numbers
from connectors.file.records import LOST
from connectors.file.workbook import Cells, Workbook, as_cell
from connectors.keys import canonical_by
from connectors.spec import FileEntity

Lines = Iterator[tuple[int, Cells]]


def make_index(found: Found, entity: FileEntity) -> Index:
    """Read all of a sheet once; raises `FileChanged` when the file changes meanwhile, `SourceError`."""
    workbook = Workbook(_content(found))
    name = workbook.name_of(entity.sheet)
    header = range(entity.header_line, entity.header_line + entity.header_lines)
    faults = find_faults(workbook.parts, name)
    lines = workbook.sheet(name, header, faults).lines()
    return _index(found, entity, SheetPlaces(name, header, faults), _header(lines, header), lines)


def read_rows(index: Index, columns: Sequence[str], asked: Asked) -> list[tuple[Any, ...]]:
    """Return the cells of ``columns`` of the records that are ``asked`` for, in the order of the file.

    Raises `FileChanged` when the file is not the one that was indexed.
    """
    places, due = places_of(index.header, tuple(columns)), index.due(asked)
    if not due or index.sheet is None:
        return []
    rows = []
    sheet = index.sheet
    for line, cells in Workbook(_content(index.found)).sheet(sheet.name, sheet.header, sheet.faults).lines():
        if line in due:
            scheme, key = due.pop(line)
            read = [as_cell(cell) for cell in cells]
            if index.key_of(read, scheme) != key:
                raise FileChanged  # within one tick of the clock that dates it
            rows.append(tuple([read[place] for place in places]))
            if not due:
                return rows
    raise FileChanged


def header_of(content: bytes, sheet: str | None, header: range) -> tuple[str, ...]:
    """Return the names of a sheet's columns, for whoever writes a source file; no record is read."""
    workbook = Workbook(content)
    name = workbook.name_of(sheet)
    return _header(workbook.sheet(name, header, find_faults(workbook.parts, name)).lines(), header)


def _content(found: Found) -> bytes:
    """Return what is in the file; raises `FileChanged` when it is not the one that was found, `SourceUnavailable`."""
    with found.reading() as file:
        return file.read()


def _header(lines: Lines, header: range) -> tuple[str, ...]:
    """Return the names of the columns: what stands there on the lines of the header, joined by `/`."""
    above: list[Cells] = []
    for line, cells in lines:
        if line in header:
            above.append(cells)
        if line == header[-1]:
            return tuple(map(_name, zip(*above, strict=True)))
    raise SourceMisread(f"the sheet ends before its header in line {header[-1]}")


def _name(cells: Iterable[Any]) -> str:
    """Return the name of a column; line breaks within a heading are not part of it."""
    words = ["".join(map(str.strip, str(as_cell(cell)).splitlines())) for cell in cells]
    return "/".join(word for word in dict.fromkeys(words) if word)


def _index(found: Found, entity: FileEntity, sheet: SheetPlaces, header: tuple[str, ...], lines: Lines) -> Index:
    places = {str(scheme): place_of(header, key.column) for scheme, key in entity.keys.items()}
    canonical = {scheme: canonical_by(scheme) for scheme in places}
    starts: dict[str, dict[str, list[int]]] = {scheme: {} for scheme in places}
    numbers: dict[str, list[float]] = {scheme: [] for scheme in places}
    unowned = False
    marks = tuple(entity.footer_marks)
    for line, cells in lines:
        if _is_no_record(cells, marks):
            continue
        for scheme, place in places.items():
            code = canonical[scheme](as_cell(cell := cells[place]))
            if type(cell) is float:
                numbers[scheme].append(cell)
            elif type(cell) is not str or LOST in code:
                unowned = True
            if code and LOST not in code:
                starts[scheme].setdefault(code, []).append(line)
    sheet = replace(sheet, numbers={scheme: Numbers(cells) for scheme, cells in numbers.items()})
    return Index(found, header, places, starts, frozenset(), unowned, sheet=sheet)


def _is_no_record(cells: Cells, marks: tuple[str, ...]) -> bool:
    """Return whether a line is blank, or begins as lines do that are no data: totals, notes, who filled it in."""
    first = next((text for cell in cells if (text := str(cell).strip())), "")
    return not first or first.startswith(marks)
