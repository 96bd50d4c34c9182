"""Whose rows a source sent, for kinds whose rows are mappings: each goes to the key it names, none to another.

A source that no longer knows our parameter (it was renamed, say) answers with records of anybody. So a row that names a
subject nobody asked for is not merely left out: it makes the answer incomplete for every key that was asked.

Terms
    alone   a question about one key only: a row that names no subject at all is then about that key
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from connectors.aliases import Aliases
from connectors.base import Batch
from connectors.errors import SourceMisread
from connectors.keys import canonical_by
from connectors.mapping import Gathered, RowReader
from schema.identifiers import classify, derive

OTHERS: Final = "the source also sent records of other subjects: they were left out, and others may be missing"


def gather_owned(reader: RowReader, batch: Batch, column: str, raws: Iterable[dict[str, Any]]) -> Gathered:
    """Return the rows of ``raws`` by the key of ``batch`` that each names in ``column``; raises `SourceMisread`."""
    owned: dict[str, list[dict[str, Any]]] = {key: [] for key in batch.keys}
    alone = batch.keys[0] if len(batch.keys) == 1 else None
    canonical, others = canonical_by(batch.scheme), False
    for raw in raws:
        named = canonical(_named(raw, column, alone))
        if named not in owned and alone is not None and (not named or _is_same(batch.scheme, alone, named)):
            named = alone
        if named in owned:
            owned[named].append(raw)
        else:
            others = True
    gathered = Gathered()
    for key, own in owned.items():
        each = reader.gather_for(key, own)
        gathered.rows.update(each.rows)
        gathered.unreadable.update(each.unreadable)
    return _with_others(gathered, batch.keys) if others else gathered


def gather_aliased(reader: RowReader, batch: Batch, raws: Sequence[dict[str, Any]], aliases: Aliases) -> Gathered:
    """Return the rows of ``raws`` by the key of ``batch`` that any code of each names; raises `SourceMisread`."""
    alone = batch.keys[0] if len(batch.keys) == 1 else None
    if alone is not None:
        for raw in raws:
            for column in reader.whose:
                raw.setdefault(column, None)
    gathered = reader.gather(raws, frozenset(batch.keys), aliases, alone)
    return _with_others(gathered, batch.keys) if gathered.others else gathered


def _named(raw: dict[str, Any], column: str, alone: str | None) -> Any:
    if alone is not None:
        return raw.setdefault(column, alone)
    try:
        return raw[column]
    except KeyError:
        raise SourceMisread(f"column `{column}` is missing from the answer") from None


def _is_same(scheme: str, key: str, named: str) -> bool:
    """Return whether two codes name one subject: an old tax number and the unified code that replaced it, say."""
    return not _known_by(named, None).isdisjoint(_known_by(key, scheme))


def _known_by(code: str, scheme: str | None) -> set[tuple[str, str]]:
    """Return what ``code`` may be, of all public schemes or only ``scheme``, and what follows from it."""
    read = [each for each in classify(code) if scheme in {None, each.scheme}]
    return {(each.scheme, each.value) for one in read for each in (one, *derive(one))}


def _with_others(gathered: Gathered, keys: Iterable[str]) -> Gathered:
    for key in keys:
        gathered.unreadable.setdefault(key, OTHERS)
    return gathered
