"""Reading of access tokens: which issuer each is from, and whether it is good. Possession is checked elsewhere.

A signed JWT (RFC 9068, best current practice RFC 8725) is checked in this order: form and header, issuer, type, key,
signature, then the claims. Nothing of the payload counts before the signature is good, except `iss`, which only
chooses among the keys of the issuers we trust: a key of one issuer never checks a token of another. A token of any
other form is opaque: the issuers that answer such questions are asked, in the order of the configuration.

A token that was good is remembered by its SHA-256 until it expires or its issuer's keys change: a check costs a
signature, and a client sends the same token with every request. joserfc is used and not authlib's validator, which
knows no leeway, takes a token without `typ`, and reads the last of two claims of one name.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from joserfc.jwk import Key

from gateway.auth.access import Access, InvalidToken
from gateway.auth.claims import ClaimReader, ClaimRules
from gateway.auth.introspection import Introspection, IssuerAway
from gateway.auth.keys import ALGORITHMS, Keys
from gateway.auth.signed import InvalidSigned, Parts, check_signature, take_apart
from gateway.errors import KeysUnavailable

MAXIMUM_TOKEN_LENGTH: Final = 8192
TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
"""The `typ` of access tokens by RFC 9068 §2.1, in small letters."""
OPAQUE: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What a bearer token may be written with (RFC 6750 §2.1)."""
RETRY: Final = {"Retry-After": "10"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer that is trusted: its ``name`` (`iss`), its ``keys``, what its tokens look like and where they say what.

    ``types`` are in small letters. ``introspection`` is there when the issuer is asked about opaque tokens.
    """

    name: str
    keys: Keys
    rules: ClaimRules = field(default_factory=ClaimRules)
    algorithms: frozenset[str] = frozenset(ALGORITHMS)
    types: frozenset[str] = TYPES
    introspection: Introspection | None = None


class TokenReader:
    """Reads tokens of ``issuers`` meant for ``audience``; remembers up to ``memory`` good ones."""

    def __init__(self, issuers: Iterable[Issuer], audience: str, memory: int = 10_000) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self._readers = {each.name: ClaimReader(each.name, audience, each.rules) for each in self._issuers.values()}
        self._asked = [each.introspection for each in self._issuers.values() if each.introspection is not None]
        self._memory = memory
        self._good: OrderedDict[bytes, Access] = OrderedDict()

    async def read(self, token: str) -> Access:
        """Return what ``token`` says; raises `InvalidToken`, or `KeysUnavailable` when its issuer cannot be asked."""
        if len(token) > MAXIMUM_TOKEN_LENGTH:
            raise InvalidToken(f"the token is longer than {MAXIMUM_TOKEN_LENGTH} characters")
        if not token.isascii():
            raise InvalidToken("the token is no signed JWT: it holds characters that are not ASCII")
        digest = sha256(token.encode("ascii")).digest()
        if self._asked and token.count(".") != 2 and OPAQUE.fullmatch(token):
            return await self._introspect(token, digest)
        access = self._recall(digest)
        if access is None:
            access = await self._check(token)
            self._remember(digest, access)
        return access

    async def _introspect(self, token: str, digest: bytes) -> Access:
        """Return what the first issuer that knows ``token`` says of it."""
        away, reason = False, ""
        for introspection in self._asked:
            try:
                return await introspection.read(token, digest)
            except InvalidToken as error:
                reason = error.reason
            except IssuerAway:
                away = True
        if away:
            raise KeysUnavailable("the issuer of opaque tokens cannot be asked now", headers=RETRY)
        raise InvalidToken(reason)

    def _recall(self, digest: bytes) -> Access | None:
        access = self._good.get(digest)
        if access is None:
            return None
        # INVARIANT: a token outlives neither its expiry nor a change of its issuer's keys.
        if time.time() >= access.expires_at or self._issuers[access.issuer].keys.version != access.keys_version:
            del self._good[digest]
            return None
        self._good.move_to_end(digest)
        return access

    def _remember(self, digest: bytes, access: Access) -> None:
        self._good[digest] = access
        if len(self._good) > self._memory:
            self._good.popitem(last=False)

    async def _check(self, token: str) -> Access:
        try:
            parts = take_apart(token)
        except InvalidSigned as error:
            raise InvalidToken(f"the token {error.reason}") from error
        name = parts.claims.get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise InvalidToken("the token is from an issuer that is not trusted here")
        kind = parts.kind.lower()
        if kind not in issuer.types:
            raise InvalidToken("the token is no access token: its typ is not at+jwt")
        if parts.algorithm not in issuer.algorithms:
            raise InvalidToken("the token is signed with an algorithm that its issuer is not declared to use")
        key = await _find_key(issuer.keys, parts)
        version = issuer.keys.version
        try:
            check_signature(token, key)
        except InvalidSigned as error:
            raise InvalidToken("the token's signature is not valid") from error
        return self._readers[issuer.name].read(parts.claims, version, other_kind=kind not in TYPES)


async def _find_key(keys: Keys, parts: Parts) -> Key:
    """Return the key that ``parts`` ask for, after one look for new keys at the issuer when it is not known."""
    key = keys.find(parts.algorithm, parts.kid)
    if key is None and await keys.refetch():
        key = keys.find(parts.algorithm, parts.kid)
    if key is not None:
        return key
    if not keys.known:
        raise KeysUnavailable("the keys of the token's issuer cannot be read now", headers=RETRY)
    raise InvalidToken("the token is signed with a key that its issuer does not publish for this algorithm")
