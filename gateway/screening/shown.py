"""Screenings as the graph shows them: the attributes are those of the types in `schema.screening`; and their root.

Only the client that began a screening sees it; another's looks unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from gateway.checks.rights import may_not_run
from gateway.errors import BadQuery, ScreeningsUnavailable, ScreeningUnknown
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.screening.job import Job
from gateway.screening.jobs import Jobs
from gateway.screening.model import VERDICTS, RowOutcome
from gateway.screening.results import cells

FIELD: Final = "Query.screening"
MAXIMUM_FIRST: Final = 1_000
INVALID: Final = "INVALID"
AWAY: Final = (sa.exc.SQLAlchemyError, OSError, RuntimeError, TimeoutError)
"""What a store raises that does not answer."""


@dataclass(frozen=True, slots=True)
class ShownCount:
    """A verdict and its rows."""

    verdict: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule and its result."""

    rule: str
    result: str
    raised_by: str | None


@dataclass(frozen=True, slots=True)
class ShownGap:
    """A source that could not be had."""

    source: str | None
    status: str
    until: str | None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row."""

    row: int
    verdict: str | None
    fault: str | None
    rules: list[ShownRule]
    missing: list[ShownGap]
    receipts: list[str]
    as_of: str | None
    ask_again_after: str | None
    cells: list[str]


@dataclass(frozen=True, slots=True)
class ShownScreening:
    """A job with one page of its rows."""

    id: str
    state: str
    rule_set: str
    rules: str
    purpose: str
    as_of: str
    row_count: int
    received: int
    slice_rows: int
    done: int
    counts: list[ShownCount]
    waits_until: str | None
    failure: str | None
    created_at: str
    expires_at: str
    ended_at: str | None
    manifest: str | None
    rows: list[ShownRow]
    next_after: int | None


async def show_screening(jobs: Jobs, job: Job, first: int, after: int) -> ShownScreening:
    """Return ``job`` with its rows after the number ``after``, ``first`` at most; raises what the driver raises."""
    progress = await jobs.progress(job.id)
    size, last = job.settings.slice_rows, min(after + first, job.rows)
    rows: list[ShownRow] = []
    for place in range(after // size, -(-last // size)):
        begin = place * size
        outcomes: Sequence[RowOutcome] = await jobs.outcomes(job.id, place) or ()
        for number, outcome in enumerate(outcomes, begin + 1):
            if after < number <= last:
                rows.append(_row(number, outcome, job.settings.columns))
    return ShownScreening(
        id=job.id,
        state=job.state,
        rule_set=job.rules.partition(" ")[0],
        rules=job.rules,
        purpose=job.purpose,
        as_of=job.as_of,
        row_count=job.rows,
        received=progress.rows,
        slice_rows=size,
        done=progress.done,
        counts=[ShownCount(None if each == INVALID else each, progress.counts[each]) for each in VERDICTS],
        waits_until=progress.waits_until,
        failure=job.failure,
        created_at=job.created_at,
        expires_at=job.expires_at,
        ended_at=job.ended_at,
        manifest=job.manifest,
        rows=rows,
        next_after=last if last < job.rows else None,
    )


@dataclass(frozen=True, slots=True)
class ScreeningRoot:
    """The root `screening`."""

    jobs: Jobs

    async def __call__(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return a screening of the caller's; raises `BadQuery` for an argument that is out of range."""
        first, after = arguments.get("first", 100), arguments.get("after", 0)
        if not 0 <= first <= MAXIMUM_FIRST:
            raise BadQuery(f"`first` of `screening` must be between 0 and {MAXIMUM_FIRST}, got {first}")
        if after < 0:
            raise BadQuery(f"`after` of `screening` must be the number of a row, got {after}")
        denied = may_not_run(rights.policy, rights.caller)
        if denied is not None:
            told = {"code": "FIELD_FORBIDDEN", "field": FIELD, "reason": denied.reason, "needs": denied.needs}
            return Untold(told)
        try:
            job = await self.jobs.find(arguments["id"])
            if job is None or job.client != rights.caller.client:
                return Untold({"code": ScreeningUnknown.code, "field": FIELD})
            return Told([await show_screening(self.jobs, job, first, after)])
        except AWAY:
            return Untold({"code": ScreeningsUnavailable.code, "field": FIELD})


def _row(number: int, outcome: RowOutcome, columns: Sequence[str]) -> ShownRow:
    return ShownRow(
        row=number,
        verdict=None if outcome.verdict == INVALID else outcome.verdict,
        fault=outcome.fault,
        rules=[ShownRule(rule, result, outcome.raised.get(rule)) for rule, result in outcome.rules],
        missing=[ShownGap(each.source or None, each.status, each.until) for each in outcome.missing],
        receipts=(outcome.receipt or "").split(),
        as_of=outcome.as_of,
        ask_again_after=outcome.again,
        cells=list(cells(number, outcome, columns)),
    )
