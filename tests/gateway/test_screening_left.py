"""Screenings left behind: by a process that died before it ended a job, or that lost its slice while it was asking."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.errors import Forbidden, RateLimited
from gateway.ledger import Secret
from gateway.screening.jobs import Hold
from gateway.screening.keyed import ATTEMPTS, HELD_SECONDS, Keyed
from gateway.screening.model import Missing, Row, RowOutcome
from gateway.screening.proof import read_signed
from gateway.screening.runner import Runner
from gateway.screening.vault import Vault
from tests.gateway.portfolios import KEY, Counting, opened
from tests.gateway.test_screening_keyed import begin, keyed

FAR = "2027-01-01T00:00:00.000Z"


class Killed(BaseException):
    """Stands for the end of the process."""


async def die_before_the_end(working: Keyed, job_id: str, places: Sequence[int]) -> None:
    """Work on ``places`` as a process that dies when it has kept the last of them."""

    class Dying(Keyed):
        async def settle(self, job: object) -> None:
            raise Killed

    dying = Dying(working.jobs, working.vault, working.key, working.check_for)
    for place in places:
        with pytest.raises(Killed):
            await dying.work(job_id, place)


async def put(_: str, __: int) -> None:
    raise AssertionError("there is nothing to put into a queue")


@pytest.mark.parametrize("queue", [None, put], ids=["alone", "with workers elsewhere"])
async def test_a_job_whose_last_process_died_is_ended(tmp_path: Path, queue: None) -> None:
    counting = Counting()
    async with opened(tmp_path) as screening:
        working = keyed(screening, counting)
        job = await begin(working, 20)
        await die_before_the_end(working, job.id, [0, 1])
        assert (await screening.jobs.progress(job.id)).done == 20
        left = await screening.jobs.find(job.id)
        assert left is not None
        assert left.state == "RUNNING"
        assert not await Runner(working, queue).round()
        ended = await screening.jobs.find(job.id)
    assert ended is not None
    assert ended.state == "FINISHED"
    assert read_signed((ended.manifest or "").encode()).salt
    assert len(counting.calls) == 2, "nothing is asked again"


async def test_a_job_with_a_slice_that_somebody_holds_is_not_ended(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        job = await begin(working, 20)
        await die_before_the_end(working, job.id, [0])
        assert await screening.jobs.hold(job.id, 1, Hold("another", time.time(), time.time() + HELD_SECONDS))
        assert not await Runner(working).round()
        left = await screening.jobs.find(job.id)
    assert left is not None
    assert (left.state, left.manifest) == ("RUNNING", None)


async def test_a_job_that_waits_is_not_ended(tmp_path: Path) -> None:
    async def closed(rows: Sequence[Row]) -> Sequence[RowOutcome]:
        return [RowOutcome("UNDETERMINED", (), (Missing("a", "CLOSED", FAR),), again=FAR) for _ in rows]

    async with opened(tmp_path) as screening:
        working = keyed(screening, closed)
        job = await begin(working, 10)
        await Runner(working).round()
        assert not await Runner(working).round()
        left = await screening.jobs.find(job.id)
    assert left is not None
    assert (left.state, left.manifest) == ("RUNNING", None)


async def test_a_job_that_ended_otherwise_gets_no_manifest(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        job = await begin(working, 10)
        await die_before_the_end(working, job.id, [0])
        await screening.jobs.end(job.id, "EXPIRED")
        await working.settle_left(job.id)
        await working.settle_left("f" * 32)
        left = await screening.jobs.find(job.id)
    assert left is not None
    assert (left.state, left.manifest) == ("EXPIRED", None)


async def test_keys_that_cannot_be_read_any_more_end_a_job_that_is_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        job = await begin(working, 10)
        await die_before_the_end(working, job.id, [0])
        changed = Keyed(working.jobs, Vault([Secret(b"n" * 32)]), KEY, working.check_for)
        assert not await Runner(changed).round()
        ended = await screening.jobs.find(job.id)
    assert ended is not None
    assert (ended.state, ended.failure, ended.manifest) == ("FAILED", "KEYS_UNREADABLE", None)


async def test_who_lost_its_slice_lets_nobody_elses_go(tmp_path: Path) -> None:
    """A process that was held up fails when another has long taken over: that failure says nothing of the other."""
    async with opened(tmp_path) as screening:
        other = Hold("other", time.time(), time.time() + HELD_SECONDS)

        async def lost(_: Sequence[Row]) -> Sequence[RowOutcome]:
            await screening.jobs._do(lambda c: c.exec_driver_sql("UPDATE screening_slices SET held_until = 0"))
            assert await screening.jobs.hold(job.id, 0, other)
            raise Forbidden("the client is gone")

        working = keyed(screening, lost)
        job = await begin(working, 10)
        for _ in range(ATTEMPTS + 1):
            await screening.jobs._do(lambda c: c.exec_driver_sql("UPDATE screening_slices SET held_until = 0"))
            await working.work(job.id, 0)
        assert await screening.jobs.hold(job.id, 0, other), "it is the other's still"
        assert not await screening.jobs.hold(job.id, 0, Hold("third", time.time(), time.time() + HELD_SECONDS))
        left = await screening.jobs.find(job.id)
    assert left is not None
    assert left.state == "RUNNING"


async def test_a_slice_that_is_done_fails_no_more(tmp_path: Path) -> None:
    async with opened(tmp_path) as screening:

        async def late(rows: Sequence[Row]) -> Sequence[RowOutcome]:
            await screening.jobs.keep(job.id, 0, [RowOutcome("PASS") for _ in rows], wait=True)
            raise Forbidden("the client is gone")

        working = keyed(screening, late)
        job = await begin(working, 10)
        await working.work(job.id, 0)
        assert await screening.jobs.put_back(job.id, 0, working.holder, 0.0) == 0
        await Runner(working).round()
        ended = await screening.jobs.find(job.id)
    assert ended is not None
    assert ended.state == "FINISHED"


async def test_failures_that_pass_do_not_count(tmp_path: Path) -> None:
    async def spent(_: Sequence[Row]) -> Sequence[RowOutcome]:
        raise RateLimited("later", headers={"Retry-After": "0"})

    async with opened(tmp_path) as screening:
        working = keyed(screening, spent)
        job = await begin(working, 10)
        for _ in range(ATTEMPTS + 1):
            await screening.jobs._do(lambda c: c.exec_driver_sql("UPDATE screening_slices SET held_until = 0"))
            await working.work(job.id, 0)
        left = await screening.jobs.find(job.id)
    assert left is not None
    assert left.state == "RUNNING"


async def test_a_job_that_cannot_be_worked_on_stops_no_other(tmp_path: Path) -> None:
    """The oldest is looked at first: whatever is wrong with it, the screenings of others go on."""
    async with opened(tmp_path) as screening:
        working = keyed(screening, Counting())
        broken = await begin(working, 10)
        await die_before_the_end(working, broken.id, [0])
        await screening.jobs._do(lambda c: c.exec_driver_sql("UPDATE screening_slices SET outcomes = X'00'"))
        other = await begin(working, 10)
        assert await screening.jobs.running() == [broken.id, other.id]
        while await Runner(working).round():
            pass
        ended = [await screening.jobs.find(each.id) for each in (broken, other)]
    assert [each.state for each in ended if each is not None] == ["RUNNING", "FINISHED"]
