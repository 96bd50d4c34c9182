"""A real gateway that trusts three issuers and one proxy, and the means of an attacker who holds some of the keys."""

import hmac
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from multidict import CIMultiDict

from gateway.auth.declared import IssuerSpec, MtlsSpec, Tokens
from tests.end_to_end.served import Served, Told, configuration, serving
from tests.gateway.certificates import Shown, certificate
from tests.gateway.issuer_site import CLIENT_ID, SECRET, IssuerSite, issuer_site
from tests.gateway.proofs import proof
from tests.gateway.tokens import MISSING
from tests.nowhere import nobody_there

PROXY = "127.0.0.2"
SECRET_ENV = "OPAQUE_SECRET"
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Arena:
    """``plain`` issues by RFC 9068, ``keycloak`` as Keycloak does, ``opaque`` opaque tokens; ``evil`` nobody trusts."""

    served: Served
    plain: IssuerSite
    keycloak: IssuerSite
    opaque: IssuerSite
    evil: IssuerSite
    key: ECKey
    mine: Shown
    other: Shown

    def by_keycloak(self, **changes: Any) -> str:
        """Return an access token in Keycloak's shape, good but for ``changes``."""
        shape = {"client_id": MISSING, "jti": MISSING, "azp": "bank", "typ": "Bearer", "scope": "profile"}
        roles = {"realm_access": {"roles": ["reader"]}}
        head = {"typ": "JWT", **changes.pop("head", {})}
        return self.keycloak.token(head, changes.pop("key", None), **{**shape, **roles, **changes})

    def bound(self, **changes: Any) -> str:
        """Return a token that is bound to the key that nobody but its client holds."""
        return self.plain.token(**{"cnf": {"jkt": self.key.thumbprint()}, **changes})

    def proof(self, token: str | None, **changes: Any) -> str:
        """Return a proof for ``token`` and this gateway, good but for ``changes``."""
        return proof(token, changes.pop("key", self.key), **{"htu": self.served.url, **changes})

    async def ask(self, pairs: Pairs, *, peer: str = "127.0.0.1", query: str = "", method: str = "POST") -> Told:
        """Send one query with the headers ``pairs``, from the address ``peer``."""
        headers = CIMultiDict([("Content-Type", "application/json"), *pairs])
        connector = aiohttp.TCPConnector(local_addr=(peer, 0))
        body = b'{"query":"{ __typename }"}' if method == "POST" else None
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.request(method, self.served.url + query, data=body, headers=headers) as response,
        ):
            return Told(response.status, response.headers, await response.read())


@asynccontextmanager
async def arena(data: Path) -> AsyncIterator[Arena]:
    """Run the gateway and the issuers."""
    async with AsyncExitStack() as stack:
        plain, keycloak, opaque, evil = [await stack.enter_async_context(issuer_site()) for _ in range(4)]
        known = configuration()
        settings = msgspec.structs.replace(known.settings, tokens=_tokens(plain, keycloak, opaque))
        environ = {**nobody_there(known.catalogue.sources.values()), SECRET_ENV: SECRET}
        running = serving(environ, data, configured=replace(known, settings=settings))
        served = await stack.enter_async_context(running)
        key = ECKey.generate_key("P-256")
        yield Arena(served, plain, keycloak, opaque, evil, key, certificate(), certificate("other"))


def _tokens(plain: IssuerSite, keycloak: IssuerSite, opaque: IssuerSite) -> Tokens:
    role_scopes = {"reader": ["credit.public"]}
    issuers = [
        IssuerSpec(issuer=plain.url),
        IssuerSpec(
            issuer=keycloak.url,
            types=["JWT"],
            waive=["jti"],
            client_claim="azp",
            role_claims=["realm_access.roles"],
            role_scopes=role_scopes,
            subject_claim="credit_subject",
        ),
        IssuerSpec(
            issuer=opaque.url,
            types=[],
            introspection_url=opaque.introspection_url,
            introspection_client_id=CLIENT_ID,
            introspection_secret_env=SECRET_ENV,
        ),
    ]
    return Tokens(issuers=issuers, mtls=MtlsSpec(proxies=[PROXY]))


def bearer(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


def dpop(token: str, *proofs: str) -> list[tuple[str, str]]:
    return [("Authorization", f"DPoP {token}"), *(("DPoP", each) for each in proofs)]


def altered(token: str, part: int = 1, **changes: Any) -> str:
    """Return ``token`` with other claims (part 1) or another header (part 0) under its old signature."""
    parts = token.split(".")
    said = json.loads(urlsafe_b64decode(parts[part].encode())) | changes
    kept = {name: value for name, value in said.items() if value is not MISSING}
    parts[part] = urlsafe_b64encode(json.dumps(kept).encode()).decode()
    return ".".join(parts)


def by_secret(token: str, secret: bytes) -> str:
    """Return ``token`` signed by HMAC with ``secret``."""
    body = altered(token, 0, alg="HS256").rpartition(".")[0]
    return f"{body}.{urlsafe_b64encode(hmac.digest(secret, body.encode(), 'sha256')).decode()}"
