"""A served gateway, a process of its own, that is told by SIGHUP to read its configuration anew."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import aiohttp

from gateway.configuration import load_configuration
from gateway.issuer import KEY_FILE_ENV, DevelopmentIssuer
from tests.end_to_end.forgery import write_key
from tests.gateway.cities import change, copy_city
from tests.nowhere import nobody_there
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
Lines = SimpleQueue[str]


@contextmanager
def served(config: Path, data: Path, port: int, environment: dict[str, str]) -> Iterator[tuple[int, Lines]]:
    """Run `serve`; yield its process and the lines of its log."""
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(config), "--data", str(data)]
    with subprocess.Popen(
        [*command, "--port", str(port)], cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    ) as process:
        lines: Lines = SimpleQueue()
        Thread(target=read_log, args=(process, lines), daemon=True).start()
        try:
            yield process.pid, lines
        finally:
            process.terminate()
            assert process.wait(30) in {0, -signal.SIGTERM}


def read_log(process: "subprocess.Popen[str]", lines: Lines) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        lines.put(line)
    lines.put("")


def wait_for(lines: Lines, wanted: Callable[[str], bool]) -> list[str]:
    """Return the lines of the log up to the one that is ``wanted``."""
    found: list[str] = []
    while not found or not wanted(found[-1]):
        found.append(lines.get(timeout=60))
        assert found[-1], "".join(found)
    return found


async def status(url: str, token: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"query": "{ __typename }"}, headers={"Authorization": f"Bearer {token}"}) as response,
    ):
        return response.status


async def answers(origin: str) -> None:
    """Return when the gateway takes work; raises TimeoutError after a minute."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{origin}/health/live"):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def test_a_served_gateway_reloads_when_it_is_hung_up(tmp_path: Path) -> None:
    config, port = copy_city(tmp_path), free_port()
    loaded = load_configuration(config)
    environment = nobody_there(loaded.catalogue.sources.values()) | {KEY_FILE_ENV: str(write_key(tmp_path))}
    tokens = loaded.settings.tokens
    issuer = DevelopmentIssuer(
        loaded.clients, issuer=tokens.issuer, audience=tokens.audience, production=False, environ=environment
    )
    portal, bank = issuer.mint("portal"), issuer.mint("bank")
    origin = f"http://127.0.0.1:{port}"
    url, clients = f"{origin}/graphql", config / "clients.toml"
    with served(config, tmp_path / "data", port, environment) as (process, lines):
        await answers(origin)
        assert [await status(url, portal), await status(url, bank)] == [200, 200]

        change(clients, "[clients.portal]", "[clients.portal]\nsuspended = true")
        os.kill(process, signal.SIGHUP)
        wait_for(lines, lambda line: "configuration reloaded" in line)
        assert [await status(url, portal), await status(url, bank)] == [403, 200]

        change(clients, "suspended = true", "suspended = true\nkey = 3")
        change(clients, "[clients.bank]", "[clients.bank]\nsuspended = true")
        os.kill(process, signal.SIGHUP)
        told = "".join(wait_for(lines, lambda line: "the one before stays" in line))
        assert "clients.toml: clients.portal.key: unknown key `key`" in told
        assert [await status(url, portal), await status(url, bank)] == [403, 200]
