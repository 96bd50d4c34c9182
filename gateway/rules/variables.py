"""The variables of conditions, with their types: what a condition of each kind of clause may speak of."""

from collections.abc import Mapping
from typing import Final

from gateway.rules.conditions.types import DATE, TEXT, Type, list_of, record_of
from gateway.rules.inputs import INPUTS
from gateway.rules.model import Scope
from schema.enums import SubjectKind

_SUBJECT: Final = record_of({"uscc": TEXT, "kind": Type("enum", names=tuple(SubjectKind.__members__)), "name": TEXT})
_OTHERS: Final = list_of(record_of({"uscc": TEXT, "name": TEXT}))


def common_variables(records: Mapping[str, Type], scope: Scope) -> dict[str, Type]:
    """Return the variables of every condition of a rule of ``scope``; ``records`` are the types of records by need."""
    found = {
        "asOf": DATE,
        "subject": _SUBJECT,
        "input": record_of(INPUTS),
        "first": Type("record", fields=dict(records)),
        "all": Type("record", fields={name: list_of(record) for name, record in records.items()}),
    }
    return {**found, "others": _OTHERS} if scope == "LOT" else found
