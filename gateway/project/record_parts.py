"""What generated projectors call for a record: what the gateway writes on it, beside its columns.

Every public name of this module is visible to generated code, as those of `gateway.project.parts`.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct

from connectors.base import Issue, Row
from gateway.departments import Department
from gateway.disclosure import public_until_difference
from gateway.identity import ConflictingValue
from gateway.merge import conflicting
from gateway.objections.marks import is_objected, repair_of
from gateway.plan.asks import AUTHORITY_CODE
from gateway.project.flags import Flag, Path
from gateway.provenance.lineage import Lineage
from gateway.provenance.origin import Provenance, as_written
from gateway.provenance.resolution import Resolution
from gateway.run import Run
from gateway.told import Hit, Told


class Repair(Struct, frozen=True):
    """That a record was repaired; the attributes of the schema's type of that name."""

    repaired_on: str | None
    basis: str | None


class RecordConflict(Struct, frozen=True):
    """One field in which the reports of one decision differ."""

    field: str
    values: list[ConflictingValue]


def misread_fields(run: Run, row: Row, hit: Hit, unread: Mapping[str, list[tuple[str, Flag]]], path: Path) -> None:
    """Place an error at every selected field of ``row`` that could not be read."""
    for issue in row.issues:
        if issue.misread:
            for key, flag in unread.get(issue.field, ()):
                run.error(id(flag), flag.at((path, key), record=row.record_key, reason=issue.message))


def record_id(row: Row, hit: Hit) -> str:
    """Return the opaque id of a record: its source and a digest of its key there, in the table that holds it."""
    source, place = hit.reached.source, hit.ask.place
    key = row.record_key if place == source else f"{place} {row.record_key}"
    return f"{source}:{sha256(key.encode()).hexdigest()[:24]}"


def provenance(run: Run, row: Row, hit: Hit, lineage: Lineage) -> Provenance:
    """Return where ``row`` came from."""
    return Provenance(run, row, hit, lineage)


def department(row: Row, hit: Hit) -> Department:
    """Return the department that owns ``row``."""
    return hit.reached.department


def department_as_written(row: Row, hit: Hit) -> str:
    """Return who decided, in the source's words."""
    return as_written(row, hit)


def department_code(row: Row, hit: Hit) -> str | None:
    """Return the code of who decided; the owner's where the source says none."""
    code: str | None = hit.value(row, AUTHORITY_CODE)
    return hit.reached.department.uscc if code is None else code


def issues(row: Row, hit: Hit) -> tuple[Issue, ...]:
    """Return what was noted while ``row`` was read."""
    return row.issues


def noted(row: Row, field: str, code: str) -> bool:
    """Tell whether reading ``field`` left a note with ``code``."""
    return bool(row.issues) and any(issue.code == code and issue.field == field for issue in row.issues)


def also_reported_by(run: Run, told: Told | None, lineage: Lineage) -> list[Provenance]:
    """Return the origins of the other reports of the same decision."""
    return [] if told is None else [Provenance(run, row, hit, lineage) for row, hit in told.others]


def conflicts(row: Row, hit: Hit, told: Told | None, names: Iterable[tuple[str, str]]) -> list[RecordConflict]:
    """Return where the reports of one decision differ in the selected fields; ``names`` are those of the schema."""
    if told is None or not told.others:
        return []
    reports = ((row, hit), *told.others)
    found: list[RecordConflict] = []
    for field, name in names:
        said = [(value, origin) for each, origin in reports if (value := origin.value(each, field)) is not None]
        if conflicting([value for value, _ in said]):
            found.append(RecordConflict(name, [_conflicting_value(value, origin) for value, origin in said]))
    return found


def _conflicting_value(value: Any, origin: Hit) -> ConflictingValue:
    return ConflictingValue(_text(value), origin.reached.source, origin.reached.department)


def _text(value: Any) -> str:
    """Return a value as a person reads it: an amount with its currency, a list by its members."""
    if hasattr(value, "currency"):
        return f"{value.amount} {value.currency}"
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def difference_days(told: Told, source_public_until: str | None) -> int | None:
    """Return by how many days the end of publicity that the source tells is later than the computed one."""
    return public_until_difference(told.judgment, source_public_until) if told.judgment is not None else None


def under_objection(run: Run, row: Row, hit: Hit, told: Told | None) -> bool:
    """Tell whether an objection to a record, or to another report of the same decision, is open."""
    reports = ((row, hit), *told.others) if told is not None else ((row, hit),)
    return any(is_objected(run.teller.marks_of(*each)) for each in reports)


def repair(run: Run, row: Row, hit: Hit, told: Told, repaired_on: str | None, basis: str | None) -> Repair | None:
    """Return the repair of a record, None when there is none; where the source tells none, that of its notice."""
    repaired = told.judgment is not None and told.judgment.state == "REPAIRED"
    if repaired_on is None and (noticed := repair_of(run.teller.marks_of(row, hit))) is not None:
        return Repair(*noticed)
    return Repair(repaired_on, basis) if repaired or repaired_on is not None else None


def person_id(row: Row, hit: Hit) -> str:
    """Return an id of the person in this role: it tells nothing about the person's other roles."""
    return f"person:{record_id(row, hit)}"


def person_resolution(row: Row, hit: Hit) -> Resolution:
    """Return how a person was reached: through the role's own record."""
    return Resolution.through(hit)
