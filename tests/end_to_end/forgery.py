"""Access tokens that are not good, each for one reason, made from a good one or signed with the issuer's own key."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from gateway.issuer import KEY_FILE_ENV, DevelopmentIssuer
from tests.end_to_end.served import configuration


def write_key(folder: Path) -> Path:
    """Write a signing key for `CREDIT_ISSUER_KEY_FILE`."""
    path = folder / "issuer.pem"
    path.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return path


def minted(key_file: Path | None, **changes: str) -> str:
    """Return a token of the bank from an issuer like the gateway's but for ``changes``; no file means another key."""
    known = configuration()
    tokens = known.settings.tokens
    said: dict[str, Any] = {"issuer": tokens.issuer, "audience": tokens.audience, **changes}
    environ = {} if key_file is None else {KEY_FILE_ENV: str(key_file)}
    return DevelopmentIssuer(known.clients, production=False, environ=environ, **said).mint("bank")


def altered(token: str, **claims: Any) -> str:
    """Return ``token`` saying something else under its old signature."""
    head, said, signature = token.split(".")
    return ".".join((head, _encode(_decode(said) | claims), signature))


def unsigned(token: str) -> str:
    """Return ``token`` with the algorithm `none` and no signature."""
    head, said, _ = token.split(".")
    return f"{_encode(_decode(head) | {'alg': 'none'})}.{said}."


def confused(token: str, public_key: bytes) -> str:
    """Return ``token`` signed by HMAC with the issuer's public key, which everybody has."""
    head, said, _ = token.split(".")
    signed = f"{_encode(_decode(head) | {'alg': 'HS256'})}.{said}"
    return f"{signed}.{_text(hmac.digest(public_key, signed.encode(), sha256))}"


def _decode(part: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read


def _encode(part: dict[str, Any]) -> str:
    return _text(json.dumps(part).encode())


def _text(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")
