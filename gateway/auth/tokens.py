"""Reading of access tokens: JWT Profile for OAuth 2.0 Access Tokens (RFC 9068), best current practice (RFC 8725).

The order of the checks: form and header, issuer, key, signature, then the claims. Nothing of the payload counts
before the signature is good, except `iss`, which only chooses among the keys of the issuers we trust. Header
parameters that carry or point to keys (`jwk`, `jku`, `x5c`, `x5u`) are never followed.

A token that was good is remembered by its SHA-256 until it expires or its issuer's keys change: a check costs a
signature, and a client sends the same token with every request. joserfc is used and not authlib's validator, which
knows no leeway, takes a token without `typ`, and reads the last of two claims of one name.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from joserfc import jws
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from gateway.auth.clients import CLIENT_ID
from gateway.auth.documents import read_json
from gateway.auth.keys import ALGORITHMS, Keys
from gateway.errors import KeysUnavailable

LEEWAY_SECONDS: Final = 60
MAXIMUM_TOKEN_LENGTH: Final = 8192
TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
CLAIMS: Final = {
    "iss": "the token's iss is not valid",
    "aud": "the token is meant for another audience",
    "exp": "the token's exp is no time",
    "nbf": "the token is not valid yet (nbf)",
    "iat": "the token was issued in the future (iat)",
    "sub": "the token's sub is not valid",
    "client_id": "the token's client_id is not valid",
    "jti": "the token's jti is not valid",
}
"""The claims that are checked, and what is said when one is not as it must be."""


class InvalidToken(Exception):
    """A token that is not good here; ``reason`` quotes nothing of it and is plain ASCII, fit for a header."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Access:
    """What a good token says. ``expires_at`` is a UNIX time in seconds that has the leeway in it."""

    client: str
    scopes: frozenset[str]
    expires_at: float
    issuer: str
    keys_version: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """A token taken apart; nothing is checked yet but its form."""

    algorithm: str
    kid: str | None
    claims: dict[str, Any]


class _Registry(JWSRegistry):
    """The signature algorithms of `ALGORITHMS`, without joserfc's warning that EdDSA has a new name (RFC 9864)."""

    max_header_length = 4096

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]  # INVARIANT: `_take_apart` has let pass only names of `ALGORITHMS`.


_REGISTRY: Final = _Registry(strict_check_header=False)


class TokenReader:
    """Reads tokens of ``issuers`` (`iss` -> keys) meant for ``audience``; remembers up to ``memory`` good ones."""

    def __init__(self, issuers: Mapping[str, Keys], audience: str, memory: int = 10_000) -> None:
        self._issuers = dict(issuers)
        self._memory = memory
        self._good: OrderedDict[bytes, Access] = OrderedDict()
        needed: dict[str, ClaimsOption] = {name: {"essential": True} for name in CLAIMS if name != "nbf"}
        needed["aud"]["value"] = audience
        self._claims = JWTClaimsRegistry(now=None, leeway=LEEWAY_SECONDS, **needed)

    async def read(self, token: str) -> Access:
        """Return what ``token`` says; raises `InvalidToken`, or `KeysUnavailable` when no key was ever read."""
        if len(token) > MAXIMUM_TOKEN_LENGTH:
            raise InvalidToken(f"the token is longer than {MAXIMUM_TOKEN_LENGTH} characters")
        if not token.isascii():
            raise InvalidToken("the token is no signed JWT: it holds characters that are not ASCII")
        digest = sha256(token.encode("ascii")).digest()
        access = self._recall(digest)
        if access is None:
            access = await self._check(token)
            self._remember(digest, access)
        return access

    def _recall(self, digest: bytes) -> Access | None:
        access = self._good.get(digest)
        if access is None:
            return None
        # INVARIANT: a token outlives neither its expiry nor a change of its issuer's keys.
        if time.time() >= access.expires_at or self._issuers[access.issuer].version != access.keys_version:
            del self._good[digest]
            return None
        self._good.move_to_end(digest)
        return access

    def _remember(self, digest: bytes, access: Access) -> None:
        self._good[digest] = access
        if len(self._good) > self._memory:
            self._good.popitem(last=False)

    async def _check(self, token: str) -> Access:
        parts = _take_apart(token)
        issuer = parts.claims.get("iss")
        keys = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if keys is None or not isinstance(issuer, str):
            raise InvalidToken("the token is from an issuer that is not trusted here")
        key = await _find_key(keys, parts)
        version = keys.version
        _check_signature(token, key)
        self._check_claims(parts.claims)
        return _read_access(parts.claims, issuer, version)

    def _check_claims(self, claims: dict[str, Any]) -> None:
        try:
            self._claims.validate({name: claims[name] for name in CLAIMS if name in claims})
        except ExpiredTokenError as error:
            raise InvalidToken("the token has expired") from error
        except MissingClaimError as error:
            raise InvalidToken(f"the token lacks what RFC 9068 asks for: {error.claim}") from error
        except InvalidClaimError as error:
            raise InvalidToken(CLAIMS[error.claim]) from error
        if "cnf" in claims:
            raise InvalidToken("the token is bound to a key (cnf); proof of possession is not checked here yet")


def _take_apart(token: str) -> _Parts:
    """Return header and claims of ``token``; raises `InvalidToken` when they are not those of an access token."""
    segments = token.split(".")
    if len(segments) != 3:
        raise InvalidToken("the token is no signed JWT of three parts")
    header, claims = _read_segment(segments[0]), _read_segment(segments[1])
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise InvalidToken("the token is no access token: its typ is not at+jwt")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidToken(f"the token is not signed with one of {', '.join(ALGORITHMS)}")
    # No extension is understood here: RFC 7515 §4.1.11 then wants `crit` refused, RFC 7797 wants `b64` in it.
    if "crit" in header or "b64" in header:
        raise InvalidToken("the token's header asks for an extension that is not understood here")
    if kid is not None and not isinstance(kid, str):
        raise InvalidToken("the token's kid is no string")
    return _Parts(algorithm, kid, claims)


def _read_segment(segment: str) -> dict[str, Any]:
    try:
        read = read_json(urlsafe_b64decode(segment.encode("ascii")))
    except ValueError as error:
        raise InvalidToken("the token cannot be read: base64url, UTF-8 or JSON is not well-formed") from error
    if not isinstance(read, dict):
        raise InvalidToken("the token cannot be read: a part is no JSON object")
    return read


async def _find_key(keys: Keys, parts: _Parts) -> Key:
    """Return the key that ``parts`` ask for, after one look for new keys at the issuer when it is not known."""
    key = keys.find(parts.algorithm, parts.kid)
    if key is None and await keys.refetch():
        key = keys.find(parts.algorithm, parts.kid)
    if key is not None:
        return key
    if not keys.known:
        raise KeysUnavailable("the keys of the token's issuer cannot be read now", headers={"Retry-After": "10"})
    raise InvalidToken("the token is signed with a key that its issuer does not publish for this algorithm")


def _check_signature(token: str, key: Key) -> None:
    try:
        jws.deserialize_compact(token, key, registry=_REGISTRY)
    except (JoseError, ValueError) as error:
        raise InvalidToken("the token's signature is not valid") from error


def _read_access(claims: dict[str, Any], issuer: str, keys_version: int) -> Access:
    client, scope = claims["client_id"], claims.get("scope", "")
    if not isinstance(client, str) or CLIENT_ID.fullmatch(client) is None:
        raise InvalidToken("the token's client_id is not a client name")
    if not isinstance(scope, str):
        raise InvalidToken("the token's scope is no string")
    return Access(client, frozenset(scope.split()), claims["exp"] + LEEWAY_SECONDS, issuer, keys_version)
