"""The development issuer: real tokens (client credentials, RFC 6749 §4.4; RFC 9068) for a newcomer's own machine.

Rules of this file: it answers loopback only, and does not exist when the gateway runs in production mode. Secrets are
made at start, or derived from a seed in the environment; none is ever written to a file or a log.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.errors import ConfigError, Mistake
from gateway.auth import Client, FixedKeys, Issuer, presented
from gateway.auth.claims import ClaimRules
from gateway.auth.dpop import OLDEST_SECONDS, Asked, InvalidProof, read_proof
from gateway.auth.keys import ALGORITHMS, KeyRing
from gateway.auth.presented import is_loopback
from gateway.auth.replay import Memory
from gateway.auth.target import target_of
from gateway.issuer.assertion import read_client_keys
from gateway.issuer.grant import (
    GRANT_TYPE,
    METHODS,
    NO_STORE,
    SUBJECT_CLAIM,
    Generator,
    Grantee,
    Server,
    TokenRequest,
)
from gateway.issuer.signing import read_signing_keys

OWN_RULES: Final = ClaimRules(subject=(SUBJECT_CLAIM,))
"""Where its tokens say what: as RFC 9068 has it, and the client's own subject."""
SEED_ENV: Final = "CREDIT_ISSUER_SEED"
MINIMUM_SEED_LENGTH: Final = 16
MAXIMUM_BODY_BYTES: Final = 8192
LIFETIME_SECONDS: Final = 3600
FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


class DevelopmentIssuer:
    """Issues tokens to the registered ``clients`` for ``audience``; ``issuer`` is its name, an `http://` loopback URL.

    ``secrets`` holds the clients' secrets by name, for `make run` to print; `CREDIT_ISSUER_SEED` (at least 16
    characters) makes them the same at every start, `CREDIT_ISSUER_KEY_FILE` (PEM, EC P-256) the signing keys. A client
    whose registration names a file of keys, in ``folder``, has no secret and proves itself with one of them.
    Raises `ConfigError` in production mode, off loopback, or when variables or files do not hold what they should.
    """

    def __init__(
        self,
        clients: Mapping[str, Client],
        *,
        issuer: str,
        audience: str,
        production: bool,
        environ: Mapping[str, str],
        folder: Path = Path(),
    ) -> None:
        rings = {name: read_client_keys(each, folder) for name, each in clients.items() if each.keys_file is not None}
        wrong = [each for each in rings.values() if isinstance(each, Mistake)]
        mistakes = [*_place_mistakes(issuer, production), *_seed_mistakes(environ), *wrong]
        if mistakes:
            raise ConfigError(mistakes)
        self.issuer = issuer
        self.audience = audience
        self.secrets = {name: _secret(name, environ.get(SEED_ENV)) for name in clients if name not in rings}
        self._keys = read_signing_keys(environ)
        known = {name: ring for name, ring in rings.items() if isinstance(ring, KeyRing)}
        self._clients = {
            name: Grantee(each, self.secrets.get(name, ""), known.get(name)) for name, each in clients.items()
        }
        self._server = Server(self._clients, self._generator(LIFETIME_SECONDS), issuer, f"{issuer}/oauth/token")
        self._proofs = Memory(OLDEST_SECONDS)

    def trusted(self) -> Issuer:
        """Return this issuer as the gateway trusts it."""
        return Issuer(self.issuer, FixedKeys(self._keys), OWN_RULES)

    def mint(
        self,
        client: str,
        scopes: Iterable[str] | None = None,
        lifetime_seconds: int = LIFETIME_SECONDS,
        bound_to: str | None = None,
    ) -> str:
        """Return a token for ``client`` with ``scopes`` (default: all that it is registered for); asks no secret.

        ``bound_to`` is the thumbprint of the key that the token needs proofs of (RFC 9449 §6).
        """
        grantee = replace(self._clients[client], bound_to=bound_to)
        scope = " ".join(grantee.scopes if scopes is None else scopes)
        generator = self._generator(lifetime_seconds)
        return str(generator.access_token_generator(grantee, GRANT_TYPE, None, scope))

    @property
    def routes(self) -> list[Route]:
        """The issuer's resources: token endpoint, keys, metadata (RFC 8414)."""
        return [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/oauth/jwks", self._jwks, methods=["GET"]),
            Route("/.well-known/oauth-authorization-server", self._metadata, methods=["GET"]),
        ]

    async def _token(self, request: Request) -> Response:
        if not _from_loopback(request):
            return _refuse(403, "access_denied", "the development issuer answers this machine only")
        form = await _read_form(request)
        if form is None:
            return _refuse(400, "invalid_request", "the body must be one urlencoded form without repeated names")
        try:
            bound_to = self._proved(request)
        except InvalidProof as error:
            return _refuse(400, "invalid_dpop_proof", error.reason)
        asked = TokenRequest(request.method, f"{self.issuer}/oauth/token", form, request.headers, bound_to)
        response = self._server.create_token_response(asked)
        assert isinstance(response, Response)
        return response

    def _proved(self, request: Request) -> str | None:
        """Return the thumbprint of the key whose possession ``request`` proves, None without a proof (RFC 9449 §5)."""
        proofs = request.headers.getlist("DPoP")
        if not proofs:
            return None
        target = target_of(presented(request.scope, request.headers), "")
        if len(proofs) > 1 or target is None:
            raise InvalidProof("one DPoP proof, from this machine")
        now = time.time()
        proof = read_proof(proofs[0], Asked(request.method, target, named=False), now)
        if not self._proofs.first_here(proof.thumbprint, proof.jti, proof.issued_at, now):
            raise InvalidProof("the DPoP proof was used before (jti)")
        return proof.thumbprint

    async def _jwks(self, request: Request) -> Response:
        if not _from_loopback(request):
            return _refuse(403, "access_denied", "the development issuer answers this machine only")
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self._keys]})

    async def _metadata(self, request: Request) -> Response:
        if not _from_loopback(request):
            return _refuse(403, "access_denied", "the development issuer answers this machine only")
        return JSONResponse(
            {
                "issuer": self.issuer,
                "token_endpoint": f"{self.issuer}/oauth/token",
                "jwks_uri": f"{self.issuer}/oauth/jwks",
                "grant_types_supported": [GRANT_TYPE],
                "response_types_supported": [],
                "token_endpoint_auth_methods_supported": list(METHODS),
                "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
                "dpop_signing_alg_values_supported": list(ALGORITHMS),
                "scopes_supported": sorted({scope for each in self._clients.values() for scope in each.scopes}),
            }
        )

    def _generator(self, lifetime_seconds: int) -> Generator:
        return Generator(self.issuer, self.audience, KeySet([self._keys[0]]), lifetime_seconds)


def _place_mistakes(issuer: str, production: bool) -> list[Mistake]:
    mistakes = []
    if production:
        message = "the development issuer does not run in production: name the city's issuer and its keys"
        mistakes.append(Mistake("gateway.toml", "production", message))
    parts = urlsplit(issuer)
    if parts.scheme != "http" or not is_loopback(parts.hostname) or parts.path or parts.query or parts.fragment:
        message = f"the development issuer needs a loopback address such as `http://127.0.0.1:8088`, not `{issuer}`"
        mistakes.append(Mistake("gateway.toml", "tokens.issuer", message))
    return mistakes


def _seed_mistakes(environ: Mapping[str, str]) -> list[Mistake]:
    seed = environ.get(SEED_ENV)
    if seed is None or len(seed) >= MINIMUM_SEED_LENGTH:
        return []
    return [Mistake("environment", SEED_ENV, f"shorter than {MINIMUM_SEED_LENGTH} characters")]


def _from_loopback(request: Request) -> bool:
    """Return whether ``request`` comes from this machine itself: a proxy here would speak for others."""
    peer = request.client.host if request.client else None
    return is_loopback(peer) and not any(name in request.headers for name in FORWARDED)


def _secret(client: str, seed: str | None) -> str:
    """Return 256 bits of secret: random, or HMAC-SHA256 of the client's name under ``seed``."""
    if seed is None:
        return secrets.token_urlsafe(32)
    digest = hmac.new(seed.encode(), f"client secret of {client}".encode(), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


async def _read_form(request: Request) -> dict[str, str] | None:
    """Return the parameters of an urlencoded body of at most 8 KiB, None for anything else (RFC 6749 §3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAXIMUM_BODY_BYTES:
            return None
    try:
        pairs = parse_qsl(body.decode("utf-8"), errors="strict", max_num_fields=32)
    except ValueError:
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None


def _refuse(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status, NO_STORE)
