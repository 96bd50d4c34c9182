"""A gateway killed at any moment has lost no entry of an answer that a client holds (invariant 4)."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import cycle
from pathlib import Path

import aiohttp
import orjson

from gateway.demo import Departments
from gateway.ledger import Ledger
from gateway.ledger.charter import ORIGIN
from gateway.ledger.keys import load_keys
from tests.end_to_end.queries import NAMED, PENALTIES, uscc_key
from tests.gateway.logs import verified_aside

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("KILLS", "4"))
"""How often it is killed: `KILLS=100 make test ARGS=tests/end_to_end/test_kill.py` takes some minutes."""
CLIENTS = 8


@contextmanager
def gateways(environment: dict[str, str], data: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.end_to_end.alone", str(data), str(ROUNDS)]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, process_group=0
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


async def ask_until_it_is_gone(session: aiohttp.ClientSession, url: str, token: str, held: dict[str, str]) -> None:
    """Ask on and on; note the receipt of every answer that came whole, with the digest of the answer."""
    headers = {"Authorization": f"Bearer {token}"}
    for number in cycle(NAMED):
        body = {"query": PENALTIES, "variables": {"key": uscc_key(number)}}
        try:
            async with session.post(url, json=body, headers=headers) as response:
                answer = await response.read()
        except aiohttp.ClientError:
            return
        assert response.status == 200
        held[orjson.loads(answer)["extensions"]["receipt"]["id"]] = sha256(answer).hexdigest()


async def kill_while_it_answers(url: str, token: str, process: int, held: dict[str, str]) -> None:
    enough = len(held) + random.randint(1, 60)
    async with aiohttp.ClientSession() as session:
        asking = [asyncio.create_task(ask_until_it_is_gone(session, url, token, held)) for _ in range(CLIENTS)]
        while len(held) < enough:
            await asyncio.sleep(0.001)
        os.kill(process, signal.SIGKILL)
        await asyncio.gather(*asking)


async def test_every_receipt_that_a_client_holds_is_in_the_ledger(
    demo_departments: Departments, tmp_path: Path
) -> None:
    held: dict[str, str] = {}
    with gateways(demo_departments.environment, tmp_path / "gateway") as parent:
        assert parent.stdout is not None
        for _ in range(ROUNDS):
            url, token, process = (await asyncio.to_thread(parent.stdout.readline)).split()
            await kill_while_it_answers(url, token, int(process), held)
    ledger = await Ledger.open(f"sqlite:///{tmp_path / 'gateway' / 'ledger.sqlite'}")
    entries = {entry.receipt: entry for entry in await ledger.entries(100_000)}
    await ledger.close()
    assert len(held) >= ROUNDS
    assert held == {receipt: entries[receipt].response_digest for receipt in held}
    verified = await verified_aside(
        f"sqlite:///{tmp_path / 'gateway' / 'ledger.sqlite'}", keys=load_keys(tmp_path / "gateway", ORIGIN, {})
    )
    assert (verified.fault, verified.entries) == (None, len(entries)), "the tree verifies, and holds no entry twice"
