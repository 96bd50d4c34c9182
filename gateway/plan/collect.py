"""Which fields of which concrete type an operation selects: CollectFields of the GraphQL specification (§6.3.2).

`@skip` and `@include` are decided here from the values of the Boolean variables they name, so a plan belongs to one
choice of those variables (they are part of its cache key) and asks for no column of a skipped field.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)
from graphql.language import DirectiveNode, NamedTypeNode, SelectionNode, Visitor, visit

from gateway.limits.refusal import too_costly

MAX_SELECTIONS = 20_000
"""How many selections an operation may expand to, for all the concrete types they are collected for."""


@dataclass(slots=True)
class Collector:
    """Collects fields under fixed ``conditions`` (Boolean variables), within a budget of visited selections."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: Mapping[str, bool]
    visited: int = 0

    def fields(
        self, type_: GraphQLObjectType, selection_sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Return response key -> field nodes for ``type_``, in the order in which keys first appear."""
        grouped: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selection_set in selection_sets:
            for node in self._expand(type_, selection_set, spread):
                key = node.alias.value if node.alias else node.name.value
                grouped.setdefault(key, []).append(node)
        return grouped

    def _expand(
        self, type_: GraphQLObjectType, selection_set: SelectionSetNode, spread: set[str]
    ) -> Iterator[FieldNode]:
        for selection in selection_set.selections:
            self.visited += 1
            if self.visited > MAX_SELECTIONS:
                message = f"the operation expands to more than {MAX_SELECTIONS} selections"
                raise too_costly("max_selections", MAX_SELECTIONS, self.visited, message)
            if not self._included(selection):
                continue
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                if self._applies(selection.type_condition, type_):
                    yield from self._expand(type_, selection.selection_set, spread)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = self.fragments[selection.name.value]
                if self._applies(fragment.type_condition, type_):
                    yield from self._expand(type_, fragment.selection_set, spread)

    def _applies(self, condition: NamedTypeNode | None, type_: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == type_.name:
            return True
        named = self.schema.get_type(condition.name.value)
        return named is not None and is_abstract_type(named) and self.schema.is_sub_type(named, type_)

    def _included(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            if directive.name.value == "skip" and self._condition(directive):
                return False
            if directive.name.value == "include" and not self._condition(directive):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool:
        value = (directive.arguments or ())[0].value
        if isinstance(value, VariableNode):
            return bool(self.conditions[value.name.value])
        return isinstance(value, BooleanValueNode) and value.value


class _ConditionNames(Visitor):
    """Gathers the variables that `@skip` and `@include` name."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for argument in node.arguments or ():
            if node.name.value in {"skip", "include"} and isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


def condition_names(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """Return the names of the variables on which the shape of the answer depends, sorted."""
    visitor = _ConditionNames()
    for node in (operation, *fragments.values()):
        visit(node, visitor)
    return tuple(sorted(visitor.names))
