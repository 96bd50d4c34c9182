"""What a source's failure tells of its own tables and columns, and what of that a caller may be told.

A reason names what is missing at a source in backticks: it is for the department and for who runs the gateway. Who may
read provenance is told; to others the reason says the same without the name. Pure.
"""

import re
from typing import Final

from msgspec.structs import replace

from connectors.base import Answer, Issue, Row

PROVENANCE_SCOPE: Final = "provenance.read"
"""Who holds it is told what the departments call their tables and columns."""
_NAMED: Final = re.compile(r" ?`[^`]*`")


def without_names(reason: str) -> str:
    """Return ``reason`` without what it names in backticks."""
    return _NAMED.sub(" …", reason).lstrip()


def unnamed(answer: Answer) -> Answer:
    """Return ``answer`` with no name of the source's own in what it says could not be read."""
    rows = answer.rows
    if any(row.issues for found in rows.values() for row in found):
        rows = {key: [_unnamed_row(row) if row.issues else row for row in found] for key, found in rows.items()}
    elif not answer.unreadable:
        return answer
    unreadable = {key: without_names(reason) for key, reason in answer.unreadable.items()}
    return replace(answer, rows=rows, unreadable=unreadable)


def _unnamed_row(row: Row) -> Row:
    issues = tuple(Issue(each.field, each.code, without_names(each.message)) for each in row.issues)
    return Row(row.values, row.record_key, row.as_of, issues, row.digest, row.key_scheme)
