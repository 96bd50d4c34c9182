"""Outputs that are written while a screening runs: in order, each row once, and the same bytes whatever happens."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Forbidden
from gateway.screening.files import FORMATS, FileRefused
from gateway.screening.job import Job
from gateway.screening.model import Missing, Row, RowOutcome
from gateway.screening.outlets import Draft, Grown, Outlet, Piped
from gateway.screening.portfolio import Portfolio, Wish, open_portfolio
from gateway.screening.proof import verify_file
from gateway.screening.screening import Screened, Screening
from tests.gateway.portfolios import DAY, KEY, QUESTION, Counting, opened, read, rows, uscc, write
from tests.gateway.test_screening import PERSON, run

SIZE = 100
COUNT = int(os.environ.get("ROWS", "1050"))
"""Rows of the portfolio whose screening is killed."""
NAMES = ("out.ndjson", "out.csv")


def ask_for(folder: Path, count: int = 250, name: str = "in.csv") -> Portfolio:
    return open_portfolio(write(folder / name, rows(count)), Wish(slice_rows=SIZE))


@asynccontextmanager
async def begun(folder: Path, portfolio: Portfolio, **with_: Any) -> AsyncIterator[tuple[Screening, Job]]:
    async with opened(folder, **with_) as screening:
        yield screening, await screening.begin(portfolio, QUESTION)


async def whole(folder: Path, portfolio: Portfolio, name: str) -> bytes:
    """Return the output that is written at once, when all is done."""
    folder.mkdir(exist_ok=True)
    async with begun(folder, portfolio) as (screening, job):
        await screening.finish(job, portfolio, Counting(), folder / name, lambda _: None, wait=False)
    return (folder / name).read_bytes()


async def finish(screening: Screening, job: Job, portfolio: Portfolio, outlet: Outlet, check: Any = None) -> Screened:
    return await screening.finish(job, portfolio, check or Counting(), outlet, lambda _: None, wait=False)


async def test_a_killed_stream_goes_on_where_it_was(tmp_path: Path) -> None:
    portfolio, name = ask_for(tmp_path, COUNT), "out.ndjson"
    expected = await whole(tmp_path / "whole", portfolio, name)
    job = run(tmp_path, "-", COUNT // SIZE * 6 // 10, name, "stream")
    first = (tmp_path / name).read_bytes()
    assert 0 < len(first) < len(expected)
    assert expected.startswith(first)
    assert run(tmp_path, job, None, name, "stream") == job
    assert (tmp_path / name).read_bytes() == expected
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.4, 0.777, 1.0])
@pytest.mark.parametrize("name", NAMES)
async def test_a_stream_that_was_torn_anywhere_is_gone_on_with(tmp_path: Path, name: str, kept: float) -> None:
    portfolio, out = ask_for(tmp_path), tmp_path / name
    async with begun(tmp_path, portfolio) as (screening, job):
        one = await finish(screening, job, portfolio, Grown(out))
        expected = out.read_bytes()
        out.write_bytes(expected[: int(len(expected) * kept)])
        counting = Counting()
        again = await finish(screening, job, portfolio, Grown(out), counting)
    assert out.read_bytes() == expected
    assert counting.calls == []
    told, before = (verify_file(each.manifest, out, [KEY.verifier], None).manifest for each in (again, one))
    assert (told.root, told.output, told.rows) == (before.root, before.output, 250)


@pytest.mark.parametrize("spoil", [lambda text: b"x" + text[1:], lambda text: text + b"{}\n"], ids=["other", "longer"])
async def test_what_another_wrote_is_not_written_over(tmp_path: Path, spoil: Any) -> None:
    portfolio, out = ask_for(tmp_path), tmp_path / "out.ndjson"
    async with begun(tmp_path, portfolio) as (screening, job):
        await finish(screening, job, portfolio, Grown(out))
        spoiled = spoil(out.read_bytes())
        out.write_bytes(spoiled)
        with pytest.raises(FileRefused, match="remove it"):
            await finish(screening, job, portfolio, Grown(out))
        assert out.read_bytes() == spoiled
        out.unlink()
        out.symlink_to(tmp_path / "in.csv")
        with pytest.raises(OSError, match="symbolic"):
            await finish(screening, job, portfolio, Grown(out))


async def test_rows_come_in_order_though_slices_do_not(tmp_path: Path) -> None:
    """The first slice is known last: until then nothing is written, and then all of it at once."""
    portfolio, out = ask_for(tmp_path, 200), tmp_path / "out.ndjson"
    second, seen, counting = asyncio.Event(), [], Counting()

    async def check(asked: Sequence[Row]) -> Sequence[RowOutcome]:
        if asked[0].number == 1:
            await second.wait()
        return await counting(asked)

    def advance(_: int) -> None:
        seen.append(out.read_bytes() if out.exists() else b"")
        second.set()

    async with begun(tmp_path, portfolio) as (screening, job):
        await screening.finish(job, portfolio, check, Grown(out), advance, wait=False)
    assert seen == [b"", b""]
    assert [json.loads(line)["row"] for line in out.read_bytes().splitlines()] == [str(n) for n in range(1, 201)]


async def test_a_slice_is_written_while_the_next_is_asked_about(tmp_path: Path) -> None:
    portfolio, out = ask_for(tmp_path, 200), tmp_path / "out.ndjson"
    counting = Counting()

    async def check(asked: Sequence[Row]) -> Sequence[RowOutcome]:
        async with asyncio.timeout(60):
            while asked[0].number > 1 and (not out.exists() or out.read_bytes().count(b"\n") < SIZE):
                await asyncio.sleep(0.01)
        return await counting(asked)

    async with begun(tmp_path, portfolio) as (screening, job):
        await finish(screening, job, portfolio, Grown(out), check)
    assert out.read_bytes().count(b"\n") == 200


async def test_rows_that_wait_hold_back_those_behind_them(tmp_path: Path) -> None:
    portfolio, out = ask_for(tmp_path, 300), tmp_path / "out.ndjson"
    opens, clock = "2026-11-26T21:30:00.000Z", ["2026-11-26T20:00:00.000Z"]
    written: list[int] = []
    counting = Counting()

    async def sleep(_: float) -> None:
        async with asyncio.timeout(60):
            while (count := out.read_bytes().count(b"\n")) < SIZE:
                await asyncio.sleep(0.01)
        written.append(count)
        clock[0] = "2026-11-26T21:30:01.000Z"

    async def check(asked: Sequence[Row]) -> Sequence[RowOutcome]:
        told = await counting(asked)
        if clock[0] > opens:
            return told
        waiting = RowOutcome("UNDETERMINED", (), (Missing("court", "CLOSED", opens),), None, DAY, again=opens)
        return [waiting if row.key.value == uscc(150) else each for row, each in zip(asked, told, strict=True)]

    async with begun(tmp_path, portfolio, now=lambda: clock[0], sleep=sleep) as (screening, job):
        await screening.finish(job, portfolio, check, Grown(out), lambda _: None, wait=True)
    assert written == [SIZE]
    assert out.read_bytes() == await whole(tmp_path / "whole", portfolio, "out.ndjson")


class Reading(threading.Thread):
    """Reads a pipe, at most so many bytes."""

    def __init__(self, most: int | None = None) -> None:
        super().__init__()
        self.descriptor, self.writes = os.pipe()
        self.most = most
        self.text = b""
        self.start()

    def run(self) -> None:
        with os.fdopen(self.descriptor, "rb", buffering=0) as file:
            while (self.most is None or len(self.text) < self.most) and (more := file.read(4096)):
                self.text += more

    def end(self) -> bytes:
        os.close(self.writes)
        self.join()
        return self.text


@pytest.mark.parametrize("after", [0, 1, 99, 100, 101, 250])
async def test_a_pipe_gets_what_was_not_read_before(tmp_path: Path, after: int) -> None:
    portfolio = ask_for(tmp_path)
    expected = await whole(tmp_path / "whole", portfolio, "out.ndjson")
    reading = Reading()
    async with begun(tmp_path, portfolio) as (screening, job):
        done = await finish(screening, job, portfolio, Piped(reading.writes, after))
    assert reading.end() == b"".join(expected.splitlines(keepends=True)[after:])
    told = tmp_path / "told.ndjson"
    told.write_bytes(expected)
    assert verify_file(done.manifest, told, [KEY.verifier], None).manifest.rows == 250


async def test_a_pipe_that_nobody_reads_ends_the_run_and_loses_nothing(tmp_path: Path) -> None:
    portfolio = ask_for(tmp_path, 3_000)
    expected = await whole(tmp_path / "whole", portfolio, "out.ndjson")
    reading = Reading(most=20_000)
    async with begun(tmp_path, portfolio) as (screening, job):
        with pytest.raises(FileRefused, match="--after"):
            await finish(screening, job, portfolio, Piped(reading.writes))
        lines = reading.end().splitlines(keepends=True)
        read_ = [line for line in lines if line.endswith(b"\n")]
        again = Reading()
        await finish(screening, job, portfolio, Piped(again.writes, len(read_)))
    assert b"".join(read_) + again.end() == expected


async def test_more_rows_cannot_have_been_read_than_there_are(tmp_path: Path) -> None:
    portfolio = ask_for(tmp_path, 10)
    async with begun(tmp_path, portfolio) as (screening, job):
        with pytest.raises(FileRefused, match="has 10 rows"):
            await finish(screening, job, portfolio, Piped(-1, 11))


@pytest.mark.parametrize("format_", FORMATS)
async def test_every_format_can_be_written_as_ndjson_and_proven(tmp_path: Path, format_: Any) -> None:
    content = rows(230)
    content[9] = (PERSON, "张三", "a person")
    content[19] = ("", "无", "")
    path = write(tmp_path / f"in.{format_}", content)
    portfolio, out = open_portfolio(path, Wish(slice_rows=SIZE)), tmp_path / "out.ndjson"
    async with begun(tmp_path, portfolio) as (screening, job):
        done = await finish(screening, job, portfolio, Grown(out))
        await finish(screening, job, portfolio, Draft(tmp_path / "draft.ndjson"))
        same = await finish(screening, job, portfolio, Draft(tmp_path / f"out.{format_}"))
    assert out.read_bytes() == (tmp_path / "draft.ndjson").read_bytes()
    assert PERSON.encode() not in out.read_bytes()
    told = [tuple(each.values()) for each in map(json.loads, out.read_bytes().splitlines())]
    assert [each[1:3] for each in told] == [each[1:3] for each in content]
    assert told == read(tmp_path / f"out.{format_}", format_)
    roots = {verify_file(each.manifest, out, [KEY.verifier], 7).manifest.root for each in (done, same)}
    assert len(roots) == 1


@pytest.mark.parametrize("format_", ["xlsx", "parquet"])
@pytest.mark.parametrize("name", [None, "out.csv"], ids=["same", "csv"])
async def test_what_cannot_be_written_in_lines_is_refused(tmp_path: Path, format_: Any, name: str | None) -> None:
    portfolio, counting = ask_for(tmp_path, 10, f"in.{format_}"), Counting()
    out = tmp_path / (name or f"out.{format_}")
    async with begun(tmp_path, portfolio) as (screening, job):
        outlets: list[Outlet] = [Grown(out), Draft(out)]
        for outlet in outlets if name else outlets[:1]:
            with pytest.raises(FileRefused, match=r"\.ndjson"):
                await finish(screening, job, portfolio, outlet, counting)
    assert counting.calls == []
    assert not out.exists()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_what_a_check_raises_is_raised_as_it_is(tmp_path: Path, stream: bool) -> None:
    portfolio, out = ask_for(tmp_path), tmp_path / "out.ndjson"

    async def check(_: Sequence[Row]) -> Sequence[RowOutcome]:
        raise Forbidden("the budget is spent")

    async with begun(tmp_path, portfolio) as (screening, job):
        with pytest.raises(Forbidden, match="budget"):
            await finish(screening, job, portfolio, Grown(out) if stream else Draft(out), check)


def test_columns_of_one_name_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("uscc,note,note,\nx,1,2,3\n", encoding="utf-8")
    portfolio = open_portfolio(path, Wish())
    (block,) = portfolio.reader.blocks(["uscc"], 10)
    assert list(portfolio.reader.objects(block)) == [{"uscc": "x", "note": "1", "note_2": "2", "": "3"}]
