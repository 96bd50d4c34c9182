"""`python objections_killed.py URL`: file an objection and be killed with it on disk, before anything is delivered."""

import asyncio
import os
import signal
import sys

from gateway.objections.rules import Endpoint
from tests.gateway.objections import OWN, office


async def main(url: str) -> None:
    nobody = Endpoint("rest", "http://127.0.0.1:1/objections", b"t")
    async with office(url, {"market_regulation": nobody}) as desk:
        made = await desk.changes(OWN).file_objection(desk.given())
        sys.stdout.write(made.id)
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
