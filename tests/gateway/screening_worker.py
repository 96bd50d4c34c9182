"""Run as a module: a worker on slices from a Redis stream, until it is killed.

Arguments: the folder, the URL of the server, seconds that each question takes. Each slice that is begun is a line of
output.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.screening import keyed
from gateway.screening.job import Job
from gateway.screening.keyed import Keyed, SealedCaller
from gateway.screening.model import Check, Row, RowOutcome
from gateway.screening.stream import open_stream, work_on
from tests.gateway.portfolios import KEY, VAULT, Counting, opened


async def work(folder: Path, url: str, seconds: float) -> None:
    keyed.HELD_SECONDS, keyed.SIGN_SECONDS = 1.0, 0.2  # type: ignore[misc]
    counting = Counting(folder / "asked.log")

    async def slow(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        sys.stdout.write(f"{len(rows)}\n")
        sys.stdout.flush()
        await asyncio.sleep(seconds)
        return await counting(rows)

    async def check_for(_: Job, __: SealedCaller) -> Check:
        return slow

    async with opened(folder) as screening:
        await work_on(open_stream(url, 1.5), Keyed(screening.jobs, VAULT, KEY, check_for), 1)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
