"""`screen FILE --url`: a portfolio screened by a gateway elsewhere is the one that the gateway itself would write.

The first test asks the simulated departments; the others a gateway whose check follows from the key alone, so that
they can screen thousands of rows.
"""

import asyncio
import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.caller import Caller
from gateway.cli.main import commands
from gateway.cli.screen_began import Began, Beginning
from gateway.demo.facts import REFERENCE
from gateway.proof.note import VerifierKey
from gateway.screening.checking import Asked, rules_of
from gateway.screening.files import FileRefused
from gateway.screening.manifest import open_manifest
from gateway.screening.portfolio import Wish, open_portfolio
from gateway.screening.proof import read_signed
from gateway.screening.screening import Question, Screened
from tests.commands import nobody_there
from tests.end_to_end.served import Served, serving
from tests.end_to_end.test_screenings import COLUMNS, PERSON, codes
from tests.gateway.portfolios import HEADER, KEY, Counting, read, rows, uscc, write

ROOT = Path(__file__).parents[2]


BREAKS, BREAKS_AFTER_BYTES = 3, 30_000


@asynccontextmanager
async def flaky(served: Served) -> AsyncIterator[tuple[str, list[int]]]:
    """Pass a port on to ``served``: the first connections break after so many bytes. Yields address and breaks."""
    broken: list[int] = []
    port = int(served.origin.rpartition(":")[2])

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        passed = 0
        with suppress(ConnectionError):
            while (data := await reader.read(8_192)) and (len(broken) >= BREAKS or passed <= BREAKS_AFTER_BYTES):
                passed += len(data)
                writer.write(data)
                await writer.drain()
        writer.close()
        return passed

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        passed = await asyncio.gather(pass_on(reader, there_writer), pass_on(there_reader, writer))
        if max(passed) > BREAKS_AFTER_BYTES and len(broken) < BREAKS:
            broken.append(max(passed))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", broken


def portfolio(path: Path, keys: Sequence[str]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        lines = ((number, key, f"secret-{number}") for number, key in enumerate(keys, 1))
        csv.writer(file).writerows([("编号", "统一社会信用代码", "贷款余额"), *lines])
    return path


async def run(served: Served, *arguments: str, token: str | None = None) -> Result:
    """Return how `credit-gateway` ended with ``arguments``, with a token of the bank in the environment."""
    environment = {"CREDIT_TOKEN": served.token("bank") if token is None else token, "COLUMNS": "200"}
    return await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, env=environment))


def screen(file: Path, served: Served, *more: str) -> list[str]:
    return ["screen", str(file), "--rules", "BK", "--url", served.origin, "--json", *more]


async def screened_there(served: Served, path: Path, out: Path) -> Screened:
    """Screen ``path`` in the gateway's own process, on the day that it stands at."""
    screenings, day = served.gateway.screenings, REFERENCE.isoformat()
    client = screenings.front.loaded.register.find("bank")
    assert client is not None
    check = screenings.check(
        Caller(client.id, client.department, client.scopes, "BANK_CREDIT"), Asked("BK", day, {}), wait=False
    )
    portfolio = open_portfolio(path, Wish(columns=COLUMNS, slice_rows=20))
    question = Question("bank", "BANK_CREDIT", rules_of(screenings.checker, "bank", "BK", day), day)
    job = await screenings.files.begin(portfolio, question)
    return await screenings.files.finish(job, portfolio, check, out, lambda _: None, wait=False)


async def test_it_writes_what_the_gateway_itself_would_write(served: Served, tmp_path: Path) -> None:
    keys = [*codes(20), "不是代码", PERSON, codes(1)[0]]
    file, out = portfolio(tmp_path / "in.csv", keys), tmp_path / "out.csv"
    arguments = screen(file, served, "--columns", ",".join(COLUMNS), "--slice", "20")
    done = await run(served, *arguments, "--out", str(out))
    assert done.exit_code == 3, f"{done.output}{done.exception}"
    told = json.loads(done.stdout)
    assert (told["rows"], told["counts"]["INVALID"], told["purpose"]) == (len(keys), 2, "BANK_CREDIT")
    whole = await screened_there(served, file, tmp_path / "whole.csv")
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert told["counts"] == whole.progress.counts
    assert (told["waiting"], told["askAgainAfter"]) == (whole.waiting, whole.again)
    signed = read_signed((tmp_path / "out.csv.manifest").read_bytes())
    keys_ = [VerifierKey.parse(each) for each in served.gateway.desk.ledger.keys]
    assert open_manifest(signed.note, keys_).counts == told["counts"]
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", "out.csv.manifest", "whole.csv"}


@pytest.fixture(scope="module")
def counting() -> Counting:
    return Counting()


@pytest.fixture(scope="module")
async def afar(counting: Counting, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A gateway whose verdicts follow from the keys; no department is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.screening.opened.check_by", lambda *_: counting)
        async with serving(nobody_there(), tmp_path_factory.mktemp("afar")) as running:
            yield running


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet", "xlsx"])
async def test_every_format_comes_back_as_it_went(afar: Served, tmp_path: Path, suffix: Any) -> None:
    content = [*rows(2_500), ("", "无代码", "empty"), (PERSON, "某人", "person")]
    file, out = write(tmp_path / f"in.{suffix}", content), tmp_path / f"out.{suffix}"
    (tmp_path / "keys").write_text("".join(f"{key}\n" for key in afar.gateway.desk.ledger.keys), encoding="utf-8")
    done = await run(afar, *screen(file, afar, "--out", str(out), "--gateway-key", str(tmp_path / "keys")))
    assert done.exit_code == 3, f"{done.output}{done.exception}"
    assert json.loads(done.stdout)["verifiedBy"] == "PINNED_KEY"
    written = read(out, suffix)
    kept = [(*row[:3],) for row in written]
    assert kept == [*content[:-1], ("***", *content[-1][1:])]
    assert [row[len(HEADER)] for row in written] == [str(number) for number in range(1, 2_503)]
    manifest, keys = str(tmp_path / f"out.{suffix}.manifest"), str(tmp_path / "keys")
    checked = await run(afar, "screen", "verify", manifest, str(out), "--key", keys)
    assert checked.exit_code == 0, checked.output
    assert out.stat().st_mode & 0o777 == 0o600


async def test_it_may_be_written_as_ndjson(afar: Served, tmp_path: Path) -> None:
    file, out = write(tmp_path / "in.xlsx", rows(30)), tmp_path / "out.ndjson"
    done = await run(afar, *screen(file, afar, "--out", str(out), "--manifest", str(tmp_path / "signed")))
    assert done.exit_code in {0, 3}, f"{done.output}{done.exception}"
    assert [row[0] for row in read(out, "ndjson")] == [uscc(number) for number in range(30)]
    assert read_signed((tmp_path / "signed").read_bytes()).note


@pytest.mark.parametrize(
    "more",
    [
        *(["--stream"], ["--out", "-"], ["--client", "bank"], ["--config", str(ROOT / "config")], ["--out", "x.xlsx"]),
        ["--gateway-key", "x"],
    ],
    ids=["stream", "standard output", "a client", "a configuration", "another format", "no key"],
)
async def test_what_makes_no_sense_elsewhere_is_refused_before_anything_is_sent(
    tmp_path: Path, more: list[str]
) -> None:
    file = write(tmp_path / "in.csv", rows(3))
    arguments = ["screen", str(file), "--rules", "BK", "--url", "http://127.0.0.1:1", *more]
    done = await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, env={"CREDIT_TOKEN": "x"}))
    assert done.exit_code in {1, 2}
    assert "no gateway answers" not in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("option", ["--token", "--gateway-key"])
async def test_what_makes_sense_elsewhere_only_is_refused_here(tmp_path: Path, option: str) -> None:
    file = write(tmp_path / "in.csv", rows(3))
    done = await asyncio.to_thread(
        lambda: CliRunner().invoke(commands, ["screen", str(file), "--rules", "BK", option, "@x"])
    )
    assert (done.exit_code, "--url" in done.output) == (2, True)


async def test_the_same_command_takes_up_what_was_killed(afar: Served, counting: Counting, tmp_path: Path) -> None:
    """Killed while parts go up: nothing is announced twice, nothing is asked about twice."""
    mine = {uscc(number) for number in range(50_000, 53_000)}
    file, out = write(tmp_path / "in.csv", [(key, "", "") for key in sorted(mine)]), tmp_path / "out.csv"
    before = len(await afar.gateway.screenings.jobs.of_client("bank", 1_000))
    arguments = screen(file, afar, "--out", str(out), "--slice", "100")
    environment = os.environ | {"CREDIT_TOKEN": afar.token("bank")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *arguments),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert b"job" in await process.stderr.readline()
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert not out.exists()
    assert Beginning(out).path.stat().st_mode & 0o777 == 0o600
    done = await run(afar, *arguments)
    assert done.exit_code == 3, f"{done.output}{done.exception}"
    assert len(await afar.gateway.screenings.jobs.of_client("bank", 1_000)) == before + 1
    assert sorted(key for call in counting.calls for key in call if key in mine) == sorted(mine)
    assert not Beginning(out).path.exists()


async def test_a_named_job_is_fetched_on_another_machine(afar: Served, tmp_path: Path) -> None:
    file = write(tmp_path / "in.csv", rows(120))
    first = await run(afar, *screen(file, afar, "--out", str(tmp_path / "one.csv")))
    job = json.loads(first.stdout)["job"]
    again = await run(afar, *screen(file, afar, "--out", str(tmp_path / "two.csv"), "--resume", job))
    assert json.loads(again.stdout)["job"] == job
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    other = write(tmp_path / "other.csv", rows(121)[1:])
    refused = await run(afar, *screen(other, afar, "--out", str(tmp_path / "three.csv"), "--resume", job))
    assert refused.exit_code == 1
    assert "do not lead to the root" in refused.output
    assert not (tmp_path / "three.csv").exists()


async def test_once_done_the_next_one_is_a_new_screening(afar: Served, tmp_path: Path) -> None:
    file = write(tmp_path / "in.csv", rows(5))
    jobs = set()
    for name in ("one.csv", "two.csv"):
        done = await run(afar, *screen(file, afar, "--out", str(tmp_path / name)))
        jobs.add(json.loads(done.stdout)["job"])
    assert len(jobs) == 2


async def test_a_line_that_breaks_is_taken_up_again(afar: Served, tmp_path: Path) -> None:
    """Everything goes through a port that closes each connection after some hundred kilobytes."""
    async with flaky(afar) as (origin, broken):
        file = write(tmp_path / "in.csv", rows(4_000))
        arguments = screen(file, afar, "--out", str(tmp_path / "out.csv"))
        arguments[arguments.index(afar.origin)] = origin
        done = await run(afar, *arguments)
    assert done.exit_code == 3, f"{done.output}{done.exception}"
    assert len(broken) == BREAKS


@pytest.mark.parametrize(
    ("client", "more", "words"),
    [
        ("portal", [], "credit.check.run"),
        ("bank", ["--rules", "NONE"], "RULE_SET_UNKNOWN"),
        ("bank", ["--rules", "GP"], "--purpose"),
        ("bank", ["--purpose", "BIDDING"], "--purpose"),
        ("bank", ["--resume", "0" * 32], "SCREENING_UNKNOWN"),
        ("bank", ["--gateway-key", str(KEY.verifier)], "does not verify"),
    ],
    ids=["no right", "no such rules", "other rules", "other purpose", "no such job", "another key"],
)
async def test_a_refusal_says_what_to_do(
    afar: Served, tmp_path: Path, client: str, more: list[str], words: str
) -> None:
    file = write(tmp_path / "in.csv", rows(3))
    done = await run(afar, *screen(file, afar, *more), token=afar.token(client))
    assert done.exit_code == 1, done.output
    assert words in " ".join(done.output.split())
    assert not (tmp_path / "in.screened.csv").exists()


async def test_a_token_that_is_renewed_in_its_file_is_taken(afar: Served, tmp_path: Path) -> None:
    file, token = write(tmp_path / "in.csv", rows(3)), tmp_path / "token"
    token.write_text("outdated", encoding="ascii")
    refused = await run(afar, *screen(file, afar, "--token", f"@{token}"))
    assert (refused.exit_code, "get a new token" in refused.output) == (1, True)
    token.write_text(afar.token("bank"), encoding="ascii")
    done = await run(afar, *screen(file, afar, "--token", f"@{token}"))
    assert done.exit_code in {0, 3}, done.output


async def test_where_nobody_answers_it_is_told_at_once(tmp_path: Path) -> None:
    file = write(tmp_path / "in.csv", rows(3))
    arguments = ["screen", str(file), "--rules", "BK", "--url", "http://127.0.0.1:1"]
    done = await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, env={"CREDIT_TOKEN": "x"}))
    assert (done.exit_code, "run the same command again" in done.output) == (1, True)


def test_what_was_begun_is_for_one_order(tmp_path: Path) -> None:
    beginning = Beginning(tmp_path / "out.csv")
    key = beginning.key("asked")
    assert beginning.key("asked") == key
    with pytest.raises(FileRefused, match="another screening"):
        beginning.key("other")
    beginning.forget()
    assert beginning.key("asked") != key
    beginning.path.write_text("{}", encoding="ascii")
    with pytest.raises(FileRefused, match="remove it"):
        beginning.key("asked")
    assert Began.__struct_fields__ == ("key", "asked")
