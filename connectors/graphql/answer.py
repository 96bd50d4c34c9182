"""What a GraphQL platform answered, read down to rows of columns, and to the gaps between them. No I/O.

Strict: GraphQL has a place of its own for failures, so each error is brought to the null that it explains. At a column
of a row it makes that cell unread; above, it is a gap: the subject's records, or anybody's, may not all be known. An
error that explains no null makes all of the answer incomplete.

A null that no error explains stands for a subject that the platform does not know, where it stands above the rows. It
is no answer in place of the rows, unless the source file says that there is at most one (`single`), nor in place of all
that was asked about a list of keys.

Terms
    gap     why records may be missing, and whose: the key that stands above, or None for anybody's
    entry   an item of the outermost list on the way to the rows: what the platform counts when it pages
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from connectors.errors import SourceMisread
from connectors.exchange import Reply
from connectors.graphql.response import Error, read_response, told
from connectors.keys import canonical_by
from connectors.selection import place_of, steps
from connectors.spec import GraphqlEntity
from connectors.values import Unread

NOT_WHOLE: Final = "the source says that its answer is not complete"


class Gap(NamedTuple):
    """Why records may be missing, and of which key."""

    key: str | None
    reason: str


@dataclass(slots=True)
class Found:
    """What one answer holds."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    entries: int = 0


class AnswerReader:
    """Reads the answers to the question about ``columns`` of one entity, asked by ``scheme``."""

    def __init__(self, entity: GraphqlEntity, scheme: str, columns: Sequence[str]) -> None:
        self._items = steps(entity.items)
        self._field = entity.field
        self._single = entity.single
        self._listed = entity.key_type.startswith("[")
        self._columns = tuple(columns)
        self._key = entity.keys[scheme].column  # type: ignore[index]  # checked by the loader
        self._canonical = canonical_by(scheme)
        self._status = entity.status
        self._status_ok = frozenset(entity.status_ok)
        named = self._columns if entity.status is None else (*self._columns, entity.status)
        self._places = {column: place_of(column, self._items) for column in named}

    def read(self, reply: Reply) -> Found:
        """Return the rows and gaps in ``reply``; raises `SourceError`."""
        data, errors = read_response(reply, self._field)
        found = Found()
        for error in errors:
            if not _bring(data, error):
                found.gaps.append(Gap(None, _reason(error)))
        self._walk(found, data[self._field], (), listed=False)
        return found

    def _walk(self, found: Found, node: Any, above: tuple[dict[str, Any], ...], *, listed: bool) -> None:
        """Collect what ``node`` holds; ``above`` are the objects that lead to it, ``listed`` items of a list."""
        last = len(above) == len(self._items)
        if type(node) is list:
            if not found.entries:
                found.entries = len(node)
            for each in node:
                self._walk(found, each, above, listed=True)
        elif type(node) is Unread:
            found.gaps.append(Gap(self._owner(above), node.reason))
        elif type(node) is dict and (self._single or listed or not last):
            self._enter(found, node, (*above, node))
        elif node is not None or (last and not self._single) or (self._listed and not above and not listed):
            wanted = "a list" if last and not listed and not self._single else "an object"
            raise SourceMisread(f"{self._named(above)} of the answer is {'null' if node is None else f'not {wanted}'}")

    def _enter(self, found: Found, node: dict[str, Any], above: tuple[dict[str, Any], ...]) -> None:
        depth = len(above) - 1
        if self._status is not None and self._places[self._status].depth == depth:
            self._check(found, self._status, above)
        if depth == len(self._items):
            self._add(found, above)
        elif (step := self._items[depth]) in node:
            self._walk(found, node[step], above, listed=False)
        else:
            raise SourceMisread(f"{self._named(above)} is missing from the answer")

    def _check(self, found: Found, status: str, above: tuple[dict[str, Any], ...]) -> None:
        try:
            told = _as_text(self._read(above, status))
        except KeyError:
            raise SourceMisread(f"column `{status}` is missing from the answer") from None
        if told not in self._status_ok:
            found.gaps.append(Gap(self._owner(above), NOT_WHOLE))

    def _add(self, found: Found, above: tuple[dict[str, Any], ...]) -> None:
        row = {}
        for column in self._columns:
            with suppress(KeyError):  # readers of rows tell what is missing
                row[column] = self._read(above, column)
        if type(key := row.get(self._key)) is Unread:
            found.gaps.append(Gap(None, key.reason))
        else:
            found.rows.append(row)

    def _read(self, above: tuple[dict[str, Any], ...], column: str) -> Any:
        """Return the cell of ``column``; raises `KeyError` when it is not there."""
        place = self._places[column]
        return _cell(above[place.depth], place.rest)

    def _owner(self, above: tuple[dict[str, Any], ...]) -> str | None:
        """Return the key that stands in the objects ``above``, None when it stands below, or is not known."""
        if self._places[self._key].depth >= len(above):
            return None
        try:
            key = self._read(above, self._key)
        except KeyError:
            return None
        return None if type(key) is Unread else self._canonical(key) or None

    def _named(self, above: tuple[dict[str, Any], ...]) -> str:
        return f"`{'.'.join((self._field, *self._items[: len(above)]))}`"


def _bring(data: dict[str, Any], error: Error) -> bool:
    """Put an `Unread` in place of the null that ``error`` explains; return whether there is one."""
    node: Any = data
    path = error.get("path")
    for step in path if type(path) is list else ():
        if type(node) is Unread:
            return True
        if not _leads(node, step):
            return False
        if node[step] is None:
            node[step] = Unread(_reason(error))
            return True
        node = node[step]
    return type(node) is Unread


def _leads(node: Any, step: Any) -> bool:
    if type(step) is str:
        return type(node) is dict and step in node
    return type(step) is int and type(node) is list and 0 <= step < len(node)


def _reason(error: Error) -> str:
    return f"the source could not answer in full{told(error)}"


def _cell(node: Any, rest: Sequence[str]) -> Any:
    """Return what stands at ``rest`` below an object; of an object that is not there, what stands there instead."""
    for step in rest:
        if node is None or type(node) is Unread:
            return node
        if type(node) is not dict:
            return Unread("not an object")
        node = node[step]
    return node


def _as_text(value: Any) -> str:
    return str(value).lower() if type(value) is bool else str(value)
