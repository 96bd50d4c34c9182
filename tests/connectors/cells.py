"""One cell through the reader of its field, as tests want to see it."""

from typing import Any, NamedTuple

from connectors.base import Issue
from connectors.spec import FieldSpec, ValueType
from connectors.values import reader

FIELD = "a_field"
MISREAD = ["MISREAD"]


class Read(NamedTuple):
    """What a cell was read to."""

    value: Any
    issues: list[Issue]

    @property
    def codes(self) -> list[str]:
        """What was noted."""
        return [issue.code for issue in self.issues]

    @property
    def messages(self) -> str:
        """What was noted, in words."""
        return "; ".join(issue.message for issue in self.issues)


def read(type_: ValueType, cell: Any, **more: Any) -> Read:
    """Return ``cell`` as a field of ``type_``; ``more`` are further members of its `FieldSpec`."""
    notes: list[Issue] = []
    value = reader(FIELD, FieldSpec(column="c", type=type_, scope="public", **more), notes)(cell)
    assert all(issue.field == FIELD for issue in notes)
    return Read(value, notes)


def value_of(type_: ValueType, cell: Any, **more: Any) -> Any:
    """Return ``cell`` as a field of ``type_``, about which there must be nothing to note."""
    found = read(type_, cell, **more)
    assert not found.issues, found.messages
    return found.value
