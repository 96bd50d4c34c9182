"""Attacks on the command `receipt`: something else than the gateway stands at the address, and wants the token."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from typer.testing import CliRunner

from gateway.cli.main import commands
from gateway.proof.bundle import MAXIMUM_BYTES, receipt_members
from tests.gateway.bundles import good

TOKEN = "ey.a-token.that-nobody-else-may-see"
ID = "a" * 32
GOOD = good()
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def imposter(answer: Answer) -> AsyncIterator[str]:
    """Serve ``answer`` at every path of a free port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def fetch(url: str, receipt: str = ID) -> tuple[int, str]:
    """Return how the command ended, and everything that it said."""
    arguments = ["receipt", receipt, "--gateway", url]
    made = await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, env={"CREDIT_TOKEN": TOKEN}))
    return made.exit_code, f"{made.output}{made.exception}"


def refusal(message: str) -> str:
    return json.dumps({"errors": [{"message": message, "extensions": {"code": "X"}}]})


async def echo(request: web.Request) -> web.StreamResponse:
    return web.Response(status=400, text=refusal(request.headers["Authorization"]))


async def another(_: web.Request) -> web.StreamResponse:
    return web.json_response(receipt_members(GOOD.receipt))


async def no_receipt(_: web.Request) -> web.StreamResponse:
    return web.json_response({"entry": "{}"})


async def no_text(_: web.Request) -> web.StreamResponse:
    return web.Response(body=b"\xff\xfe")


async def odd_error(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text='{"errors": "none"}')


# Guards: the replacement of the token in `_fetch`; `_refusal`; `read_receipt`; `_made` compares the ids.
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (echo, "Bearer …"),
        (another, "the receipt of another answer"),
        (no_receipt, "is no receipt"),
        (no_text, "is no receipt"),
        (odd_error, "status 500 and no reason"),
    ],
    ids=["the token sent back", "another receipt", "no receipt", "no text", "an odd error"],
)
async def test_nothing_is_written_and_the_token_is_not_shown(answer: Answer, said: str) -> None:
    async with imposter(answer) as url:
        code, told = await fetch(url)
    assert code == 1
    assert said in told
    assert TOKEN not in told


# Guard: `_limited`.
async def test_what_never_ends_is_not_read_to_its_end() -> None:
    cut = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(4 * (MAXIMUM_BYTES >> 20)):
                await response.write(b" " * (1 << 20))
        except ConnectionError:
            cut.set()
            raise
        return response

    async with imposter(endless) as url:
        code, told = await fetch(url)
        await cut.wait()
    assert code == 1
    assert "is no receipt" in told


# Guard: `allow_redirects=False`.
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_does_not_carry_the_token_away(status: int) -> None:
    seen: list[str] = []

    async def thief(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response()

    async with imposter(thief) as elsewhere:

        async def redirect(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": f"{elsewhere}/receipts/{ID}"})

        async with imposter(redirect) as url:
            code, _ = await fetch(url)
    assert (code, seen) == (1, [])
