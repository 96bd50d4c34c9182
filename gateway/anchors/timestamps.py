"""Timestamps of RFC 3161 over signed checkpoints: what is asked, and what of an answer is believed. No I/O here.

Of the libraries, `rfc3161-client` (Trail of Bits; OpenSSL checks signature and chain) was taken over `asn1crypto` with
`cryptography`: 0.9 ms a token against 1.2 ms, maintained, and none of the checks that matter is our own code. It is
pinned to one version: up to 1.0.8 it believed any certificate that came with the answer, and a test notices that.
What it leaves open is checked here: the hash of the imprint, weak algorithms, and the time against ours.

Not checked: revocation (no list is fetched), and ESSCertID, which guards against two certificates for one key.
"""

import hashlib
import warnings
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import Struct
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from gateway.anchors.der import SEQUENCE, children, encoded, in_order

SKEW: Final = timedelta(minutes=10)
"""How far the time of a fresh answer may be from ours."""
SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_STRONG: Final = frozenset({"sha256", "sha384", "sha512"})
_STRONG_OIDS: Final = frozenset(x509.ObjectIdentifier(f"2.16.840.1.101.3.4.2.{at}") for at in (1, 2, 3))
_INTEGER: Final = 0x02
_RSA_BITS: Final = 2048
_NO_CHAIN: Final = "no chain leads to an authority of the CA file"
_UNREADABLE: Final = "no timestamp can be read in it"
_GRANTED: Final = bytes.fromhex("3003020100")
"""PKIStatusInfo with the status granted (RFC 3161 §2.4.2): with it a stored token is a whole answer again."""


class TimestampError(Exception):
    """A timestamp that proves nothing; the message says what does not hold."""


class Timestamp(Struct, frozen=True, kw_only=True):
    """A verified ``token`` (DER) and the time it states, in UTC."""

    at: datetime
    token: bytes


def make_request(note: str) -> TimeStampRequest:
    """Return the question for a timestamp over the SHA-256 of ``note``, with a nonce, asking for the certificate."""
    builder = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    assert request.nonce is not None, "a nonce was asked for"
    return request


def read_ca(pem: bytes) -> list[x509.Certificate]:
    """Return the certificates of a CA file; raises ValueError when it holds none, or none of an authority."""
    found = x509.load_pem_x509_certificates(pem)
    if not any(_is_root(each) for each in found):
        raise ValueError("no self-signed certificate of an authority")
    return found


def check_response(
    response: bytes, request: TimeStampRequest, note: str, ca: list[x509.Certificate], now: datetime
) -> Timestamp:
    """Return the timestamp in ``response`` to ``request``; raises `TimestampError` unless all of it holds.

    Held to: status granted, our nonce, our imprint, signature, chain to ``ca`` at the time stated, purpose of the
    certificate (RFC 3161 §2.3), and a time not far from ``now``.
    """
    return _fresh(response, _digest(note), VerifierBuilder.from_request(request), ca, now)


def check_answer(response: bytes, nonce: int, digest: bytes, ca: list[x509.Certificate], now: datetime) -> Timestamp:
    """Return the timestamp in ``response`` to a question with ``nonce`` over a SHA-256 ``digest``; as above."""
    return _fresh(response, digest, VerifierBuilder().nonce(nonce), ca, now)


def check_timestamp(token: bytes, note: str, ca: bytes) -> datetime:
    """Return when ``note`` existed, as the ``token`` (DER) proves; raises `TimestampError` saying what does not hold.

    ``ca`` is the file (PEM) of the authorities that are believed; raises ValueError when it holds none.
    """
    return check_token(token, _digest(note), read_ca(ca))


def check_token(token: bytes, digest: bytes, ca: list[x509.Certificate]) -> datetime:
    """Return when that was there whose SHA-256 is ``digest``; raises `TimestampError` saying what does not hold."""
    return _check(token, digest, VerifierBuilder(), ca)


def _digest(note: str) -> bytes:
    return hashlib.sha256(note.encode()).digest()


def _fresh(
    response: bytes, digest: bytes, builder: VerifierBuilder, ca: list[x509.Certificate], now: datetime
) -> Timestamp:
    token = _token(response)
    at = _check(token, digest, builder, ca)
    if abs(at - now) > SKEW:
        raise TimestampError("the time stated is far from ours")
    return Timestamp(at=at, token=token)


def _token(response: bytes) -> bytes:
    """Return the token of a TimeStampResp whose status is granted (RFC 3161 §2.4.2)."""
    try:
        status, *token = children(response)
        tag, length, value = children(status)[0]
    except (ValueError, IndexError):
        raise TimestampError(_UNREADABLE) from None
    if (tag, length) != (_INTEGER, 1):
        raise TimestampError(_UNREADABLE)
    if value != 0:
        raise TimestampError(f"not granted: status {value}")
    if len(token) != 1:
        raise TimestampError(_UNREADABLE)
    return token[0]


def _check(token: bytes, digest: bytes, builder: VerifierBuilder, ca: list[x509.Certificate]) -> datetime:
    """Return the time that ``token`` states; raises `TimestampError`."""
    for each in dict.fromkeys(ca):
        builder = builder.add_root_certificate(each) if _is_root(each) else builder.add_intermediate_certificate(each)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what a parser merely warns about is not believed
            answer = decode_timestamp_response(encoded(SEQUENCE, _GRANTED + in_order(token)))
            _check_content(answer, digest)
            builder.build().verify(answer, digest)
            return answer.tst_info.gen_time
    except VerificationError as error:
        raise TimestampError(_reason(str(error))) from None
    except TimestampError:
        raise
    except Exception:  # noqa: BLE001  (parsers of hostile bytes, each with errors of its own)
        raise TimestampError(_UNREADABLE) from None


def _check_content(answer: TimeStampResponse, digest: bytes) -> None:
    """Raise `TimestampError` when ``answer`` is not over ``digest``, or made with what can be forged today."""
    info = answer.tst_info
    if info.version != 1 or info.message_imprint.hash_algorithm != SHA256:
        raise TimestampError("made over something else than SHA-256")
    if info.message_imprint.message != digest:
        raise TimestampError("made over another text")
    signed = answer.signed_data
    if not signed.digest_algorithms <= _STRONG_OIDS:
        raise TimestampError("signed with a weak hash")
    if any(map(_is_weak, map(x509.load_der_x509_certificate, signed.certificates))):
        raise TimestampError("signed with a weak certificate")


def _is_weak(certificate: x509.Certificate) -> bool:
    if _is_root(certificate):
        return False  # only one that we were given counts, whatever its signature is made with
    used = certificate.signature_hash_algorithm
    key = certificate.public_key()
    short = isinstance(key, rsa.RSAPublicKey) and key.key_size < _RSA_BITS
    return short or (used is not None and used.name not in _STRONG)


def _reason(told: str) -> str:
    """Return what the library ``told``, in our words: it quotes whole stacks of errors."""
    return next((ours for theirs, ours in _REASONS if theirs in told), "it does not verify")


_REASONS: Final = (
    ("Nonce mismatch", "it answers another question: the nonce is not ours"),
    ("Mismatch between messages", "made over another text"),
    ("expired", "the certificate had expired at the time stated"),
    ("not yet valid", "the certificate was not valid yet at the time stated"),
    ("self-signed", _NO_CHAIN),
    ("issuer certificate", _NO_CHAIN),
    ("purpose", "the certificate is not for timestamps"),
    ("EKU", "the certificate is not for timestamps"),
    ("Certificates neither found", "it came without the certificate"),
    ("certificate signature failure", _NO_CHAIN),
    ("signature failure", "the signature is wrong"),
    ("digest failure", "the signature is wrong"),
)


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer
