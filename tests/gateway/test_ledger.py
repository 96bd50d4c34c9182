"""The ledger in a SQLite file: group commit, back-pressure, order, pages, and who is told when it cannot be written."""

import asyncio
import sqlite3
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from connectors.clock import now_text
from gateway.errors import LedgerUnavailable
from gateway.ledger import Entry, Ledger, LedgerRefused, new_receipt
from gateway.ledger.entry import decode_entry, encode_entry
from gateway.ledger.store import SqliteStore, Store
from tests.gateway.entries import USE, entry


@asynccontextmanager
async def opened(path: Path, **limits: Any) -> AsyncIterator[Ledger]:
    ledger = await Ledger.open(f"sqlite:///{path}", **limits)
    try:
        yield ledger
    finally:
        await ledger.close()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with opened(tmp_path / "ledger.db") as ledger:
        yield ledger


@contextmanager
def writing_stopped(path: Path) -> Iterator[None]:
    """Hold the lock of the file, as another process in a long transaction would."""
    connection = sqlite3.connect(path)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


async def on_connection(ledger: Ledger, call: Callable[[sqlite3.Connection], object]) -> None:
    """Call ``call`` with the connection that writes, in its own thread."""

    def run(store: Store) -> None:
        assert isinstance(store, SqliteStore)
        assert store._connection is not None
        call(store._connection)

    await ledger._writer.submit(run)


async def refusals(*waiting: "asyncio.Task[None]") -> list[str | None]:
    """Return per task the message of its refusal, None for one that went well."""
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(each is None or isinstance(each, LedgerUnavailable) for each in results)
    return [None if each is None else str(each) for each in results]


def append_all(ledger: Ledger, *entries: Entry) -> list["asyncio.Task[None]"]:
    return [asyncio.create_task(ledger.append(each)) for each in entries]


async def test_what_was_appended_is_found(ledger: Ledger) -> None:
    made = [entry(), entry(client="同江", department="court", subjects=(), sources={}, denied=())]
    for each in made:
        await ledger.append(each)
    assert [await ledger.get(each.receipt) for each in made] == made
    assert await ledger.get(new_receipt()) is None


async def test_pages_from_the_newest_on(ledger: Ledger) -> None:
    made = [entry(elapsed_ms=number) for number in range(7)]
    await asyncio.gather(*append_all(ledger, *made))
    first = await ledger.entries(3)
    second = await ledger.entries(3, before=first[-1].receipt)
    last = await ledger.entries(3, before=second[-1].receipt)
    assert [each.elapsed_ms for each in (*first, *second, *last)] == [6, 5, 4, 3, 2, 1, 0]
    assert await ledger.entries(3, before=last[-1].receipt) == []


async def test_many_at_once_share_few_commits_and_keep_their_order(ledger: Ledger, tmp_path: Path) -> None:
    statements: list[str] = []
    await on_connection(ledger, lambda connection: connection.set_trace_callback(statements.append))
    made = [entry() for _ in range(300)]
    await asyncio.gather(*append_all(ledger, *made))
    assert 1 <= statements.count("COMMIT") <= 3
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        rows = connection.execute("SELECT receipt FROM ledger ORDER BY rowid").fetchall()
    connection.close()
    assert [receipt for (receipt,) in rows] == [each.receipt for each in made]


async def test_over_the_number_that_may_wait(tmp_path: Path) -> None:
    async with opened(tmp_path / "ledger.db", max_waiting=3) as ledger:
        with writing_stopped(tmp_path / "ledger.db"):
            tasks = append_all(ledger, *(entry() for _ in range(6)))
            await asyncio.sleep(0.05)
            assert [task.done() for task in tasks] == [False] * 4 + [True] * 2
        assert await refusals(*tasks) == [None] * 4 + ["the ledger has too much to write"] * 2
        assert len(await ledger.entries()) == 4
        await ledger.append(entry())


async def test_a_ledger_that_does_not_answer_in_time(tmp_path: Path) -> None:
    async with opened(tmp_path / "ledger.db", wait_seconds=0.1) as ledger:
        with writing_stopped(tmp_path / "ledger.db"), pytest.raises(LedgerUnavailable) as caught:
            await ledger.append(entry())
        assert caught.value.message == "the ledger did not answer in time"
        assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "1"})
        await eventually_appends(ledger)


async def eventually_appends(ledger: Ledger) -> None:
    async with asyncio.timeout(10):
        while True:
            with suppress(LedgerUnavailable):
                await ledger.append(entry())
                return


async def test_a_disk_that_becomes_read_only(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    await on_connection(ledger, lambda connection: connection.execute("PRAGMA query_only=ON"))
    with pytest.raises(LedgerUnavailable, match="could not be written"):
        await ledger.append(entry())
    logged = [record.getMessage() for record in caplog.records if record.name == "gateway.ledger"]
    assert logged == ["ledger write failed: entries=1 kind=OperationalError"]
    await ledger.append(entry())  # by a connection made anew
    assert len(await ledger.entries()) == 1


async def test_a_bad_row_does_not_spoil_its_batch(ledger: Ledger, tmp_path: Path) -> None:
    known = entry()
    await ledger.append(known)
    with writing_stopped(tmp_path / "ledger.db"):
        tasks = append_all(ledger, entry(), entry(), msgspec.structs.replace(known, client="portal"), entry())
        await asyncio.sleep(0.05)
    assert await refusals(*tasks) == [None, None, "the ledger could not be written", None]
    assert await ledger.get(known.receipt) == known  # append-only: what is written stays
    assert len(await ledger.entries()) == 4


async def test_a_cancelled_request_is_written_all_the_same(ledger: Ledger, tmp_path: Path) -> None:
    made = [entry(), entry()]
    with writing_stopped(tmp_path / "ledger.db"):
        tasks = append_all(ledger, *made)
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    await ledger.append(entry())
    assert [await ledger.get(each.receipt) for each in made] == made


async def test_closing_writes_what_waits(tmp_path: Path) -> None:
    made = [entry() for _ in range(40)]
    ledger = await Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    tasks = append_all(ledger, *made)
    await asyncio.sleep(0)
    await ledger.close()
    assert await refusals(*tasks) == [None] * 40
    await ledger.close()
    with pytest.raises(LedgerUnavailable, match="closed"):
        await ledger.append(entry())
    for question in (ledger.get("x"), ledger.check()):
        with pytest.raises(RuntimeError, match="closed"):
            await question
    async with opened(tmp_path / "ledger.db") as again:
        assert len(await again.entries()) == 40


async def test_several_processes_may_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    async with opened(path) as one, opened(path) as two, opened(path) as three:
        await asyncio.gather(*(each for which in (one, two, three) for each in append_all(which, entry(), entry())))
        await asyncio.gather(one.check(), two.check(), three.check())
        assert len(await one.entries()) == 6


async def test_each_commit_is_synced(ledger: Ledger) -> None:
    found: list[object] = []
    await on_connection(ledger, lambda connection: found.extend(connection.execute("PRAGMA journal_mode").fetchone()))
    await on_connection(ledger, lambda connection: found.extend(connection.execute("PRAGMA synchronous").fetchone()))
    assert found == ["wal", 2]


async def test_only_the_owner_can_read_the_files(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.append(entry())
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["ledger.db", "ledger.db-shm", "ledger.db-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://127.0.0.1/ledger", "redis://127.0.0.1", "ledger.db", ""]
)
async def test_urls_that_are_no_ledger(url: str) -> None:
    with pytest.raises(ValueError, match="the ledger's URL must begin with `sqlite:///`"):
        await Ledger.open(url)


async def test_a_place_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        await Ledger.open(f"sqlite:///{tmp_path}/missing/ledger.db")
    (tmp_path / "text").write_text("no database, " * 100)
    with pytest.raises(LedgerRefused, match="damaged or cut, or is no SQLite file"):
        await Ledger.open(f"sqlite:///{tmp_path}/text")


def test_receipts_sort_by_their_time() -> None:
    before = time.time_ns() // 1_000_000
    receipts = [new_receipt() for _ in range(1_000)]
    after = time.time_ns() // 1_000_000
    assert len(set(receipts)) == 1_000
    assert [each[:15] for each in receipts] == sorted(each[:15] for each in receipts)
    assert all((UUID(each).version, UUID(each).variant) == (7, "specified in RFC 4122") for each in receipts)
    assert all(before <= int(each[:12], 16) <= after for each in receipts)


def test_the_time_of_an_entry() -> None:
    with time_machine.travel("2026-11-25T07:08:09.012345+08:00", tick=False):
        assert now_text() == "2026-11-24T23:08:09.012Z"
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= datetime.fromisoformat(now_text()) <= datetime.now(UTC)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT, TEXT, st.dictionaries(TEXT, st.integers(0, 9), max_size=4), st.permutations("abc"))
def test_an_entry_has_one_canonical_form(client: str, case: str, statuses: dict[str, int], order: list[str]) -> None:
    use = msgspec.structs.replace(USE, statuses=statuses)
    made = entry(client=client, case=case, sources=dict.fromkeys(order, (use,)))
    text = encode_entry(made)
    assert decode_entry(text) == made
    assert encode_entry(decode_entry(text)) == text
    again = msgspec.structs.replace(made, sources=dict(sorted(made.sources.items(), reverse=True)))
    assert encode_entry(again) == text
