"""The whole ledger recomputed from the text of its entries, and held against all that was said of it.

Entry by entry, in the order of the log: that its text hashes to its leaf, that the columns it is searched by say what
it says, that its subjects and its shape are found; on the way, that every stored hash and every checkpoint is that of
the entries before it; at the end, that the head is. The first thing that does not hold ends it: what comes after a
fault proves nothing. A page of entries is in memory at a time. Reads only; other processes may go on writing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa

from gateway.ledger.entry import Entry, decode_entry, shape_digest
from gateway.ledger.refused import LedgerRefused, is_damaged
from gateway.ledger.store import Store
from gateway.ledger.tables import (
    LEDGER,
    LEDGER_CHECKPOINT,
    LEDGER_NODE,
    LEDGER_SHAPE,
    LEDGER_SUBJECT,
    NODE_HEIGHT,
    SEARCHED,
)
from gateway.ledger.tree import Head, stored_nodes
from gateway.proof.merkle import Frontier, leaf_hash
from gateway.proof.note import NoteError, VerifierKey, open_checkpoint, read_checkpoint, split_note

PAGE: Final = 500
_INDEX: Final = LEDGER.c["index"]
_COLUMNS: Final = tuple(LEDGER.columns.keys())
_COMPARED: Final = ("receipt", "code", *SEARCHED)
What = Literal["database", "entry", "node", "head", "checkpoint", "subject", "shape"]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that does not hold: ``index`` and ``receipt`` of the entry concerned, where it is one."""

    what: What
    message: str
    index: int | None = None
    receipt: str | None = None


@dataclass(slots=True)
class Report:
    """What was checked, up to the end or to the ``fault``; ``signed`` tells whether signatures were checked."""

    origin: str = ""
    algorithm: str = ""
    size: int = 0
    root: str = ""
    entries: int = 0
    nodes: int = 0
    subjects: int = 0
    shapes: int = 0
    checkpoints: int = 0
    signed: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A checkpoint to hold the entries against: a signed note, and where it was found."""

    note: str
    place: str
    size: int | None = None
    """The size under which the ledger itself stores it."""


class _Found(Exception):
    """Carries the fault out of what found it."""

    def __init__(self, what: What, message: str, index: int | None = None, receipt: str | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(what, message, index, receipt)


@dataclass(slots=True)
class _Course:
    """How far the verification has come."""

    store: Store
    head: Head
    report: Report
    frontier: Frontier
    shapes: set[str] = field(default_factory=set)


def verify_ledger(
    store: Store,
    keys: Sequence[VerifierKey],
    claims: Sequence[Claim] = (),
    seen: Callable[[int, int], object] = lambda done, size: None,
) -> Report:
    """Return what holds of the ledger in ``store``, and of ``claims`` besides its own checkpoints.

    Without ``keys`` signatures are not checked. ``seen`` is told how many of how many entries are done. Raises what
    the driver raises, but for a damaged file, which is a fault.
    """
    report = Report(signed=bool(keys))
    try:
        _verify(store, keys, claims, seen, report)
    except _Found as found:
        report.fault = found.fault
    except LedgerRefused as error:
        report.fault = Fault("head", str(error))
    except Exception as error:
        if not is_damaged(error):
            raise
        after = f"after {report.entries} entries that hold" if report.entries else "at all"
        report.fault = Fault("database", f"the file is damaged, and cannot be read {after}")
    return report


def _verify(
    store: Store,
    keys: Sequence[VerifierKey],
    claims: Sequence[Claim],
    seen: Callable[[int, int], object],
    report: Report,
) -> None:
    head = store.head()
    report.origin, report.algorithm, report.size = head.origin, head.algorithm, head.size
    course = _Course(store, head, report, Frontier(head.algorithm))
    told = _told(store, head, keys, claims)
    _check_claims(course, told)
    for page in _pages(store, head.size):
        entries = [_check_entry(course, row, told) for row in page]
        _check_subjects(course, entries)
        _check_shapes(course, entries)
        seen(report.entries, head.size)
    _check_end(course)


def _told(
    store: Store, head: Head, keys: Sequence[VerifierKey], claims: Sequence[Claim]
) -> dict[int, list[tuple[Claim, bytes]]]:
    """Return what checkpoints say of the log: by size the roots, and who says so."""
    query = sa.select(LEDGER_CHECKPOINT.c.size, LEDGER_CHECKPOINT.c.note).order_by(LEDGER_CHECKPOINT.c.size)
    own = [Claim(note, f"the stored checkpoint over {size} entries", size) for size, note in store.rows(query)]
    told: dict[int, list[tuple[Claim, bytes]]] = {}
    for claim in (*own, *claims):
        try:
            found = open_checkpoint(claim.note, keys) if keys else read_checkpoint(split_note(claim.note)[0])
        except NoteError as error:
            raise _Found("checkpoint", f"{claim.place} cannot be trusted: {error}") from None
        if found.origin != head.origin:
            raise _Found("checkpoint", f"{claim.place} is of another log, `{found.origin}`, not of `{head.origin}`")
        if claim.size not in (None, found.size):
            raise _Found("checkpoint", f"{claim.place} tells of {found.size} entries")
        if found.size > head.size and found.size > store.head().size:
            told_of = f"{claim.place} tells of {found.size} entries, and the ledger holds {head.size}"
            raise _Found("checkpoint", f"{told_of}: it was cut or rolled back", head.size)
        if found.size <= head.size:
            told.setdefault(found.size, []).append((claim, found.root))
    return told


def _pages(store: Store, size: int) -> Iterator[Sequence[Any]]:
    """Yield the rows of the first ``size`` entries, in order; raise _Found where one is missing or too many."""
    (before,), *_ = store.rows(sa.select(sa.func.min(_INDEX)))
    if before is not None and before < 0:
        raise _Found("entry", f"there is an entry at {before}, before the first", before)
    at = 0
    while at < size:
        page = store.rows(sa.select(LEDGER).where(_INDEX.between(at, min(at + PAGE, size) - 1)).order_by(_INDEX))
        expected = range(at, min(at + PAGE, size))
        for place, row in zip(expected, page, strict=False):
            if row[0] != place:
                raise _missing(store, place)
        yield page
        if len(page) < len(expected):
            raise _missing(store, at + len(page))
        at += PAGE
    (last,), *_ = store.rows(sa.select(sa.func.max(_INDEX)))
    if last is not None and last >= size and last >= store.head().size:
        raise _Found("entry", f"entry {size} is beyond the {size} that the head tells of", size)


def _missing(store: Store, index: int) -> _Found:
    before = store.rows(sa.select(LEDGER.c.receipt).where(_INDEX.in_([index - 1])))
    after = f", which followed receipt {before[0][0]}" if before else ""
    return _Found("entry", f"entry {index}{after}, is missing: it was deleted, or the ledger was cut", index)


def _check_entry(course: _Course, row: Any, told: dict[int, list[tuple[Claim, bytes]]]) -> tuple[int, Entry]:
    columns = dict(zip(_COLUMNS, row, strict=True))
    index, text, receipt = columns["index"], columns["entry"], columns["receipt"]
    place = f"entry {index} (receipt {receipt})"
    if leaf_hash(text.encode(), course.head.algorithm) != columns["leaf"]:
        raise _Found(
            "entry", f"{place} was altered: its text is not the one that the tree was made over", index, receipt
        )
    try:
        entry = decode_entry(text)
    except msgspec.DecodeError:
        raise _Found("entry", f"{place} is no entry: its text cannot be read", index, receipt) from None
    for name in _COMPARED:
        if getattr(entry, name) != columns[name]:
            raise _Found("entry", f"{place} is filed under another {name} than its text says", index, receipt)
    completed = course.frontier.append(columns["leaf"])
    for level, at, found in stored_nodes(completed, index):
        _check_node(course, level, at, found)
    course.report.entries += 1
    _check_claims(course, told)
    return index, entry


def _check_node(course: _Course, level: int, at: int, found: bytes) -> None:
    first, last = at << level, ((at + 1) << level) - 1
    query = sa.select(LEDGER_NODE.c.hash).where(LEDGER_NODE.c.level == level, LEDGER_NODE.c["index"] == at)
    stored = course.store.rows(query)
    place = f"the hash of height {level} over the entries {first} to {last}"
    if not stored:
        raise _Found("node", f"{place} is missing", first)
    if stored[0][0] != found:
        told = "it was altered, or some of these entries were, or their order"
        raise _Found("node", f"{place} is not that of these entries: {told}", first)
    course.report.nodes += 1


def _check_claims(course: _Course, told: dict[int, list[tuple[Claim, bytes]]]) -> None:
    size = course.frontier.size
    for claim, root in told.get(size, ()):
        if course.frontier.root() != root:
            since = max((other for other in told if other < size), default=0)
            told_of = f"{claim.place} was signed over other entries than the first {size}"
            raise _Found("checkpoint", f"{told_of}: some of {since} to {size - 1} were altered, or their order", since)
        course.report.checkpoints += 1


def _check_subjects(course: _Course, entries: Sequence[tuple[int, Entry]]) -> None:
    wanted = {(str(subject), index): entry for index, entry in entries for subject in entry.subjects}
    if not wanted:
        return
    first, last = entries[0][0], entries[-1][0]
    names = sorted({subject for subject, _ in wanted})
    place = LEDGER_SUBJECT.c["index"]
    query = sa.select(LEDGER_SUBJECT).where(LEDGER_SUBJECT.c.pseudonym.in_(names), place.between(first, last))
    found = set(map(tuple, course.store.rows(query)))
    for each in sorted(wanted.keys() ^ found, key=lambda pair: pair[1]):
        _, index = each
        receipt = dict(entries)[index].receipt
        how = "is not found by one of its subjects" if each in wanted else "is found by one who is not its subject"
        raise _Found("subject", f"entry {index} (receipt {receipt}) {how}", index, receipt)
    course.report.subjects += len(wanted)


def _check_shapes(course: _Course, entries: Sequence[tuple[int, Entry]]) -> None:
    new = {entry.shape: (index, entry) for index, entry in reversed(entries) if entry.shape not in ("", *course.shapes)}
    if not new:
        return
    query = sa.select(LEDGER_SHAPE).where(LEDGER_SHAPE.c.digest.in_(sorted(new)))
    found = dict(map(tuple, course.store.rows(query)))
    for digest, (index, entry) in sorted(new.items(), key=lambda each: each[1][0]):
        if digest not in found or shape_digest(found[digest]) != digest:
            how = "was altered" if digest in found else "is missing"
            told = f"the shape {digest} of entry {index} (receipt {entry.receipt}) {how}"
            raise _Found("shape", told, index, entry.receipt)
        course.shapes.add(digest)
        course.report.shapes += 1


def _check_end(course: _Course) -> None:
    """Check the head, and that nothing is filed that no entry names."""
    report, head = course.report, course.head
    if course.frontier != head.frontier:
        raise _Found("head", f"the head of the ledger is not that of its {head.size} entries: it was altered")
    report.root = head.frontier.root().hex()
    place = LEDGER_SUBJECT.c["index"].op("<")(head.size)  # entries may have come since
    ((subjects,),) = course.store.rows(sa.select(sa.func.count()).select_from(LEDGER_SUBJECT).where(place))
    if subjects != report.subjects:
        extra = subjects - report.subjects
        raise _Found("subject", f"the index of subjects has {extra} rows that no entry names")
    level, index = LEDGER_NODE.c.level, LEDGER_NODE.c["index"]
    nodes = sa.select(level, sa.func.min(index), sa.func.max(index)).group_by(level).order_by(level)
    stored = course.store.rows(nodes)
    now = course.store.head().size
    for height, first, last in stored:
        if height <= 0 or height % NODE_HEIGHT or first < 0 or last >= now >> height:
            raise _Found("node", f"there is a hash of height {height} over entries that the ledger does not hold")
