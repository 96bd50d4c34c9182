"""Signatures over JSON: the machine's form of a report with a detached JWS, and the JWS of a selective report.

The JSON form is `{"report": …, "signature": "…"}`. The signature is a JWS in compact form with detached content
(RFC 7515, appendix F) over the canonical bytes of `report` (RFC 8785: members sorted, no blanks; reports hold no
fractions), so that a reader may lay the file out anew. The certificates travel in the header (`x5c`, RFC 7515 §4.1.6);
whom to believe is the verifier's to say.
"""

from base64 import b64decode, b64encode
from typing import Any, Final

import msgspec
import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from gateway.proof.json_text import compact, members
from gateway.reports.keys import ReportKey, SigningKey

JSON_TYPE: Final = "credit-report+jws"
ALGORITHMS: Final = ("ES256", "ES384", "PS256")
MAXIMUM_CHAIN: Final = 8
_HEADER: Final = frozenset({"alg", "typ", "x5c"})


class _Registry(JWSRegistry):
    """Room for certificates in the header, and for a report of the largest size as content."""

    max_header_length = 1 << 16
    max_payload_length = 1 << 26


_REGISTRY: Final = _Registry(algorithms=list(ALGORITHMS))


class NotSigned(ValueError):
    """There is no signature of the right kind, or it does not hold; ``reason`` is a code of `findings`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of ``value``, whose names are ASCII and which holds no fraction (RFC 8785)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def signed_json(report: dict[str, Any], key: ReportKey) -> bytes:
    """Return the JSON form of ``report``, signed."""
    return orjson.dumps({"report": report, "signature": signature(canonical(report), JSON_TYPE, key)})


def read_signed_json(text: str) -> tuple[dict[str, Any], tuple[x509.Certificate, ...]]:
    """Return the report in ``text`` and the certificates of its signer, once the signature holds.

    Raises `NotSigned`, and `gateway.proof.json_text.JsonError` for what is not the same JSON to every reader.
    """
    found = members(compact(text)) or {}
    if found.keys() != {"report", "signature"}:
        raise NotSigned("NO_SIGNATURE")
    report, compacted = orjson.loads(found["report"]), orjson.loads(found["signature"])
    if not isinstance(report, dict) or not isinstance(compacted, str):
        raise NotSigned("NO_SIGNATURE")
    return report, checked(compacted, JSON_TYPE, canonical(report))[1]


def signature(content: bytes, type_: str, key: ReportKey, *, detached: bool = True) -> str:
    """Return a JWS of ``content`` in compact form, of the explicit type ``type_`` (RFC 8725 §3.11)."""
    chain = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in key.certificates]
    header = {"alg": key.algorithm, "typ": type_, "x5c": chain}
    text = jws.serialize_compact(header, content, _private(key.key), registry=_REGISTRY)
    return jws.detach_content(text) if detached else text


def checked(text: str, type_: str, content: bytes | None = None) -> tuple[bytes, tuple[x509.Certificate, ...]]:
    """Return the content of the JWS ``text`` and its certificates, once it holds; ``content`` where it is detached.

    Raises `NotSigned`. Whether the certificates are to be believed is another question.
    """
    try:
        header = msgspec.json.decode(urlsafe_b64decode(text.split(".")[0].encode("ascii")))
        if not isinstance(header, dict) or header.keys() != _HEADER or header["typ"] != type_:
            raise NotSigned("NO_SIGNATURE")
        chain = _chain(header["x5c"])
        key = _public(chain[0])
        found = jws.deserialize_compact(text, key, registry=_REGISTRY, payload=content)
    except NotSigned:
        raise
    except (JoseError, ValueError, TypeError, KeyError, msgspec.DecodeError) as error:
        raise NotSigned("SIGNATURE_FAILS") from error
    return content if content is not None else found.payload, chain


def _chain(told: Any) -> tuple[x509.Certificate, ...]:
    if not isinstance(told, list) or not 0 < len(told) <= MAXIMUM_CHAIN:
        raise NotSigned("NO_SIGNATURE")
    return tuple(x509.load_der_x509_certificate(b64decode(each, validate=True)) for each in told)


def _private(key: SigningKey) -> Key:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return RSAKey.import_key(pem) if isinstance(key, RSAPrivateKey) else ECKey.import_key(pem)


def _public(certificate: x509.Certificate) -> Key:
    key = certificate.public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, RSAPublicKey):
        return RSAKey.import_key(pem)
    if isinstance(key, EllipticCurvePublicKey):
        return ECKey.import_key(pem)
    raise NotSigned("SIGNATURE_FAILS")
