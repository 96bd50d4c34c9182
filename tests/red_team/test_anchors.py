"""Attacks on what keeps the ledger honest: forged timestamps, deceived anchors, files that were tampered with."""

import asyncio
import logging
import os
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client._rust import parse_timestamp_request
from starlette.responses import Response

from gateway.anchors import Anchors, AnchorSpec, TimestampError, check_timestamp, join_notes, read_note, split_notes
from gateway.anchors.anchor import Refused, Undelivered
from gateway.anchors.delivery import Pauses
from gateway.anchors.file import add_note
from gateway.anchors.timestamps import make_request
from gateway.anchors.webhook import WebhookAnchor
from gateway.proof.note import NoteError, open_checkpoint
from tests.gateway.anchors import KEY, OTHER, note_of, stated
from tests.gateway.receivers import SECRET, receiving
from tests.tsa import DAY, Signer, Stamps, authority, info_of, stamper, stamping, token_of

NOTE, OLDER = note_of(7), note_of(6)
CHAIN = "no chain leads to an authority of the CA file"


@pytest.fixture(scope="module")
def root() -> Signer:
    return authority("city root")


def nonce_of(question: bytes) -> int:
    nonce = parse_timestamp_request(question).nonce
    assert nonce is not None
    return nonce


def told(question: bytes, note: str = NOTE, away: timedelta = timedelta(0)) -> bytes:
    """Return the TSTInfo that answers ``question`` as far as its nonce goes."""
    return info_of(sha256(note.encode()).digest(), nonce_of(question), datetime.now(UTC) + away)


# Guard of this group: `check_response`, before a token is kept.


def older_answer(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    recorded = Stamps(folder, stamper(root)).answer(make_request(NOTE).as_bytes())
    return lambda _: recorded


def older_checkpoint(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root))
    return lambda question: stamps.signed(told(question, OLDER))


def expired(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root, begins=-DAY, ends=-DAY / 2))
    return lambda question: stamps.signed(told(question))


def expired_and_dated_back(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root, begins=-DAY, ends=-DAY / 4))
    return lambda question: stamps.signed(told(question, away=-DAY / 2))


def dated_ahead(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root))
    return lambda question: stamps.signed(told(question, away=DAY / 2))


def own_authority(_: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    return Stamps(folder, stamper(authority("false root"))).answer


def own_authority_sent_along(_: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    false_root = authority("false root")
    signer = stamper(false_root)
    return Stamps(folder, Signer(signer.certificate, signer.key, (false_root.certificate,))).answer


def no_authority_at_all(_: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    return Stamps(folder, stamper(None)).answer


def namesake(_: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    return Stamps(folder, stamper(authority("city root"))).answer


def web_server(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root, uses=(ExtendedKeyUsageOID.SERVER_AUTH,)))
    return lambda question: stamps.signed(told(question))


def no_purpose(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root, uses=()))
    return lambda question: stamps.signed(told(question))


def not_critical(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root, critical=False))
    return lambda question: stamps.signed(told(question))


def other_content(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    """A proper signature, and another text put in the place of what was signed."""
    stamps = Stamps(folder, stamper(root))
    mine, theirs = sha256(NOTE.encode()).digest(), sha256(OLDER.encode()).digest()
    return lambda question: stamps.signed(told(question, OLDER)).replace(theirs, mine)


def rejected_with_a_token(root: Signer, folder: Path) -> Callable[[bytes], bytes | Response]:
    stamps = Stamps(folder, stamper(root))
    return lambda question: stamps.answer(question).replace(bytes.fromhex("3003020100"), bytes.fromhex("3003020102"), 1)


def elsewhere(_: Signer, __: Path) -> Callable[[bytes], bytes | Response]:
    return lambda _: Response(status_code=307, headers={"Location": "http://127.0.0.1:1/s3cret"})


def flood(_: Signer, __: Path) -> Callable[[bytes], bytes | Response]:
    return lambda _: b"\x30" * 1_000_000


FORGED: dict[str, tuple[Callable[[Signer, Path], Callable[[bytes], bytes | Response]], str]] = {
    "the answer to an earlier question": (older_answer, "it answers another question: the nonce is not ours"),
    "a token of an older checkpoint": (older_checkpoint, "made over another text"),
    "an expired certificate": (expired, "the certificate had expired at the time stated"),
    "an expired certificate, dated back": (expired_and_dated_back, "the time stated is far from ours"),
    "a time to come": (dated_ahead, "the time stated is far from ours"),
    "an authority of their own": (own_authority, CHAIN),
    "an authority of their own, sent along": (
        own_authority_sent_along,
        "no chain leads to an authority of the CA file",
    ),
    "a certificate signed by itself": (no_authority_at_all, CHAIN),
    "an authority of the same name": (namesake, CHAIN),
    "a certificate of a web server": (web_server, "the certificate is not for timestamps"),
    "a certificate for anything": (no_purpose, "the certificate is not for timestamps"),
    "a purpose that is not critical": (not_critical, "the certificate is not for timestamps"),
    "another text under the signature": (other_content, "the signature is wrong"),
    "a token with a refusal": (rejected_with_a_token, "not granted: status 2"),
    "a redirect": (elsewhere, "status 307"),
    "a flood": (flood, "the answer is too large"),
}


@pytest.mark.parametrize("attack", FORGED)
async def test_no_forged_timestamp_is_kept(
    attack: str, root: Signer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make, reason = FORGED[attack]
    (tmp_path / "tsa.pem").write_bytes(root.pem)
    spec = AnchorSpec(name="stamps", kind="rfc3161", url_env="TSA_URL", ca_file="tsa.pem")
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    async with stamping(make(root, tmp_path / "stamps")) as (tsa, _):
        pauses = Pauses(first_seconds=0.001, most_seconds=0.002)
        anchors = await Anchors.open([spec], {"TSA_URL": tsa}, tmp_path, tmp_path, url, pauses=pauses)
        with caplog.at_level(logging.INFO):
            await anchors.anchor(NOTE)
            state = anchors.states["stamps"]
            while not state.failures:
                await asyncio.sleep(0)
        assert anchors.store is not None
        assert await anchors.store.stamped(0) == []
        assert (state.size, state.waiting) == (None, True)
        await anchors.close()
    assert set(state.failures) == {reason}
    assert tsa not in caplog.text
    assert "s3cret" not in caplog.text


# Guard of this group: `check_timestamp`, whenever a kept token is used.


@pytest.mark.parametrize("attack", ["of another checkpoint", "of another authority", "cut off", "prolonged"])
def test_a_token_that_was_exchanged_in_the_database_proves_nothing(attack: str, root: Signer, tmp_path: Path) -> None:
    honest = token_of(Stamps(tmp_path / "a", stamper(root)).answer(make_request(NOTE).as_bytes()))
    false = authority("false root")
    tokens = {
        "of another checkpoint": token_of(Stamps(tmp_path / "b", stamper(root)).answer(make_request(OLDER).as_bytes())),
        "of another authority": token_of(Stamps(tmp_path / "c", stamper(false)).answer(make_request(NOTE).as_bytes())),
        "cut off": honest[:-1],
        "prolonged": honest + b"\0",
    }
    check_timestamp(honest, NOTE, root.pem)
    with pytest.raises(TimestampError):
        check_timestamp(tokens[attack], NOTE, root.pem)


# Guard of this group: `add_note`, before it writes.


def _put_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


FILES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "a ledger that was cut back": (lambda path: None, 5, ""),
    "a ledger that was rewritten": (lambda path: None, 6, "forked"),
    "a checkpoint of the attacker behind ours": (
        lambda path: path.write_text(join_notes([note_of(6), note_of(9, key=OTHER)])),
        7,
        "",
    ),
    "a larger checkpoint, not signed": (
        lambda path: path.write_text(join_notes([note_of(6), note_of(6).replace("\n6\n", "\n900\n")])),
        7,
        "",
    ),
    "lines behind the last checkpoint": (lambda path: path.write_text(join_notes([note_of(6)]) + "hello\n"), 7, ""),
    "a pipe in its place": (_put_a_pipe, 7, ""),
}


@pytest.mark.parametrize("attack", FILES)
def test_an_anchor_file_takes_no_other_past(attack: str, tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.txt"
    add_note(path, stated(6))
    tamper, size, history = FILES[attack]
    tamper(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(Refused):
        add_note(path, stated(size, history))
    assert not path.is_file() or path.read_bytes() == before


def test_an_anchor_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "shadow"
    target.write_text("")
    (tmp_path / "checkpoints.txt").symlink_to(target)
    with pytest.raises(OSError, match="Too many levels"):
        add_note(tmp_path / "checkpoints.txt", stated(6))
    assert target.read_text() == ""


# Guard of this group: `split_notes` and `open_checkpoint`, by whoever verifies with an anchor file.


@pytest.mark.parametrize(
    "text",
    [
        NOTE.replace("\n7\n", "\n8\n"),
        NOTE.replace(b64encode(stated(7).root).decode(), b64encode(stated(8).root).decode()),
        note_of(7, key=OTHER),
    ],
    ids=["another size", "another root", "another key"],
)
def test_an_altered_checkpoint_in_a_file_is_found(text: str) -> None:
    (note,) = split_notes(join_notes([text]))
    assert read_note(note).note == text
    with pytest.raises(NoteError):
        open_checkpoint(note, [KEY.verifier])


# Guard of this group: `post` does not follow, and signs for one address only.


async def test_a_receiver_cannot_pass_checkpoints_on_under_our_signature() -> None:
    async with receiving() as (elsewhere_url, elsewhere_received):

        def answer(_: int) -> Response:
            return Response(status_code=307, headers={"Location": elsewhere_url})

        async with receiving(answer) as (url, _):
            with pytest.raises(Undelivered, match="status 307"):
                await WebhookAnchor("hook", url, SECRET, 30.0).take(stated(7))
    assert (elsewhere_received.messages, elsewhere_received.false) == ([], 0)
