"""What generated projectors call for subjects: the parts of the response that are not a plain index or attribute.

Kept few and small; every public name of this module is visible to generated code.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.identity import IdentityReport, compare
from gateway.plan.model import Need
from gateway.project.flags import Flag, Path
from gateway.provenance.resolution import Resolution
from gateway.run import Run
from gateway.subject import TYPE_NAMES, Person, Subject
from schema.identifiers import Identifier

SUBJECT_TYPES = frozenset(TYPE_NAMES.values())


def flagged(run: Run, flag: Flag, path: Path) -> None:
    """Place ``flag`` at ``path``; the value there is None."""
    run.error(id(flag), flag.at(path))


def identifiers(subject: Subject) -> list[Identifier]:
    """Return the public identifiers of ``subject``."""
    return subject.identifiers


def resolution(subject: Subject) -> Resolution:
    """Return how the key that the caller gave led to ``subject``."""
    return Resolution.of(subject)


def identity(run: Run, needs: Sequence[Need], subject: Subject) -> IdentityReport:
    """Return where the registers contradict each other about ``subject``."""
    return compare(subject, [(need.entity, result) for need in needs for result in run.results_for(need, subject)])


def denied(run: Run, subject: Subject | Person, flags: Mapping[int, Flag], path: Path) -> None:
    """Place what denies a section of ``subject`` whole, by how the caller stands to it; the value there is None."""
    flagged(run, flags[run.standing(subject)], path)


def derived(
    run: Run, need: Need, field: str, subject: Subject, flags: Mapping[int, Flag], unknown: Flag, path: Path
) -> Any:
    """Return ``field`` of the first record of ``need``; with an error beside None unless there is no record."""
    silent = None
    for result in run.results_for(need, subject):
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
