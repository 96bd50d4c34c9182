"""Random valid operations over the public schema: aliases, fragments, directives, interfaces, unions, variables."""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_object_type,
)
from hypothesis import strategies as st

SKIPPED = {"_entities", "_service", "sources", "catalogue"}


@dataclass
class Draft:
    """What has been written of one operation so far."""

    schema: GraphQLSchema
    draw: Any
    keys: list[dict[str, str]]
    fragments: list[str] = field(default_factory=list)
    booleans: dict[str, bool] = field(default_factory=dict)
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    count: int = 0

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def number(self) -> int:
        self.count += 1
        return self.count

    def selection(self, type_: GraphQLNamedType, depth: int) -> str:
        """Return a selection set of one to five fields of ``type_``."""
        parts = [self.part(type_, depth) for _ in range(self.draw(st.integers(1, 5)))]
        return "{ __typename " + " ".join(parts) + " }"

    def part(self, type_: GraphQLNamedType, depth: int) -> str:
        """Return a field, or a fragment around one or two fields."""
        form = self.pick("field", "field", "field", "inline", "named", "narrow")
        if form == "narrow" and is_abstract_type(type_):
            narrow = self.pick(*self.schema.get_possible_types(type_))
            return f"... on {narrow.name} {self.selection(narrow, depth)}"
        if form == "inline":
            return f"... {self.directive()} {self.selection(type_, depth)}"
        if form == "named":
            name = f"F{self.number()}"
            self.fragments.append(f"fragment {name} on {type_.name} {self.selection(type_, depth)}")
            return f"...{name} {self.directive()}"
        return self.field(type_, depth)

    def field(self, type_: GraphQLNamedType, depth: int) -> str:
        """Return one field with arguments, alias and directive, or `__typename` where there is none to choose."""
        fields = getattr(type_, "fields", {})
        names = [
            name
            for name, each in fields.items()
            if name not in SKIPPED and (depth > 0 or is_leaf_type(get_named_type(each.type)))
        ]
        if not names:
            return "__typename"
        name = self.pick(*names)
        definition = fields[name]
        arguments = self.arguments(definition)
        alias = f"x{self.number()}: " if arguments else self.pick("", f"a_{name}: ")
        named = get_named_type(definition.type)
        below = self.selection(named, depth - 1) if is_composite_type(named) else ""
        return f"{alias}{name}{arguments} {self.directive()} {below}"

    def arguments(self, definition: Any) -> str:
        """Return the arguments of a field: keys always, paging and filters sometimes."""
        written = []
        for name, argument in definition.args.items():
            value = self.argument(name, str(argument.type))
            if value is not None:
                written.append(f"{name}: {value}")
        return f"({', '.join(written)})" if written else ""

    def argument(self, name: str, type_name: str) -> str | None:
        if name == "key":
            return self.key(self.draw(st.sampled_from(self.keys)))
        if name == "keys":
            return "[" + ", ".join(self.key(each) for each in self.draw(st.lists(st.sampled_from(self.keys), max_size=4))) + "]"
        if name == "first" and self.pick(True, False):
            number = self.draw(st.integers(1, 3))
            return self.variable("Int!", number) if self.pick(True, False) else str(number)
        if name == "since" and self.pick(True, False):
            return '"2024-01-01"'
        return None

    def key(self, key: dict[str, str]) -> str:
        if self.pick(True, False):
            return self.variable("SubjectKey!", key)
        return f'{{scheme: {key["scheme"]}, value: "{key["value"]}"}}'

    def variable(self, type_name: str, value: Any) -> str:
        name = f"v{self.number()}"
        self.variables[name] = (type_name, value)
        return f"${name}"

    def directive(self) -> str:
        """Return a `@skip` or `@include`, by literal or by variable, or nothing."""
        form = self.pick("", "", "", "@skip", "@include")
        if not form:
            return ""
        value = self.pick(True, False)
        if self.pick(True, False):
            return f"{form}(if: {str(value).lower()})"
        name = f"b{self.number()}"
        self.booleans[name] = value
        return f"{form}(if: ${name})"

    def operation(self) -> tuple[str, dict[str, Any]]:
        """Return the text of the whole document and its variables."""
        query = self.schema.query_type
        assert isinstance(query, GraphQLObjectType) and is_object_type(query)
        body = self.selection(query, depth=7)
        declared = [f"${name}: {type_name}" for name, (type_name, _) in self.variables.items()]
        declared += [f"${name}: Boolean!" for name in self.booleans]
        head = f"query Q({', '.join(declared)})" if declared else "query Q"
        variables = {name: value for name, (_, value) in self.variables.items()} | self.booleans
        return " ".join([head, body, *self.fragments]), variables


@st.composite
def operations(draw: Any, schema: GraphQLSchema, keys: list[dict[str, str]]) -> tuple[str, dict[str, Any]]:
    """Draw an operation over ``schema`` that asks about ``keys``, with its variables."""
    return Draft(schema, draw, keys).operation()
