"""One slice asked about: each subject once, only those rows that can be asked, only those that are still open."""

from collections.abc import Sequence
from typing import Any

from gateway.screening.files import Block
from gateway.screening.keys import read_key
from gateway.screening.model import Check, Fault, Row, RowOutcome, invalid
from schema.identifiers import Identifier

Named = Identifier | Fault
"""Whom a row names, or why it names nobody."""


def named_in(block: Block, scheme: str | None) -> list[Named]:
    """Return whom the rows of ``block`` name, in order; ``scheme`` is that of the keys where it is stated."""
    return [named_by(record.key, scheme, record.fault) for record in block.records]


def named_by(cell: Any, scheme: str | None, fault: Fault | None) -> Named:
    """Return whom a key names, or why nobody: the ``fault`` of its row, but for the number of a person in any row."""
    read = read_key(cell, scheme)
    return read if fault is None or read is Fault.PERSONAL_NUMBER else fault


async def ask(
    first: int, named: Sequence[Named], check: Check, before: Sequence[RowOutcome] | None = None
) -> list[RowOutcome]:
    """Return the outcomes of the rows from number ``first`` on; of those ``before``, only what waits is asked again."""
    rows: dict[tuple[str, str], Row] = {}
    for at, each in enumerate(named):
        if isinstance(each, Identifier) and (before is None or before[at].again is not None):
            rows.setdefault((each.scheme, each.value), Row(first + at, each))
    asked = await check(list(rows.values())) if rows else []
    told = dict(zip(rows, asked, strict=True))
    outcomes: list[RowOutcome] = []
    for at, each in enumerate(named):
        if isinstance(each, Fault):
            outcomes.append(invalid(each))
        elif before is not None and before[at].again is None:
            outcomes.append(before[at])
        else:
            outcomes.append(told[each.scheme, each.value])
    return outcomes
