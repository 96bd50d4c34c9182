"""Portfolios that come in parts: kept before they are acknowledged, once and in order, begun when they are whole."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.errors import RowsRefused, ScreeningsUnavailable
from gateway.ledger import Secret
from gateway.proof.merkle import Frontier
from gateway.screening.arriving import arrive
from gateway.screening.job import Job, Settings
from gateway.screening.jobs import JobReused, TooManyOpen
from gateway.screening.keyed import Keyed, SealedCaller, SentKey
from gateway.screening.manifest import ALGORITHM, open_manifest
from gateway.screening.model import Check, Missing, Row, RowOutcome
from gateway.screening.output import grow
from gateway.screening.proof import read_signed
from gateway.screening.results import RESULTS, cells
from gateway.screening.runner import Runner
from gateway.screening.screening import Screening
from gateway.screening.sent import RowsDigest, SentRow
from gateway.screening.uploads import MAXIMUM_OPEN, Announced, Uploads
from gateway.screening.vault import Vault
from tests.gateway.portfolios import CALLER, KEY, QUESTION, VAULT, Counting, opened, uscc

ROWS = [SentRow(uscc(number)) for number in range(25)]
SETTINGS = Settings(key="信用代码", slice_rows=10, prefix="s_")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where jobs are kept; None for a file."""
    return str(request.getfixturevalue("postgres_ledger")) if request.param == "postgresql" else None


def digest(rows: Sequence[SentRow]) -> str:
    told = RowsDigest()
    for row in rows:
        told.add(row.key, row.fault)
    return told.hex


class Woken:
    """Uploads around a store, and how often the work was let begin."""

    def __init__(self, screening: Screening, check: Check | None = None) -> None:
        async def check_for(_: Job, caller: SealedCaller) -> Check:
            assert caller == CALLER
            return check or Counting()

        self.jobs = screening.jobs
        self.times = 0
        self.keyed = Keyed(screening.jobs, VAULT, KEY, check_for)
        self.uploads = Uploads(self.keyed, self._wake)

    def _wake(self) -> None:
        self.times += 1

    async def announce(self, rows: Sequence[SentRow] = ROWS, key: str | None = "one", **more: Any) -> Job:
        announced = Announced(more.get("count", len(rows)), more.get("digest", digest(rows)))
        return await self.uploads.announce(announced, QUESTION, CALLER, more.get("settings", SETTINGS), key)

    async def state(self, job: Job) -> str:
        found = await self.jobs.find(job.id)
        assert found is not None
        return found.state

    async def work(self) -> None:
        runner = Runner(self.keyed)
        while await runner.round():
            pass


async def test_a_portfolio_in_parts_is_worked_on_when_it_is_whole(tmp_path: Path) -> None:
    rows = [*ROWS[:23], SentRow("", "PERSONAL_NUMBER"), SentRow("x", "CELLS")]
    async with opened(tmp_path) as screening:
        counting = Counting()
        woken = Woken(screening, counting)
        job = await woken.announce(rows)
        assert (job.state, job.slices, job.rows) == ("RECEIVING", 3, 25)
        assert await woken.uploads.receive(job, 1, rows[:10]) == 10
        await woken.work()
        assert (counting.calls, woken.times) == ([], 0)
        assert await woken.uploads.receive(job, 11, rows[10:]) == 25
        assert (woken.times, await woken.state(job)) == (1, "RUNNING")
        await woken.work()
        ended = await screening.jobs.find(job.id)
        outcomes = [each for place in range(3) for each in await screening.jobs.outcomes(job.id, place) or []]
    assert ended is not None
    assert (ended.state, [each.fault for each in outcomes][23:]) == ("FINISHED", ["PERSONAL_NUMBER", "CELLS"])
    assert [key for call in counting.calls for key in call] == [row.key for row in ROWS[:23]]
    signed = read_signed((ended.manifest or "").encode())
    manifest = open_manifest(signed.note, [KEY.verifier])
    tree = Frontier(ALGORITHM)
    added = [cells(number, each, list(RESULTS)) for number, each in enumerate(outcomes, 1)]
    grow(tree, bytes.fromhex(signed.salt), zip([row.key for row in rows], added, strict=True))
    assert (tree.root(), tree.size) == (manifest.root, manifest.rows)
    assert (manifest.input, manifest.key, manifest.columns[0]) == (digest(rows), "信用代码", "s_row")


async def test_a_part_that_comes_again_does_no_harm(tmp_path: Path, url: str | None) -> None:
    async with opened(tmp_path, url) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        assert await woken.announce() == job
        for first, last, come in ((1, 20, 20), (1, 10, 20), (11, 20, 20), (11, 25, 25), (1, 25, 25)):
            found = await screening.jobs.find(job.id)
            assert found is not None
            assert await woken.uploads.receive(found, first, ROWS[first - 1 : last]) == come
        assert await woken.uploads.receive(job, 21, ROWS[20:]) == 25  # by one who still thinks that rows are to come
        assert (woken.times, await woken.state(job)) == (1, "RUNNING")
        await woken.work()
        assert await woken.state(job) == "FINISHED"


@pytest.mark.parametrize(
    ("first", "count"),
    [(11, 10), (2, 10), (1, 9), (1, 0), (1, 26), (0, 10), (-9, 10), (21, 5), (25, 1)],
    ids=["a gap", "no slice's begin", "half a slice", "nothing", "too many", "row 0", "before", "far on", "within"],
)
async def test_rows_out_of_place_are_refused(tmp_path: Path, first: int, count: int) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        with pytest.raises(RowsRefused) as raised:
            await woken.uploads.receive(job, first, [*ROWS, *ROWS][:count])
        assert raised.value.extensions == {"reason": "MISPLACED", "received": 0}
        assert (await screening.jobs.progress(job.id)).rows == 0


async def test_other_rows_than_were_announced_end_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        await woken.uploads.receive(job, 1, ROWS[:20])
        with pytest.raises(RowsRefused) as raised:
            await woken.uploads.receive(job, 21, [*ROWS[20:24], SentRow(uscc(99))])
        found = await screening.jobs.find(job.id)
        assert found is not None
        assert (raised.value.extensions["reason"], found.state, found.failure) == (
            "DIFFERENT",
            "FAILED",
            "ROWS_REFUSED",
        )
        assert (await screening.jobs.keys(job.id, 0), await screening.jobs.sealed(job.id)) == (None, None)
        with pytest.raises(RowsRefused) as raised:
            await woken.uploads.receive(found, 21, ROWS[20:])
        assert raised.value.extensions["reason"] == "ENDED"
        await woken.work()
        assert woken.times == 0


async def test_who_died_between_the_last_rows_and_the_begin_sends_the_last_slice_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        slices = woken.uploads._sealed(job, 1, ROWS)
        await screening.jobs.do(lambda connection: arrive(connection, job.id, slices))
        assert await woken.state(job) == "RECEIVING"
        assert await woken.uploads.receive(job, 21, ROWS[20:]) == 25
        assert (await woken.state(job), woken.times) == ("RUNNING", 1)


async def test_rows_that_a_lost_secret_sealed_end_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        await woken.uploads.receive(job, 1, ROWS[:20])
        woken.keyed = replace(woken.keyed, vault=Vault([Secret(bytes(32))]))
        with pytest.raises(RowsRefused) as raised:
            await Uploads(woken.keyed, lambda: None).receive(job, 21, ROWS[20:])
        found = await screening.jobs.find(job.id)
    assert found is not None
    assert (raised.value.extensions["reason"], found.state, found.failure) == ("ENDED", "FAILED", "KEYS_UNREADABLE")


async def test_what_is_announced_expires_and_is_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        await woken.uploads.receive(job, 1, ROWS[:10])
        assert await screening.jobs.expire(job.expires_at) == [job.id]
        assert await screening.jobs.keys(job.id, 0) is None
        with pytest.raises(RowsRefused):
            await woken.uploads.receive(job, 11, ROWS[10:])


async def test_a_key_of_idempotency_is_for_one_portfolio(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        for other in (
            {"digest": "0" * 64},
            {"count": 24},
            {"settings": Settings(slice_rows=10)},
        ):
            with pytest.raises(JobReused):
                await woken.announce(**other)
        assert (await woken.announce(key="two")).id != job.id


async def test_a_client_has_so_many_under_way_at_most(tmp_path: Path, url: str | None) -> None:
    async with opened(tmp_path, url) as screening:
        woken = Woken(screening)
        jobs = [await woken.announce(key=str(number)) for number in range(MAXIMUM_OPEN)]
        with pytest.raises(TooManyOpen):
            await woken.announce(key="more")
        assert await woken.announce(key="3") == jobs[3]
        assert len(await screening.jobs.of_client("bank", 100)) == MAXIMUM_OPEN
        await screening.jobs.end(jobs[0].id, "FAILED", failure="INTERNAL")
        assert (await woken.announce(key="more")).state == "RECEIVING"


async def test_a_store_that_is_away_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
    with pytest.raises(ScreeningsUnavailable):
        await woken.uploads.receive(job, 1, ROWS[:10])


async def test_nothing_of_a_row_can_be_read_on_disk(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        woken = Woken(screening)
        job = await woken.announce()
        await woken.uploads.receive(job, 1, ROWS)
        content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [row for row in ROWS if row.key.encode() in content] == []


async def test_a_screening_that_need_not_wait_is_done_at_once(tmp_path: Path) -> None:
    until = "2999-01-01T00:00:00.000Z"

    async def closed(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        return [RowOutcome("UNDETERMINED", missing=(Missing("court", "CLOSED", until),), again=until) for _ in rows]

    async with opened(tmp_path) as screening:
        woken = Woken(screening, closed)
        patient = await woken.announce(key="patient")
        hasty = await woken.announce(key="hasty", settings=Settings(slice_rows=10, wait=False))
        for job in (patient, hasty):
            await woken.uploads.receive(job, 1, ROWS)
        await woken.work()
        assert (await woken.state(patient), await woken.state(hasty)) == ("RUNNING", "FINISHED")


def test_jobs_of_before_are_read() -> None:
    """Keys and settings that were kept before uploads were there have no `fault` and no `wait`."""
    assert msgspec.json.decode(b'[["A","USCC"],["B",null]]', type=list[SentKey]) == [SentKey("A", "USCC"), SentKey("B")]
    assert msgspec.json.decode(b'{"key":"key","scheme":null,"slice_rows":10}', type=Settings).wait
