"""What is sent to a GraphQL platform: a document that names fields, and variables that hold keys. No I/O.

# INVARIANT: the document selects the columns that are needed, and the status where the source file names one, and
# nothing else: what a caller may not see is not asked for.
# INVARIANT: no key stands in the document: keys go in variables.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from connectors.selection import Path, path_of, steps
from connectors.spec import GraphqlEntity

Tree = dict[str, "Tree"]
"""Response fields, and what is selected of each."""

PROBED: Final = "__typename"
PROBE: Final = orjson.dumps({"query": f"{{ {PROBED} }}"})
"""The cheapest question that every GraphQL server answers."""


class Question:
    """The question about some columns of one entity; ``listed`` when the key is a list."""

    def __init__(self, entity: GraphqlEntity, columns: Iterable[str]) -> None:
        items = steps(entity.items)
        asked = [*columns] if entity.status is None else [*columns, entity.status]
        self.document = _document(entity, [path_of(column, items) for column in asked])
        self.listed = entity.key_type.startswith("[")
        self._paged = entity.page_argument is not None

    def about(self, keys: Sequence[str], page: int) -> bytes:
        """Return the body that asks about ``keys``, written as the source writes them."""
        variables: dict[str, Any] = {"keys" if self.listed else "key": list(keys) if self.listed else keys[0]}
        if self._paged:
            variables["page"] = page
        return orjson.dumps({"query": self.document, "variables": variables})


def _document(entity: GraphqlEntity, paths: Iterable[Path]) -> str:
    key = "$keys" if entity.key_type.startswith("[") else "$key"
    declared = [f"{key}: {entity.key_type}"]
    given = [f"{entity.key_argument}: {key}", *(f"{name}: {value}" for name, value in entity.arguments.items())]
    if entity.page_argument is not None:
        declared.append("$page: Int!")
        given.append(f"{entity.page_argument}: $page")
    return f"query ({', '.join(declared)}) {{ {entity.field}({', '.join(given)}) {_selected(paths)} }}"


def _selected(paths: Iterable[Path]) -> str:
    tree: Tree = {}
    for path in paths:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
    return _text(tree)


def _text(tree: Tree) -> str:
    fields = [f"{name} {_text(below)}" if below else name for name, below in tree.items()]
    return f"{{ {' '.join(fields)} }}"
