"""Attacks on screened files: what stands beside the proven columns is not told as proven.

Guard: `gateway.screening.proof.verify_file` compares the digest of the whole file too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.proof.merkle import ProofError
from gateway.proof.note import NoteError
from gateway.screening.files import FileRefused
from gateway.screening.model import Row, RowOutcome
from gateway.screening.outlets import Grown
from gateway.screening.portfolio import Wish, open_portfolio
from gateway.screening.proof import read_signed, verify_file, verify_row
from tests.commands import Run
from tests.gateway.portfolios import KEY, QUESTION, Counting, opened, rows, uscc, write
from tests.gateway.test_screen_command import screened as screened
from tests.red_team.test_screenings import screened as made


async def test_another_name_beside_a_verdict_is_noticed(tmp_path: Path) -> None:
    done, out = await made(tmp_path)
    assert verify_file(done.manifest, out, [KEY.verifier], None).same is True
    assert verify_file(done.manifest, out, [KEY.verifier], 3).same is True
    out.write_text(out.read_text(encoding="utf-8").replace("第3公司", "第4公司"), encoding="utf-8")
    assert verify_file(done.manifest, out, [KEY.verifier], None).same is False
    assert verify_file(done.manifest, out, [KEY.verifier], 3).same is False


async def test_a_manifest_that_names_no_file_says_nothing_of_one(tmp_path: Path) -> None:
    done, out = await made(tmp_path)
    proof = verify_file(done.manifest, out, [KEY.verifier], 3).proof
    assert proof is not None
    assert verify_row(proof, [KEY.verifier]).same is None


def test_a_verifier_is_told_of_columns_that_are_not_proven(run: Run, screened: Path) -> None:
    manifest, out, keys = (str(screened / name) for name in ("out.csv.manifest", "out.csv", "keys"))
    before = run("screen", "verify", manifest, out, "--key", keys, "--json")
    assert msgspec.json.decode(before.stdout)["sameFile"] is True
    assert "not proven" not in run("screen", "verify", manifest, out, "--key", keys).stdout
    text = Path(out).read_text(encoding="utf-8").replace("note 3,", "approved,")
    Path(out).write_text(text, encoding="utf-8")
    told = run("screen", "verify", manifest, out, "--key", keys)
    assert (told.returncode, "not proven" in told.stdout) == (0, True)
    assert (
        msgspec.json.decode(run("screen", "verify", manifest, out, "--key", keys, "--json").stdout)["sameFile"] is False
    )


@pytest.mark.parametrize(
    "swap",
    [
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0], *lines[2:]],
    ],
    ids=["two rows exchanged", "the last row gone", "a row twice", "the first row gone"],
)
async def test_rows_that_moved_do_not_hold(tmp_path: Path, swap: Any) -> None:
    done, out = await made(tmp_path)
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.write_text("".join(swap(lines)), encoding="utf-8")
    with pytest.raises(ProofError):
        verify_file(done.manifest, out, [KEY.verifier], None)


async def test_a_proof_is_of_its_own_place(tmp_path: Path) -> None:
    done, out = await made(tmp_path)
    proof = verify_file(done.manifest, out, [KEY.verifier], 3).proof
    assert proof is not None
    for number in (0, -1, 4, 21, 2**63):
        with pytest.raises(ProofError):
            verify_row(msgspec.structs.replace(proof, row=[number, *proof.row[1:]]), [KEY.verifier])
    for row in ([], ["3", *proof.row[1:]]):
        with pytest.raises(ProofError):
            verify_row(msgspec.structs.replace(proof, row=row), [KEY.verifier])
    for path in (proof.path[:-1], [*proof.path, proof.path[-1]], [proof.path[0][:-2], *proof.path[1:]], ["zz"]):
        with pytest.raises(ProofError):
            verify_row(msgspec.structs.replace(proof, path=path), [KEY.verifier])


async def test_a_portfolio_of_other_rows_is_not_gone_on_with(tmp_path: Path) -> None:
    path = write(tmp_path / "in.csv", rows(20))
    portfolio = open_portfolio(path, Wish(slice_rows=10))
    async with opened(tmp_path) as screening:
        job = await screening.begin(portfolio, QUESTION)
        other = open_portfolio(write(tmp_path / "other.csv", rows(21)[1:]), Wish(slice_rows=10))
        with pytest.raises(ValueError, match="not the one"):
            await screening.resume(job.id, other, QUESTION)
        done = await screening.finish(job, portfolio, Counting(), tmp_path / "o.csv", lambda _: None, wait=False)
    assert done.manifest.note


@pytest.mark.parametrize("grown", [False, True], ids=["written at the end", "written while it runs"])
async def test_a_file_that_is_changed_midway_gets_no_manifest(tmp_path: Path, grown: bool) -> None:
    """Else the verdict of a row that was asked about would stand beside the key of another that never was."""
    path, out = write(tmp_path / "in.csv", rows(20)), tmp_path / "out.csv"
    before, counting = path.read_bytes(), Counting()

    async def changing(asked: Sequence[Row]) -> Sequence[RowOutcome]:
        path.write_bytes(before.replace(uscc(3).encode(), uscc(300).encode()))
        return await counting(asked)

    portfolio = open_portfolio(path, Wish(slice_rows=10))
    async with opened(tmp_path) as screening:
        job = await screening.begin(portfolio, QUESTION)
        outlet = Grown(out) if grown else out
        with pytest.raises(FileRefused, match="was changed"):
            await screening.finish(job, portfolio, changing, outlet, lambda _: None, wait=False)
        assert grown or not out.exists()
        left = await screening.jobs.find(job.id)
        assert left is not None
        assert (left.state, left.manifest) == ("RUNNING", None)
        with pytest.raises(FileRefused, match="not the one"):
            await screening.resume(job.id, open_portfolio(path, Wish(slice_rows=10)), QUESTION)
        path.write_bytes(before)
        out.unlink(missing_ok=True)
        done = await screening.finish(job, portfolio, counting, out, lambda _: None, wait=False)
    assert verify_file(done.manifest, out, [KEY.verifier], None).same is True
    assert len(counting.calls) == 2, "nothing is asked again"


async def test_a_salt_of_another_length_is_none(tmp_path: Path) -> None:
    """Bytes could be moved between the salt and the text of a row: the length is looked at before any hash."""
    done, out = await made(tmp_path)
    proof = verify_file(done.manifest, out, [KEY.verifier], 3).proof
    assert proof is not None
    for salt in ("", proof.salt[:-2], f"{proof.salt}00"):
        with pytest.raises(ProofError, match="16 bytes"):
            verify_row(msgspec.structs.replace(proof, salt=salt), [KEY.verifier])
    for salt in ("", done.manifest.salt[:-2], f"{done.manifest.salt}00", "zz" * 16):
        with pytest.raises(NoteError):
            read_signed(msgspec.json.encode(msgspec.structs.replace(done.manifest, salt=salt)))
    assert read_signed(msgspec.json.encode(done.manifest)) == done.manifest
