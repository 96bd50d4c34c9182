"""Run as a module: screens a file slowly, writing down whom it asks, until it is killed or done.

Arguments: the folder, the id of the job to go on with or `-`, seconds that each question takes, the name of the output,
and with `stream` after it that it is written while it runs.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.screening.model import Row, RowOutcome
from gateway.screening.outlets import Grown
from gateway.screening.portfolio import Wish, open_portfolio
from tests.gateway.portfolios import QUESTION, Counting, opened


async def screen(folder: Path, job_id: str, seconds: float, out: Path, *, stream: bool) -> None:
    counting = Counting(folder / "asked.log")

    async def slow(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        await asyncio.sleep(seconds)
        return await counting(rows)

    portfolio = open_portfolio(folder / "in.csv", Wish(slice_rows=100))
    async with opened(folder) as screening:
        if job_id == "-":
            job = await screening.begin(portfolio, QUESTION)
        else:
            job = await screening.resume(job_id, portfolio, QUESTION)
        sys.stdout.write(f"{job.id}\n")
        sys.stdout.flush()

        def advance(rows: int) -> None:
            sys.stdout.write(f"{rows}\n")
            sys.stdout.flush()

        await screening.finish(job, portfolio, slow, Grown(out) if stream else out, advance, wait=False)


if __name__ == "__main__":
    here, begun, pause, name, *how = sys.argv[1:]
    asyncio.run(screen(Path(here), begun, float(pause), Path(here) / name, stream=bool(how)))
