"""Which sections of an organization can be watched, by their paths in the schema, and the query that asks for them.

What is asked for of a record is what the schema shows of it and the watcher may see, but for where it was read
(`provenance`, which tells times of reading) and whom it leads to. A field that is closed to the watcher is not asked
for: an access log shall not say that somebody tried to see it, every few hours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type, is_object_type
from graphql.type import GraphQLInterfaceType

from schema.bindings import Judged, Link, Noted, RecordPart, Same, Section
from schema.schema import SCHEMA, binding, python_name

ORGANIZATION: Final = "Organization"
_PARTS: Final = frozenset({"record_id", "source", "under_objection"})
"""Parts of a record that the gateway writes and that tell of the record itself."""
Open = Callable[[str, str], bool]
"""Tells whether a field (Python name) of an entity is open to the watcher at some source."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One section: its ``path`` in the schema, the ``entity`` of its records, the type of its items."""

    path: str
    entity: str
    items: str

    @property
    def steps(self) -> list[str]:
        """The names that lead to it."""
        return self.path.split(".")


@cache
def known_sections() -> Mapping[str, Watched]:
    """Return the sections that every kind of organization has, by path."""
    type_ = SCHEMA.get_type(ORGANIZATION)
    assert isinstance(type_, GraphQLInterfaceType)
    return {each.path: each for each in _sections(type_, ())}


def question(sections: Sequence[Watched], is_open: Open, first: int) -> str:
    """Return the query for the ``first`` records of ``sections`` of many subjects; it names no subject.

    The section at place ``n`` of ``sections`` is `s<n>` of the organization, at the end of its path.
    """
    asked = " ".join(_selection(f"s{at}", each, is_open, f"first: {first}") for at, each in enumerate(sections))
    return _query("$keys: [SubjectKey!]!", asked)


def further(section: Watched, is_open: Open, first: int) -> str:
    """Return the query for the next page of one section, which is `s0`; its variable `after` says after which."""
    asked = _selection("s0", section, is_open, f"first: {first}, after: $after")
    return _query("$keys: [SubjectKey!]!, $after: String!", asked)


def _query(variables: str, asked: str) -> str:
    subjects = f"subjects(keys: $keys) {{ __typename ... on {ORGANIZATION} {{ uscc {asked} }} }}"
    return f"query Watch({variables}) {{ {subjects} }}"


def _selection(alias: str, section: Watched, is_open: Open, page: str) -> str:
    """Return the selection of a ``page`` of one section, under ``alias`` at each step of its path."""
    fields = " ".join(_fields(section, is_open))
    inner = f"state totalCount pageInfo {{ hasNextPage endCursor }} items {{ {fields} }}"
    text = f"({page}) {{ {inner} }}"
    *above, last = section.steps
    text = f"{alias}: {last}{text}"
    for step in reversed(above):
        text = f"{alias}: {step} {{ {text} }}"
    return text


def _sections(type_: GraphQLInterfaceType | GraphQLObjectType, above: tuple[str, ...]) -> Iterator[Watched]:
    for name, field in type_.fields.items():
        bound = binding(type_.name, name)
        below = get_named_type(field.type)
        if isinstance(bound, Same) and isinstance(below, GraphQLObjectType):
            yield from _sections(below, (*above, name))
        elif isinstance(bound, Section) and isinstance(below, GraphQLObjectType) and not bound.person_key:
            items = get_named_type(below.fields["items"].type)
            yield Watched(".".join((*above, name)), bound.entity, items.name)


def _fields(section: Watched, is_open: Open) -> Iterator[str]:
    type_ = SCHEMA.get_type(section.items)
    assert isinstance(type_, GraphQLObjectType)
    for name, field in type_.fields.items():
        if _is_watched(type_.name, name, section.entity, is_open):
            selection = _leaves(field)
            if selection is not None:
                yield f"{name}{selection}"


def _is_watched(type_name: str, name: str, entity: str, is_open: Open) -> bool:
    match binding(type_name, name):
        case RecordPart(part=part):
            return part in _PARTS
        case Judged():
            return True
        case Noted(field=field):
            return is_open(entity, field)
        case Link():
            return False
        case None:
            return is_open(entity, python_name(type_name, name))
        case _:
            return False


def _leaves(field: GraphQLField) -> str | None:
    """Return the selection below ``field``: empty for a leaf, the leaves of a value, None where there are none."""
    below = get_named_type(field.type)
    if is_leaf_type(below):
        return ""
    if not is_object_type(below) or field.args:
        return None
    names = [name for name, each in below.fields.items() if is_leaf_type(get_named_type(each.type)) and not each.args]
    return f" {{ {' '.join(names)} }}" if names else None
