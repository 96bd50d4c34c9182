"""A disk that is full, a database that restarts in the middle of writing: refused, got over, and nothing is lost."""

import asyncio
from contextlib import suppress
from pathlib import Path

from gateway.errors import LedgerUnavailable
from gateway.ledger import Ledger
from gateway.ledger.store import SqliteStore, Store
from tests.gateway.entries import entry
from tests.gateway.logs import CHARTER, sqlite_url, verified_aside
from tests.servers import Server


async def attempt(ledger: Ledger) -> LedgerUnavailable | None:
    try:
        await ledger.append(entry())
    except LedgerUnavailable as error:
        return error
    return None


async def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """SQLITE_FULL, as on a full disk, by `PRAGMA max_page_count` (the log's own is in test_ledger_durability)."""
    url = sqlite_url(tmp_path / "ledger.db")
    ledger = await Ledger.open(url, CHARTER)

    def limit(store: Store) -> None:
        assert isinstance(store, SqliteStore)
        connection = store._open()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    await ledger._writer.submit(limit)
    results = [await attempt(ledger) for _ in range(100)]
    written, refused = results.count(None), [each for each in results if each is not None]
    assert {(str(each), each.status) for each in refused} == {("the ledger could not be written", 503)}
    await ledger.append(entry())  # by a connection made anew
    await ledger.keep_checkpoint()
    await ledger.close()
    report = await verified_aside(url)
    assert (report.fault, report.size) == (None, written + 1)


async def test_a_database_that_restarts_while_entries_are_written(
    postgres_server: Server, postgres_ledger: str
) -> None:
    ledger = await Ledger.open(postgres_ledger, CHARTER)
    acknowledged: list[str] = []
    refused = asyncio.Event()
    going = True

    async def write() -> None:
        while going:
            made = entry()
            try:
                await ledger.append(made)
            except LedgerUnavailable:
                refused.set()
                await asyncio.sleep(0)
            else:
                acknowledged.append(made.receipt)

    writers = [asyncio.create_task(write()) for _ in range(16)]
    while len(acknowledged) < 50:
        await asyncio.sleep(0.001)
    postgres_server.stop()
    try:
        await refused.wait()
    finally:
        postgres_server.start()
    after = len(acknowledged) + 50
    while len(acknowledged) < after:
        await asyncio.sleep(0.001)
    going = False
    with suppress(LedgerUnavailable):
        await asyncio.gather(*writers)
    found = {each.receipt for each in await ledger.entries(1_000_000)}
    await ledger.close()
    assert set(acknowledged) <= found
    report = await verified_aside(postgres_ledger)
    assert (report.fault, report.size) == (None, len(found))
