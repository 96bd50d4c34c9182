"""Raw rows of a source -> `Row`s per key: which columns are needed, whose row it is, what it says.

Rules of this file: no I/O; one `RowReader` per (entity, scheme, fields, digests), compiled once, used in one event
loop. A raw row is a mapping (rest, soap) or a sequence in the order of `RowReader.columns` (sql, file): both answer to
``raw[place]``, so one path serves them (`connectors.cells` makes the values).

# INVARIANT: a column outside `columns_needed` is never read, whatever else the source sends.
# INVARIANT: the digest of a row holds no personal column: of a number that is shown in part, the rest is soon guessed.

Terms
    place, lost as in `connectors.cells`
    needed for  what tells whose a row is, which record it is, and whether it still counts: without those columns there
    all         is no answer; without another one, the fields that it feeds are MISREAD
    tombstone   a row that the department deleted but still sends: skipped, as if it were not there
    alias       a further code of a subject, under which rows stand whose own key column is blank. Every code of such a
                row must fit the one subject; a row whose codes contradict each other is nobody's, and makes the
                answer incomplete for those that it names
    shared      a key column that may hold codes of several schemes: whichever it is of names the subject
    others      subjects that nobody asked about
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec

from connectors.aliases import Aliases, CodeColumns, fit, named_by
from connectors.base import Batch, Issue, Row
from connectors.cells import Lost, Places, field_reader, values_reader
from connectors.columns import columns_for_all, columns_needed, columns_personal
from connectors.errors import SourceMisread
from connectors.keys import canonical_by
from connectors.spec import EntitySpec, FieldSpec
from connectors.values import is_blank, is_lost

_CONTRADICTION: Final = "a record whose codes do not belong together was left out"
_KEY_DIGITS: Final = 32
_READERS: Final = 256
"""Readers kept per source: callers choose the fields, so there is no natural limit."""
LostPairs = tuple[tuple[str, str], ...]
"""Lost columns, each with the reason."""
_ENCODER: Final = msgspec.json.Encoder(order="sorted", enc_hook=str)


class UnreadableRow(Exception):
    """A row that has to be left out; ``reason`` says why, without quoting it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Gathered:
    """Rows per key in the order of the source, and why rows of a key were left out."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    others: bool = False
    """Whether rows of others were among them."""


def digest_of(sent: object) -> str:
    """Return the SHA-256 (hex) over the canonical JSON of what a source sent."""
    try:
        return sha256(_ENCODER.encode(sent)).hexdigest()
    except UnicodeEncodeError:  # half of a pair of surrogates, which JSON can say but UTF-8 cannot
        return sha256(json.dumps(sent, sort_keys=True, default=str).encode()).hexdigest()


class RowReader:
    """Reads raw rows of one entity, asked by ``scheme``, into rows of ``fields``.

    ``also`` are the alias schemes whose columns are there to tell whose a row is. ``decided_by`` leaves rows out that
    another department decided, as if they were not there. ``positional`` rows are sequences in
    the order of ``columns``; others are mappings. ``lost`` pairs columns that the source does not have with the reason:
    they are not among ``columns``. Raises `SourceMisread` when a column is lost, or missing, that is needed for all.
    """

    def __init__(
        self,
        entity: EntitySpec,
        scheme: str,
        fields: tuple[str, ...],
        *,
        also: tuple[str, ...] = (),
        digests: bool = False,
        positional: bool = False,
        lost: LostPairs = (),
        decided_by: str | None = None,
    ) -> None:
        gone = dict(lost)
        for column in columns_for_all(entity, scheme, also, decided_by):
            if column in gone:
                raise SourceMisread(gone[column])
        self.columns = tuple(
            each for each in columns_needed(entity, scheme, fields, also, decided_by) if each not in gone
        )
        places: dict[str, Any] = {column: at if positional else column for at, column in enumerate(self.columns)}
        self._notes: list[Issue] = []
        self._scheme = scheme
        self._key = places[entity.keys[scheme].column]  # type: ignore[index]  # checked by the loader
        self._canonical = canonical_by(scheme)
        also_columns = [(each, entity.keys[each].column) for each in also]  # type: ignore[index]  # as above
        self._codes = CodeColumns((scheme, self._key), [(each, places[column]) for each, column in also_columns])
        self._shared = self._key in self._codes.places
        self.whose = (self._key, *self._codes.places)
        """Where to look whose a row is."""
        self._record_key = [places[column] for column in entity.record_key]
        self._internal = entity.record_key_internal
        self._tombstone = places[entity.tombstone.column] if entity.tombstone else None
        self._deleted = frozenset(map(_mark, entity.tombstone.values)) if entity.tombstone else frozenset()
        of = entity.records_of if decided_by is not None else None
        self._decided_by = places[of.column] if of is not None else None
        self._deciding = (
            frozenset(map(_mark, of.departments.get(decided_by or "", ()))) if of is not None else frozenset()
        )
        self._values = values_reader([(name, entity.fields[name]) for name in fields], places, gone, self._notes)
        self._as_of = _as_of_reader(entity, places, gone, self._notes)
        personal = columns_personal(entity)
        self._digested = tuple((column, place) for column, place in places.items() if column not in personal)
        self._digests = digests

    def gather(
        self,
        raws: Iterable[Any],
        wanted: Collection[str],
        aliases: Aliases | None = None,
        alone: str | None = None,
    ) -> Gathered:
        """Return the rows of ``raws`` that belong to a ``wanted`` key by their own key column, or by an alias.

        With ``aliases``, a row without any code is a row of ``alone``.
        """
        gathered, canonical = Gathered(), self._canonical
        known = {**aliases, self._scheme: {key: key for key in wanted}} if aliases is not None else {}
        with self._as_promised():
            for raw in raws:
                key = canonical(raw[self._key])
                if aliases is not None and (self._shared or not key):
                    self._add_by_codes(gathered, raw, wanted, known, alone)
                elif key in wanted:
                    self._add(gathered, key, raw, None)
                elif not known or not named_by(self._codes.of(raw), known):
                    gathered.others = True
        return gathered

    def gather_for(self, key: str, raws: Iterable[Any]) -> Gathered:
        """Return all rows of ``raws`` as those of ``key``: for sources that take one key a call."""
        gathered = Gathered()
        with self._as_promised():
            for raw in raws:
                self._add(gathered, key, raw, None)
        return gathered

    def read(self, raw: Any) -> Row | None:
        """Return the row that ``raw`` says, None for a tombstone, or another's decision; raises `UnreadableRow`."""
        if self._tombstone is not None and is_lost(str(raw[self._tombstone])):
            raise UnreadableRow("a record that may have been deleted was left out")
        if self._is_left_out(raw):
            return None
        record_key = self._read_record_key(raw)
        values = self._values(raw)
        as_of = self._as_of(raw) if self._as_of is not None else None
        issues: tuple[Issue, ...] = ()
        if self._notes:
            issues = tuple(self._notes)
            self._notes.clear()
        return Row(values, record_key, as_of, issues, self._digest(raw) if self._digests else None)

    def _add(self, gathered: Gathered, key: str, raw: Any, key_scheme: str | None) -> None:
        try:
            row = self.read(raw)
        except UnreadableRow as unreadable:
            gathered.unreadable[key] = unreadable.reason
            return
        if row is None:
            return
        row.key_scheme = key_scheme
        gathered.rows.setdefault(key, []).append(row)

    def _add_by_codes(
        self, gathered: Gathered, raw: Any, wanted: Collection[str], known: Aliases, alone: str | None
    ) -> None:
        """Add a row to whom its codes name, all of them together; one that contradicts itself is nobody's."""
        codes = self._codes.of(raw)
        named = named_by(codes, known)
        for key, scheme in named.items():
            if key in wanted and fit(codes, key, known):
                self._add(gathered, key, raw, None if scheme == self._scheme else scheme)
                return
        if not codes and alone is not None:
            self._add(gathered, alone, raw, None)
        elif not named:
            gathered.others = True
        elif not self._is_left_out(raw):
            gathered.unreadable.update({key: _CONTRADICTION for key in named if key in wanted})

    def _digest(self, raw: Any) -> str:
        if isinstance(raw, Mapping):
            return digest_of({column: raw[column] for column, _ in self._digested if column in raw})
        return digest_of({column: raw[place] for column, place in self._digested})

    def _is_left_out(self, raw: Any) -> bool:
        if self._decided_by is not None and _mark(raw[self._decided_by]) not in self._deciding:
            return True
        return self._tombstone is not None and _mark(raw[self._tombstone]) in self._deleted

    def _read_record_key(self, raw: Any) -> str:
        parts = ["" if (cell := raw[place]) is None else str(cell).strip() for place in self._record_key]
        if all(map(is_blank, parts)):
            raise UnreadableRow("a record without a record key was left out")
        key = "|".join(parts)
        if is_lost(key):
            raise UnreadableRow("a record whose record key is not readable was left out")
        return sha256(key.encode()).hexdigest()[:_KEY_DIGITS] if self._internal else key

    @contextmanager
    def _as_promised(self) -> Iterator[None]:
        """Turn a cell that is not there, and is needed for all, into the `SourceMisread` that it is."""
        self._notes.clear()
        try:
            yield
        except LookupError as error:
            if error.args and error.args[0] in self.columns:
                raise SourceMisread(f"column `{error.args[0]}` is missing from the answer") from error
            raise SourceMisread("a row does not have the promised columns") from error


class ReaderOf(Protocol):
    """Finds the reader of a batch: one for all batches of the same shape."""

    def __call__(self, batch: Batch, also: tuple[str, ...] = (), lost: LostPairs = ()) -> RowReader:
        """Return the reader of the answer to ``batch``; ``also`` and ``lost`` as for a `RowReader`."""
        ...


def row_readers(entities: Mapping[str, EntitySpec], *, positional: bool = False) -> ReaderOf:
    """Return what finds the reader of a batch about one of ``entities``."""

    @lru_cache(_READERS)
    def known(
        entity: str,
        scheme: str,
        fields: tuple[str, ...],
        digests: bool,
        also: tuple[str, ...],
        lost: LostPairs,
        decided_by: str | None,
    ) -> RowReader:
        spec = entities[entity]
        return RowReader(
            spec, scheme, fields, also=also, digests=digests, positional=positional, lost=lost, decided_by=decided_by
        )

    def reader_of(batch: Batch, also: tuple[str, ...] = (), lost: LostPairs = ()) -> RowReader:
        return known(batch.entity, batch.scheme, batch.fields, batch.digests, also, lost, batch.decided_by)

    return reader_of


def _mark(cell: object) -> str:
    return str(cell).strip().upper()


def _as_of_reader(
    entity: EntitySpec, places: Places, lost: Lost, notes: list[Issue]
) -> Callable[[Any], str | None] | None:
    if entity.as_of is None:
        return None
    spec = FieldSpec(column=entity.as_of.column, type=entity.as_of.type, scope="")
    return field_reader("as_of", spec, places, lost, notes)
