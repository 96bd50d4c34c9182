"""A job and how far it is. Frozen values, no I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from gateway.screening.model import VERDICTS, RowOutcome
from gateway.screening.results import RESULTS

State = Literal["RECEIVING", "RUNNING", "FINISHED", "FAILED", "EXPIRED"]
"""RECEIVING: its rows are still being uploaded."""
UNFINISHED: Final = ("RECEIVING", "RUNNING")
SliceState = Literal["OPEN", "WAITS", "DONE"]
SLICE_ROWS: Final = 1_000
"""Rows of a slice: a multiple of every batch size of a source up to 1,000, so that no batch is asked half full."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a portfolio is read and told.

    ``key`` is the column of the keys, ``scheme`` theirs where it is stated, ``prefix`` stands before the names of the
    ``columns`` that are added; ``input`` is what the rules are told besides (`gateway.rules`). Keys that were sent
    ``wait`` for closed sources to open, unless that is not wanted.
    """

    key: str = "key"
    scheme: str | None = None
    columns: tuple[str, ...] = tuple(RESULTS)
    prefix: str = ""
    slice_rows: int = SLICE_ROWS
    input: dict[str, msgspec.Raw] = {}
    wait: bool = True

    @property
    def added(self) -> list[str]:
        """The names of the columns that are added."""
        return [self.prefix + each for each in self.columns]


@dataclass(frozen=True, slots=True)
class Job:
    """The screening of one portfolio.

    ``rules`` names the rule set with version and digest, ``as_of`` is the day (ISO 8601), ``input`` the digest of the
    portfolio (SHA-256, hex), ``rows`` how many it has; times are ISO 8601 in UTC. ``failure`` is the code of the error
    for which a job was given up.
    """

    id: str
    client: str
    purpose: str
    rules: str
    as_of: str
    input: str
    settings: Settings
    rows: int
    slices: int
    created_at: str
    expires_at: str
    state: State = "RUNNING"
    ended_at: str | None = None
    manifest: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: rows ``done``, rows by verdict, and until when some of them wait for a source (ISO 8601)."""

    rows: int
    done: int
    counts: Mapping[str, int]
    waits_until: str | None = None


def counts_of(outcomes: Iterable[RowOutcome]) -> dict[str, int]:
    """Return how many outcomes have which verdict, those that there are, in the order of VERDICTS."""
    counted = Counter(each.verdict for each in outcomes)
    return {verdict: counted[verdict] for verdict in VERDICTS if counted[verdict]}


def summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sum of several counts, every verdict with its number."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return {verdict: total[verdict] for verdict in VERDICTS}
