"""Attacks on the commands that ask a gateway: something else stands at the address, wants the token, or lies."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from typer.testing import CliRunner

from gateway.cli.main import commands
from gateway.proof.bundle import MAXIMUM_BYTES, receipt_members
from tests.gateway.bundles import good
from tests.gateway.portfolios import rows, write

TOKEN = "ey.a-token.that-nobody-else-may-see"
ID = "a" * 32
GOOD = good()
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
COMMANDS = {
    "receipt": ("receipt", ID, "--gateway", "{url}"),
    "report": ("report", "get", "91230881TJ00000350", "--out", "{folder}/report.json", "--gateway", "{url}"),
    "screen": ("screen", "{folder}/in.csv", "--rules", "BK", "--url", "{url}"),
    "audit": ("audit", "trail", "--gateway", "{url}", "--token", "@{folder}/token"),
}


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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what commands need."""
    write(tmp_path / "in.csv", rows(3))
    (tmp_path / "token").write_text(TOKEN, encoding="ascii")
    return tmp_path


async def fetch(url: str, command: str, folder: Path) -> tuple[int, str]:
    """Return how the command ended, and everything that it said."""
    arguments = [each.format(url=url, folder=folder) for each in COMMANDS[command]]
    environment = {"CREDIT_TOKEN": TOKEN, "CREDIT_CONSENT": "", "COLUMNS": "200"}
    made = await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, env=environment))
    return made.exit_code, f"{made.output}{made.exception}"


def refusal(message: str) -> str:
    return json.dumps({"errors": [{"message": message, "extensions": {"code": "X"}}]})


async def echo(request: web.Request) -> web.StreamResponse:
    return web.Response(status=400, text=refusal(request.headers["Authorization"]))


async def echo_in_an_answer(request: web.Request) -> web.StreamResponse:
    return web.Response(text=refusal(request.headers["Authorization"]))


async def another(_: web.Request) -> web.StreamResponse:
    return web.json_response(receipt_members(GOOD.receipt))


async def no_receipt(_: web.Request) -> web.StreamResponse:
    return web.json_response({"entry": "{}"})


async def no_text(_: web.Request) -> web.StreamResponse:
    return web.Response(body=b"\xff\xfe")


async def odd_error(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text='{"errors": "none"}')


async def error_of_lists(_: web.Request) -> web.StreamResponse:
    return web.Response(status=400, text='{"errors": [{"message": [], "extensions": []}]}')


# Guards: the replacement of tokens in `Remote.refused`; `_refused`; for receipts `read_receipt`, the ids in `_made`.
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (echo, "Bearer …"),
        (odd_error, "status 500 and no reason"),
        (error_of_lists, "status 400 and no reason"),
    ],
    ids=["the token sent back", "an odd error", "an error of lists"],
)
async def test_the_token_is_not_shown(command: str, answer: Answer, said: str, folder: Path) -> None:
    async with imposter(answer) as url:
        code, told = await fetch(url, command, folder)
    assert code == 1
    assert said in told
    assert TOKEN not in told


@pytest.mark.parametrize("command", ["screen", "audit"])
async def test_the_token_sent_back_in_an_answer_is_not_shown(command: str, folder: Path) -> None:
    async with imposter(echo_in_an_answer) as url:
        code, told = await fetch(url, command, folder)
    assert (code, "Bearer …" in told, TOKEN in told) == (1, True, False)


@pytest.mark.parametrize(
    ("answer", "said"),
    [(another, "the receipt of another answer"), (no_receipt, "is no receipt"), (no_text, "is no receipt")],
    ids=["another receipt", "no receipt", "no text"],
)
async def test_what_is_no_receipt_is_not_written(answer: Answer, said: str, folder: Path) -> None:
    async with imposter(answer) as url:
        code, told = await fetch(url, "receipt", folder)
    assert code == 1
    assert said in told


@pytest.mark.parametrize("answer", [no_receipt, no_text], ids=["json", "no text"])
@pytest.mark.parametrize("command", ["screen", "audit"])
async def test_what_is_no_answer_is_told(command: str, answer: Answer, folder: Path) -> None:
    async with imposter(answer) as url:
        code, told = await fetch(url, command, folder)
    assert code == 1
    assert "the gateway" in told
    assert "Traceback" not in told


# Guard: `limited`.
async def test_what_never_ends_is_not_read_to_its_end(folder: Path) -> None:
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
        code, told = await fetch(url, "receipt", folder)
        await cut.wait()
    assert code == 1
    assert "is no receipt" in told


# Guard: `allow_redirects=False`.
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_does_not_carry_the_token_away(command: str, status: int, folder: Path) -> None:
    seen: list[str] = []

    async def thief(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response()

    async with imposter(thief) as elsewhere:

        async def redirect(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": f"{elsewhere}/receipts/{ID}"})

        async with imposter(redirect) as url:
            code, _ = await fetch(url, command, folder)
    assert (code, seen) == (1, [])


# Guard: `gateway_address`.
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "url",
    [
        "http://credit.example.cn",
        "http://127.0.0.1.credit.example.cn",
        "http://127.0.0.1@credit.example.cn",
        "http://localhost.credit.example.cn",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:word@credit.example.cn",
        "https://credit.example.cn/?to=x",
        "https://credit.example.cn:99999",
        "//credit.example.cn",
        "https://",
    ],
    ids=[
        *("plain", "like an address", "as a user", "like a name", "ftp", "file", "a password", "a query", "no port"),
        *("no scheme", "no host"),
    ],
)
async def test_no_token_goes_to_such_an_address(command: str, url: str, folder: Path) -> None:
    code, told = await fetch(url, command, folder)
    assert code == 2
    assert TOKEN not in told
    assert "word" not in told


# Guard: `Token.read`.
@pytest.mark.parametrize("command", COMMANDS)
async def test_no_token_stands_in_a_command(command: str, folder: Path) -> None:
    arguments = [each.format(url="http://127.0.0.1:1", folder=folder) for each in COMMANDS[command]]
    arguments = arguments[: arguments.index("--token")] if "--token" in arguments else arguments
    made = await asyncio.to_thread(lambda: CliRunner().invoke(commands, [*arguments, "--token", TOKEN]))
    assert (made.exit_code, TOKEN in made.output, "@FILE" in made.output) == (2, False, True)


# Guard: `isprintable` in `declared`.
@pytest.mark.parametrize("command", ["receipt", "report", "screen"])
async def test_no_header_is_slipped_in(command: str, folder: Path) -> None:
    seen: list[str] = []

    async def heard(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("X-Evil", ""))
        return web.Response(status=400)

    async with imposter(heard) as url:
        arguments = [each.format(url=url, folder=folder) for each in COMMANDS[command]]
        arguments += ["--purpose", "BIDDING\r\nX-Evil: yes"]
        made = await asyncio.to_thread(
            lambda: CliRunner().invoke(commands, arguments, env={"CREDIT_TOKEN": TOKEN, "CREDIT_CONSENT": ""})
        )
    assert (made.exit_code, seen) == (2, [])
