"""The development issuer: real tokens (client credentials, RFC 6749 §4.4; RFC 9068) for a newcomer's own machine.

Rules of this file: it answers loopback only, and does not exist when the gateway runs in production mode. A client's
secret is where its registration says, else made here, or derived from a seed in the environment; none is ever written
to a file or a log.
"""

import hmac
import logging
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.errors import ConfigError, Mistake
from gateway.auth import Client, FixedKeys, Issuer, Register, presented, register_of
from gateway.auth.claims import ClaimRules
from gateway.auth.dpop import OLDEST_SECONDS, Asked, InvalidProof, read_proof
from gateway.auth.keys import ALGORITHMS
from gateway.auth.presented import is_loopback
from gateway.auth.replay import Memory
from gateway.auth.target import target_of
from gateway.clients.secrets import find_secret, secret_mistakes
from gateway.issuer.assertion import key_mistakes, read_client_keys
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
from gateway.secrets import SecretRefused

OWN_RULES: Final = ClaimRules(subject=(SUBJECT_CLAIM,))
"""Where its tokens say what: as RFC 9068 has it, and the client's own subject."""
SEED_ENV: Final = "CREDIT_ISSUER_SEED"
MINIMUM_SEED_LENGTH: Final = 16
MAXIMUM_BODY_BYTES: Final = 8192
LIFETIME_SECONDS: Final = 3600
FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")

_log = logging.getLogger("gateway.issuer")


class DevelopmentIssuer:
    """Issues tokens to the registered ``clients`` for ``audience``; ``issuer`` is its name, an `http://` loopback URL.

    Clients are looked up when they ask, so what the register says counts at once. A client whose registration names a
    file of keys, in ``folder``, has no secret and proves itself with one of them. The secrets of others are where their
    registrations say, else made here, and told by ``secrets``: `CREDIT_ISSUER_SEED` (at least 16 characters) makes
    those the same at every start, `CREDIT_ISSUER_KEY_FILE` (PEM, EC P-256) the signing keys.
    Raises `ConfigError` in production mode, off loopback, or when variables or files do not hold what they should.
    """

    def __init__(
        self,
        clients: Register | Mapping[str, Client],
        *,
        issuer: str,
        audience: str,
        production: bool,
        environ: Mapping[str, str],
        folder: Path = Path(),
    ) -> None:
        self._clients = register_of(clients)
        mistakes = [*_place_mistakes(issuer, production), *_seed_mistakes(environ)]
        mistakes += [*secret_mistakes(self._clients.all(), environ, folder), *key_mistakes(self._clients.all(), folder)]
        if mistakes:
            raise ConfigError(mistakes)
        self.issuer = issuer
        self.audience = audience
        self._environ = environ
        self._folder = folder
        self._made: dict[str, str] = {}
        self._keys = read_signing_keys(environ)
        self._server = Server(self._grantee, self._generator(LIFETIME_SECONDS), issuer, f"{issuer}/oauth/token")
        self._proofs = Memory(OLDEST_SECONDS)

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of all clients that have one, by name, for `make run` to print."""
        return {client.id: self._secret(client) for client in self._clients.all() if client.keys_file is None}

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

        ``bound_to`` is the thumbprint of the key that the token needs proofs of (RFC 9449 §6). Raises KeyError for a
        client that may not ask.
        """
        found = self._clients.find(client)
        if found is None:
            raise KeyError(client)
        grantee = Grantee(found, "", None, bound_to=bound_to)
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
                "scopes_supported": sorted({scope for each in self._clients.all() for scope in each.scopes}),
            }
        )

    def _grantee(self, client_id: str) -> Grantee | None:
        """Return the client of that name; None for one that may not ask, or whose keys or secret cannot be read now."""
        client = self._clients.find(client_id)
        if client is None:
            return None
        if client.keys_file is not None:
            ring = read_client_keys(client, self._folder)
            if isinstance(ring, Mistake):
                _log.warning("no token for client %s: %s", client.id, ring.message)
                return None
            return Grantee(client, "", ring)
        try:
            return Grantee(client, self._secret(client), None)
        except SecretRefused as error:
            _log.warning("no token for client %s: its secret cannot be used: %s", client.id, error.reason)
            return None

    def _secret(self, client: Client) -> str:
        """Return the secret that the registration names, else one that is made, and then stays; raises SecretRefused.

        A named one is read at each question: a new one counts at once.
        """
        secret = find_secret(client, self._environ, self._folder)
        if secret is not None:
            return secret
        if client.id not in self._made:
            self._made[client.id] = _secret(client.id, self._environ.get(SEED_ENV))
        return self._made[client.id]

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
