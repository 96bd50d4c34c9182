"""From a run to the response map: root fields projected in the order of the document, introspection passed on.

Fields of the schema itself (`__schema`, `__type`, `_service`) are executed by graphql-core over the part of the
operation that selects them; they touch no source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode, execute_sync
from graphql.language import FieldNode, SelectionSetNode

from gateway.plan.cache import Compiled
from gateway.plan.document import Operation
from gateway.plan.model import RootField, Selected
from gateway.project.flags import path_list
from gateway.resolve import Resolved, Unresolved
from gateway.run import Run

UNTOLD: Final[list[Any]] = []
"""The values of a root field that is null; an error of the run says why."""


def complete(
    run: Run, compiled: Compiled, values: Sequence[Sequence[Any]], passed_on: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the `data` of the response; errors go to ``run.errors``.

    ``values`` are the values of each root field, resolved subjects or value objects, in the order of the plan's roots.
    """
    data = dict.fromkeys(compiled.plan.order)
    data.update(passed_on)
    for root, functions, found in zip(compiled.plan.roots, compiled.project, values, strict=True):
        data[root.selected.key] = _root(run, root, functions, found)
    return data


def _root(run: Run, root: RootField, functions: Mapping[str, Any], values: Sequence[Any]) -> Any:
    key = root.selected.key
    if root.kind == "typename":
        return "Query"
    if values is UNTOLD:
        return None
    if root.kind == "subject":
        return _subject(run, functions, values[0], (None, key))
    if root.kind in {"subjects", "entities"}:
        return [_subject(run, functions, each, ((None, key), at)) for at, each in enumerate(values)]
    (function,) = functions.values()
    if not root.many:
        return function(values[0]) if values else None
    return [function(each) for each in values]


def _subject(run: Run, functions: Mapping[str, Any], value: Resolved, path: Any) -> Any:
    if not isinstance(value, Unresolved):
        return functions[value.type_name](value, run, path)
    if value.type_name:
        return functions[value.type_name](value)
    error = {"message": value.message, "path": path_list(path), "extensions": {"code": "BAD_REPRESENTATION"}}
    run.error(hash(value.message), error)
    return None


def introspect(
    schema: GraphQLSchema, operation: Operation, selected: Sequence[Selected], variables: dict[str, Any]
) -> ExecutionResult:
    """Execute only the ``selected`` root fields of ``operation``; raw ``variables`` as the request gave them."""
    nodes: list[FieldNode] = [node for each in selected for node in each.nodes]
    reduced: OperationDefinitionNode = replace(operation.node, selection_set=SelectionSetNode(selections=tuple(nodes)))
    document = DocumentNode(definitions=(reduced, *operation.fragments.values()))
    result = execute_sync(schema, document, variable_values=variables, operation_name=operation.name)
    assert isinstance(result, ExecutionResult), "introspection is synchronous"
    return result
