"""A month added up, entry by entry: what each department was asked as an owner, and what it asked itself.

Rules of this file: no I/O, no clock. What is kept are counts and nothing of any single entry, so that a month of any
length takes the same memory: per department and source a few numbers, and how often each latency and age occurred.

Only what asked sources counts (`ASKED`). An entry that stands for several like requests (`count`) counts
as many times.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Final, Protocol

import msgspec

from gateway.ledger.entry import ASKED
from gateway.returns.publicity import china_day

NOT_REGISTERED: Final = ""
"""The department of a source that neither the entry nor the configuration assigns to any."""
_TO_THE_DAY: Final = len("2026-10-31")
_TO_THE_HOUR: Final = len("2026-10-31T16")


class Use(msgspec.Struct, frozen=True):
    """What is read of a `SourceUse`."""

    calls: int
    statuses: dict[str, int]
    department: str = ""
    elapsed_ms: int = 0
    records: int = 0
    misread: int = 0
    timely: int = 0
    overdue: int = 0
    deciders: dict[str, tuple[int, int]] = {}
    as_of: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """What is read of a `Denial`."""

    field: str


class Slim(msgspec.Struct, frozen=True):
    """What is read of an `Entry`, a fifth of it; defaults are those of entries written before a field was there."""

    at: str
    department: str | None
    purpose: str
    outcome: str
    kind: str = "QUERY"
    count: int = 1
    subjects: tuple[str, ...] = ()
    sources: dict[str, tuple[Use, ...]] = {}
    denied: tuple[Refused, ...] = ()


_decoder = msgspec.json.Decoder(Slim)


class Owners(Protocol):
    """Who owns what, by the configuration of the day."""

    def of_source(self, source: str) -> str:
        """Return the department of ``source``, `NOT_REGISTERED` for one that is not known any more."""
        ...

    def of_field(self, field: str) -> Collection[str]:
        """Return the departments that own ``field``, `Entity.field` or `Entity.*`."""
        ...


class Owned:
    """What was asked of one department, or of one of its sources."""

    __slots__ = (
        *("ages", "calls", "denials", "latencies", "misread", "overdue", "queries", "records", "statuses", "timely"),
    )

    def __init__(self) -> None:
        self.queries = self.calls = self.records = self.misread = self.timely = self.overdue = self.denials = 0
        self.statuses: Counter[str] = Counter()
        """Status -> how many answers of it there were, where the source was asked."""
        self.latencies: Counter[int] = Counter()
        """Milliseconds -> of how many entries that was the longest call."""
        self.ages: Counter[int] = Counter()
        """Days -> in how many entries the oldest date that the source gave was that old."""

    def add(self, use: Use, age: int | None) -> None:
        """Count one use of one entity; ``age`` in days."""
        self.calls += use.calls
        self.records += use.records
        self.misread += use.misread
        self.timely += use.timely
        self.overdue += use.overdue
        if use.calls:
            self.latencies[use.elapsed_ms] += 1
            for status, count in use.statuses.items():
                self.statuses[status] += count
        if age is not None:
            self.ages[age] += 1

    def hand(self, decider: "Owned", timely: int, overdue: int) -> None:
        """Count as those of ``decider`` what was added as published by the owner of the source."""
        self.timely -= timely
        self.overdue -= overdue
        decider.timely += timely
        decider.overdue += overdue


class Asked:
    """What callers of one department asked."""

    __slots__ = ("denials", "purposes", "queries", "records", "refused", "subjects")

    def __init__(self) -> None:
        self.queries = self.subjects = self.records = self.denials = self.refused = 0
        self.purposes: Counter[str] = Counter()


class Tally:
    """The counts of one month so far; ``upto`` is the place in the ledger of the last entry that was added."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self.upto = -1
        self.entries = 0
        """Entries of any kind."""
        self.unreadable = 0
        """Entries that are not as this version writes them: somebody altered them."""
        self.owned: dict[str, Owned] = {}
        self.sources: dict[tuple[str, str], Owned] = {}
        """(department, source) -> what was asked of it."""
        self.total = Owned()
        """What was asked of all: a query that asked several departments is one here."""
        self.asked: dict[str | None, Asked] = {}
        """Department -> what it asked; None for callers that belong to none."""

    def add(self, rows: Iterable[tuple[int, str]]) -> None:
        """Add entries, places in the ledger with their JSON, in the order of the ledger."""
        for at, text in rows:
            self.upto = at
            try:
                entry = _decoder.decode(text)
            except msgspec.DecodeError:
                self.unreadable += 1
            else:
                self._add(entry)

    def _add(self, entry: Slim) -> None:
        self.entries += 1
        if entry.kind == "REFUSAL":
            self._asked(entry.department).refused += entry.count
        elif entry.kind in ASKED and entry.outcome != "EXPLAINED":
            self._add_query(entry)

    def _add_query(self, entry: Slim) -> None:
        asked = self._asked(entry.department)
        asked.queries += 1
        asked.subjects += len(entry.subjects)
        asked.denials += len(entry.denied)
        asked.purposes[entry.purpose] += 1
        called: set[int] = set()
        for source, uses in entry.sources.items():
            for use in uses:
                department = use.department or self._owners.of_source(source)
                asked.records += use.records
                age = _age(entry.at, use.as_of) if use.as_of is not None else None
                for counts in (self._owned(department), self._source(department, source), self.total):
                    counts.add(use, age)
                    if use.calls and id(counts) not in called:
                        called.add(id(counts))
                        counts.queries += 1
                for decider, (timely, overdue) in use.deciders.items():
                    self._owned(department).hand(self._owned(decider), timely, overdue)
        for denial in entry.denied:
            self.total.denials += 1
            for department in self._owners.of_field(denial.field):
                self._owned(department).denials += 1

    def _asked(self, department: str | None) -> Asked:
        return self.asked.get(department) or self.asked.setdefault(department, Asked())

    def _owned(self, department: str) -> Owned:
        return self.owned.get(department) or self.owned.setdefault(department, Owned())

    def _source(self, department: str, source: str) -> Owned:
        place = department, source
        return self.sources.get(place) or self.sources.setdefault(place, Owned())


def _age(at: str, as_of: str) -> int:
    """Return how many days old ``as_of`` was on the day of an entry at ``at``; 0 where clocks disagree."""
    of_china = len(as_of) == _TO_THE_DAY or as_of.endswith("+08:00")
    day = _ordinal(as_of[:_TO_THE_DAY] if of_china else china_day(as_of))
    return max(_day_of_hour(at[:_TO_THE_HOUR]) - day, 0)


@lru_cache(maxsize=1024)
def _day_of_hour(hour: str) -> int:
    """Return the day in China, as a number, of an hour in UTC."""
    return _ordinal(china_day(f"{hour}:00Z"))


@lru_cache(maxsize=16384)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
