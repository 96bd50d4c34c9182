"""`credit-gateway verify`: what it prints, what it gives to machines, and how it ends."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.proof.bundle import bundle_text, receipt_members
from tests.commands import Run
from tests.gateway.bundles import KEY, STRANGER, Log, encode_other, good, log_of

GOOD = good()
ANSWER = GOOD.answer or ""
VKEY = str(KEY.verifier)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    file = tmp_path / "bundle.json"
    file.write_text(bundle_text(GOOD))
    return file


def test_a_bundle_that_holds(run: Run, bundle: Path) -> None:
    done = run("verify", str(bundle), "--key", VKEY)
    assert done.returncode == 0
    assert "成立：这就是网关当时给出的答复" in done.stdout
    assert "holds: this is the answer that the gateway gave" in done.stdout
    assert "逐字节" in done.stdout


def test_an_altered_answer(run: Run, bundle: Path) -> None:
    bundle.write_text(bundle_text(replace(GOOD, answer=ANSWER.replace("20000.00", "10000.00"))))
    done = run("verify", str(bundle), "--key", VKEY, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["verdict"] == "FAILS"
    places = [each["place"] for each in told["findings"] if each["verdict"] == "FAILS"]
    assert places == ["answer", "answer: data.subject.penalties"]


def test_without_a_key_nothing_holds(run: Run, bundle: Path) -> None:
    done = run("verify", str(bundle))
    assert done.returncode == 1
    assert "无法判断" in done.stdout.splitlines()[0]


def test_keys_of_a_file(run: Run, bundle: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    file.write_text(f"# of the gateway\n{STRANGER.verifier}\n{VKEY}\n")
    assert run("verify", str(bundle), "--key", str(file)).returncode == 0
    assert run("verify", str(bundle), "--key", str(STRANGER.verifier)).returncode == 1


def test_an_answer_and_its_receipt(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(ANSWER)
    (tmp_path / "receipt.json").write_text(json.dumps(receipt_members(GOOD.receipt)))
    answer, receipt = str(tmp_path / "answer.json"), str(tmp_path / "receipt.json")
    assert run("verify", answer, "--receipt", receipt, "--key", VKEY).returncode == 0
    alone = run("verify", receipt, "--key", VKEY)
    assert alone.returncode == 1
    assert "没有答复，只核对了收据" in alone.stdout


def test_an_anchored_checkpoint(run: Run, bundle: Path, tmp_path: Path) -> None:
    log = log_of(GOOD.receipt.entry)
    longer = Log((*log.entries, encode_other(99)))
    proof = longer.consistency(13, 14)
    (tmp_path / "checkpoint").write_text(longer.checkpoint())
    (tmp_path / "proof.json").write_text(
        json.dumps(
            {"from": 13, "to": 14, "path": receipt_members(replace(GOOD.receipt, inclusion=proof.path))["inclusion"]}
        )
    )
    options = ["--key", VKEY, "--checkpoint", str(tmp_path / "checkpoint")]
    assert run("verify", str(bundle), *options).returncode == 1
    done = run("verify", str(bundle), *options, "--consistency", str(tmp_path / "proof.json"))
    assert done.returncode == 0
    assert "the tree of 14 entries begins with that of 13" in done.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "not UTF-8 from byte 0 on"),
        (b'{"a":1,', "the text ends too early at line 1, column 8"),
        (b"{}", "format: is missing"),
        (b'{"\\u001b[31m":1}', "?[31m: unknown"),
    ],
)
def test_what_cannot_be_read(run: Run, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(content)
    done = run("verify", str(file), "--key", VKEY)
    assert done.returncode == 2
    assert told in done.stderr
    assert "无法读取" in done.stderr
    assert done.stdout == ""
    told_to_machines = json.loads(run("verify", str(file), "--json").stdout)
    assert told_to_machines["verdict"] == "NOT_READ"
    assert told_to_machines["file"] == str(file)


def test_what_is_no_key(run: Run, bundle: Path) -> None:
    done = run("verify", str(bundle), "--key", "no/such/file")
    assert done.returncode == 2
    assert "--key" in done.stderr


def test_a_proof_without_its_checkpoint(run: Run, bundle: Path) -> None:
    assert run("verify", str(bundle), "--consistency", str(bundle)).returncode == 2


def test_words_of_a_bundle_are_not_markup(run: Run, bundle: Path) -> None:
    answer = ANSWER.replace('"n":3', '"[red]x[/red]":3')
    bundle.write_text(bundle_text(replace(GOOD, answer=answer)))
    assert "data.[red]x[/red]" in run("verify", str(bundle), "--key", VKEY).stdout


def test_help_is_in_both_languages(run: Run) -> None:
    told = run("verify", "--help").stdout
    assert "核验" in told
    assert "2 无法读取 cannot be read" in told


def test_fields_are_explained_where_the_receipt_holds(run: Run, bundle: Path) -> None:
    told = run("verify", str(bundle), "--key", VKEY, "--explain").stdout
    assert "market_penalties 3f2a" in told
    assert json.loads(run("verify", str(bundle), "--explain", "--json").stdout)["fields"] == []
