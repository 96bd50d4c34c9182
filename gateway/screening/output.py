"""The portfolio written again with its outcomes, and the tree over its rows, from what the job keeps.

The order is that of the portfolio, and nothing but the portfolio and the outcomes goes in: the same two give the same
bytes, whatever crashed on the way. It is written when all is done, or behind those who ask, slice by slice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from gateway.proof.merkle import Frontier
from gateway.screening.files import Block, FileRefused, Reader
from gateway.screening.job import Job
from gateway.screening.jobs import Jobs
from gateway.screening.manifest import ALGORITHM, row_leaf, row_salt, row_text
from gateway.screening.model import Fault, RowOutcome
from gateway.screening.outlets import Outlet
from gateway.screening.portfolio import digest_of
from gateway.screening.results import cells, key_text
from gateway.screening.run import blocks_of

P = ParamSpec("P")
T = TypeVar("T")


class Unfinished(Exception):
    """A job of which some slice is not done."""


Outcomes = Callable[[int], Awaitable[Sequence[RowOutcome]]]
"""From a slice, by its place, to the outcomes of its rows; may wait until they are known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The outcomes of ``job``, all of whose slices are done; raises `Unfinished`."""

    jobs: Jobs
    job: Job

    async def __call__(self, place: int) -> Sequence[RowOutcome]:
        """Return the outcomes of one slice."""
        found = await self.jobs.outcomes(self.job.id, place)
        if found is None:
            raise Unfinished(f"slice {place} of the job is not done")
        return found


@dataclass(frozen=True, slots=True)
class Coming:
    """The outcomes of ``job`` as they come: waits for each slice until it is done. `look` when one may be."""

    jobs: Jobs
    job: Job
    _kept: asyncio.Event = field(default_factory=asyncio.Event)

    def look(self) -> None:
        """Say that some slice was kept."""
        self._kept.set()

    async def __call__(self, place: int) -> Sequence[RowOutcome]:
        """Return the outcomes of one slice."""
        while True:
            self._kept.clear()
            found = await self.jobs.settled(self.job.id, place)
            if found is not None:
                return found
            await self._kept.wait()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the SHA-256 of the file in hex, the tree over its rows, how many wait until when."""

    digest: str
    tree: Frontier
    waiting: int
    again: str | None


async def write_output(outcomes: Outcomes, job: Job, reader: Reader, salt: bytes, outlet: Outlet) -> Written:
    """Write the portfolio of ``reader`` with the ``outcomes`` of ``job`` to ``outlet``; raises `FileRefused`, OSError.

    The writing is done in a thread: whoever reads a pipe may be slow. The portfolio is read again for it: one that is
    not what was asked about, by its digest, is refused, lest a row get the verdict of another.
    """
    tree = Frontier(ALGORITHM)
    waiting: list[str] = []
    writer = await _in_thread(outlet.open, reader, job)
    try:
        place = -1
        async for block in blocks_of(reader, job):
            place += 1
            found = await outcomes(place)
            if len(found) != len(block.records):
                raise Unfinished(f"slice {place} of the job has other rows than the portfolio")
            rows = zip(block.records, found, strict=True)
            added = [cells(record.number, outcome, job.settings.columns) for record, outcome in rows]
            waiting += [each.again for each in found if each.again is not None]
            masked = [outcome.fault == Fault.PERSONAL_NUMBER for outcome in found]
            await _in_thread(writer.write, block, added, masked)
            grow(tree, salt, zip(keys_told(block, found), added, strict=True))
    finally:
        await _in_thread(writer.close)
    await _in_thread(_require_same, reader, job)
    digest = await _in_thread(outlet.finish)
    return Written(digest, tree, len(waiting), max(waiting, default=None))


def _require_same(reader: Reader, job: Job) -> None:
    if digest_of(reader.path) != job.input:
        raise FileRefused("the file was changed while it was screened: put it back, and go on with `--resume`")


async def _in_thread(do: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Return what ``do`` returns; when cancelled, not before it has ended: nothing is closed under a writer's hands."""
    doing = asyncio.ensure_future(asyncio.to_thread(do, *args, **named))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


def grow(tree: Frontier, salt: bytes, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Add the leaves of ``rows`` (key and added cells), in order, to ``tree``."""
    for key, added in rows:
        number = tree.size + 1
        tree.append(row_leaf(row_salt(salt, number), row_text(number, key, *added)))


def keys_told(block: Block, outcomes: Sequence[RowOutcome]) -> list[str]:
    """Return the keys of ``block`` as they are told: those that are numbers of persons are not."""
    return [
        "" if outcome.fault == Fault.PERSONAL_NUMBER else key_text(record.key)
        for record, outcome in zip(block.records, outcomes, strict=True)
    ]
