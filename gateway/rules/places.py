"""Where a need stands in the schema: the path to its section, its arguments, the types of the fields that are read.

Everything is told from the schema and its bindings, as the planner does it: what a rule reads is what a client could
ask for, by the same names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    Undefined,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from connectors.declaration import unknown
from gateway.rules.conditions.types import TEXT, Type, record_of, type_of
from gateway.rules.model import Need
from schema.bindings import Conflicts, Identity, Link, PersonPart, Same
from schema.bindings import Section as SectionBinding
from schema.conflicts import ConflictingValue, IdentityConflict, IdentityReport
from schema.organization import ORGANIZATIONS, Organization
from schema.schema import SCHEMA, binding

Outer = GraphQLObjectType | GraphQLInterfaceType
_PAGING: Final = frozenset({"first", "after"})
STATE: Final = "state"
SOURCE: Final = "source"


@dataclass(frozen=True, slots=True)
class Step:
    """One field on the way to a section: ``section`` where it answers records that lead on, by ``type``."""

    name: str
    type: str
    section: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A section: the steps to it, its type, the type of its records, and its field with what that may be given.

    ``kinds`` are the names of the types of organizations that have it, None when all have. ``part`` is the type of the
    values that each record lists, where one of them with what its record says counts as a record of its own.
    """

    steps: tuple[Step, ...]
    section: str
    record: str
    field: GraphQLField
    kinds: tuple[str, ...] | None
    part: str | None = None

    @property
    def judged(self) -> bool:
        """True for records that have a `state`: only those in force may tell against their subject."""
        return STATE in _fields(_outer(self.record))


class NoPlace(ValueError):
    """A path that leads to no section; the message says where it fails."""


@lru_cache(maxsize=512)
def place_of(path: str) -> Place:
    """Return the section to which ``path`` leads from an organization; raises `NoPlace`."""
    names = path.split(".")
    kinds, at = _start(names[0])
    steps: list[Step] = []
    for position, name in enumerate(names):
        fields = _fields(at)
        if name not in fields:
            raise NoPlace(f"`{at.name}`: {unknown('field', name, [*_ways(at)])}")
        bound = binding(at.name, name)
        last = position + 1 == len(names)
        named = get_named_type(fields[name].type)
        if isinstance(bound, SectionBinding):
            record = _record_of(named.name)
            steps.append(Step(name, at.name, section=True))
            if last:
                return Place(tuple(steps), named.name, record.name, fields[name], kinds)
            at = record
        elif isinstance(bound, Conflicts) and last:
            return _conflicts(fields[name], kinds)
        elif isinstance(bound, Same | Link) and not last:
            steps.append(Step(name, at.name, section=False))
            at = _outer(named.name)
        else:
            raise NoPlace(f"`{name}` is no section" + (": name one of it, after a dot" if last else ""))
    raise NoPlace("leads to no section")


def _conflicts(field: GraphQLField, kinds: tuple[str, ...] | None) -> Place:
    """Return the comparison of registers as a section: each value that differs from another is a record."""
    report, conflict, value = (each.__name__ for each in (IdentityReport, IdentityConflict, ConflictingValue))
    return Place((), report, conflict, field, kinds, value)


def _start(name: str) -> tuple[tuple[str, ...] | None, Outer]:
    """Return the type to start from: all organizations, or those kinds that alone have a field ``name``."""
    general = _outer(Organization.__name__)
    if name in _fields(general):
        return None, general
    having = [type_.__name__ for type_ in ORGANIZATIONS if name in _fields(_outer(type_.__name__))]
    return (tuple(having), _outer(having[0])) if having else (None, general)


def _ways(at: Outer) -> Iterator[str]:
    """Yield the fields of a type that lead to sections, or are taken for one."""
    for name in _fields(at):
        if isinstance(binding(at.name, name), SectionBinding | Same | Link | Conflicts):
            yield name


def _outer(name: str) -> Outer:
    found = SCHEMA.get_type(name)
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType), "a type with fields"
    return found


def _fields(at: Outer) -> Mapping[str, GraphQLField]:
    fields: Mapping[str, GraphQLField] = at.fields
    return fields


def _record_of(section: str) -> Outer:
    return _outer(get_named_type(_fields(_outer(section))["items"].type).name)


def argument_mistakes(place: Place, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and message of each argument that the section does not take, or not as it is given."""
    known = {name: argument for name, argument in place.field.args.items() if name not in _PAGING}
    for name, value in arguments.items():
        if name not in known:
            yield name, unknown("argument", name, list(known))
            continue
        if coerce_input_value(value, known[name].type) is Undefined:
            named = get_named_type(known[name].type)
            names = f" of {', '.join(named.values)}" if isinstance(named, GraphQLEnumType) else ""
            yield name, f"expected {known[name].type}{names}"


def field_types(need: Need) -> tuple[dict[str, Type], list[str]]:
    """Return the type of each field that ``need`` reads, by its path, and a message for each that is not to be read.

    Raises `NoPlace`.
    """
    place = place_of(need.section)
    record = _outer(place.record)
    types: dict[str, Type] = {}
    mistakes: list[str] = []
    for path in need.fields:
        found = _field_type(record, path) if place.part is None else _part_type(record, _outer(place.part), path)
        if isinstance(found, str):
            mistakes.append(found)
        else:
            types[path] = found
    return types, mistakes


def _field_type(record: Outer, path: str) -> Type | str:
    at, steps = record, path.split(".")
    for position, name in enumerate(steps):
        fields = _fields(at)
        if name not in fields:
            return f"`{at.name}`: {unknown('field', name, sorted(fields))}"
        bound, output = binding(at.name, name), fields[name].type
        last = position + 1 == len(steps)
        if is_leaf_type(get_named_type(output)):
            return type_of(output) if last else f"`{name}` has no fields within"
        if last:
            inner = ", ".join(f"`{path}.{each}`" for each in list(_fields(_outer(get_named_type(output).name)))[:3])
            return f"`{path}` is no single value: name what of it is read, e.g. {inner}"
        if isinstance(bound, SectionBinding) or is_list_type(get_nullable_type(output)):
            return f"`{name}` holds many: it needs a need of its own"
        if isinstance(bound, Link):
            return _linked_type(get_named_type(output).name, steps[position + 1 :])
        at = _outer(get_named_type(output).name)
    return f"`{path}` is no field"


def _part_type(record: Outer, part: Outer, name: str) -> Type | str:
    """Return the type of a value ``name`` of ``record`` or of a ``part`` of it; where it is from is no field of it."""
    known = {
        key: field.type
        for at in (record, part)
        for key, field in _fields(at).items()
        if is_leaf_type(get_named_type(field.type)) and key != SOURCE
    }
    return type_of(known[name]) if name in known else f"`{record.name}`: {unknown('field', name, sorted(known))}"


def _linked_type(subject: str, steps: list[str]) -> Type | str:
    """Return the type of what is said of a linked subject in the record itself: nothing else is asked for it."""
    bound = binding(subject, steps[0]) if len(steps) == 1 else None
    if not isinstance(bound, Identity | PersonPart):
        return f"`{'.'.join(steps)}` of a linked subject needs a need of its own"
    output = _fields(_outer(subject))[steps[0]].type
    return type_of(output) if is_leaf_type(get_named_type(output)) else TEXT


def record_type(need: Need) -> Type:
    """Return the type of the records of ``need``, with the fields that it reads and can; raises `NoPlace`."""
    return record_of(field_types(need)[0])
