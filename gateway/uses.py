"""What was asked of each source in a run, entity by entity, and how that went, as the ledger keeps it.

Made for every answer: each call, section and record is looked at once.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from connectors.base import Batch
from gateway.departments import Department
from gateway.ledger import Secret, SourceUse, pseudonym
from gateway.reach import Reached
from gateway.returns.observed import Observed, observed
from gateway.returns.working_days import WorkingDays
from gateway.run import Run

Place = tuple[str, str]
"""A source's name and an entity's."""
_NOTHING: Final = Observed()


class _Part:
    """What was asked of one entity of one source, and what coverage said of it."""

    __slots__ = ("calls", "department", "shown")

    def __init__(self, department: Department) -> None:
        self.department = department
        """The owner."""
        self.calls: list[tuple[Batch, Reached]] = []
        self.shown: dict[str, int] = {}
        """The statuses in the coverage of its sections, counted."""


def sources_of(run: Run, secret: Secret, days: WorkingDays) -> dict[str, tuple[SourceUse, ...]]:
    """Return what was asked of each source of ``run``, entity by entity, and how it went.

    ``days`` tell which of the decisions shown were published in time.
    """
    parts = _parts(run)
    if not parts:
        return {}
    seen, mappings = observed(run, days), run.rights.catalogue.mappings
    sources: dict[str, tuple[SourceUse, ...]] = {}
    for place in sorted(parts) if len(parts) > 1 else parts:
        source, entity = place
        use = _use(entity, parts[place], seen.get(place, _NOTHING), mappings.get(source, ""), secret)
        sources[source] = (*sources[source], use) if source in sources else (use,)
    return sources


def _parts(run: Run) -> dict[Place, _Part]:
    parts: dict[Place, _Part] = {}
    for ask, batch, reached in run.calls:
        place = ask.source.name, ask.entity_name
        part = parts.get(place)
        if part is None:
            part = parts[place] = _Part(reached.department)
        part.calls.append((batch, reached))
    for use, page in run.shown():
        entity = use.need.entity
        for reached in page.coverage:
            place = reached.source, entity
            part = parts.get(place)
            if part is None:
                part = parts[place] = _Part(reached.department)
            shown = part.shown
            shown[reached.status] = shown.get(reached.status, 0) + 1
    return parts


def _use(entity: str, part: _Part, seen: Observed, mapping: str, secret: Secret) -> SourceUse:
    """Return one entity's part: its statuses as coverage shows them, or as the calls went where no section does."""
    went: dict[str, int] = {}
    digests: list[str] = []
    elapsed_ms = 0
    for _, reached in part.calls:
        went[reached.status] = went.get(reached.status, 0) + 1
        if reached.answer is not None:
            digests.append(reached.answer.digest)
        if reached.elapsed_ms is not None and reached.elapsed_ms > elapsed_ms:
            elapsed_ms = reached.elapsed_ms
    digests.sort()
    return SourceUse(
        entity=entity,
        fields=_fields(part.calls),
        calls=len(part.calls),
        statuses=part.shown or went,
        department=part.department.code,
        mapping=mapping,
        elapsed_ms=elapsed_ms,
        records=seen.records,
        misread=seen.misread,
        timely=seen.timely,
        overdue=seen.overdue,
        deciders=dict(seen.deciders),
        as_of=seen.as_of,
        # that of an answer covers personal numbers
        digest=pseudonym(secret, "answer", "".join(digests)) if digests else None,
    )


def _fields(calls: Sequence[tuple[Batch, Reached]]) -> tuple[str, ...]:
    """Return the fields that were asked for: in their order where that is one, else sorted."""
    if len(calls) == 1:
        return calls[0][0].fields
    return _together(frozenset(batch.fields for batch, _ in calls))


@lru_cache(maxsize=1024)
def _together(asked: frozenset[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for fields in asked for name in fields}))
