"""Random valid operations over the public schema: aliases, fragments, directives, interfaces, unions, variables.

Hypothesis draws a seed and no more: drawing each choice through it is ten times slower, and leads to operations so
small that hardly one reaches a record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_union_type,
)
from hypothesis import strategies as st

SKIPPED = {
    "_entities",
    "_service",
    "consents",
    "auditTrail",
    "fieldTrace",
    "disclosureStats",
    "inquiries",
    "objections",
    "departmentReports",
    "receipt",
    "replay",
    "checkpoint",
    "consistency",
    "screening",
}
OFTEN = {
    *("subject", "subjects", "items", "penalties", "licenses", "listEntries", "registration", "legalRepresentative"),
    *("person", "organization", "roles", "conflicts", "alsoReportedBy", "identityConflicts"),
}
"""Fields that lead to records, and to what is told of several of them: drawn more often than the others."""
ARGUMENTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "catalogue": {
        "category": ("3", "6"),
        "served": ("true", "false"),
        "entity": ('"ListEntry"', '"BriberyRecord"'),
        "edition": ('"2024"',),
    },
    "catalogueFields": {"entity": ('"AdministrativePenalty"', '"TaxCreditRating"'), "source": ('"court_enforcement"',)},
    "departments": {"asOf": ('"2018-01-01"', '"2026-11-01"')},
}
"""Root -> argument -> values to choose from."""


@dataclass
class Draft:
    """What has been written of one operation so far."""

    schema: GraphQLSchema
    random: Random
    keys: list[dict[str, str]]
    fragments: list[str] = field(default_factory=list)
    booleans: dict[str, bool] = field(default_factory=dict)
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    count: int = 0

    def pick(self, *options: Any) -> Any:
        return self.random.choice(options)

    def number(self) -> int:
        self.count += 1
        return self.count

    def selection(self, type_: GraphQLNamedType, room: int) -> str:
        """Return a selection set of ``type_`` in ``room`` selections: one part takes most of them and goes deep."""
        count = self.random.randint(2, 4)
        deep = self.random.randrange(count)
        shares = [room * 3 // 5 if at == deep else room * 2 // 5 // (count - 1) for at in range(count)]
        return "{ __typename " + " ".join(self.part(type_, share - 1) for share in shares) + " }"

    def part(self, type_: GraphQLNamedType, room: int) -> str:
        """Return a field, or a fragment around some."""
        if room < 0:
            return "__typename"
        form = self.pick(*["field"] * 6, "inline", "named", "narrow")
        if is_union_type(type_) or (form == "narrow" and is_abstract_type(type_)):
            narrow = self.schema.type_map[self.pick(*self.narrower(type_))]
            return f"... on {narrow.name} {self.selection(narrow, room)}"
        if form == "inline":
            return f"... {self.directive()} {self.selection(type_, room)}"
        if form == "named":
            name = f"F{self.number()}"
            self.fragments.append(f"fragment {name} on {type_.name} {self.selection(type_, room)}")
            return f"...{name} {self.directive()}"
        return self.field(type_, room)

    def narrower(self, type_: Any) -> list[str]:
        """Return types that overlap with an abstract one; of subjects mostly those that the keys lead to."""
        possible = [each.name for each in self.schema.get_possible_types(type_)]
        if "Enterprise" not in possible:
            return possible
        return [*possible, "Subject", *["Organization", "Enterprise"] * 6]

    def field(self, type_: GraphQLNamedType, room: int) -> str:
        """Return one field with arguments, alias and directive, or `__typename` where there is none to choose."""
        fields = getattr(type_, "fields", {})
        names = [
            name
            for name, each in fields.items()
            if name not in SKIPPED and (room > 0 or is_leaf_type(get_named_type(each.type)))
        ]
        if not names:
            return "__typename"
        deep = [name for name in names if is_composite_type(get_named_type(fields[name].type))]
        deep += [name for name in deep if name in OFTEN] * 5
        name = self.pick(*(deep if deep and self.pick(True, True, False) else names))
        definition = fields[name]
        arguments = self.arguments(name, definition)
        alias = f"x{self.number()}: " if arguments else self.pick("", f"a_{name}: ")
        named = get_named_type(definition.type)
        below = self.selection(named, room) if is_composite_type(named) else ""
        return f"{alias}{name}{arguments} {self.directive()} {below}"

    def arguments(self, field: str, definition: Any) -> str:
        """Return the arguments of a field: keys always, paging and filters sometimes."""
        written = []
        for name, argument in definition.args.items():
            values = ARGUMENTS.get(field, {}).get(name)
            value = self.argument(name, argument.type) if values is None else self.pick(None, None, *values)
            if value is not None:
                written.append(f"{name}: {value}")
        return f"({', '.join(written)})" if written else ""

    def argument(self, name: str, type_: Any) -> str | None:
        if name == "key":
            return self.key(self.pick(*self.keys))
        if name == "keys":
            return f"[{', '.join(self.key(self.pick(*self.keys)) for _ in range(self.random.randint(0, 4)))}]"
        if name == "first" and self.pick(True, False):
            number = self.random.randint(1, 3)
            return self.variable("Int!", number) if self.pick(True, False) else str(number)
        if name in {"first", "after"} or self.pick(True, False):
            return None
        return self.filter(name, type_)

    def filter(self, name: str, type_: Any) -> str:
        """Return a value for one filter of a section: a literal, or a variable."""
        named = get_named_type(type_)
        if name in {"since", "sinceMonth"}:
            return {"since": '"2024-01-01"', "sinceMonth": '"2024-07"'}[name]
        if name == "years":
            return str(self.pick("[2024]", "[2022, 2023, 2024, 2025]"))
        if named.name == "Boolean":
            value = self.pick(True, False)
            return self.variable("Boolean", value) if self.pick(True, False) else str(value).lower()
        choices = self.random.sample(sorted(named.values), self.random.randint(1, min(5, len(named.values))))
        if is_list_type(type_):
            return self.variable(f"[{named.name}!]", choices) if self.pick(True, False) else f"[{', '.join(choices)}]"
        return self.variable(named.name, choices[0]) if self.pick(True, False) else str(choices[0])

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
        form = self.pick(*[""] * 8, "@skip", "@include")
        if not form:
            return ""
        value = self.pick(form == "@include", form == "@include", form == "@skip")
        if self.pick(True, False):
            return f"{form}(if: {str(value).lower()})"
        name = f"b{self.number()}"
        self.booleans[name] = value
        return f"{form}(if: ${name})"

    def operation(self) -> tuple[str, dict[str, Any]]:
        """Return the text of the whole document and its variables."""
        query = self.schema.query_type
        assert query is not None
        body = self.selection(query, room=250)
        declared = [f"${name}: {type_name}" for name, (type_name, _) in self.variables.items()]
        declared += [f"${name}: Boolean!" for name in self.booleans]
        head = f"query Q({', '.join(declared)})" if declared else "query Q"
        variables = {name: value for name, (_, value) in self.variables.items()} | self.booleans
        return " ".join([head, body, *self.fragments]), variables


def operations(schema: GraphQLSchema, keys: list[dict[str, str]]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Return operations over ``schema`` that ask about ``keys``, with their variables."""
    return st.integers(0, 2**31).map(lambda seed: Draft(schema, Random(seed), keys).operation())
