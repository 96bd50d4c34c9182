"""`screen verify`: exit codes, what is told, and proofs of single rows; nothing of a gateway is needed."""

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from gateway.cli.screen_told import tenths
from gateway.screening.portfolio import Wish, open_portfolio
from tests.commands import Run
from tests.gateway.portfolios import KEY, QUESTION, Counting, opened, rows, uscc, write


@pytest.fixture
async def screened(tmp_path: Path) -> Path:
    """A folder with a screened file, its manifest, and the public key."""
    portfolio = open_portfolio(write(tmp_path / "in.csv", rows(40)), Wish(slice_rows=10))
    async with opened(tmp_path) as screening:
        job = await screening.begin(portfolio, QUESTION)
        done = await screening.finish(job, portfolio, Counting(), tmp_path / "out.csv", lambda _: None, wait=False)
    (tmp_path / "out.csv.manifest").write_bytes(msgspec.json.encode(done.manifest))
    (tmp_path / "keys").write_text(f"{KEY.verifier}\n", encoding="utf-8")
    return tmp_path


def test_a_file_and_a_row_are_verified(run: Run, screened: Path) -> None:
    manifest, out, keys = (str(screened / name) for name in ("out.csv.manifest", "out.csv", "keys"))
    told = run("screen", "verify", manifest, out, "--key", keys)
    assert (told.returncode, "文件属实" in told.stdout, QUESTION.rules in told.stdout) == (0, True, True)
    proof = str(screened / "row.json")
    told = run("screen", "verify", manifest, out, "--key", str(KEY.verifier), "--row", "7", "--proof", proof)
    assert (told.returncode, uscc(6) in told.stdout) == (0, True)
    alone = run("screen", "verify", proof, "--key", keys, "--json")
    content = msgspec.json.decode(alone.stdout)
    assert (alone.returncode, content["verdict"], content["row"][:2]) == (0, "HOLDS", [7, uscc(6)])
    written = Path(proof).read_text(encoding="utf-8")
    assert [number for number in range(40) if uscc(number) in written] == [6]
    salt = msgspec.json.decode((screened / "out.csv.manifest").read_bytes())["salt"]
    assert salt not in written


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("out.csv.manifest", "altered.csv", "--key", "keys"), 1),
        (("out.csv.manifest", "out.csv", "--key", "keys", "--row", "41"), 1),
        (("out.csv.manifest", "out.csv"), 1),
        (("out.csv.manifest", "in.csv", "--key", "keys"), 2),
        (("in.csv", "out.csv", "--key", "keys"), 2),
        (("out.csv.manifest", "--key", "keys"), 2),
        (("out.csv.manifest", "out.csv", "--key", "x+y"), 2),
        (("out.csv.manifest", "out.csv", "--key", "keys", "--proof", "p.json"), 2),
    ],
    ids=["altered", "no-such-row", "no-key", "other-file", "no-manifest", "no-proof", "bad-key", "proof-without-row"],
)
def test_what_does_not_hold_is_told(run: Run, screened: Path, arguments: tuple[str, ...], code: int) -> None:
    text = (screened / "out.csv").read_text(encoding="utf-8")
    (screened / "altered.csv").write_text(text.replace(",PASS,", ",REJECT,", 1), encoding="utf-8")
    named = [str(screened / each) if "." in each or each == "keys" else each for each in arguments]
    told = run("screen", "verify", *named)
    assert told.returncode == code
    assert told.stderr
    assert uscc(0) not in told.stderr


def test_each_tenth_is_told_once_where_no_bar_can_be_drawn() -> None:
    told = StringIO()
    advance = tenths(Console(file=told, soft_wrap=True), 4_000, 25_000)
    for _ in range(22):  # a slice that waited for a source is done twice
        advance(1_000)
    lines = [line.split(" /")[0] for line in told.getvalue().splitlines()]
    assert lines == ["5,000", "8,000", "10,000", "13,000", "15,000", "18,000", "20,000", "23,000", "25,000"]


def test_wrong_use_is_told_before_anything_is_opened(run: Run, screened: Path) -> None:
    path, out = str(screened / "in.csv"), str(screened / "out.csv")
    for arguments, words in (
        ((path, "--rules", "BK", "--out", out), "there already"),
        ((path, "--rules", "BK", "--out", path), "there already"),
        ((path, "--rules", "BK", "--stream", "--out", out), "there already"),
        ((path, "--rules", "BK", "--out", "-", "--manifest", out), "there already"),
        (
            (path, "--rules", "BK", "--out", str(screened / "a.csv"), "--manifest", str(screened / "a.csv")),
            "the output",
        ),
        ((path, "--rules", "BK", "--out", "-", "--after", "3"), "--resume"),
        ((path, "--rules", "BK", "--resume", "x", "--after", "3"), "--out -"),
        ((path, "--rules", "BK", "--out", str(screened / "a.xlsx")), ".ndjson"),
        ((path, "--rules", "BK", "--format", "pdf"), "known"),
        ((path, "--rules", "BK", "--as-of", "2999-01-01"), "future"),
        ((path, "--rules", "BK", "--as-of", "monday"), "expected a day"),
        ((path, "--rules", "BK", "--input", "[]"), "JSON object"),
        ((path, "--rules", "BK", "--input", '{"amonut": 1}'), "amonut"),
        ((path, "--rules", "BK", "--out", str(screened / "new.csv"), "--key", "none"), "none"),
    ):
        told = run("screen", *arguments)
        assert told.returncode in {1, 2}, arguments
        assert words in told.stderr, told.stderr
    assert not list(screened.glob("*.part"))
