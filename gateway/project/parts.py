"""What generated projectors call: the parts of the response that are not a plain index or attribute.

Kept few and small; every public name of this module is visible to generated code.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from connectors.base import Issue, Row
from gateway.departments import Department
from gateway.page import Hit
from gateway.plan.model import Need
from gateway.project.flags import Flag, Path
from gateway.provenance import Provenance, Resolution
from gateway.run import Run
from gateway.subject import TYPE_NAMES, Subject
from schema.identifiers import Identifier

SUBJECT_TYPES = frozenset(TYPE_NAMES.values())


def flagged(run: Run, flag: Flag, path: Path) -> None:
    """Place ``flag`` at ``path``; the value there is None."""
    run.error(id(flag), flag.at(path))


def misread_fields(run: Run, row: Row, hit: Hit, unread: Mapping[str, list[tuple[str, Flag]]], path: Path) -> None:
    """Place an error at every selected field of ``row`` that could not be read."""
    for issue in row.issues:
        if issue.misread:
            for key, flag in unread.get(issue.field, ()):
                run.error(id(flag), flag.at((path, key), record=row.record_key, reason=issue.message))


def record_id(row: Row, hit: Hit) -> str:
    """Return the opaque id of a record: its source and a digest of its key there."""
    return f"{hit.reached.source}:{sha256(row.record_key.encode()).hexdigest()[:24]}"


def provenance(row: Row, hit: Hit) -> Provenance:
    """Return where ``row`` came from."""
    return Provenance(row, hit)


def department(row: Row, hit: Hit) -> Department:
    """Return the department that owns ``row``."""
    return hit.reached.department


def issues(row: Row, hit: Hit) -> tuple[Issue, ...]:
    """Return what was noted while ``row`` was read."""
    return row.issues


def noted(row: Row, field: str, code: str) -> bool:
    """Tell whether reading ``field`` left a note with ``code``."""
    return bool(row.issues) and any(issue.code == code and issue.field == field for issue in row.issues)


def identifiers(subject: Subject) -> list[Identifier]:
    """Return the public identifiers of ``subject``."""
    return subject.identifiers


def resolution(subject: Subject) -> Resolution:
    """Return how the key that the caller gave led to ``subject``."""
    return Resolution.of(subject)


def person_id(row: Row, hit: Hit) -> str:
    """Return an id of the person in this role: it tells nothing about the person's other roles."""
    return f"person:{record_id(row, hit)}"


def person_resolution(row: Row, hit: Hit) -> Resolution:
    """Return how a person was reached: through the role's own record."""
    return Resolution.through(hit)


def derived(
    run: Run, need: Need, field: str, subject: Subject, flags: Mapping[int, Flag], unknown: Flag, path: Path
) -> Any:
    """Return ``field`` of the first record of ``need``; with an error beside None unless there is no record."""
    silent = None
    for result in run.results.get(id(need), ()):
        if result.ask.index in flags:
            silent = flags[result.ask.index]
            continue
        for _, rows in result.rows(subject):
            at = result.ask.places.get(field)
            value = None if at is None else rows[0].values[at]
            if value is not None:
                return value
        if not result.outcome(subject).whole:
            silent = silent or unknown
    if silent is not None:
        run.error(id(silent), silent.at(path))
    return None


def linked_organization(
    run: Run, key: str | None, functions: Mapping[str, Callable[..., dict[str, Any]]], path: Path
) -> dict[str, Any] | None:
    """Return the projected organization behind a link, None when the record names none."""
    if key is None:
        return None
    subject = run.linked("organization", key)
    return functions[subject.type_name](subject, run, path)


def linked_person(
    run: Run, key: str | None, section: Callable[..., dict[str, Any]], unknown: Flag, path: Path
) -> dict[str, Any] | None:
    """Return a section of the person behind a role, None with an error when the record names no key of the person."""
    if key is None:
        run.error(id(unknown), unknown.at(path))
        return None
    return section(run.linked("person", key), run, path)
