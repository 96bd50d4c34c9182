"""Errors beside the data: what is null, where, and why. Each cause is prepared with the plan, placed per request.

FIELD_FORBIDDEN     the caller may not see the field; `needs` tells what would open it
SOURCE_MISREAD      the source sent a value that does not read as its type; the record is named by its key
NOT_KNOWN           the value hangs on a source that did not answer
"""

from collections.abc import Sequence
from typing import Any

from graphql import FieldNode, get_location

from gateway.plan.asks import denial
from gateway.plan.model import Selected
from gateway.policy import Decision
from gateway.subject import TYPE_NAMES

ORGANIZATIONS = frozenset(TYPE_NAMES.values())
Path = tuple[Any, str | int] | None
"""A response path as a linked list, innermost step first."""


def path_list(path: Path) -> list[str | int]:
    """Return ``path`` as GraphQL writes it."""
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return steps[::-1]


class Flag:
    """One cause of a null, ready to be placed at a path."""

    __slots__ = ("_locations", "_nodes", "extensions", "message")

    def __init__(self, message: str, extensions: dict[str, Any], nodes: Sequence[FieldNode]) -> None:
        self.message = message
        self.extensions = extensions
        self._nodes = nodes
        self._locations: list[dict[str, int]] | None = None

    @property
    def locations(self) -> list[dict[str, int]]:
        """Where the document selects the field; found only when an error is placed, for it reads the whole text."""
        if self._locations is None:
            self._locations = [place for node in self._nodes for place in _locations(node)]
        return self._locations

    def at(self, path: Path, **more: Any) -> dict[str, Any]:
        """Return the error of this cause at ``path``."""
        error: dict[str, Any] = {"message": self.message}
        if self.locations:
            error["locations"] = self.locations
        return error | {"path": path_list(path), "extensions": {**self.extensions, **more}}


def forbidden(selected: Selected, decision: Decision, source: str | None) -> Flag:
    """Return the flag of a field that ``decision`` denies, at ``source`` alone or everywhere (None)."""
    field = _declared(selected)
    return Flag(f"`{field}` is not open to this caller", denial(decision, field, source), selected.nodes)


def misread(selected: Selected, source: str) -> Flag:
    """Return the flag of a field that ``source`` filled with something unreadable."""
    field = _declared(selected)
    message = f"`{field}` could not be read from what `{source}` sent"
    return Flag(message, {"code": "SOURCE_MISREAD", "field": field, "source": source}, selected.nodes)


def not_known(selected: Selected) -> Flag:
    """Return the flag of a field whose source did not answer."""
    field = _declared(selected)
    return Flag(f"`{field}` is not known", {"code": "NOT_KNOWN", "field": field}, selected.nodes)


def _declared(selected: Selected) -> str:
    """Return the field as the schema declares it: what organizations share is planned once for all their kinds."""
    return f"{'Organization' if selected.parent in ORGANIZATIONS else selected.parent}.{selected.name}"


def _locations(node: FieldNode) -> list[dict[str, int]]:
    if node.loc is None:
        return []
    place = get_location(node.loc.source, node.loc.start)
    return [{"line": place.line, "column": place.column}]
