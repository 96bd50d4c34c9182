"""What a path of an answer leads to, as its ledger entry tells: of which source's record, of which entity, which field.

Pure. The entry holds no value: the record is named by the pseudonym of its key.
"""

import re
from dataclasses import dataclass
from typing import Final

from gateway.ledger.entry import Entry, SectionTrace, Shape
from gateway.plan.document import redact
from schema.entities import ENTITIES

PATH: Final = re.compile(r"[A-Za-z0-9_*.]{1,1000}")
_ITEMS: Final = ".items"
"""How the field that holds the records of a section ends in a shape: `PenaltySection.items`."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a path leads to; ``record`` is a pseudonym, ``field`` is `Type.field` as the shape has it.

    ``part`` is the table of the source that holds the record.
    """

    path: str
    source: str
    entity: str
    field: str
    record: str
    part: str


class NoPlace(Exception):
    """The path leads to no record of this answer; the message says what would."""


def place_of(entry: Entry, shape: Shape, path: str) -> Place:
    """Return what ``path`` leads to in the answer of ``entry``; raises `NoPlace`.

    It leads to a record, or to a field of one, or to a value that was derived from one (`subject.name`). Names as the
    response has them, places in lists as numbers, joined by dots: `subject.penalties.items.0.fineAmount`.
    """
    steps = [redact(step) for step in path.split(".")]  # as entries have them
    path = ".".join(steps)
    declared = shape.paths.get(_without_places(steps))
    if declared is None:
        raise NoPlace("the answer of this receipt has no field at this path")
    traces = [trace for trace in entry.traces if path == trace.path or path.startswith(f"{trace.path}.")]
    if not traces:
        raise NoPlace("leads to no record: expected the path of a record, or of a field of one")
    trace = max(traces, key=lambda each: len(each.path))
    if len(traces) > 1:
        raise NoPlace("leads to a record of another subject, through a link: ask about that subject itself")
    at = _number(trace, steps, shape)
    if at is None or at >= len(trace.records):
        raise NoPlace("leads to no record: expected the path of a record, or of a field of one")
    table, record = trace.records[at]
    source, _, part = table.partition(".")
    field = declared if len(steps) != trace.path.count(".") + 3 else f"{ENTITIES[trace.entity]}.*"
    return Place(path, source, trace.entity, field, record, part or trace.entity)


def _number(trace: SectionTrace, steps: list[str], shape: Shape) -> int | None:
    """Return which of the records of ``trace`` the path leads to; None where it leads to none."""
    below = steps[trace.path.count(".") + 1 :]
    if not below:
        return 0 if len(trace.records) == 1 and not _is_section(trace, shape) else None
    if len(below) == 1 or not _is_place(below[1]):
        return None
    items = shape.paths.get(_without_places([*trace.path.split("."), below[0]]), "")
    return int(below[1]) if items.endswith(_ITEMS) else None


def _is_section(trace: SectionTrace, shape: Shape) -> bool:
    """Tell whether the trace is that of a section: a value that is derived from a record has nothing below it."""
    above = f"{_without_places(trace.path.split('.'))}."
    return any(path.startswith(above) for path in shape.paths)


def _without_places(steps: list[str]) -> str:
    return ".".join(step for step in steps if not _is_place(step))


def _is_place(step: str) -> bool:
    return step.isdecimal() and step.isascii() and len(step) <= 6
