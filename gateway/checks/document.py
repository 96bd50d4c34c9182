"""The GraphQL query by which what a rule set needs is asked: constant text, made once per set. Pure.

Each need is one section under the need's own name as alias, wherever it stands in the graph, so that the answer is read
by the same names (`gateway.checks.evidence`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from gateway.checks.conflicts import read_fields, selection_of
from gateway.ledger import Entry
from gateway.rules.model import Need
from schema.bindings import Binding, Conflicts, Link, Section
from schema.organization import ORGANIZATIONS
from schema.schema import SCHEMA, binding, python_name

PAGE: Final = 200
"""Records of one section that are asked for: of more, the section is not whole."""
PASSED: Final = 20
"""Records of a section on the way to another: of more, the section that they lead to is not whole."""
ROOT: Final = "subjects"
OPERATION: Final = "CreditCheck"
HIDDEN_OPERATION: Final = "CreditCheckVerdictOnly"
"""Names the question for what rules see for a verdict only, in its entry of the ledger too: see `is_hidden`."""
_OWNER: Final = "Organization"
_COVERAGE: Final = (
    "coverage { source part department { code name } status reason until asOf asOfTime fetchedAt matchConfidence }"
)
_SECTION: Final = f"state {_COVERAGE} pageInfo {{ hasNextPage }}"
_RECORD: Final = (
    "recordId source underObjection issues { field code } provenance { recordKey sourceUpdatedAt fetchedAt digest }"
)

INNER: Final = frozenset({"CHECK", "SCREENING"})
"""Kinds of entries that checks write of their questions; no request of a client is of one of them."""
Fields = GraphQLObjectType | GraphQLInterfaceType


def is_hidden(entry: Entry) -> bool:
    """Tell whether ``entry`` is of a question whose answer nobody is shown; clients name their own queries only."""
    return entry.kind in INNER and entry.operation_name == HIDDEN_OPERATION


def document_of(needs: Mapping[str, Need], operation: str = OPERATION, *, named: bool = True) -> str:
    """Return the query for ``needs``, by name: `subjects(keys: $keys)`, problems told in words.

    One that is not ``named`` leaves the names of subjects out, which a register would have to be asked for. Raises
    `KeyError` for a path that the schema does not have.
    """
    by_type: dict[str, list[str]] = {}
    for name, need in needs.items():
        for type_ in owners_of(need.section.split(".")[0]):
            by_type.setdefault(type_.name, []).append(_selection(type_, need.section.split("."), name, need))
    fragments = [f"... on {type_} {{ {' '.join(selections)} }}" for type_, selections in by_type.items()]
    name = " name" if named else ""
    return (
        f"query {operation}($keys: [SubjectKey!]!) {{ {ROOT}(keys: $keys) {{ __typename"
        f" ... on SubjectProblem {{ message }} ... on SubjectUnresolved {{ coverage {{ source part department"
        f" {{ code name }} status reason until asOf fetchedAt }} }} ... on {_OWNER} {{ uscc kind{name} }}"
        f" {' '.join(fragments)} }} }}"
    )


def fields_of(need: Need) -> frozenset[str]:
    """Return every field of sources, `Entity.field`, that is read to answer ``need`` itself."""
    at: Fields = owners_of(need.section.split(".")[0])[0]
    bound: Binding | None = None
    for step in need.section.split("."):
        bound = binding(at.name, step)
        if isinstance(bound, Conflicts):
            return read_fields()
        inner = get_named_type(at.fields[step].type)
        assert isinstance(inner, Fields), "a path leads through objects"
        at = record_of(inner) or inner
    assert isinstance(bound, Section), "a need ends in a section"
    names = {python_name(at.name, path.split(".")[0]) for path in need.fields}
    names |= {each.field for each in bound.filters if each.field} | {each.field for each in bound.fixed}
    names |= {bound.order_by} if bound.order_by else set()
    return frozenset(f"{bound.entity}.{name}" for name in names)


def entity_of(need: Need) -> str | None:
    """Return the entity whose records ``need`` reads, None for those of a person and what is no section."""
    steps = need.section.split(".")
    at: Fields = owners_of(steps[0])[0]
    bound: Binding | None = None
    for step in steps:
        bound = binding(at.name, step)
        if isinstance(bound, Link) and bound.to == "person":
            return None
        inner = get_named_type(at.fields[step].type)
        assert isinstance(inner, Fields), "a path leads through objects"
        at = record_of(inner) or inner
    return bound.entity if isinstance(bound, Section) else None


def owners_of(field: str) -> list[Fields]:
    """Return the type that has ``field``: the interface of all organizations, else those kinds that do."""
    owner = _type(_OWNER)
    if field in owner.fields:
        return [owner]
    kinds = [_type(each.__name__) for each in ORGANIZATIONS]
    return [each for each in kinds if field in each.fields]


def record_of(type_: Fields) -> Fields | None:
    """Return the type of the records of ``type_`` if it is a section, else None."""
    if not any(each.name == "Section" for each in type_.interfaces):
        return None
    return _type(get_named_type(type_.fields["items"].type).name)


def _selection(parent: Fields, path: list[str], name: str, need: Need) -> str:
    """Return the selection of what stands at ``path`` below ``parent``."""
    field, rest = parent.fields[path[0]], path[1:]
    type_ = get_named_type(field.type)
    if not rest and isinstance(binding(parent.name, path[0]), Conflicts):
        return f"{name}: {path[0]} {selection_of(need.fields, _COVERAGE)}"
    if not rest:
        return (
            f"{name}: {path[0]}{_arguments(field, need.arguments)} {{ {_SECTION} items {{ {_record(type_, need)} }} }}"
        )
    assert isinstance(type_, Fields), "a path leads through objects"
    record = record_of(type_)
    if record is not None:
        inner = _selection(record, rest, name, need)
        return f"{name}: {path[0]}(first: {PASSED}) {{ {_SECTION} items {{ recordId {inner} }} }}"
    return f"{path[0]} {{ {_selection(type_, rest, name, need)} }}"


def _record(section: GraphQLNamedType, need: Need) -> str:
    record = record_of(section) if isinstance(section, Fields) else None
    assert record is not None, "a need ends in a section"
    return f"{_RECORD} {' '.join(_paths(record, need.fields))}"


def _paths(type_: Fields, paths: Iterable[str]) -> Iterator[str]:
    """Yield the selections of dotted ``paths`` below ``type_``, each first name once."""
    below: dict[str, list[str]] = {}
    for path in paths:
        first, _, rest = path.partition(".")
        below.setdefault(first, []).extend([rest] if rest else [])
    for first, rests in below.items():
        inner = get_named_type(type_.fields[first].type)
        if is_leaf_type(inner):
            yield first
        else:
            assert isinstance(inner, Fields), "what is no leaf has fields"
            yield f"{first} {{ {' '.join(_paths(inner, rests))} }}"


def _arguments(field: GraphQLField, given: Mapping[str, Any]) -> str:
    said = {**given, **({"first": PAGE} if "first" in field.args else {})}
    written = (f"{name}: {_literal(get_named_type(field.args[name].type), value)}" for name, value in said.items())
    return f"({', '.join(written)})" if said else ""


def _literal(type_: GraphQLNamedType, value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_literal(type_, each) for each in value)}]"
    return str(value) if isinstance(type_, GraphQLEnumType) else orjson.dumps(value).decode()


def _type(name: str) -> Fields:
    found = SCHEMA.get_type(name)
    if not isinstance(found, Fields):
        raise KeyError(name)
    return found
