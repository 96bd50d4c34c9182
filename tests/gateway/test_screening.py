"""Screenings of files: every row has its outcome, none is asked twice, and what is written can be proven."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.proof.merkle import ProofError
from gateway.proof.note import NoteError
from gateway.screening.files import FORMATS, FileRefused
from gateway.screening.model import Missing, Row, RowOutcome
from gateway.screening.portfolio import Portfolio, Wish, open_portfolio
from gateway.screening.proof import read_signed, verify_file, verify_row
from gateway.screening.screening import Question, Screened
from tests.gateway.portfolios import DAY, HEADER, KEY, QUESTION, Counting, opened, read, rows, uscc, write

ROOT = Path(__file__).parents[2]
KEYS = [KEY.verifier]
COUNT = int(os.environ.get("ROWS", "2050"))
"""Rows of the portfolio whose screening is killed twice."""
PERSON = "230881199003070010"
RESULTS = ("row", "verdict", "outcomes", "reason", "missing", "until", "receipt", "asOf")


async def screened(folder: Path, portfolio: Portfolio, out: str, check: Any) -> Screened:
    folder.mkdir(exist_ok=True)
    async with opened(folder) as screening:
        job = await screening.begin(portfolio, QUESTION)
        return await screening.finish(job, portfolio, check, folder / out, lambda _: None, wait=False)


@pytest.mark.parametrize("format_", FORMATS)
async def test_rows_keep_their_order_and_get_their_outcomes(tmp_path: Path, format_: Any) -> None:
    content = rows(250)
    content[3] = content[7] = content[1]  # three times the same subject in one slice
    content[5] = ("", "无", "empty")
    content[6] = (PERSON, "张三", "a person")
    content[200] = ("91230881MA00000000", "", "wrong")
    portfolio = open_portfolio(write(tmp_path / f"in.{format_}", content), Wish(slice_rows=100))
    counting = Counting()
    done = await screened(tmp_path / "one", portfolio, f"out.{format_}", counting)
    out = read(tmp_path / "one" / f"out.{format_}", format_)
    assert [row[1:3] for row in out] == [row[1:3] for row in content]
    assert [row[3] for row in out] == [str(number) for number in range(1, 251)]
    invalid = {number: row[6] for number, row in enumerate(out) if row[4] == "INVALID"}
    assert invalid == {5: "KEY_EMPTY", 6: "PERSONAL_NUMBER", 200: "CHECK_FAILED"}
    assert out[6][0] == "***"
    assert out[1][4:] == out[3][4:] == out[7][4:]
    assert sorted(map(len, counting.calls)) == [49, 96, 100]
    assert done.progress.counts["INVALID"] == 3
    assert sum(done.progress.counts.values()) == 250
    again = await screened(tmp_path / "two", portfolio, f"out.{format_}", Counting())
    assert (tmp_path / "one" / f"out.{format_}").read_bytes() == (tmp_path / "two" / f"out.{format_}").read_bytes()
    assert again.manifest.salt == done.manifest.salt


def run(folder: Path, job: str, kill_after: int | None, *out: str) -> str:
    """Screen in a process of its own, killed when some slices are done; return the id of the job."""
    command = [sys.executable, "-m", "tests.gateway.screening_killed", str(folder), job, "0.02", *(out or ("out.csv",))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = process.stdout.readline().strip()
        for done, _ in enumerate(process.stdout, 1):
            if done == kill_after:
                process.kill()
                break
        process.stdout.read()
    return found


async def test_a_killed_screening_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    write(tmp_path / "in.csv", rows(COUNT))
    slices = -(-COUNT // 100)
    job = run(tmp_path, "-", slices * 3 // 10)
    assert not (tmp_path / "out.csv").exists()
    asked = (tmp_path / "asked.log").read_text(encoding="utf-8").splitlines()
    assert slices * 3 // 10 <= len(asked) < slices
    assert run(tmp_path, job, slices // 4) == job
    run(tmp_path, job, None)
    calls = [line.split() for line in (tmp_path / "asked.log").read_text(encoding="utf-8").splitlines()]
    twice = {key for key, times in Counter(key for call in calls for key in call).items() if times > 1}
    # what two slices were being asked about at each of the two kills, at most
    assert len(calls) <= slices + 2 * 2
    assert len(twice) <= 400
    portfolio = open_portfolio(tmp_path / "in.csv", Wish(slice_rows=100))
    await screened(tmp_path / "whole", portfolio, "out.csv", Counting())
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole" / "out.csv").read_bytes()


async def test_what_is_done_is_never_asked_again(tmp_path: Path) -> None:
    portfolio = open_portfolio(write(tmp_path / "in.csv", rows(250)), Wish(slice_rows=100))
    async with opened(tmp_path) as screening:
        job = await screening.begin(portfolio, QUESTION)
        first, second = Counting(), Counting()
        await screening.finish(job, portfolio, first, tmp_path / "a.csv", lambda _: None, wait=False)
        await screening.finish(job, portfolio, second, tmp_path / "b.csv", lambda _: None, wait=False)
    assert (len(first.calls), second.calls) == (3, [])
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


async def test_rows_of_closed_sources_are_asked_again_when_those_open(tmp_path: Path) -> None:
    portfolio = open_portfolio(write(tmp_path / "in.csv", rows(30)), Wish(slice_rows=10))
    opens = "2026-11-26T21:30:00.000Z"
    slept: list[float] = []
    clock = ["2026-11-26T20:00:00.000Z"]
    closed = {uscc(3), uscc(4), uscc(25)}

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] = "2026-11-26T21:30:01.000Z"

    counting = Counting()

    async def check(asked: Sequence[Row]) -> Sequence[RowOutcome]:
        told = await counting(asked)
        if clock[0] > opens:
            return told
        waiting = RowOutcome("UNDETERMINED", (), (Missing("court", "CLOSED", opens),), None, DAY, again=opens)
        return [waiting if row.key.value in closed else each for row, each in zip(asked, told, strict=True)]

    async with opened(tmp_path, now=lambda: clock[0], sleep=sleep) as screening:
        job = await screening.begin(portfolio, QUESTION)
        done = await screening.finish(job, portfolio, check, tmp_path / "out.csv", lambda _: None, wait=True)
    assert slept == [5401.0]
    assert sorted(counting.calls[3:]) == sorted([[uscc(3), uscc(4)], [uscc(25)]])
    assert done.progress.waits_until is None
    whole = await screened(tmp_path / "whole", portfolio, "out.csv", Counting())
    assert whole.progress.counts == done.progress.counts
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole" / "out.csv").read_bytes()


async def test_without_waiting_the_rows_say_when_to_ask_again(tmp_path: Path) -> None:
    portfolio = open_portfolio(write(tmp_path / "in.csv", rows(3)), Wish())
    opens = "2026-11-26T21:30:00.000Z"

    async def check(asked: Sequence[Row]) -> Sequence[RowOutcome]:
        return [RowOutcome("UNDETERMINED", missing=(Missing("court", "CLOSED", opens),), again=opens) for _ in asked]

    await screened(tmp_path / "x", portfolio, "out.csv", check)
    assert {row[8] for row in read(tmp_path / "x" / "out.csv", "csv")} == {opens}


async def test_a_job_goes_on_only_with_what_it_began_with(tmp_path: Path) -> None:
    path = write(tmp_path / "in.csv", rows(20))
    portfolio = open_portfolio(path, Wish(slice_rows=10))
    async with opened(tmp_path) as screening:
        job = await screening.begin(portfolio, QUESTION)
        other = open_portfolio(write(tmp_path / "other.csv", rows(19)), Wish(slice_rows=10))
        options = open_portfolio(path, Wish(slice_rows=5))
        for portfolio_, question, message in (
            (other, QUESTION, "not the one that the job began with"),
            (options, QUESTION, "other options"),
            (portfolio, Question("bank", "BANK_CREDIT", "BK 2027.1 x", DAY), "rule set"),
            (portfolio, Question("bank", "AGENCY", QUESTION.rules, DAY), "purpose"),
            (portfolio, Question("stranger", "BANK_CREDIT", QUESTION.rules, DAY), "no job"),
        ):
            with pytest.raises(FileRefused, match=message):
                await screening.resume(job.id, portfolio_, question)
        assert await screening.resume(job.id, portfolio, QUESTION) == job


@pytest.mark.parametrize("format_", FORMATS)
async def test_a_row_is_proven_and_an_altered_file_is_not(tmp_path: Path, format_: Any) -> None:
    content = rows(130)
    content[9] = (PERSON, "张三", "a person")
    portfolio = open_portfolio(write(tmp_path / f"in.{format_}", content), Wish(slice_rows=50, prefix="x_"))
    done = await screened(tmp_path / "x", portfolio, f"out.{format_}", Counting())
    out = tmp_path / "x" / f"out.{format_}"
    signed = read_signed(msgspec.json.encode(done.manifest))
    proven = verify_file(signed, out, KEYS, 130)
    assert (proven.manifest.rows, proven.manifest.rules) == (130, QUESTION.rules)
    assert proven.proof is not None
    row = verify_row(proven.proof, KEYS).row
    assert row is not None
    assert row[:2] == [130, uscc(129)]
    assert verify_file(signed, out, KEYS, 10).row is not None
    for changed in (
        msgspec.structs.replace(proven.proof, row=[*row[:3], "PASS" if row[3] != "PASS" else "REJECT", *row[4:]]),
        msgspec.structs.replace(proven.proof, row=[129, *row[1:]]),
        msgspec.structs.replace(proven.proof, path=proven.proof.path[1:]),
        msgspec.structs.replace(proven.proof, salt="00" * 16),
        msgspec.structs.replace(proven.proof, salt=""),
    ):
        with pytest.raises(ProofError):
            verify_row(changed, KEYS)
    with pytest.raises(ProofError, match="no row 131"):
        verify_file(signed, out, KEYS, 131)
    shorter = tmp_path / f"shorter.{format_}"
    table = [list(each) for each in read(out, format_)]
    header = [*HEADER, *(f"x_{name}" for name in RESULTS)]
    table[20][4] = "PASS" if table[20][4] != "PASS" else "REJECT"
    with pytest.raises(ProofError, match="altered"):
        verify_file(signed, write(shorter, table, header), KEYS, None)
    with pytest.raises(ProofError, match="129 rows"):
        verify_file(signed, write(shorter, table[1:], header), KEYS, None)
    with pytest.raises(NoteError):
        verify_file(msgspec.structs.replace(signed, note=signed.note.replace("rows 130", "rows 131")), out, KEYS, None)


def test_a_manifest_of_another_kind_is_refused() -> None:
    for text in (b"{}", b"[]", b'{"note":"x","salt":"00"}', b"\xff"):
        with pytest.raises(NoteError):
            read_signed(text)
