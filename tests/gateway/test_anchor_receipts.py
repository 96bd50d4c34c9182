"""What anchors have kept, used: timestamps in receipts, and the file of an anchor against the ledger."""

import asyncio
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import utc_text
from gateway.anchors import AnchorStore, check_timestamp
from gateway.anchors.receipts import receipt_timestamps, timestamp_checker
from gateway.anchors.timestamps import Timestamp, make_request
from gateway.app import open_gateway
from gateway.proof.bundle import bundle_text
from gateway.proof.finding import Verdict
from gateway.proof.note import read_checkpoint, split_note
from tests.commands import Run
from tests.gateway import bundles
from tests.gateway.anchors import note_of, stated
from tests.gateway.test_anchors_running import FILE, configured, environ
from tests.tsa import Signer, Stamps, authority, stamper, token_of

NOTE = note_of(7)
CHECKPOINT = read_checkpoint(split_note(NOTE)[0])


@pytest.fixture(scope="module")
def root() -> Signer:
    return authority()


@pytest.fixture(scope="module")
def token(root: Signer, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    stamps = Stamps(tmp_path_factory.mktemp("stamps"), stamper(root))
    return token_of(stamps.answer(make_request(NOTE).as_bytes()))


async def test_a_receipt_holds_the_timestamps_over_its_own_checkpoint(
    root: Signer, token: bytes, tmp_path: Path
) -> None:
    at = check_timestamp(token, NOTE, root.pem)
    store = await AnchorStore.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    for checkpoint in (stated(7), stated(7, "forked"), stated(9)):
        moment = at if checkpoint.note == NOTE else datetime.now(UTC)
        await store.keep(f"stamps_{checkpoint.root.hex()[:4]}", checkpoint, Timestamp(at=moment, token=token))
    (written,) = receipt_timestamps(await store.over(NOTE))
    await store.close()
    assert (written["at"], written["token"]) == (utc_text(at), b64encode(token).decode())
    (finding,) = timestamp_checker(root.pem)([written], CHECKPOINT, NOTE)
    assert (finding.code, finding.verdict, finding.values) == ("TIMESTAMP_TRUE", Verdict.HOLDS, {"at": utc_text(at)})


@pytest.mark.parametrize("false", ["note", "authority", "base64", "none", "no object"])
def test_a_false_timestamp_in_a_receipt_is_told(false: str, root: Signer, token: bytes) -> None:
    written: Any = {"anchor": "stamps", "token": b64encode(token).decode()}
    if false in {"base64", "none", "no object"}:
        written = {"base64": {"token": "%"}, "none": {"anchor": "stamps"}, "no object": 7}[false]
    ca = authority("another") if false == "authority" else root
    note = note_of(8) if false == "note" else NOTE
    (finding,) = timestamp_checker(ca.pem)([written], CHECKPOINT, note)
    assert (finding.code, finding.verdict, finding.place) == ("TIMESTAMP_FALSE", Verdict.FAILS, "receipt.timestamps.0")


async def test_the_file_of_an_anchor_is_held_against_the_ledger_as_it_is(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        async with open_gateway(configured(FILE), environ(), tmp_path):
            pass
    kept = tmp_path / "checkpoints.txt"
    text = kept.read_text(encoding="utf-8")
    assert text.count("\n\n") == 4, "two checkpoints"

    async def verified(content: str) -> tuple[int, str]:
        kept.write_text(content, encoding="utf-8")
        done = await asyncio.to_thread(run, "ledger", "verify", "--data", str(tmp_path), "--checkpoint", str(kept))
        return done.returncode, done.stdout + done.stderr

    assert (await verified(text))[0] == 0
    code, told = await verified(text.replace("\ntime 2", "\ntime 3", 1))
    assert (code, "checkpoint 1 in" in told.replace("\n", " ")) == (1, True)
    code, told = await verified(text.rpartition("\n— ")[0])
    assert (code, "the last one, is cut off" in told) == (1, True)
    assert (await verified(""))[0] == 1


def test_the_command_checks_timestamps_by_the_authorities_it_is_given(run: Run, root: Signer, tmp_path: Path) -> None:
    good = bundles.good()
    note = good.receipt.checkpoint
    stamps = Stamps(tmp_path / "stamps", stamper(root))
    made = {"anchor": "stamps", "token": b64encode(token_of(stamps.answer(make_request(note).as_bytes()))).decode()}
    bundle = tmp_path / "bundle.json"
    bundle.write_text(bundle_text(replace(good, receipt=replace(good.receipt, timestamps=(made,)))))
    (tmp_path / "ca.pem").write_bytes(root.pem)
    (tmp_path / "other.pem").write_bytes(authority("another").pem)
    command = ("verify", str(bundle), "--key", str(bundles.KEY.verifier))
    done = run(*command, "--ca", str(tmp_path / "ca.pem"))
    assert (done.returncode, "a time stamping authority proves" in done.stdout) == (0, True)
    done = run(*command, "--ca", str(tmp_path / "other.pem"))
    assert (done.returncode, "no chain leads" in done.stdout) == (1, True)
    assert run(*command).returncode == 0
    assert run(*command, "--ca", str(bundle)).returncode == 2
