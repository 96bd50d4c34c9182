"""Run as a module: gateways in processes of their own, one after another, each until it is killed.

The first argument is their data folder, the second how many there are; the environment names the sources. Each tells
its address, a token of the bank and its process on a line of standard output. They are forked: what takes long is the
import.
"""

import asyncio
import os
import sys
from pathlib import Path

import uvloop

from tests.end_to_end.served import serving


async def serve(data: Path) -> None:
    async with serving(os.environ, data) as running:
        sys.stdout.write(f"{running.url} {running.token('bank')} {os.getpid()}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(data: Path, rounds: int) -> None:
    for _ in range(rounds):
        child = os.fork()
        if child == 0:
            uvloop.run(serve(data))
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
