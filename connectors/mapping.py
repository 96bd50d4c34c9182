"""Raw rows of a source -> `Row`s per key: which columns are needed, whose row it is, what it says.

Rules of this file: no I/O; one `RowReader` per (entity, scheme, fields, digests), compiled once, used in one event
loop. A raw row is a mapping (rest, soap) or a sequence in the order of `RowReader.columns` (sql, file): both answer to
``raw[place]``, so one path serves them. The tuple of values is generated code (2026-11: 0.9 us a row of 8 fields beside
the value readers, 1.6 us as a comprehension; it runs for every row of every answer). Most rows need no note: they are
read without looking for one at every cell, the others once more with.

# INVARIANT: a column outside `columns_needed` is never read, whatever else the source sends.

Terms
    place       what finds a cell in a raw row: the column's name in a mapping, its index in a sequence
    tombstone   a row that the department deleted but still sends: skipped, as if it were not there
    alias       a further code of a subject, under which rows stand whose own key column is blank. Every code of such a
                row must fit the one subject; a row whose codes contradict each other is nobody's, and makes the
                answer incomplete for those that it names
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import msgspec

from connectors.aliases import Aliases, fit, named_by
from connectors.base import Batch, Issue, Row
from connectors.constants import constant_of
from connectors.errors import InvalidValue, SourceMisread
from connectors.keys import canonical_by
from connectors.spec import EntitySpec, FieldSpec
from connectors.values import Noted, is_blank, is_lost, parser, reader

_CONTRADICTION: Final = "a record whose codes do not belong together was left out"
_KEY_DIGITS: Final = 32
_READERS: Final = 256
"""Readers kept per source: callers choose the fields, so there is no natural limit."""
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


def columns_needed(entity: EntitySpec, scheme: str, fields: Sequence[str], also: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns to ask for, without duplicates: keys, record key, as-of, tombstone, then ``fields``."""
    named = [entity.keys[each].column for each in (scheme, *also)]  # type: ignore[index]  # checked by the loader
    named += entity.record_key
    if entity.as_of is not None:
        named.append(entity.as_of.column)
    if entity.tombstone is not None:
        named.append(entity.tombstone.column)
    for name in fields:
        named += _columns_of(entity.fields[name])
    return tuple(dict.fromkeys(named))


def digest_of(sent: object) -> str:
    """Return the SHA-256 (hex) over the canonical JSON of what a source sent."""
    try:
        return sha256(_ENCODER.encode(sent)).hexdigest()
    except UnicodeEncodeError:  # half of a pair of surrogates, which JSON can say but UTF-8 cannot
        return sha256(json.dumps(sent, sort_keys=True, default=str).encode()).hexdigest()


def wanted_aliases(batch: Batch) -> dict[str, dict[str, str]]:
    """Return the aliases of ``batch`` that lead to one of its keys; a scheme without any is left out."""
    keys = frozenset(batch.keys)
    kept = {
        scheme: {code: key for code, key in codes.items() if key in keys} for scheme, codes in batch.aliases.items()
    }
    return {scheme: codes for scheme, codes in kept.items() if codes}


class RowReader:
    """Reads raw rows of one entity, asked by ``scheme``, into rows of ``fields``.

    ``also`` are the alias schemes whose columns are there to tell whose a row is. ``positional`` rows are sequences
    in the order of ``columns``; others are mappings. Raises `SourceMisread` when a needed column is not there.
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
    ) -> None:
        self.columns = columns_needed(entity, scheme, fields, also)
        places: dict[str, Any] = {column: at if positional else column for at, column in enumerate(self.columns)}
        self._notes: list[Issue] = []
        self._key = places[entity.keys[scheme].column]  # type: ignore[index]  # checked by the loader
        self._canonical = canonical_by(scheme)
        also_columns = [(each, entity.keys[each].column) for each in also]  # type: ignore[index]  # as above
        self._also = [(each, places[column], canonical_by(each)) for each, column in also_columns]
        self._record_key = [places[column] for column in entity.record_key]
        self._internal = entity.record_key_internal
        self._tombstone = places[entity.tombstone.column] if entity.tombstone else None
        self._deleted = frozenset(map(_mark, entity.tombstone.values)) if entity.tombstone else frozenset()
        self._values = _values_of([(name, entity.fields[name]) for name in fields], places, self._notes)
        self._as_of = _as_of_reader(entity, places, self._notes)
        self._digested = list(places.items()) if digests else None

    def gather(
        self,
        raws: Iterable[Any],
        wanted: Collection[str],
        aliases: Aliases | None = None,
    ) -> Gathered:
        """Return the rows of ``raws`` that belong to a ``wanted`` key by their own key column, or by an alias."""
        gathered, canonical = Gathered(), self._canonical
        with self._as_promised():
            for raw in raws:
                key, key_scheme = canonical(raw[self._key]), None
                if not key and aliases is not None:
                    key, key_scheme = self._owner(gathered, raw, wanted, aliases)
                if key in wanted:
                    self._add(gathered, key, raw, key_scheme)
        return gathered

    def gather_for(self, key: str, raws: Iterable[Any]) -> Gathered:
        """Return all rows of ``raws`` as those of ``key``: for sources that take one key a call."""
        gathered = Gathered()
        with self._as_promised():
            for raw in raws:
                self._add(gathered, key, raw, None)
        return gathered

    def read(self, raw: Any) -> Row | None:
        """Return the row that ``raw`` says, None for a tombstone; raises `UnreadableRow`."""
        if self._tombstone is not None and is_lost(str(raw[self._tombstone])):
            raise UnreadableRow("a record that may have been deleted was left out")
        if self._is_deleted(raw):
            return None
        record_key = self._read_record_key(raw)
        values = self._values(raw)
        as_of = self._as_of(raw) if self._as_of is not None else None
        issues: tuple[Issue, ...] = ()
        if self._notes:
            issues = tuple(self._notes)
            self._notes.clear()
        digest = digest_of({column: raw[place] for column, place in self._digested}) if self._digested else None
        return Row(values, record_key, as_of, issues, digest)

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

    def _owner(self, gathered: Gathered, raw: Any, wanted: Collection[str], aliases: Aliases) -> tuple[str, str | None]:
        """Return whose row this is by its further codes, and the scheme that told; blank when it is nobody's."""
        codes = {scheme: code for scheme, place, canonical in self._also if (code := canonical(raw[place]))}
        named = named_by(codes, aliases)
        for key, scheme in named.items():
            if fit(codes, key, aliases):
                return key, scheme
        if not self._is_deleted(raw):
            gathered.unreadable.update({key: _CONTRADICTION for key in named if key in wanted})
        return "", None

    def _is_deleted(self, raw: Any) -> bool:
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
        """Turn a cell that is not there into the `SourceMisread` that it is."""
        self._notes.clear()
        try:
            yield
        except LookupError as error:
            if error.args and error.args[0] in self.columns:
                raise SourceMisread(f"column `{error.args[0]}` is missing from the answer") from error
            raise SourceMisread("a row does not have the promised columns") from error


def row_readers(entities: Mapping[str, EntitySpec], *, positional: bool = False) -> Callable[[Batch], RowReader]:
    """Return what finds the reader of a batch about one of ``entities``: one for all batches of the same shape."""

    @lru_cache(_READERS)
    def known(entity: str, scheme: str, fields: tuple[str, ...], digests: bool, aliased: bool) -> RowReader:
        also = tuple(each for each in entities[entity].also_by if each != scheme) if aliased else ()
        return RowReader(entities[entity], scheme, fields, also=also, digests=digests, positional=positional)

    return lambda batch: known(batch.entity, batch.scheme, batch.fields, batch.digests, bool(batch.aliases))


def _columns_of(spec: FieldSpec) -> list[str]:
    """Return the columns of a field: its own and that of its currency; none of a constant."""
    if spec.column is None:
        return []
    return [spec.column] if spec.currency is None else [spec.column, spec.currency.column]


def _mark(cell: object) -> str:
    return str(cell).strip().upper()


def _values_of(
    fields: Sequence[tuple[str, FieldSpec]], places: Mapping[str, Any], notes: list[Issue]
) -> Callable[[Any], tuple[Any, ...]]:
    """Return the function from a raw row to its values; a row about which something is to be noted is read twice."""
    names: dict[str, Any] = {}
    plain, noted = [], []
    for at, (name, spec) in enumerate(fields):
        if spec.column is None:
            names[f"constant{at}"] = value = constant_of(spec)
            # A list is made anew for each row: nobody knows what is done to it.
            constant = f"[*constant{at}]" if type(value) is list else f"constant{at}"
            plain.append(constant)
            noted.append(constant)
        else:
            cell = _cell_of(spec, places)
            names[f"parse{at}"], names[f"read{at}"] = parser(spec), reader(name, spec, notes)
            plain.append(f"None if (c := {cell}) is None else parse{at}(c)")
            noted.append(f"read{at}({cell})")
    read_plain, read_noted = _tuple_of(plain, names), _tuple_of(noted, names)

    def values(raw: Any) -> tuple[Any, ...]:
        try:
            read = read_plain(raw)
        except InvalidValue:
            return read_noted(raw)
        return read_noted(raw) if Noted in map(type, read) else read

    return values


def _tuple_of(expressions: Sequence[str], names: Mapping[str, Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return the generated function ``raw -> (expression, …)``."""
    # Only column names enter the source text, as string literals made by repr().
    source = f"lambda raw: ({''.join(f'({each}),' for each in expressions)})"
    return eval(source, dict(names))  # type: ignore[no-any-return]  # noqa: S307  # see above


def _cell_of(spec: FieldSpec, places: Mapping[str, Any]) -> str:
    cells = [f"raw[{places[column]!r}]" for column in _columns_of(spec)]
    return cells[0] if len(cells) == 1 else f"({', '.join(cells)})"


def _as_of_reader(
    entity: EntitySpec, places: Mapping[str, Any], notes: list[Issue]
) -> Callable[[Any], str | None] | None:
    if entity.as_of is None:
        return None
    read = reader("as_of", FieldSpec(column=entity.as_of.column, type=entity.as_of.type, scope=""), notes)
    place = places[entity.as_of.column]
    return lambda raw: read(raw[place])
