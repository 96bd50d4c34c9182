"""How many values a question about the schema reads, before it is executed.

The schema is large: to read it once takes longer than to ask every department about a subject, and aliases repeat it.
So the length of each list of the schema's own types (`types`, `fields`, `args`, …) is its mean over the schema, and the
lengths multiply along a path. An estimate, linear in the document; graphql-core refuses lists within lists within lists
(`MaxIntrospectionDepthRule`), where a mean would tell too little.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
)

from gateway.limits.refusal import too_costly
from gateway.limits.spec import DocumentLimits

VALUES_PER_COST: Final = 100
"""So many values of the schema weigh as much as one call to a source."""
_ROOTS: Final = frozenset({"__schema", "__type", "_service"})


@cache
def lengths(schema: GraphQLSchema) -> Mapping[str, float]:
    """Return how many values each list of `__Schema`, `__Type`, `__Field` and `__Directive` holds, on average.

    The types of an interface have more fields than the mean, so they count more often; `ofType` leads on for half of
    what it is asked of; `sdl` is the whole text of the schema.
    """
    types = list(schema.type_map.values())
    inputs = [each for each in types if is_input_object_type(each)]
    fielded = [each for each in types if is_object_type(each) or is_interface_type(each)]
    fields = [each for type_ in fielded for each in type_.fields.values()]
    abstract = [each for each in types if is_abstract_type(each)]
    totals = {
        "fields": len(fields),
        "inputFields": sum(len(each.fields) for each in inputs),
        "enumValues": sum(len(each.values) for each in types if is_enum_type(each)),
        "interfaces": sum(len(each.interfaces) for each in fielded),
        "possibleTypes": sum(len(schema.get_possible_types(each)) for each in abstract) * 4,
    }
    return {
        **{name: total / len(types) for name, total in totals.items()},
        "types": len(types),
        "directives": len(schema.directives),
        "args": sum(len(each.args) for each in fields) / len(fields),
        "ofType": 0.5,
        "sdl": len(fields) * 10,
    }


def introspected(document: DocumentNode, of: Mapping[str, float]) -> int:
    """Return how many values the operation of a valid ``document`` that reads most of the schema reads of it."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    counter = _Counter(fragments, of)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return ceil(max((counter.count(node.selection_set, inside=False) for node in operations), default=0))


def check_introspected(read: int, limits: DocumentLimits) -> None:
    """Raise `TooCostly` for a document that reads too many values of the schema."""
    most = limits.max_introspected
    if read > most:
        message = f"the document reads far more of the schema than the {most:,} values that it may"
        raise too_costly("max_introspected", most, min(read, 10**9), message)


@dataclass(slots=True)
class _Counter:
    """Counts the values of selection sets, each fragment once; recursion is as deep as documents may nest."""

    fragments: Mapping[str, FragmentDefinitionNode]
    of: Mapping[str, float]
    known: dict[tuple[str, bool], float] = field(default_factory=dict)

    def count(self, selection_set: SelectionSetNode | None, *, inside: bool) -> float:
        """Return the values of ``selection_set``; outside the schema's own types only what leads into them counts."""
        total = 0.0
        for node in selection_set.selections if selection_set is not None else ():
            if isinstance(node, FragmentSpreadNode):
                total += self._spread(node.name.value, inside=inside)
            elif isinstance(node, FieldNode):
                total += self._field(node, inside=inside)
            else:
                total += self.count(getattr(node, "selection_set", None), inside=inside)
        return total

    def _field(self, node: FieldNode, *, inside: bool) -> float:
        name = node.name.value
        if not inside and name not in _ROOTS:
            return self.count(node.selection_set, inside=False)
        return self.of.get(name, 1) * (1 + self.count(node.selection_set, inside=True))

    def _spread(self, name: str, *, inside: bool) -> float:
        key = (name, inside)
        if key not in self.known:
            self.known[key] = self.count(self.fragments[name].selection_set, inside=inside)
        return self.known[key]
