"""List entries as measures see them: what of an answer's records bears on whether a subject stands on a list.

What was misread or denied is absent from a record, and stays unknown here: a null is known to be none.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

Tri = bool | None
"""True, False, or None for what is not known."""
ABSENT: Final = "ABSENT"
"""Stands for what a record does not tell."""

_STANDING: Final = frozenset({"PUBLISHED", "UNDER_OBJECTION"})
"""The states in which an entry may lead to measures (`domain.md` §4.4): repair lifts them (order 36 art. 3)."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One list entry: its kind (`ListKind`), state (`RecordState`) and days (ISO); `ABSENT` where it does not tell."""

    record_id: str
    source: str
    kind: str | None
    state: str | None
    included_on: str | None
    removed_on: str | None = None
    valid_until: str | None = None
    under_objection: bool = False

    def stands(self, day: str) -> Tri:
        """Return whether the subject stands on the list on ``day``; None when that cannot be told."""
        parts = (self._published(), self._included(day), self._removed(day), self._valid(day))
        return False if False in parts else None if None in parts else True

    def _published(self) -> Tri:
        return None if self.state in {None, ABSENT} else self.state in _STANDING

    def _included(self, day: str) -> Tri:
        return None if self.included_on in {None, ABSENT} else str(self.included_on) <= day

    def _removed(self, day: str) -> Tri:
        return None if self.removed_on == ABSENT else self.removed_on is None or self.removed_on > day

    def _valid(self, day: str) -> Tri:
        return None if self.valid_until == ABSENT else self.valid_until is None or self.valid_until >= day


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One section of list entries: its state (`SectionState`, or DENIED) and what came of asking each source."""

    state: str
    entries: Sequence[Entry] = ()
    coverage: Sequence[Mapping[str, Any]] = ()


def list_entry(item: Mapping[str, Any]) -> Entry:
    """Return the entry that a `ListEntry` is, by its fields as the schema names them.

    Needs recordId, source, kind, state, includedOn, removedOn, validUntil and underObjection among them.
    """
    return Entry(
        record_id=str(item["recordId"]),
        source=str(item["source"]),
        kind=item.get("kind", ABSENT),
        state=item.get("state", ABSENT),
        included_on=item.get("includedOn", ABSENT),
        removed_on=item.get("removedOn", ABSENT),
        valid_until=item.get("validUntil", ABSENT),
        under_objection=bool(item.get("underObjection")),
    )


def court_entry(item: Mapping[str, Any]) -> Entry:
    """Return the entry that a `DishonestDebtorEntry` is: the court's list holds only who is listed."""
    return Entry(
        record_id=str(item["recordId"]),
        source=str(item["source"]),
        kind="DISHONEST_JUDGMENT_DEBTOR",
        state="PUBLISHED",
        included_on=item.get("publishedOn", ABSENT),
        under_objection=bool(item.get("underObjection")),
    )
