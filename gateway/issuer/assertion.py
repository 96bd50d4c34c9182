"""Clients that prove who they are with a key: `private_key_jwt` (RFC 7523 §3, OpenID Connect Core §9).

authlib finds the client and checks issuer, subject, audience, expiry and one use; the assertion itself is read as
strictly as an access token, and signed with a key that is registered for the client.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from authlib.oauth2.rfc6749.errors import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion

from connectors.errors import Mistake
from gateway.auth import Client
from gateway.auth.documents import read_json
from gateway.auth.keys import PRIVATE_MEMBERS, KeyRing, read_key_ring
from gateway.auth.replay import Memory
from gateway.auth.signed import InvalidSigned, Parts, check_signature, take_apart
from gateway.clients.keys import counting

METHOD: Final = "private_key_jwt"
TYPES: Final = frozenset({"", "jwt", "client-authentication+jwt"})
LONGEST_SECONDS: Final = 300
"""How far ahead an assertion may expire: its `jti` is remembered until then."""
LEEWAY_SECONDS: Final = 60
MAXIMUM_JTI_LENGTH: Final = 256


class Assertion(JWTBearerClientAssertion):  # type: ignore[misc]  # authlib is untyped
    """Checks assertions meant for one of ``audiences``; each counts once."""

    CLIENT_AUTH_METHOD = METHOD

    def __init__(self, audiences: list[str]) -> None:
        super().__init__(leeway=LEEWAY_SECONDS)
        self._audiences = audiences
        self._used = Memory(LEEWAY_SECONDS)

    def __call__(self, query_client: Any, request: Any) -> Any:
        """Return the client that the request's assertion proves, None when it has none."""
        form = request.form
        if "client_assertion" not in form:
            return None
        # RFC 6749 §2.3: one method a request; RFC 7521 §4.2: a client named beside the assertion is the same.
        if "client_secret" in form or "authorization" in request.headers:
            raise InvalidClientError(description="two ways of authentication at once")
        client = super().__call__(query_client, request)
        if client is not None and form.get("client_id", client.get_client_id()) != client.get_client_id():
            raise InvalidClientError(description="the assertion is another client's")
        return client

    def get_audiences(self) -> list[str]:
        """Return the names under which this issuer is meant."""
        return self._audiences

    def extract_assertion(self, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return header and claims of ``assertion``, of which nothing is checked yet but the form."""
        parts = _parts(assertion)
        return parts.header, parts.claims

    def resolve_client_public_key(self, client: Any) -> KeyRing:
        """Return the registered keys of ``client``, none for a client with a secret."""
        keys: KeyRing = client.keys or KeyRing(())
        return keys

    def process_assertion_claims(self, assertion: str, resolve_key: KeyRing) -> dict[str, Any]:
        """Return the claims of ``assertion``, signed with one of the keys of ``resolve_key`` and good in all."""
        parts = _parts(assertion)
        key = resolve_key.find(parts.algorithm, parts.kid)
        if key is None:
            raise InvalidClientError(description="the assertion is signed with no key of the client")
        try:
            check_signature(assertion, key)
        except InvalidSigned as error:
            raise InvalidClientError(description="the assertion's signature is not valid") from error
        self.verify_claims(parts.claims)
        return parts.claims

    def validate_jti(self, claims: Mapping[str, Any], jti: Any) -> bool:
        """Return whether ``jti`` is a name that its client has not used before, and the assertion a short-lived one."""
        now, expires_at = time.time(), claims["exp"]
        if not isinstance(jti, str) or not 1 <= len(jti) <= MAXIMUM_JTI_LENGTH:
            return False
        if expires_at > now + LONGEST_SECONDS + LEEWAY_SECONDS:
            return False
        return self._used.first_here(claims["sub"], jti, expires_at, now)


def key_mistakes(clients: Iterable[Client], folder: Path) -> Iterator[Mistake]:
    """Yield what is wrong with the keys of each client that names a file of them."""
    for client in clients:
        if client.keys_file is not None and isinstance(found := read_client_keys(client, folder), Mistake):
            yield found


def read_client_keys(client: Client, folder: Path) -> KeyRing | Mistake:
    """Return the public keys in the file that ``client`` names in ``folder``, or what is wrong with it.

    Keys whose time is over (`gateway.clients.keys`) count no more.
    """
    place = f"clients.{client.id}.keys_file"
    path = folder / (client.keys_file or "")
    if path.is_symlink():
        return Mistake("clients.toml", place, "the file is a link: name the file itself")
    try:
        document = read_json(path.read_bytes())
    except (OSError, ValueError):
        return Mistake("clients.toml", place, "the file cannot be read as JSON")
    ring = read_key_ring(counting(document, time.time()))
    if ring is None or not ring.keys:
        return Mistake("clients.toml", place, "the file is no JWK set with a key that can check signatures")
    if any(not PRIVATE_MEMBERS.isdisjoint(key) for key in document["keys"]):
        return Mistake("clients.toml", place, "the file holds a private key: register the public one only")
    return ring


def _parts(assertion: str) -> Parts:
    try:
        parts = take_apart(assertion)
    except InvalidSigned as error:
        raise InvalidClientError(description="the assertion cannot be read") from error
    if parts.kind.lower() not in TYPES:
        raise InvalidClientError(description="the assertion is a token of another kind")
    return parts
