"""The ledger read month by month, in pages; what was added up stays, so that a month is read once and then goes on.

What stays are counts of a few months (`gateway.returns.tally`), never an entry. A tally goes on from the place in the
ledger at which it ended, not from a time: clocks of replicas differ, places do not.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from gateway.errors import LedgerUnavailable
from gateway.ledger.tables import LEDGER, Query
from gateway.returns.month import Month
from gateway.returns.owners import CatalogueOwners
from gateway.returns.tally import Tally

Rows = Callable[[Query], Awaitable[Sequence[Any]]]
"""Returns what a query selects from the tables of the ledger."""
Progress = Callable[[int, int], None]
"""Takes how many entries of how many have been added."""

PAGE: Final = 2000
"""Entries that are read at once: about 4 MB."""
AT_ONCE: Final = 200
"""Entries that are added up before others get their turn: about 2 ms."""
KEPT: Final = 12
"""Months whose counts stay."""
_place = LEDGER.c["index"]


class Months:
    """The tallies of one ledger; one of them is added to at a time."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._lock = asyncio.Lock()
        self._kept: OrderedDict[tuple[str, str], Tally] = OrderedDict()

    async def tally(self, month: Month, owners: CatalogueOwners, version: str) -> Tally:
        """Return the tally of ``month`` up to the last entry; ``version`` is that of what ``owners`` are told by.

        Raises LedgerUnavailable.
        """
        async with self._lock:
            key = month.text, version
            tally = self._kept.setdefault(key, Tally(owners))
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            try:
                await fill(tally, month, self._rows)
            except (sa.exc.SQLAlchemyError, OSError) as error:
                raise LedgerUnavailable("the ledger could not be read", headers={"Retry-After": "1"}) from error
            return tally


async def fill(tally: Tally, month: Month, rows: Rows, progress: Progress = lambda done, of: None) -> None:
    """Add the entries of ``month`` to ``tally`` that are not in it yet, in the order of the ledger.

    Left half way, the tally is right as far as it goes, and the next call goes on.
    """
    newer = [LEDGER.c.at >= month.start, LEDGER.c.at < month.end, _place > tally.upto]
    ends = sa.select(sa.func.min(_place), sa.func.max(_place), sa.func.count()).where(*newer)
    ((first, last, count),) = await rows(ends)
    if not count:
        return
    upto, done = first - 1, 0
    while upto < last:
        # By place alone, so that no database sorts: nearly all entries between the first and the last are of the month.
        page = sa.select(_place, LEDGER.c.at, LEDGER.c.entry).where(_place > upto, _place <= last).order_by(_place)
        found = await rows(page.limit(PAGE))
        if not found:
            return
        mine = [(place, entry) for place, at, entry in found if month.start <= at < month.end]
        for begin in range(0, len(mine), AT_ONCE):
            tally.add(mine[begin : begin + AT_ONCE])
            await asyncio.sleep(0)
        upto, done = found[-1][0], done + len(mine)
        progress(done, count)
