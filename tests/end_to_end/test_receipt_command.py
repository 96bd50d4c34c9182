"""The command `receipt` against a running gateway: what it writes is what `verify` reads, or nothing is written."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import commands
from gateway.proof.bundle import read_bundle
from tests.end_to_end.keeping import answered, receipt_of
from tests.end_to_end.served import Served, Told


async def run(served: Served, *arguments: str, token: str | None = None, stdin: str | None = None) -> Result:
    """Return how `credit-gateway` ended with ``arguments``, with a token of the bank in the environment."""
    environment = {"CREDIT_TOKEN": served.token("bank") if token is None else token, "COLUMNS": "200"}
    return await asyncio.to_thread(lambda: CliRunner().invoke(commands, arguments, env=environment, input=stdin))


@pytest.fixture
async def answer(served: Served) -> Told:
    return await answered(served)


@pytest.fixture
def kept(answer: Told, tmp_path: Path) -> Path:
    """The answer as `curl -o` keeps it."""
    path = tmp_path / "answer.json"
    path.write_bytes(answer.body)
    return path


async def test_the_bundle_of_an_answer_is_verified(served: Served, kept: Path, tmp_path: Path) -> None:
    keys = (await served.get("/ledger/keys")).body
    (tmp_path / "keys.txt").write_bytes(keys)
    bundle = tmp_path / "bundle.json"
    made = await run(served, "receipt", "--answer", str(kept), "--gateway", served.origin, "-o", str(bundle))
    assert (made.exit_code, made.output) == (0, "")
    assert (read_bundle(bundle.read_text()).answer or "").encode() == kept.read_bytes()
    checked = await run(served, "verify", str(bundle), "--key", str(tmp_path / "keys.txt"))
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize("named", ["id", "link"])
async def test_without_the_answer_the_receipt_alone_is_written_as_it_came(
    served: Served, answer: Told, named: str
) -> None:
    link = f"{served.origin}/receipts/{answer.receipt}"
    arguments = [link] if named == "link" else [answer.receipt, "--gateway", f"{served.origin}/"]
    made = await run(served, "receipt", *arguments)
    assert made.exit_code == 0, made.output
    told = read_bundle(made.stdout).receipt
    assert told.entry == (await receipt_of(served, answer.receipt)).content["entry"]


@pytest.mark.parametrize("place", ["@-", "@{file}"])
async def test_the_token_is_read_from_a_file_or_from_what_is_piped(
    served: Served, answer: Told, tmp_path: Path, place: str
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{served.token('bank')}\n")
    option = place.format(file=file)
    piped = served.token("bank") if option == "@-" else None
    arguments = ["receipt", answer.receipt, "--gateway", served.origin, "--token", option]
    made = await run(served, *arguments, token="not-this-one", stdin=piped)
    assert made.exit_code == 0, made.output


async def test_another_clients_receipt_is_not_told(served: Served, kept: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.json"
    arguments = ["receipt", "--answer", str(kept), "--gateway", served.origin, "-o", str(bundle)]
    made = await run(served, *arguments, token=served.token("portal"))
    assert made.exit_code == 1
    assert str(made.exception) == (
        "the gateway refused: there is no such receipt, or it is another client's (RECEIPT_UNKNOWN)"
    )
    assert not bundle.exists()


async def test_an_answer_that_is_not_the_one_makes_no_bundle(served: Served, kept: Path, tmp_path: Path) -> None:
    kept.write_bytes(kept.read_bytes() + b"\n")
    bundle = tmp_path / "bundle.json"
    made = await run(served, "receipt", "--answer", str(kept), "--gateway", served.origin, "-o", str(bundle))
    assert made.exit_code == 1
    assert "keep the exact bytes of the response" in str(made.exception)
    assert not bundle.exists()


async def test_a_token_that_is_not_taken_is_told_and_not_shown(served: Served, answer: Told) -> None:
    token = f"{served.token('bank')[:-8]}AAAAAAAA"
    made = await run(served, "receipt", answer.receipt, "--gateway", served.origin, token=token)
    assert made.exit_code == 1
    assert "(UNAUTHENTICATED)" in str(made.exception)
    assert token not in f"{made.output}{made.exception}"


ID = "0" * 32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the receipt"),
        (["123"], "32 hexadecimal digits"),
        ([ID.upper().replace("0", "A")], "32 hexadecimal digits"),
        ([ID, "--token", "ey.secret.token"], "as @FILE"),
        ([ID, "--token", "@/no/such/file"], "cannot be read"),
        ([ID, "--token", "@/dev/null"], "there is no access token"),
        ([ID, "--gateway", "credit.example.cn"], "https://"),
        ([ID, "--gateway", "http://user:word@127.0.0.1"], "https://"),
        ([ID, "--gateway", "http://[::1"], "no address"),
        ([ID, "--gateway", "http://credit.example.cn"], "by https, or to this machine alone"),
        ([f"http://credit.example.cn/receipts/{ID}"], "by https, or to this machine alone"),
        ([ID, "--answer", "{kept}"], "of another receipt"),
        ([ID, "--answer", "/no/such/file"], "does not exist"),
    ],
    ids=[
        *("nothing", "a short id", "capitals", "a token on the command line", "no token file", "an empty token file"),
        *("no scheme", "a password in the address", "no address", "no TLS", "a link without TLS", "another answer"),
        "no answer file",
    ],
)
async def test_wrong_use_ends_with_2_and_sends_nothing(
    served: Served, kept: Path, arguments: list[str], message: str
) -> None:
    made = await run(served, "receipt", *(each.format(kept=kept) for each in arguments))
    assert made.exit_code == 2
    assert message in " ".join(made.output.replace("│", " ").split())
    assert "secret" not in made.output
    assert served.token("bank") not in made.output


async def test_no_gateway_at_that_address(served: Served) -> None:
    made = await run(served, "receipt", ID, "--gateway", "http://127.0.0.1:1")
    assert made.exit_code == 1
    assert str(made.exception) == "no gateway answers at that address, or not in time"
