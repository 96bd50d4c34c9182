"""Timestamps of RFC 3161: what of an authority's answer is believed, and of a token that was kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.anchors.timestamps import (
    SKEW,
    TimestampError,
    check_response,
    check_timestamp,
    make_request,
    read_ca,
)
from tests.gateway.anchors import note_of
from tests.tsa import DAY, TIMESTAMPS, Signer, Stamps, authority, der, info_of, integer, stamper, token_of

NOTE = note_of(7)
REQUEST = make_request(NOTE)
IMPRINT = sha256(NOTE.encode()).digest()
CHAIN = "no chain leads to an authority of the CA file"
PURPOSE = "the certificate is not for timestamps"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def root() -> Signer:
    return authority()


@pytest.fixture(scope="module")
def stamps(root: Signer, tmp_path_factory: pytest.TempPathFactory) -> Stamps:
    return Stamps(tmp_path_factory.mktemp("stamps"), stamper(root))


@pytest.fixture(scope="module")
def answer(stamps: Stamps) -> bytes:
    return stamps.answer(REQUEST.as_bytes())


def refusal(answer: bytes, *ca: Signer, note: str = NOTE, at: datetime | None = None) -> str:
    """Return why ``answer`` to REQUEST is not believed."""
    with pytest.raises(TimestampError) as raised:
        check_response(answer, REQUEST, note, [each.certificate for each in ca], at or now())
    return str(raised.value)


def test_the_question_asks_for_the_note_the_certificate_and_a_new_nonce() -> None:
    assert REQUEST.message_imprint.message == IMPRINT
    assert (REQUEST.version, REQUEST.cert_req, REQUEST.policy) == (1, True, None)
    nonces = {make_request(NOTE).nonce for _ in range(200)}
    assert len(nonces) == 200
    assert all(nonce is not None and nonce.bit_length() > 32 for nonce in nonces)


def test_an_answer_is_believed_and_its_token_proves_the_time_later(root: Signer, answer: bytes) -> None:
    stamp = check_response(answer, REQUEST, NOTE, [root.certificate], now())
    assert abs(stamp.at - now()) < SKEW
    assert check_timestamp(stamp.token, NOTE, root.pem) == stamp.at


@pytest.mark.parametrize("above", [1, 2])
def test_a_chain_may_have_authorities_between(above: int, tmp_path: Path) -> None:
    root = authority()
    between = root
    for at in range(above):
        between = authority(f"between {at}", between)
    stamps = Stamps(tmp_path, stamper(between))
    answer = stamps.answer(REQUEST.as_bytes())
    stamp = check_response(answer, REQUEST, NOTE, [root.certificate], now())
    assert check_timestamp(stamp.token, NOTE, root.pem) == stamp.at
    assert refusal(answer, authority()) == CHAIN


def test_an_authority_between_may_stand_in_the_ca_file_but_is_no_root(tmp_path: Path) -> None:
    root = authority()
    between = authority("between", root)
    signer = stamper(between)
    answer = Stamps(tmp_path, Signer(signer.certificate, signer.key)).answer(REQUEST.as_bytes())
    assert refusal(answer, root) == CHAIN
    check_response(answer, REQUEST, NOTE, [root.certificate, between.certificate], now())
    assert refusal(answer, authority(), between) == CHAIN


@pytest.mark.parametrize("bits", [2048, 3072])
def test_rsa_keys_of_enough_bits_sign_too(bits: int, root: Signer, tmp_path: Path) -> None:
    stamps = Stamps(tmp_path, stamper(root, key=rsa.generate_private_key(65537, bits)))
    check_response(stamps.answer(REQUEST.as_bytes()), REQUEST, NOTE, [root.certificate], now())


def test_the_token_of_another_note_proves_nothing(root: Signer, answer: bytes) -> None:
    assert refusal(answer, root, note=note_of(8)) == "made over another text"
    with pytest.raises(TimestampError, match="made over another text"):
        check_timestamp(token_of(answer), note_of(8), root.pem)


def test_the_answer_to_another_question_proves_nothing(root: Signer, stamps: Stamps) -> None:
    other = stamps.answer(make_request(NOTE).as_bytes())
    assert refusal(other, root) == "it answers another question: the nonce is not ours"


def test_a_refusal_of_the_authority_is_told_by_its_status(root: Signer) -> None:
    rejected = der(0x30, der(0x30, integer(2)))
    assert refusal(rejected, root) == "not granted: status 2"
    for garbage in (b"", b"<html>", rejected + b"\0", der(0x30, b"")):
        assert refusal(garbage, root) == "no timestamp can be read in it"


@pytest.mark.parametrize("away", [SKEW + timedelta(minutes=1), -SKEW - timedelta(minutes=1)], ids=["fast", "slow"])
def test_a_time_far_from_ours_is_not_believed_in_a_fresh_answer(away: timedelta, root: Signer, answer: bytes) -> None:
    assert refusal(answer, root, at=now() + away) == "the time stated is far from ours"


def test_certificates_that_came_along_are_not_trusted(tmp_path: Path, root: Signer) -> None:
    """This is what `rfc3161-client` did up to 1.0.8: it holds whoever raises its version to it."""
    alone = Stamps(tmp_path / "alone", stamper(None)).answer(REQUEST.as_bytes())
    assert refusal(alone, root) == CHAIN
    false_root = authority()
    signer = stamper(false_root)
    chained = Signer(signer.certificate, signer.key, (false_root.certificate,))
    assert refusal(Stamps(tmp_path / "chained", chained).answer(REQUEST.as_bytes()), root) == CHAIN


BAD_SIGNERS: dict[str, tuple[Callable[[Signer], Signer], str]] = {
    "unknown authority of the same name": (lambda _: stamper(authority()), CHAIN),
    "no purpose": (lambda root: stamper(root, uses=()), PURPOSE),
    "of a web server": (lambda root: stamper(root, uses=(ExtendedKeyUsageOID.SERVER_AUTH,)), PURPOSE),
    "timestamps among others": (
        lambda root: stamper(root, uses=(*TIMESTAMPS, ExtendedKeyUsageOID.SERVER_AUTH)),
        PURPOSE,
    ),
    "purpose not critical": (lambda root: stamper(root, critical=False), PURPOSE),
    "expired": (lambda root: stamper(root, begins=-2 * DAY, ends=-DAY / 2), "expired"),
    "not yet valid": (lambda root: stamper(root, begins=DAY / 2), "not valid yet"),
    "short key": (lambda root: stamper(root, key=rsa.generate_private_key(65537, 1024)), "weak certificate"),
}


@pytest.mark.parametrize("case", BAD_SIGNERS)
def test_a_certificate_that_may_not_sign_timestamps_is_refused(case: str, root: Signer, tmp_path: Path) -> None:
    make, reason = BAD_SIGNERS[case]
    assert REQUEST.nonce is not None
    answer = Stamps(tmp_path, make(root)).signed(info_of(IMPRINT, REQUEST.nonce, now()))
    assert reason in refusal(answer, root)


def test_the_same_token_of_a_proper_certificate_is_believed(root: Signer, stamps: Stamps) -> None:
    assert REQUEST.nonce is not None
    at = now().replace(microsecond=0)
    answer = stamps.signed(info_of(IMPRINT, REQUEST.nonce, at))
    assert check_response(answer, REQUEST, NOTE, [root.certificate], now()).at == at


def test_a_signature_over_a_weak_hash_is_refused(root: Signer, tmp_path: Path) -> None:
    answer = Stamps(tmp_path, stamper(root), "sha1").answer(REQUEST.as_bytes())
    assert refusal(answer, root) == "signed with a weak hash"


def test_another_hash_than_the_one_asked_for_is_refused(root: Signer, stamps: Stamps) -> None:
    assert REQUEST.nonce is not None
    oid = bytes.fromhex("0609608648016503040203")
    info = info_of(sha512(NOTE.encode()).digest(), REQUEST.nonce, now(), oid)
    assert refusal(stamps.signed(info), root) == "made over something else than SHA-256"


def test_a_token_without_its_certificate_is_refused(root: Signer, stamps: Stamps) -> None:
    bare = bytes.fromhex("0101ff")
    question = REQUEST.as_bytes()
    assert question.endswith(bare)
    answer = stamps.answer(der(0x30, question[2:-3]))
    assert refusal(answer, root) in {"it came without the certificate", "it does not verify"}


def test_a_certificate_that_expired_since_then_still_proves_the_time(tmp_path: Path) -> None:
    """RFC 3161 §4 (3): what was signed while the certificate was valid stays so, unless it was revoked."""
    root = authority(begins=-9 * DAY)
    signer = stamper(root, begins=-3 * DAY, ends=-DAY)
    info = info_of(IMPRINT, 5, now() - 2 * DAY)
    token = token_of(Stamps(tmp_path, signer).signed(info))
    assert check_timestamp(token, NOTE, root.pem) < now() - DAY


def test_a_ca_file_must_hold_an_authority(root: Signer) -> None:
    assert len(read_ca(root.pem + authority().pem)) == 2
    for nothing in (b"", b"PEM", authority("between", root).pem):
        with pytest.raises(ValueError):
            read_ca(nothing)


def test_the_ca_file_may_name_an_authority_twice(root: Signer, answer: bytes) -> None:
    check_timestamp(token_of(answer), NOTE, root.pem * 2)


@settings(deadline=None)
@given(data=st.data())
def test_no_changed_answer_is_believed(data: st.DataObject, root: Signer, answer: bytes) -> None:
    """One changed byte: whatever the library makes of it, it is a `TimestampError`, never a proof and never a crash."""
    at = data.draw(st.integers(0, len(answer) - 1))
    changed = bytearray(answer)
    changed[at] ^= data.draw(st.integers(1, 255))
    certificates: list[x509.Certificate] = [root.certificate]
    try:
        stamp = check_response(bytes(changed), REQUEST, NOTE, certificates, now())
    except TimestampError:
        return
    honest = check_response(answer, REQUEST, NOTE, certificates, now())
    assert stamp.at == honest.at, "what is not signed may differ, what is proven may not"


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_no_token(raw: bytes) -> None:
    with pytest.raises(TimestampError):
        check_timestamp(raw, NOTE, ROOT_PEM)


ROOT_PEM = authority().pem
