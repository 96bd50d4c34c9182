"""From a path of an answer to where it came from, told from the entry of the answer alone. Pure.

Terms
    place    a number in a path: the place of an item in a list
    section  the answer to a relation, which has `items`; the entry says which source each item came from
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.ledger import Denial, Entry, SourceUse
from gateway.ledger.entry import SectionTrace, Shape
from gateway.plan.document import redact
from gateway.project.flags import ORGANIZATIONS
from schema.bindings import Derived, Link, Noted, PersonPart, Section
from schema.entities import ENTITY_FIELDS
from schema.schema import binding, python_name

LONGEST_PATH: Final = 2000
PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|\d{1,9}))*")
WORDS: Final = {
    "TRACED": "已追溯到数据源。It was asked of the sources that are named",
    "OWN": "由本网关给出,不来自数据源。The gateway itself told it: no source did",
    "DENIED": "该字段被拒,答复中为空。It was denied to the caller, so that the answer holds null there",
    "NO_SUCH_ITEM": "列表没有这么多条。The list in the answer had fewer items",
    "NOT_IN_ANSWER": "该次查询没有请求此路径。The query did not ask for this path, so that the answer has none",
    "NO_ANSWER": "该条目没有可追溯的答复。The entry is of a request that got no answer from sources",
    "RECEIPT_UNKNOWN": "日志中没有该回执。The ledger holds no such receipt",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """One source that a field came from, or could have; ``record_key`` is the pseudonym of one record's key there."""

    source: str
    use: SourceUse
    asked: bool
    record_key: str | None = None


@dataclass(frozen=True, slots=True)
class Traced:
    """What a path was traced to: ``declared`` in the schema, ``entity`` and ``name`` in source files, if any."""

    state: str
    declared: str | None = None
    entity: str | None = None
    name: str | None = None
    section: str | None = None
    items: int | None = None
    origins: Sequence[Origin] = ()
    denials: Sequence[Denial] = ()


@dataclass(frozen=True, slots=True)
class _Inside:
    """Where a path stands in a section: ``part`` of it, the ``place`` of the item, the ``steps`` from the item on."""

    section: SectionTrace
    part: str | None
    place: int | None
    steps: tuple[str, ...]


def trace_path(entry: Entry, shape: Shape | None, path: str) -> Traced:
    """Return what ``path`` of the answer of ``entry`` was traced to; ``shape`` is that of the answer."""
    if shape is None or entry.kind in {"REFUSAL", "CHANGE", "EXPLAIN", "SUBSCRIPTION"}:
        return Traced("NO_ANSWER")
    steps = [each if each.isdigit() else redact(each) for each in path.split(".")]  # as shapes and traces have them
    declared = shape.paths.get(_plain(steps))
    if declared is None:
        return Traced("NOT_IN_ANSWER")
    inside = _inside(entry.traces, steps, shape)
    if inside is None:
        return _outside(entry, shape, steps, declared)
    bound = _binding(declared)
    if isinstance(bound, Derived):
        return _of_record(entry, declared, inside, bound.field)
    if inside.part is not None and not inside.part.endswith(".items"):
        return Traced("OWN", declared, section=inside.section.state, origins=_origins(entry, inside.section.entity))
    return _of_record(entry, declared, inside, _record_field(shape, steps, inside, declared))


def _plain(steps: Iterable[str]) -> str:
    """Return the path of ``steps`` without places."""
    return ".".join(step for step in steps if not step.isdigit())


def _inside(traces: Iterable[SectionTrace], steps: Sequence[str], shape: Shape) -> _Inside | None:
    """Return where ``steps`` stand in the innermost section that they lead through, or derived value that they are."""
    found: SectionTrace | None = None
    deepest = 0
    for each in traces:
        at = each.path.split(".")
        if len(at) > deepest and list(steps[: len(at)]) == at:
            found, deepest = each, len(at)
    if found is None:
        return None
    rest = steps[deepest:]
    part = shape.paths.get(_plain(steps[: deepest + 1])) if rest else None
    numbered = len(rest) > 1 and rest[1].isdigit()
    return _Inside(found, part, int(rest[1]) if numbered else None, tuple(rest[2 if numbered else 1 :]))


def _record_field(shape: Shape, steps: Sequence[str], inside: _Inside, declared: str) -> str | None:
    """Return the name in source files of the record's field that the path is, or leads through; None if it is none."""
    own = [step for step in inside.steps if not step.isdigit()]
    if not own:
        return None
    plain = [step for step in steps if not step.isdigit()]
    through = shape.paths.get(".".join(plain[: len(plain) - len(own) + 1]), declared)
    bound = _binding(through)
    if isinstance(bound, Noted):
        return bound.field
    if isinstance(bound, Link):
        last = _binding(declared)
        return last.field if isinstance(last, PersonPart) else bound.key_field
    names = (_python_name(each) for each in through.split("|"))
    return next((name for name in names if name in ENTITY_FIELDS.get(inside.section.entity, {})), None)


def _of_record(entry: Entry, declared: str, inside: _Inside, name: str | None) -> Traced:
    """Return where a field of a record came from: of one record where its place is told, else of all."""
    section, place = inside.section, inside.place
    entity, items = section.entity, len(section.records)
    if section.state == "DENIED":
        return Traced("DENIED", declared, entity, name, denials=_denials(entry, entity, name))
    if place is not None and place >= items:
        return Traced("NO_SUCH_ITEM", declared, entity, name, section.state, items)
    if inside.part is None and items == 1 and not inside.steps:
        place = 0  # a derived value has one record
    origins = _origins(entry, entity, name)
    if place is not None:
        table, key = section.records[place]
        source = table.partition(".")[0]
        origins = [replace(each, record_key=key) for each in origins if each.source == source]
    denials = _denials(entry, entity, name)
    denied = bool(denials) and not any(each.asked for each in origins)
    return Traced("DENIED" if denied else "TRACED", declared, entity, name, section.state, items, origins, denials)


def _outside(entry: Entry, shape: Shape, steps: Sequence[str], declared: str) -> Traced:
    """Return where a field came from that no trace tells of: from all sources, from nobody, or it was denied."""
    bound = _binding(declared)
    entity = bound.entity if isinstance(bound, Derived | Section) else None
    name = bound.field if isinstance(bound, Derived) else None
    denials = [each for each in entry.denied if each.field == declared]
    if entity is not None:
        denials += _denials(entry, entity, name)
        origins = _origins(entry, entity, name)
        denied = bool(denials) and not any(each.asked for each in origins)
        return Traced("DENIED" if denied else "TRACED", declared, entity, name, origins=origins, denials=denials)
    if denials:
        return Traced("DENIED", declared, denials=denials)
    below = f"{_plain(steps)}."
    if entry.sources and any(path.startswith(below) for path in shape.paths):
        every = [Origin(source, use, True) for source, each in entry.sources.items() for use in each]
        return Traced("TRACED", declared, origins=every)
    return Traced("OWN", declared)


def _origins(entry: Entry, entity: str, name: str | None = None) -> list[Origin]:
    return [
        Origin(source, use, name is None or name in use.fields)
        for source, each in entry.sources.items()
        for use in each
        if use.entity == entity
    ]


def _denials(entry: Entry, entity: str, name: str | None) -> list[Denial]:
    named = {f"{entity}.*", *((f"{entity}.{name}",) if name is not None else ())}
    return [each for each in entry.denied if each.field in named]


def _binding(declared: str) -> object:
    """Return the binding of a field `Type.field`; of what several types call the same, that of the first."""
    type_name, _, name = declared.partition("|")[0].partition(".")
    types = sorted(ORGANIZATIONS) if type_name == "Organization" else [type_name]
    return next((found for each in types if (found := binding(each, name)) is not None), None)


def _python_name(declared: str) -> str:
    type_name, _, name = declared.partition(".")
    try:
        return python_name(type_name, name)
    except KeyError:
        return name
