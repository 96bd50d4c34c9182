"""A signed JWT taken apart, and its signature checked: what access tokens and proofs of possession have in common.

Header parameters that point to keys (`jku`, `x5u`, `x5c`) are never followed; `jwk` is read by `gateway.auth.dpop`
alone, whose proofs are made of it. No extension is understood: RFC 7515 §4.1.11 then wants `crit` refused, RFC 7797
wants `b64` in it.
"""

from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from gateway.auth.documents import read_json
from gateway.auth.keys import ALGORITHMS


class InvalidSigned(Exception):
    """What is no JWT, or not signed as it says; ``reason`` goes on after the name of what was read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Parts:
    """A JWT taken apart; nothing is checked yet but its form. ``kind`` is its `typ`, empty when there is none."""

    algorithm: str
    kid: str | None
    kind: str
    header: dict[str, Any]
    claims: dict[str, Any]


class _Registry(JWSRegistry):
    """The signature algorithms of `ALGORITHMS`, without joserfc's warning that EdDSA has a new name (RFC 9864)."""

    max_header_length = 4096

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]  # INVARIANT: `take_apart` has let pass only names of `ALGORITHMS`.


_REGISTRY: Final = _Registry(strict_check_header=False)


def take_apart(text: str) -> Parts:
    """Return header and claims of the JWT ``text``; raises `InvalidSigned` for one that could not be checked here."""
    segments = text.split(".")
    if not text.isascii() or len(segments) != 3:
        raise InvalidSigned("is no signed JWT of three parts")
    header, claims = _read_segment(segments[0]), _read_segment(segments[1])
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "")
    if not isinstance(kind, str):
        raise InvalidSigned("has a typ that is no string")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidSigned(f"is not signed with one of {', '.join(ALGORITHMS)}")
    if "crit" in header or "b64" in header:
        raise InvalidSigned("asks in its header for an extension that is not understood here")
    if kid is not None and not isinstance(kid, str):
        raise InvalidSigned("has a kid that is no string")
    return Parts(algorithm, kid, kind, header, claims)


def check_signature(text: str, key: Key) -> None:
    """Return when ``text``, which was taken apart, is signed with ``key``; raises `InvalidSigned`."""
    try:
        jws.deserialize_compact(text, key, registry=_REGISTRY)
    except (JoseError, ValueError) as error:
        raise InvalidSigned("has a signature that is not valid") from error


def _read_segment(segment: str) -> dict[str, Any]:
    try:
        read = read_json(urlsafe_b64decode(segment.encode("ascii")))
    except ValueError as error:
        raise InvalidSigned("cannot be read: base64url, UTF-8 or JSON is not well-formed") from error
    if not isinstance(read, dict):
        raise InvalidSigned("cannot be read: a part is no JSON object")
    return read
