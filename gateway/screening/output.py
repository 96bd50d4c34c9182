"""The portfolio written again with its outcomes, and the tree over its rows: after the job, from what the job kept.

The order is that of the portfolio, and nothing but the portfolio and the outcomes goes in: the same two give the same
bytes, whatever crashed on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.proof.merkle import Frontier
from gateway.screening.files import Block, Reader, open_writer
from gateway.screening.job import Job
from gateway.screening.jobs import Jobs
from gateway.screening.manifest import ALGORITHM, row_leaf, row_salt, row_text
from gateway.screening.model import Fault, RowOutcome
from gateway.screening.portfolio import digest_of, private_file
from gateway.screening.results import cells, key_text
from gateway.screening.run import blocks_of


class Unfinished(Exception):
    """A job of which some slice is not done."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the SHA-256 of the file in hex, the tree over its rows, how many wait until when."""

    digest: str
    tree: Frontier
    waiting: int
    again: str | None


async def write_output(jobs: Jobs, job: Job, reader: Reader, salt: bytes, path: Path) -> Written:
    """Write the portfolio of ``reader`` with the outcomes of ``job`` to ``path``, whole or not at all."""
    draft = private_file(path)
    tree = Frontier(ALGORITHM)
    waiting: list[str] = []
    writer = open_writer(draft, reader, job.settings.key, job.settings.added)
    try:
        place = -1
        async for block in blocks_of(reader, job):
            place += 1
            outcomes = await jobs.outcomes(job.id, place)
            if outcomes is None or len(outcomes) != len(block.records):
                raise Unfinished(f"slice {place} of the job is not done")
            rows = zip(block.records, outcomes, strict=True)
            added = [cells(record.number, outcome, job.settings.columns) for record, outcome in rows]
            waiting += [each.again for each in outcomes if each.again is not None]
            masked = [outcome.fault == Fault.PERSONAL_NUMBER for outcome in outcomes]
            writer.write(block, added, masked)
            grow(tree, salt, zip(keys_told(block, outcomes), added, strict=True))
    finally:
        writer.close()
    digest = digest_of(draft)
    draft.replace(path)
    return Written(digest, tree, len(waiting), max(waiting, default=None))


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
