"""`python watches_killed.py URL PORT`: let a watch find a change and be killed while its message is being sent."""

import asyncio
import os
import signal
import sys

from aiohttp import web

from gateway.watch.endpoints import Endpoint
from tests.gateway.receiver import KEY
from tests.gateway.watches import keeping


async def main(url: str) -> None:
    async def die(request: web.Request) -> web.Response:
        sys.stdout.write(request.headers["webhook-id"])
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", die)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    async with keeping(url, Endpoint(address, KEY)) as one:
        await one.started()
        await one.round(1)
        await one.round(2)
        await one.deliverer.deliver_due()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
