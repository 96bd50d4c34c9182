"""Screenings of keys that were sent: kept encrypted, worked on once, by one process or several, and then forgotten."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Forbidden, RateLimited
from gateway.proof.merkle import Frontier
from gateway.screening.job import Job, Settings
from gateway.screening.jobs import JobReused
from gateway.screening.keyed import ATTEMPTS, Keyed, SealedCaller, SentKey
from gateway.screening.manifest import ALGORITHM, open_manifest
from gateway.screening.model import Check, Missing, Row, RowOutcome
from gateway.screening.output import grow
from gateway.screening.proof import read_signed
from gateway.screening.results import RESULTS, cells
from gateway.screening.runner import Runner
from gateway.screening.screening import Question, Screening
from gateway.screening.stream import open_stream, putting
from gateway.screening.vault import Vault, VaultError
from tests.gateway.portfolios import CALLER, DAY, KEY, QUESTION, SECRET, VAULT, Counting, opened, uscc

ROOT = Path(__file__).parents[2]
PERSON = "230881199003070010"


def keyed(screening: Screening, check: Check) -> Keyed:
    async def check_for(_: Job, caller: SealedCaller) -> Check:
        assert caller == CALLER
        return check

    return Keyed(screening.jobs, VAULT, KEY, check_for)


async def begin(working: Keyed, count: int, size: int = 10, key: str | None = None, **other: Any) -> Job:
    keys = [SentKey(uscc(number)) for number in range(count)]
    question = other.get("question", QUESTION)
    return await working.begin(other.get("keys", keys), question, CALLER, Settings(slice_rows=size), key)


async def done(working: Keyed) -> None:
    runner = Runner(working)
    while await runner.round():
        pass


async def test_every_key_gets_its_outcome_and_the_manifest_holds(tmp_path: Path) -> None:
    keys = [SentKey(uscc(1)), SentKey(PERSON), SentKey(uscc(2), "USCC"), SentKey(uscc(1)), SentKey("x y z")]
    async with opened(tmp_path) as screening:
        counting = Counting()
        working = keyed(screening, counting)
        job = await begin(working, 0, 3, keys=keys)
        await done(working)
        ended = await screening.jobs.find(job.id)
        outcomes = [each for place in (0, 1) for each in await screening.jobs.outcomes(job.id, place) or []]
    assert ended is not None
    assert (ended.state, [each.verdict for each in outcomes][1::3]) == ("FINISHED", ["INVALID", "INVALID"])
    assert counting.calls == [[uscc(1), uscc(2)], [uscc(1)]]
    signed = read_signed((ended.manifest or "").encode())
    manifest = open_manifest(signed.note, [KEY.verifier])
    tree = Frontier(ALGORITHM)
    told = ["" if each.value == PERSON else each.value for each in keys]
    added = [cells(number, each, list(RESULTS)) for number, each in enumerate(outcomes, 1)]
    grow(tree, bytes.fromhex(signed.salt), zip(told, added, strict=True))
    assert (tree.root(), tree.size) == (manifest.root, manifest.rows)


async def test_nobody_finds_a_key_on_disk_and_none_stays(tmp_path: Path) -> None:
    def found() -> list[str]:
        content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        return [
            number
            for number in ("1", "2", PERSON)
            if (uscc(int(number)) if len(number) == 1 else number).encode() in content
        ]

    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        job = await begin(working, 0, 3, keys=[SentKey(uscc(1)), SentKey(uscc(2)), SentKey(PERSON)])
        assert found() == []
        assert await screening.jobs.keys(job.id, 0) is not None
        await done(working)
        assert found() == []
        assert await screening.jobs.keys(job.id, 0) is None
        assert await screening.jobs.sealed(job.id) is None


async def test_a_key_of_idempotency_gives_the_same_job(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        first = await begin(working, 20, key="one")
        assert await begin(working, 20, key="one") == first
        assert (await begin(working, 20, key="two")).id != first.id
        with pytest.raises(JobReused):
            await begin(working, 21, key="one")
        with pytest.raises(JobReused):
            await begin(working, 20, key="one", question=Question("bank", "AGENCY", QUESTION.rules, DAY))
        assert len(await screening.jobs.of_client("bank", 10)) == 2
        assert await screening.jobs.of_client("other", 10) == []


async def test_a_slice_is_worked_on_by_one_process_at_a_time(tmp_path: Path) -> None:
    go = asyncio.Event()
    counting = Counting()

    async def slow(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        await go.wait()
        return await counting(rows)

    async with opened(tmp_path) as screening:
        one, other = keyed(screening, slow), keyed(screening, counting)
        job = await begin(one, 10)
        working = asyncio.create_task(one.work(job.id, 0))
        while not (
            await screening.jobs._do(lambda c: c.exec_driver_sql("SELECT holder FROM screening_slices").scalar())
        ):
            pass
        await other.work(job.id, 0)
        assert counting.calls == []
        assert await screening.jobs.take(job.id, other.hold()) is None
        go.set()
        await working
        await other.work(job.id, 0)
    assert len(counting.calls) == 1


async def test_a_refusal_is_tried_again_and_given_up_at_last(tmp_path: Path) -> None:
    async def refused(_: Sequence[Row]) -> Sequence[RowOutcome]:
        raise Forbidden("the client is gone")

    async with opened(tmp_path) as screening:
        working = keyed(screening, refused)
        job = await begin(working, 10)
        for _ in range(ATTEMPTS):
            found = await screening.jobs.find(job.id)
            assert found is not None
            assert found.state == "RUNNING"
            await working.work(job.id, 0)
            await screening.jobs._do(lambda c: c.exec_driver_sql("UPDATE screening_slices SET held_until = 0"))
        found = await screening.jobs.find(job.id)
    assert found is not None
    assert (found.state, found.failure) == ("FAILED", "FORBIDDEN")


async def test_a_refusal_says_when_it_is_tried_again(tmp_path: Path) -> None:
    async def limited(_: Sequence[Row]) -> Sequence[RowOutcome]:
        raise RateLimited("too many", headers={"Retry-After": "120"})

    async with opened(tmp_path) as screening:
        working = keyed(screening, limited)
        job = await begin(working, 10)
        await working.work(job.id, 0)
        now = working.hold().now
        held = await screening.jobs._do(lambda c: c.exec_driver_sql("SELECT held_until FROM screening_slices").scalar())
    assert held is not None
    assert now + 110 < held <= now + 121


async def test_rows_of_closed_sources_wait_and_the_job_with_them(tmp_path: Path) -> None:
    opens = ["2999-01-01T00:00:00.000Z"]

    async def check(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        return [
            RowOutcome("UNDETERMINED", missing=(Missing("court", "CLOSED", opens[0]),), again=opens[0]) for _ in rows
        ]

    async with opened(tmp_path) as screening:
        working = keyed(screening, check)
        job = await begin(working, 10)
        await done(working)
        waiting = await screening.jobs.progress(job.id)
        assert (waiting.done, waiting.waits_until, waiting.counts["UNDETERMINED"]) == (0, opens[0], 10)
        await screening.jobs._do(lambda c: c.exec_driver_sql("UPDATE screening_slices SET until = '2000-01-01'"))
        counting = Counting()
        await done(keyed(screening, counting))
        found = await screening.jobs.find(job.id)
    assert found is not None
    assert (found.state, len(counting.calls)) == ("FINISHED", 1)


async def test_a_job_whose_time_is_over_ends_and_forgets(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        job = await begin(working, 10)
        assert await screening.jobs.expire(job.created_at) == []
        assert await screening.jobs.expire(job.expires_at) == [job.id]
        await working.work(job.id, 0)
        found = await screening.jobs.find(job.id)
        assert found is not None
        assert (found.state, await screening.jobs.keys(job.id, 0)) == ("EXPIRED", None)


def test_what_is_encrypted_opens_in_its_place_only() -> None:
    sealed = VAULT.seal(b"text", "job", "1")
    assert VAULT.open(sealed, "job", "1") == b"text"
    assert Vault([type(SECRET)(bytes(32)), SECRET]).open(sealed, "job", "1") == b"text"
    other = Vault([type(SECRET)(bytes(32))])
    for vault, text, job, place in (
        (VAULT, sealed, "job", "2"),
        (VAULT, sealed, "jo", "1"),
        (VAULT, sealed[:-1] + bytes([sealed[-1] ^ 1]), "job", "1"),
        (VAULT, b"", "job", "1"),
        (other, sealed, "job", "1"),
    ):
        with pytest.raises(VaultError):
            vault.open(text, job, place)


async def test_a_killed_worker_loses_nothing(tmp_path: Path, valkey_url: str) -> None:
    command = [sys.executable, "-m", "tests.gateway.screening_worker", str(tmp_path), valkey_url]
    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        job = await begin(working, 200, 20)
        broker = open_stream(valkey_url)
        await broker.startup()
        runner = Runner(working, putting(broker))
        while await runner.round():
            pass
        with subprocess.Popen([*command, "60"], cwd=ROOT, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            await asyncio.to_thread(victim.stdout.readline)  # it has begun a slice, and will not end it
            victim.kill()
        workers = [subprocess.Popen([*command, "0.01"], cwd=ROOT, stdout=subprocess.DEVNULL) for _ in range(1)]
        try:
            async with asyncio.timeout(120):
                while (found := await screening.jobs.find(job.id)) is None or found.state == "RUNNING":
                    await asyncio.sleep(0.1)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        await broker.shutdown()
        assert found.state == "FINISHED"
    asked = Counter((tmp_path / "asked.log").read_text(encoding="utf-8").split())
    assert set(asked.values()) == {1}
    assert len(asked) == 200


async def test_jobs_are_the_same_in_postgresql(tmp_path: Path, postgres_ledger: str) -> None:
    async with opened(tmp_path, postgres_ledger) as screening:
        counting = Counting()
        working, other = keyed(screening, counting), keyed(screening, counting)
        job = await begin(working, 25, 10, key="one")
        assert await begin(working, 25, 10, key="one") == job
        with pytest.raises(JobReused):
            await begin(working, 24, 10, key="one")
        assert await screening.jobs.take(job.id, other.hold()) == 0
        assert await screening.jobs.take(job.id, working.hold()) == 1
        await working.work(job.id, 0)
        assert counting.calls == []
        await other.work(job.id, 0)
        await working.work(job.id, 1)
        await done(working)
        found = await screening.jobs.find(job.id)
        assert found is not None
        assert (found.state, len(counting.calls)) == ("FINISHED", 3)
        assert (await screening.jobs.progress(job.id)).done == 25
