"""Readers of arguments: compiled with the plan, run per request; constant where no variable is used.

A cursor is opaque to callers: base64url of the last item's (date, source, record key).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

import msgspec
from graphql import GraphQLError, GraphQLField, GraphQLSchema, NullValueNode, VariableNode
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import Visitor, visit

from gateway.errors import BadQuery
from gateway.limits.refusal import too_costly
from gateway.limits.spec import ListLimits
from gateway.plan.document import bad_query
from gateway.plan.model import SectionArguments, Selected

T = TypeVar("T")


def argument_names(selected: Selected) -> tuple[str, ...]:
    """Return the names of the arguments written at a field."""
    return tuple(argument.name.value for argument in selected.nodes[0].arguments or ())


def stated_names(selected: Selected) -> frozenset[str]:
    """Return the names of the arguments that have a value whatever the variables are."""
    arguments = selected.nodes[0].arguments or ()
    return frozenset(each.name.value for each in arguments if not isinstance(each.value, VariableNode | NullValueNode))


def section_reader(
    schema: GraphQLSchema, selected: Selected, lists: ListLimits
) -> Callable[[VariableValues], SectionArguments]:
    """Return the reader of a section's arguments; raises `BadQuery` when one is out of range."""
    return _constant_or(schema, selected, lambda values: _section_arguments(selected.name, values, lists))


def key_reader(schema: GraphQLSchema, selected: Selected, lists: ListLimits) -> Callable[[VariableValues], list[Any]]:
    """Return the reader of a root field's keys, always as a list; raises `TooCostly` for too many."""
    return _constant_or(schema, selected, lambda values: _keys(selected.name, values, lists))


def argument_reader(schema: GraphQLSchema, selected: Selected) -> Callable[[VariableValues], Mapping[str, Any]]:
    """Return the reader of a field's arguments as they are."""
    return _constant_or(schema, selected, lambda values: {key: _plain(value) for key, value in values.items()})


def encode_cursor(position: tuple[str, str, str]) -> str:
    """Return the cursor that stands for ``position`` (date, source, record key)."""
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, str, str]:
    """Return the position that ``cursor`` stands for; raises ValueError when it is none of ours."""
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    return msgspec.json.decode(urlsafe_b64decode(padded), type=tuple[str, str, str])


def _constant_or(
    schema: GraphQLSchema, selected: Selected, convert: Callable[[Mapping[str, Any]], T]
) -> Callable[[VariableValues], T]:
    node = selected.nodes[0]
    parent = schema.get_type(selected.parent)
    definition: GraphQLField = parent.fields[selected.name]  # type: ignore[union-attr]  # an object type

    def read(variables: VariableValues) -> T:
        try:
            return convert(get_argument_values(definition, node, variables, hide_suggestions=True))
        except GraphQLError as error:
            raise bad_query(error) from error

    finder = _VariableFinder()
    for argument in node.arguments or ():
        visit(argument, finder)
    if finder.found:
        return read
    constant = read(VariableValues({}, {}))
    return lambda variables: constant


class _VariableFinder(Visitor):
    """Notes whether a value names a variable."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found = True


def _section_arguments(name: str, values: Mapping[str, Any], lists: ListLimits) -> SectionArguments:
    first = values.get("first", 20)
    most = lists.max_first
    if first < 1:
        raise BadQuery(f"`first` of `{name}` must be between 1 and {most}, got {first}")
    if first > most:
        raise too_costly("max_first", most, first, f"`first` of `{name}` must be between 1 and {most}, got {first}")
    after = values.get("after")
    try:
        position = None if after is None else decode_cursor(after)
    except ValueError as error:
        raise BadQuery(f"`after` of `{name}` is not a cursor that this gateway gave") from error
    tests = {key: _plain(value) for key, value in values.items() if key not in {"first", "after"} and value is not None}
    for key, value in tests.items():
        if isinstance(value, list):
            _check_listed(name, key, len(value), lists.max_values)
    return SectionArguments(first, position, tests)


def _check_listed(name: str, argument: str, count: int, most: int) -> None:
    """Check a list of what may pass: of an empty one, no records would read as "none on record"."""
    if count == 0:
        raise BadQuery(f"`{argument}` of `{name}` is empty: leave it out to see all")
    if count > most:
        message = f"`{argument}` of `{name}` takes at most {most} values, got {count}"
        raise too_costly("max_values", most, count, message)


def _keys(name: str, values: Mapping[str, Any], lists: ListLimits) -> list[Any]:
    if "key" in values:
        return [values["key"]]
    keys = values["keys"] if "keys" in values else values["representations"]
    most = lists.max_keys
    if len(keys) > most:
        raise too_costly("max_keys", most, len(keys), f"`{name}` takes at most {most} keys, got {len(keys)}")
    return list(keys)


def _plain(value: Any) -> Any:
    """Return enum members as the names that records hold."""
    if isinstance(value, Enum):
        return value.name
    return [_plain(item) for item in value] if isinstance(value, list) else value
