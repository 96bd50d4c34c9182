"""What was asked of each source in a run, entity by entity, and how that went, as the ledger keeps it."""

from collections import Counter
from collections.abc import Sequence
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
Call = tuple[Batch, Reached]
Shown = tuple[Department, dict[str, int]]
"""The owner, and the statuses in the coverage of its sections, counted."""


def sources_of(run: Run, secret: Secret, days: WorkingDays) -> dict[str, tuple[SourceUse, ...]]:
    """Return what was asked of each source of ``run``, entity by entity, and how it went.

    ``days`` tell which of the decisions shown were published in time.
    """
    calls, shown, seen = _calls(run), _shown(run), observed(run, days)
    sources: dict[str, tuple[SourceUse, ...]] = {}
    for place in sorted({**calls, **shown}):
        source, entity = place
        mapping = run.rights.catalogue.mappings.get(source, "")
        use = _use(entity, calls.get(place, ()), shown.get(place), seen.get(place, NOTHING), mapping, secret)
        sources[source] = (*sources.get(source, ()), use)
    return sources


def _calls(run: Run) -> dict[Place, list[Call]]:
    calls: dict[Place, list[Call]] = {}
    for ask, batch, reached in run.calls:
        calls.setdefault((ask.source.name, ask.entity_name), []).append((batch, reached))
    return calls


def _shown(run: Run) -> dict[Place, Shown]:
    shown: dict[Place, Shown] = {}
    for use, page in run.shown():
        entity = use.need.entity
        for reached in page.coverage:
            _, counts = shown.setdefault((reached.source, entity), (reached.department, {}))
            counts[reached.status] = counts.get(reached.status, 0) + 1
    return shown


NOTHING: Final = Observed()


def _use(
    entity: str, calls: Sequence[Call], shown: Shown | None, seen: Observed, mapping: str, secret: Secret
) -> SourceUse:
    """Return one entity's part: its statuses as coverage shows them, or as the calls went where no section does."""
    fields = tuple(sorted({name for batch, _ in calls for name in batch.fields})) if len(calls) != 1 else None
    went = dict(Counter(reached.status for _, reached in calls))
    digests = "".join(sorted(reached.answer.digest for _, reached in calls if reached.answer is not None))
    department = shown[0] if shown is not None else calls[0][1].department
    return SourceUse(
        entity=entity,
        fields=calls[0][0].fields if fields is None else fields,
        calls=len(calls),
        statuses=shown[1] if shown is not None else went,
        department=department.code,
        mapping=mapping,
        elapsed_ms=max((reached.elapsed_ms or 0 for _, reached in calls), default=0),
        records=seen.records,
        misread=seen.misread,
        timely=seen.timely,
        overdue=seen.overdue,
        deciders=dict(seen.deciders),
        as_of=seen.as_of,
        digest=pseudonym(secret, "answer", digests) if digests else None,  # that of an answer covers personal numbers
    )
