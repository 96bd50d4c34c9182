"""Documents whose records all tell their origin, and where these stand in an answer: what a map must equal."""

from collections.abc import Iterator
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    visit,
)

from schema.schema import SCHEMA

ORIGIN: Final = "zzOrigin"
"""The name under which each record tells its origin."""
_TOLD: Final = "source recordKey sourceUpdatedAt digest departmentAsWritten"
(_OPERATION,) = parse(f"{{ {ORIGIN}: provenance {{ {_TOLD} }} }}").definitions
assert isinstance(_OPERATION, OperationDefinitionNode)
(_SELECTED,) = _OPERATION.selection_set.selections
_RECORD: Final = SCHEMA.type_map["CreditRecord"]
assert isinstance(_RECORD, GraphQLInterfaceType)


class _Adding(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        type_ = self.info.get_type()
        named = None if type_ is None else get_named_type(type_)
        is_record = isinstance(named, GraphQLObjectType) and _RECORD in named.interfaces
        if not is_record or node.selection_set is None:
            return None
        selections = (*node.selection_set.selections, _SELECTED)
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=SelectionSetNode(selections=selections),
        )


def with_origins(document: str) -> str:
    """Return ``document`` with the origin of every record that it selects."""
    info = TypeInfo(SCHEMA)
    return print_ast(visit(parse(document), TypeInfoVisitor(info, _Adding(info))))


def records_in(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and content of every record in the data of an answer, in their order."""
    if isinstance(value, dict):
        if ORIGIN in value:
            yield path, value
        children: Any = value.items()
    elif isinstance(value, list | tuple):
        children = enumerate(value)
    else:
        return
    for key, each in children:
        yield from records_in(each, f"{path}.{key}" if path else str(key))


def at(data: Any, path: str) -> Any:
    """Return what stands at ``path`` in the data of an answer; raises LookupError where there is nothing."""
    for step in path.split("."):
        data = data[int(step)] if isinstance(data, list | tuple) else data[step]
    return data
