"""Access tokens as an issuer signs them, good in everything that a test does not ask to be otherwise."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc.jwk import ECKey, Key, KeySet
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode
from starlette.datastructures import Headers

from gateway.auth import Authenticator, Client, FixedKeys, Issuer, Presented

ISSUER = "https://issuer.test"
URL = "http://127.0.0.1:8088/graphql"
AUDIENCE = "credit-gateway"
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
MISSING: Any = object()
"""As the value of a claim or header parameter: it is not there at all."""

BANK = Client(
    id="bank",
    title="示例银行",
    department=None,
    scopes=frozenset({"credit.public", "credit.consent"}),
    purposes=("BANK_CREDIT",),
    default_purpose="BANK_CREDIT",
    case_required=frozenset(),
)


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good token of the bank."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": now + 3600,
        "iat": now,
        "sub": "bank",
        "client_id": "bank",
        "jti": "t1",
        "scope": "credit.public credit.consent",
    }
    return _changed(good, changes)


def header(algorithm: str = "ES256", **changes: Any) -> dict[str, Any]:
    """Return the header of a good token."""
    return _changed({"alg": algorithm, "typ": "at+jwt", "kid": "k1"}, changes)


def sign(
    said: Mapping[str, Any] | bytes | None = None,
    head: Mapping[str, Any] | bytes | None = None,
    key: Key = KEY,
    algorithm: str = "ES256",
) -> str:
    """Return a token; ``said`` and ``head`` may be bytes, to be signed as they are."""
    parts = [header(algorithm) if head is None else head, claims() if said is None else said]
    body = b".".join(urlsafe_b64encode(part if isinstance(part, bytes) else _json(part)) for part in parts)
    signature = JWSRegistry.algorithms[algorithm].sign(body, key)
    return (body + b"." + urlsafe_b64encode(signature)).decode()


def fixed(*keys: Key) -> FixedKeys:
    """Return ``keys`` as those of an issuer."""
    return FixedKeys(KeySet(list(keys)))


def authenticator(*clients: Client, keys: FixedKeys | None = None) -> Authenticator:
    """Return an authenticator that trusts ISSUER and knows ``clients``, or the bank alone."""
    return Authenticator([Issuer(ISSUER, keys or fixed(KEY))], AUDIENCE, {each.id: each for each in clients or (BANK,)})


def sent(*pairs: tuple[str, str], token: str | None = None, peer: str = "127.0.0.1", **said: str) -> Presented:
    """Return a request as a server hands it over; ``token`` becomes a bearer."""
    bearer: Iterable[tuple[str, str]] = [] if token is None else [("Authorization", f"Bearer {token}")]
    headers = Headers(raw=[(name.lower().encode(), value.encode("latin-1")) for name, value in (*bearer, *pairs)])
    return Presented(headers, said.get("method", "POST"), said.get("url", URL), peer)


def _changed(good: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not MISSING}


def _json(part: Mapping[str, Any]) -> bytes:
    return json.dumps(part).encode()
