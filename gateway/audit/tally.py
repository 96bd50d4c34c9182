"""Counting of entries one by one, in groups: what is told of each, in bounded memory. No I/O.

Entries that asked no source belong to no group by source, owner or field.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from gateway.ledger import Entry
from gateway.ledger.entry import ASKED, decode_entry
from gateway.ledger.facets import day_of, facets_of, milliseconds

MAX_SUBJECTS: Final = 200_000
"""Pseudonyms that are told apart for one question; above that subjects are not counted."""
ANSWERS: Final = ASKED | {"MUTATION", "EVENT", "ISSUED"}
"""Kinds of entries that are answers."""
REFUSALS: Final = frozenset({"REFUSAL"})
WHOLE: Final = frozenset({"CLIENT", "DEPARTMENT", "PURPOSE", "OUTCOME", "DAY"})
"""Groups of whole entries: whatever an entry shows belongs to one of them."""
_EPOCH: Final = date(1970, 1, 1)


@dataclass(slots=True)
class Group:
    """The figures of one group; ``subjects`` and ``records`` are None where they are not counted."""

    key: str
    answers: int = 0
    subjects: int | None = None
    records: int | None = None
    denials: int = 0
    refusals: int = 0


@dataclass(slots=True)
class Tally:
    """The groups ``by`` one thing, of entries from ``since`` up to ``until`` (UNIX times in milliseconds)."""

    by: str
    since: int
    until: int
    entries: int = 0
    _groups: dict[str, Group] = field(default_factory=dict)
    _apart: dict[str, set[str]] = field(default_factory=dict)
    _subjects: int = 0

    def count(self, texts: Sequence[str]) -> None:
        """Count those of ``texts``, entries as the ledger has them, that lie in the period."""
        for text in texts:
            entry = decode_entry(text)
            at = milliseconds(entry.at)
            if self.since <= at < self.until:
                self._count(entry, at)

    def told(self) -> list[Group]:
        """Return the groups."""
        for key, group in self._groups.items():
            group.subjects = len(self._apart.get(key, ())) if self._subjects <= MAX_SUBJECTS else None
        return list(self._groups.values())

    def _count(self, entry: Entry, at: int) -> None:
        self.entries += 1
        denied = {each.field for each in entry.denied}
        for key, records in _keys(self.by, entry, at):
            group = self._groups.setdefault(key, Group(key))
            group.answers += entry.kind in ANSWERS
            group.refusals += entry.count if entry.kind in REFUSALS else 0
            group.denials += key in denied if self.by == "FIELD" else len(denied)
            if records is not None:
                group.records = (group.records or 0) + records
            self._tell_apart(key, entry)

    def _tell_apart(self, key: str, entry: Entry) -> None:
        if entry.kind not in ANSWERS or self._subjects > MAX_SUBJECTS:
            return
        known = self._apart.setdefault(key, set())
        before = len(known)
        known.update(entry.subjects)
        self._subjects += len(known) - before
        if self._subjects > MAX_SUBJECTS:
            self._apart.clear()


def day_text(day: int) -> str:
    """Return a day, counted from 1970, as `YYYY-MM-DD`."""
    return (_EPOCH + timedelta(days=day)).isoformat()


def _keys(by: str, entry: Entry, at: int) -> Iterator[tuple[str, int | None]]:
    """Yield the groups of ``entry``, each with the records that it shows there; None where that cannot be said."""
    if by in {"SOURCE", "OWNER"}:
        shown: Counter[str] = Counter()
        for source, each in entry.sources.items():
            for use in each:
                shown[source if by == "SOURCE" else use.department] += use.records
        yield from shown.items()
    elif by == "FIELD":
        names = (name for name in facets_of(entry).names if name.startswith("field "))
        yield from ((name.partition(" ")[2], None) for name in names)
    else:
        records = sum(use.records for each in entry.sources.values() for use in each)
        yield _key(by, entry, at), records


def _key(by: str, entry: Entry, at: int) -> str:
    if by == "DAY":
        return day_text(day_of(at))
    values = {"CLIENT": entry.client, "DEPARTMENT": entry.department, "PURPOSE": entry.purpose}
    return (entry.outcome if by == "OUTCOME" else values[by]) or ""
