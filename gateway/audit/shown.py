"""An entry of the ledger as the graph shows it; the attributes are those of the types in `schema.audit`. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.audit.hiding import Withheld, is_note
from gateway.ledger import Denial, Entry, SourceUse
from gateway.ledger.entry import Change


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page ends."""

    has_next_page: bool
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class StatusCount:
    """One coverage status, counted."""

    status: str
    count: int


@dataclass(frozen=True, slots=True)
class ShownUse:
    """What was asked of one entity of one source."""

    source: str
    use: SourceUse

    def __getattr__(self, name: str) -> object:
        return getattr(self.use, name)

    @property
    def statuses(self) -> list[StatusCount]:
        """How it answered, by status."""
        return counted(self.use)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry, with what was withheld from the subject whose own look at its inquiries it is."""

    index: int
    entry: Entry
    denied: Sequence[Denial]
    withheld: Sequence[Withheld]

    def __getattr__(self, name: str) -> object:
        return getattr(self.entry, name)

    @property
    def case_number(self) -> str | None:
        """The number of the case."""
        return self.entry.case

    @property
    def changes(self) -> tuple[Change, ...]:
        """What an administrative change changed."""
        return self.entry.changes

    @property
    def uses(self) -> list[ShownUse]:
        """What was asked of sources, in the order of their names."""
        return uses_of(self.entry)


@dataclass(frozen=True, slots=True)
class ShownTrail:
    """One page of entries."""

    entries: Sequence[ShownEntry]
    page_info: PageInfo


def show(index: int, entry: Entry, read_withheld: Callable[[Entry], Sequence[Withheld]]) -> ShownEntry:
    """Return ``entry`` as auditors see it."""
    withheld = read_withheld(entry)
    denied = [each for each in entry.denied if not (withheld and is_note(each))]
    return ShownEntry(index, entry, denied, withheld)


def uses_of(entry: Entry) -> list[ShownUse]:
    """Return what was asked of sources."""
    return [ShownUse(source, use) for source, each in entry.sources.items() for use in each]


def counted(use: SourceUse) -> list[StatusCount]:
    """Return how a source answered, by status."""
    return [StatusCount(status, count) for status, count in sorted(use.statuses.items())]
