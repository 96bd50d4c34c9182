"""What is sent to a GraphQL platform: a document that names fields, and variables that hold keys. No I/O.

# INVARIANT: the document selects the columns that are needed, and the status where the source file names one, and
# nothing else: what a caller may not see is not asked for.
# INVARIANT: no key stands in the document: keys go in variables.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from connectors.mapping import LostPairs
from connectors.selection import Path, path_of, steps
from connectors.spec import GraphqlEntity

Tree = dict[str, "Tree"]
"""Response fields, and what is selected of each."""

PROBED: Final = "__typename"
PROBE: Final = orjson.dumps({"query": f"{{ {PROBED} }}"})
"""The cheapest question that every GraphQL server answers."""


class Question:
    """The question about some ``columns`` of one entity; ``listed`` when the key is a list."""

    def __init__(self, entity: GraphqlEntity, columns: Iterable[str]) -> None:
        items = steps(entity.items)
        self.listed = entity.key_type.startswith("[")
        self._paths = {column: path_of(column, items) for column in columns}
        self._paged = entity.page_argument is not None
        self._places: dict[int, Path] = {}
        """The field at each place of the document, which is one line."""
        head = _head(entity, listed=self.listed)
        status = [] if entity.status is None else [path_of(entity.status, items)]
        selected = _selected(_tree([*self._paths.values(), *status]), len(head), (), self._places)
        self.document = f"{head}{selected} }}"

    def about(self, keys: Sequence[str], page: int) -> bytes:
        """Return the body that asks about ``keys``, written as the source writes them."""
        variables: dict[str, Any] = {"keys": list(keys)} if self.listed else {"key": keys[0]}
        if self._paged:
            variables["page"] = page
        return orjson.dumps({"query": self.document, "variables": variables})

    def lost(self, places: Iterable[int]) -> LostPairs:
        """Return the columns that stand at or below the fields at ``places`` of the document, each with the reason.

        None when nothing, or something else than a column, stands at one of them.
        """
        paths = [self._places.get(place, ()) for place in places]
        found = [[column for column, path in self._paths.items() if path[: len(at)] == at] for at in paths if at]
        if len(found) < len(paths) or not all(found):
            return ()
        columns = dict.fromkeys(column for each in found for column in each)
        return tuple((column, f"column `{column}` is missing at the source") for column in columns)


def _head(entity: GraphqlEntity, *, listed: bool) -> str:
    """Return the document up to what is selected of the root field."""
    key = "$keys" if listed else "$key"
    declared = [f"{key}: {entity.key_type}"]
    given = [f"{entity.key_argument}: {key}", *(f"{name}: {value}" for name, value in entity.arguments.items())]
    if entity.page_argument is not None:
        declared.append("$page: Int!")
        given.append(f"{entity.page_argument}: $page")
    return f"query ({', '.join(declared)}) {{ {entity.field}({', '.join(given)}) "


def _tree(paths: Iterable[Path]) -> Tree:
    tree: Tree = {}
    for path in paths:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
    return tree


def _selected(tree: Tree, start: int, above: Path, places: dict[int, Path]) -> str:
    """Return the selection set that begins at ``start`` of the document, and note the places of its fields."""
    text = "{"
    for name, below in tree.items():
        path = (*above, name)
        places[start + len(text) + 1] = path
        text += f" {name}"
        if below:
            text += " " + _selected(below, start + len(text) + 1, path, places)
    return text + " }"
