"""Columns that a table no longer has: learnt when a question fails for want of one, asked for again after a while."""

from collections.abc import Callable, Collection, Iterable
from time import monotonic
from typing import Final, NamedTuple

from connectors.mapping import LostPairs

REMEMBERED_SECONDS: Final = 60.0
"""A column that was given its name back is read again after this."""


class _Learnt(NamedTuple):
    lost: LostPairs
    version: object
    until: float


class LostColumns:
    """What is known of the columns of each part of one source, by its version of the database."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._learnt: dict[str, _Learnt] = {}

    def lost(self, part: str, version: Callable[[], object]) -> LostPairs:
        """Return the columns of ``part`` that need not be asked for now, each with the reason."""
        learnt = self._learnt.get(part)
        if learnt is None:
            return ()
        if learnt.version != version() or self._now() >= learnt.until:
            del self._learnt[part]
            return ()
        return learnt.lost

    def learn(self, part: str, version: object, described: Iterable[str], there: Collection[str]) -> LostPairs:
        """Note which of the ``described`` columns of ``part`` are not ``there``, and return them with the reason."""
        lost = tuple((each, f"column `{each}` is missing at the source") for each in described if each not in there)
        self._learnt[part] = _Learnt(lost, version, self._now() + REMEMBERED_SECONDS)
        return lost
