"""What departments decide themselves: the duties for which they ask, and who may see what they own.

Frozen values. `Departmental.on` picks what is in force on a day; a decision then knows no date.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Duty:
    """A statutory task of ``department``: for ``purpose`` it needs these ``entities`` of others (`*`: of every kind).

    It opens nothing by itself: fields shared on conditions (GOV_CONDITIONAL) are open for a duty purpose only to a
    department whose duty list names the entity. ``since`` and ``until`` are days (ISO 8601), both included.
    """

    department: str
    purpose: str
    entities: frozenset[str]
    basis: str
    since: str = "0001-01-01"
    until: str = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Approval:
    """The owner of ``source`` lets ``departments`` see ``fields`` for ``purposes``, where its source file asks for it.

    ``fields`` are `Entity.field` or `Entity.*`. ``document`` names the decision that says so.
    """

    source: str
    fields: frozenset[str]
    departments: frozenset[str]
    purposes: frozenset[str]
    document: str
    since: str = "0001-01-01"
    until: str = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Closure:
    """The owner of ``source`` shows ``fields`` to nobody but itself, whatever else would open them."""

    source: str
    fields: frozenset[str]
    document: str
    since: str = "0001-01-01"
    until: str = "9999-12-31"


Decided = TypeVar("Decided", Duty, Approval, Closure)


@dataclass(frozen=True, slots=True)
class Departmental:
    """What all departments decided; ``version`` is the digest (SHA-256, 16 hex) of what their files say."""

    version: str = ""
    duties: tuple[Duty, ...] = ()
    approvals: tuple[Approval, ...] = ()
    closures: tuple[Closure, ...] = ()

    def has_duty(self, department: str, purpose: str, entity: str) -> bool:
        """Return whether a task of ``department`` under ``purpose`` needs records of ``entity``."""
        return any(
            each.department == department
            and each.purpose == purpose
            and (EVERYTHING in each.entities or entity in each.entities)
            for each in self.duties
        )

    def approves(self, source: str, field: str, department: str, purpose: str) -> bool:
        """Return whether the owner of ``source`` lets ``department`` see ``field`` (`Entity.field`) for ``purpose``."""
        return any(
            each.source == source
            and names(each.fields, field)
            and department in each.departments
            and purpose in each.purposes
            for each in self.approvals
        )

    def closes(self, source: str, field: str) -> bool:
        """Return whether the owner of ``source`` keeps ``field`` (`Entity.field`) to itself."""
        return any(each.source == source and names(each.fields, field) for each in self.closures)

    def on(self, day: str) -> "Departmental":
        """Return what of it is in force on ``day`` (ISO 8601)."""
        return Departmental(
            self.version,
            tuple(_in_force(self.duties, day)),
            tuple(_in_force(self.approvals, day)),
            tuple(_in_force(self.closures, day)),
        )


def names(fields: Collection[str], field: str) -> bool:
    """Return whether ``field`` (`Entity.field`) is among ``fields``, which may say `Entity.*`."""
    return field in fields or f"{field.partition('.')[0]}.{EVERYTHING}" in fields


def _in_force(decided: Iterable[Decided], day: str) -> Iterable[Decided]:
    return (each for each in decided if each.since <= day <= each.until)
