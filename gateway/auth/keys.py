"""The keys of an issuer, and which of them may check a token (RFC 7517, RFC 7518).

A key of less than 2,048 bits RSA, for encryption, or symmetric is left out when a set is read, so that no token can
choose it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key
from joserfc.util import urlsafe_b64decode

ALGORITHMS: Final[Mapping[str, tuple[str, str | None]]] = {
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
"""Signature algorithm -> key type and curve. Neither `none` nor a shared secret (HS*) can ever be added by a token."""
MINIMUM_RSA_BITS: Final = 2048
PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
"""What stands in a JWK that is not public (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2)."""


class Keys(Protocol):
    """The keys of one issuer; ``version`` changes whenever the set does."""

    version: int

    @property
    def known(self) -> bool:
        """Whether a set has been read at all."""
        ...

    def find(self, algorithm: str, kid: str | None) -> Key | None:
        """Return the key that checks a token of these header values, None when the set has none."""
        ...

    async def refetch(self) -> bool:
        """Read the set again, if that is due; returns whether it was read."""
        ...

    async def start(self) -> None:
        """Begin to keep the set fresh."""
        ...

    async def close(self) -> None:
        """Stop keeping it fresh."""
        ...


@dataclass(frozen=True, slots=True)
class KeyRing:
    """A set of usable keys."""

    keys: tuple[Key, ...]

    @property
    def content(self) -> list[Any]:
        """The public members of all keys: equal for equal sets."""
        return [key.as_dict(private=False) for key in self.keys]

    def find(self, algorithm: str, kid: str | None) -> Key | None:
        """Return the key named ``kid`` that fits ``algorithm``; without a name, the only one that fits."""
        fitting = [key for key in self.keys if _fits(key, algorithm)]
        if kid is None:
            return fitting[0] if len(fitting) == 1 else None
        return next((key for key in fitting if key.kid == kid), None)


def read_key_ring(document: Any) -> KeyRing | None:
    """Return the usable keys of a JWK set; None when ``document`` is no JWK set."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        return None
    read = [_read_key(key) for key in keys if isinstance(key, dict)]
    return KeyRing(tuple(key for key in read if key is not None))


def read_public_key(data: Any, algorithm: str) -> Key | None:
    """Return the public key of one JWK that checks ``algorithm``; None for a private, weak or other one."""
    if not isinstance(data, dict) or not data.keys().isdisjoint(PRIVATE_MEMBERS):
        return None
    key = _read_key(data)
    return key if key is not None and _fits(key, algorithm) else None


def _read_key(data: dict[str, Any]) -> Key | None:
    # RFC 7517 §5: a key that is not understood is passed over, it does not spoil the set
    try:
        if data.get("kty") == "RSA" and _bits(data["n"]) < MINIMUM_RSA_BITS:
            return None  # before joserfc, which warns of it
        key = import_key(data)
        return key if _usable(key) else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _bits(number: str) -> int:
    """Return the length of a base64url number in bits; raises ValueError, AttributeError or TypeError."""
    return int.from_bytes(urlsafe_b64decode(number.encode())).bit_length()


def _usable(key: Key) -> bool:
    if key.get("use") not in (None, "sig") or "verify" not in (key.get("key_ops") or ["verify"]):
        return False
    if isinstance(key, RSAKey):
        return key.raw_value.key_size >= MINIMUM_RSA_BITS
    return isinstance(key, (ECKey, OKPKey))


def _fits(key: Key, algorithm: str) -> bool:
    kind, curve = ALGORITHMS[algorithm]
    if key.key_type != kind or key.get("alg") not in (None, algorithm):
        return False
    return curve is None or (isinstance(key, (ECKey, OKPKey)) and key.curve_name == curve)


class FixedKeys:
    """Keys handed over in the same process: those of the development issuer, or of a test."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self.version = 0
        self._ring = KeyRing(tuple(key for key in keys if _usable(key)))

    known = True

    def find(self, algorithm: str, kid: str | None) -> Key | None:
        """See `Keys.find`."""
        return self._ring.find(algorithm, kid)

    async def refetch(self) -> bool:
        """Return False: there is nowhere to read them again from."""
        return False

    async def start(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""
