"""The ledger in a real PostgreSQL: the same promises, and a server that goes away and comes back."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.errors import LedgerUnavailable
from gateway.ledger import Ledger
from gateway.ledger.store import PostgresStore, Store
from tests.gateway.entries import entry
from tests.servers import Server

ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(postgres_ledger: str) -> str:
    return postgres_ledger


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    ledger = await Ledger.open(url)
    yield ledger
    await ledger.close()


async def test_what_was_appended_is_found(ledger: Ledger) -> None:
    made = [entry(client=f"client-{number}") for number in range(5)]
    await asyncio.gather(*(ledger.append(each) for each in made))
    assert [await ledger.get(each.receipt) for each in made] == made
    assert await ledger.get("0" * 32) is None
    first = await ledger.entries(2)
    assert [*first, *await ledger.entries(9, before=first[-1].receipt)] == made[::-1]
    await ledger.check()


async def test_many_at_once_share_few_commits(ledger: Ledger) -> None:
    before = await commits(ledger)
    await asyncio.gather(*(ledger.append(entry()) for _ in range(300)))
    assert await commits(ledger) - before <= 4
    assert len(await ledger.entries(1_000)) == 300


async def commits(ledger: Ledger) -> int:
    """Return the number of the next transaction that writes; reading it is one itself."""
    found: list[int] = []

    def read(store: Store) -> None:
        assert isinstance(store, PostgresStore)
        found.extend(int(text) for (text,) in store.rows(sa.select(sa.cast(sa.func.pg_current_xact_id(), sa.Text))))

    await ledger._writer.submit(read)
    return found[0]


async def test_a_bad_row_does_not_spoil_its_batch(ledger: Ledger) -> None:
    known = entry()
    await ledger.append(known)
    good = [entry(), entry()]
    waiting = [ledger.append(each) for each in (good[0], known, entry(client="nul \x00"), good[1])]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in results] == [type(None), LedgerUnavailable, LedgerUnavailable, type(None)]
    assert await ledger.entries() == [*good[::-1], known]


async def test_commits_are_synced(ledger: Ledger) -> None:
    found: list[str] = []
    query = sa.select(sa.func.current_setting("synchronous_commit"))
    await ledger._writer.submit(lambda store: found.extend(value for (value,) in store.rows(query)))
    assert found == ["on"]


async def test_several_processes_start_and_write_at_once(url: str) -> None:
    ledgers = await asyncio.gather(*(Ledger.open(url) for _ in range(4)))
    await asyncio.gather(*(ledger.append(entry()) for ledger in ledgers for _ in range(5)))
    assert len(await ledgers[0].entries()) == 20
    await asyncio.gather(*(ledger.close() for ledger in ledgers))


async def test_a_server_that_goes_away_and_comes_back(postgres_server: Server, ledger: Ledger) -> None:
    made = [entry() for _ in range(20)]
    await asyncio.gather(*(ledger.append(each) for each in made))
    postgres_server.stop()  # at once: it has no time to write its tables down
    try:
        for call in (ledger.append(entry()), ledger.append(entry())):
            with pytest.raises(LedgerUnavailable, match="could not be written"):
                await call
        with pytest.raises((OSError, sa.exc.DBAPIError)):
            await ledger.check()
    finally:
        postgres_server.start()
    await ledger.check()
    await ledger.append(entry())
    assert (await ledger.entries())[1:] == made[::-1]


async def test_without_a_server_it_does_not_open(postgres_server: Server, url: str) -> None:
    postgres_server.stop()
    try:
        with pytest.raises(OSError, match=r"Connect call failed"):
            await Ledger.open(url)
    finally:
        postgres_server.start()


async def test_every_receipt_that_left_a_killed_process_is_found(url: str) -> None:
    command = [sys.executable, "-m", "tests.gateway.entries", url, "32"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        printed = [process.stdout.readline() for _ in range(100)]
        os.kill(child, signal.SIGKILL)
        while (line := process.stdout.readline()) != "end\n":
            printed.append(line)
    ledger = await Ledger.open(url)
    assert {each.receipt for each in await ledger.entries(100_000)} >= {line.strip() for line in printed}
    await ledger.close()
