"""The source text of a projector as it is written: functions, the constants they refer to, and projected values.

Names from the document reach the source only through `repr`.
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import get_nullable_type, is_leaf_type, is_list_type
from graphql.type import get_named_type

from gateway.plan.model import Selected
from gateway.project import parts, record_parts


@dataclass(slots=True)
class Writer:
    """Writes the functions of one plan; ``names`` are the constants that the generated source refers to."""

    names: dict[str, Any] = field(default_factory=lambda: {**vars(parts), **vars(record_parts)})
    lines: list[str] = field(default_factory=list)
    tables: list[dict[Any, Any]] = field(default_factory=list)
    """The constants that hold functions: each has their names, until they are made."""
    count: int = 0

    def constant(self, value: Any) -> str:
        """Return a name under which the generated source finds ``value``."""
        self.count += 1
        name = f"k{self.count}"
        self.names[name] = value
        return name

    def table(self) -> tuple[str, dict[Any, Any]]:
        """Return the name of a new table of functions, and the table: it is filled with their names."""
        made: dict[Any, Any] = {}
        self.tables.append(made)
        return self.constant(made), made

    def function(self, arguments: str, pairs: list[tuple[str, str]], before: list[str] | None = None) -> str:
        """Write a function that returns an object of ``pairs`` (response key, expression); return its name."""
        self.count += 1
        name = f"f{self.count}"
        body = ", ".join(f"{key!r}: {expression}" for key, expression in pairs)
        self.lines.append(f"def {name}({arguments}):")
        self.lines.extend(f"    {line}" for line in before or ())
        self.lines.append(f"    return {{{body}}}")
        return name

    def value(self, selections: list[Selected]) -> str:
        """Return the name of the function that projects a value object by its attributes."""
        return self.function("v", [(each.key, self.attribute(each)) for each in selections])

    def attribute(self, selected: Selected) -> str:
        """Return the expression of a value object's field."""
        if selected.name == "__typename":
            return repr(selected.parent)
        return self.nested(selected, f"v.{selected.attribute}")

    def nested(self, selected: Selected, expression: str) -> str:
        """Return the expression of a leaf, an object or a list of objects that ``expression`` yields."""
        if is_leaf_type(get_named_type(selected.type)):
            return expression
        function = self.value(selected.only)
        if is_list_type(get_nullable_type(selected.type)):
            return f"[{function}(x) for x in {expression}]"
        return f"(None if (x := {expression}) is None else {function}(x))"
