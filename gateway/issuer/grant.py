"""What the development issuer grants: authlib's authorization server over our clients.

With `gateway.issuer.assertion` the one door to authlib.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import KeySet
from starlette.responses import JSONResponse, Response

from gateway.auth import Client
from gateway.auth.keys import KeyRing
from gateway.issuer.assertion import METHOD, Assertion

GRANT_TYPE: Final = "client_credentials"
ALGORITHM: Final = "ES256"
SECRET_METHODS: Final = ("client_secret_basic", "client_secret_post")
METHODS: Final = (METHOD, *SECRET_METHODS)
SUBJECT_CLAIM: Final = "credit_subject"
"""The claim that names the client's own subject."""
NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class Grantee:
    """A registered client, as authlib asks about one (its `ClientMixin`).

    It proves itself with its ``keys`` when it has any, else with its ``secret``. ``bound_to`` is the thumbprint of the
    key that the token of this one request is bound to.
    """

    client: Client
    secret: str
    keys: KeyRing | None = None
    bound_to: str | None = None

    @property
    def scopes(self) -> list[str]:
        """What the client is registered for."""
        return sorted(self.client.scopes)

    def get_client_id(self) -> str:
        """Return the client's name."""
        return self.client.id

    def check_client_secret(self, secret: str) -> bool:
        """Return whether ``secret`` is the client's, in constant time."""
        return hmac.compare_digest(secret.encode(errors="replace"), self.secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return whether the client may say who it is by ``method``: with a key, nothing weaker will do."""
        return method in ((METHOD,) if self.keys is not None else SECRET_METHODS)

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether the client may use ``grant_type``."""
        return bool(grant_type == GRANT_TYPE)

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scope to grant: all when none is asked for; raises `InvalidScopeError` for one not registered."""
        asked = scope.split() if scope else self.scopes
        if not set(asked) <= set(self.scopes):
            raise InvalidScopeError("the client is not registered for every scope it asks for")
        return " ".join(dict.fromkeys(asked))


class TokenRequest(OAuth2Request):  # type: ignore[misc]  # authlib is untyped
    """A token request as authlib reads it; ``headers`` are looked up without case.

    ``bound_to`` is the thumbprint of the key whose possession the request proves (RFC 9449 §5).
    """

    def __init__(
        self, method: str, uri: str, form: dict[str, str], headers: Mapping[str, str], bound_to: str | None = None
    ) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(form)
        self.bound_to = bound_to
        self._form = form

    @property
    def args(self) -> dict[str, str]:
        """The query's parameters: none is read."""
        return {}

    @property
    def form(self) -> dict[str, str]:
        """The body's parameters."""
        return self._form


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]  # authlib is untyped
    """The one grant."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return the answer; written anew because authlib's own writes the token into the debug log."""
        self.request.client = replace(self.request.client, bound_to=self.request.bound_to)
        token = self.generate_token(scope=self.request.payload.scope, include_refresh_token=False)
        if self.request.bound_to is not None:
            token["token_type"] = "DPoP"  # noqa: S105 (a kind of token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class Generator(JWTBearerTokenGenerator):  # type: ignore[misc]  # authlib is untyped
    """Writes the tokens."""

    def __init__(self, issuer: str, audience: str, keys: KeySet, lifetime_seconds: int) -> None:
        super().__init__(issuer, alg=ALGORITHM, expires_generator=lifetime_seconds)
        self._audience = audience
        self._keys = keys

    def get_jwks(self) -> KeySet:
        """Return the signing key."""
        return self._keys

    def get_audiences(self, client: Grantee, user: None, scope: str) -> str:
        """Return the gateway's name."""
        return self._audience

    def get_extra_claims(self, client: Grantee, grant_type: str, user: None, scope: str) -> dict[str, Any]:
        """Return the client's own subject, and the key that the token is bound to."""
        claims: dict[str, Any] = {}
        if client.client.subject is not None:
            claims[SUBJECT_CLAIM] = client.client.subject
        if client.bound_to is not None:
            claims["cnf"] = {"jkt": client.bound_to}
        return claims


class Server(AuthorizationServer):  # type: ignore[misc]  # authlib is untyped
    """authlib's server over our clients, each looked up when it asks; saves nothing."""

    def __init__(self, find: Callable[[str], Grantee | None], generator: Generator, realm: str, token_url: str) -> None:
        super().__init__()
        self._find = find
        self._realm = realm
        self.register_client_auth_method(METHOD, Assertion([realm, token_url]))
        self.register_grant(_Grant)
        self.register_token_generator("default", generator)

    def query_client(self, client_id: str) -> Grantee | None:
        """Return the client of that name."""
        return self._find(client_id)

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        """Keep nothing: a token proves itself."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody."""

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        """Return ``request``, which has authlib's form already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Iterable[tuple[str, str]]) -> Response:
        """Return the HTTP answer; it does not tell an unknown client from a wrong secret."""
        sent = {name: value for name, value in headers if name.lower() != "content-type"}
        if isinstance(body, dict) and body.get("error") == "invalid_client":
            status = 401
            body = {"error": "invalid_client", "error_description": "client name, secret or assertion is wrong"}
            sent["WWW-Authenticate"] = f'Basic realm="{self._realm}"'
        return JSONResponse(body, status, {**sent, **NO_STORE})
