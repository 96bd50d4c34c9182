"""From the claims of a token to `Access`, as the declaration of its issuer says where each stands. Pure but for time.

The same for the payload of a signed JWT (RFC 9068 §2.2) and for what an issuer tells of an opaque token (RFC 7662
§2.2). INVARIANT: no reason quotes a value of a claim.

Terms
    path     names of claims, each within the one before: `realm_access`, `roles`
    waived   claims that RFC 9068 wants and the issuer is declared to lack
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from joserfc.errors import ExpiredTokenError, InvalidClaimError, MissingClaimError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from gateway.auth.access import Access, Binding, InvalidToken
from gateway.auth.clients import CLIENT_ID
from gateway.auth.subject import is_own_subject

Path = tuple[str, ...]

LEEWAY_SECONDS: Final = 60
CLIENT: Final[Path] = ("client_id",)
WAIVABLE: Final = ("iat", "jti", "sub")
"""What an issuer may lack by declaration; never who issued a token, for whom, and until when."""
CHECKED: Final = {
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
OF_ID_TOKENS: Final = ("nonce", "at_hash", "c_hash", "s_hash", "events")
"""Claims of ID tokens (OpenID Connect Core §2, §3.3.2.11) and of security events (RFC 8417), not of access tokens."""
SCOPE: Final = re.compile(r"[!#-\[\]-~]+")
"""One scope, RFC 6749 §3.3."""
THUMBPRINT: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 in base64url."""
BINDINGS: Final = {"jkt": "key", "x5t#S256": "certificate"}
"""Confirmation methods that can be checked here -> field of `Binding`; any other leaves the token unusable."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """Where an issuer's tokens say what; the default is RFC 9068.

    ``roles`` are places of lists of roles, ``role_scopes`` what each role opens; a role without an entry opens
    nothing. ``subject`` is the place of the caller's own unified code, None when the issuer names none.
    """

    client: Path = CLIENT
    scopes: Path = ("scope",)
    scope_form: Literal["text", "list"] = "text"
    roles: tuple[Path, ...] = ()
    role_scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    subject: Path | None = None
    waived: frozenset[str] = frozenset()


class ClaimReader:
    """Reads the claims of one ``issuer``'s tokens for ``audience``; ``opaque`` ones need not have what JWTs must."""

    def __init__(self, issuer: str, audience: str, rules: ClaimRules, *, opaque: bool = False) -> None:
        self._issuer = issuer
        self._audience = audience
        self._rules = rules
        lacking = rules.waived | ({"iss", *WAIVABLE} if opaque else set())
        if rules.client != CLIENT:
            lacking |= {"client_id"}
        options: dict[str, ClaimsOption] = {
            name: {"essential": name not in lacking} for name in CHECKED if name != "nbf"
        }
        options["aud"]["value"] = audience
        options["iss"]["value"] = issuer
        self._registry = JWTClaimsRegistry(now=None, leeway=LEEWAY_SECONDS, **options)

    def read(self, claims: Mapping[str, Any], keys_version: int = 0, *, other_kind: bool = False) -> Access:
        """Return what ``claims`` say; raises `InvalidToken`.

        ``other_kind`` is said of a token whose form alone does not tell that it is an access token.
        """
        self._check(claims)
        client = self._client(claims)
        binding = read_binding(claims)
        if other_kind:
            refuse_other_kinds(claims, client, binding)
        return Access(
            client=client,
            scopes=self._scopes(claims) | self._role_scopes(claims),
            expires_at=claims["exp"] + LEEWAY_SECONDS,
            issuer=self._issuer,
            keys_version=keys_version,
            subject=self._subject(claims),
            binding=binding,
        )

    def _check(self, claims: Mapping[str, Any]) -> None:
        try:
            self._registry.validate({name: claims[name] for name in CHECKED if name in claims})
        except ExpiredTokenError as error:
            raise InvalidToken("the token has expired") from error
        except MissingClaimError as error:
            raise InvalidToken(f"the token lacks what RFC 9068 asks for: {error.claim}") from error
        except InvalidClaimError as error:
            raise InvalidToken(CHECKED[error.claim]) from error

    def _client(self, claims: Mapping[str, Any]) -> str:
        client = look_up(claims, self._rules.client)
        if not isinstance(client, str) or CLIENT_ID.fullmatch(client) is None:
            raise InvalidToken(f"the token's {self._rules.client[-1]} is not a client name")
        # A token that names its client twice, differently, could be that of either.
        if claims.get("client_id", client) != client:
            raise InvalidToken("the token names two clients")
        return client

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        said = look_up(claims, self._rules.scopes)
        if said is None:
            return frozenset()
        if self._rules.scope_form == "text":
            if not isinstance(said, str):
                raise InvalidToken("the token's scope is no string")
            said = [each for each in said.split(" ") if each]
        if not isinstance(said, list) or not all(isinstance(each, str) and SCOPE.fullmatch(each) for each in said):
            raise InvalidToken("the token's scope is no list of scopes")
        return frozenset(said)

    def _role_scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        opened: frozenset[str] = frozenset()
        for path in self._rules.roles:
            roles = look_up(claims, path)
            if roles is None:
                continue
            if not isinstance(roles, list) or not all(isinstance(each, str) for each in roles):
                raise InvalidToken("the token's roles are no list of strings")
            opened = opened.union(*(self._rules.role_scopes.get(role, ()) for role in roles))
        return opened

    def _subject(self, claims: Mapping[str, Any]) -> str | None:
        said = None if self._rules.subject is None else look_up(claims, self._rules.subject)
        if said is None:
            return None
        if not isinstance(said, str) or not is_own_subject(said):
            raise InvalidToken("the claim of the token that names its own subject is no unified code that checks out")
        return said


def look_up(claims: Mapping[str, Any], path: Path) -> Any:
    """Return the value at ``path``, None when there is none."""
    found: Any = claims
    for name in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def read_binding(claims: Mapping[str, Any]) -> Binding | None:
    """Return whose possession must be proved, None for a bearer token; raises `InvalidToken` for any other `cnf`."""
    if "cnf" not in claims:
        return None
    said = claims["cnf"]
    if not isinstance(said, dict) or not said or not said.keys() <= BINDINGS.keys():
        raise InvalidToken("the token is bound (cnf) in a way that is not understood here")
    if not all(isinstance(value, str) and THUMBPRINT.fullmatch(value) for value in said.values()):
        raise InvalidToken("the token is bound (cnf) to what is no SHA-256 thumbprint")
    return Binding(**{BINDINGS[name]: value for name, value in said.items()})


def refuse_other_kinds(claims: Mapping[str, Any], client: str, binding: Binding | None) -> None:
    """Raise `InvalidToken` for what reads as an ID, refresh or logout token (RFC 8725 §2.8, §3.12).

    Keycloak says the kind in the payload: `typ` is `Bearer`, for a DPoP-bound access token `DPoP`; others in
    `token_use` (Cognito `access`, Hydra `access_token`).
    """
    if any(name in claims for name in OF_ID_TOKENS):
        raise InvalidToken("the token is no access token: it has claims of an ID token")
    kinds = {"Bearer", "DPoP"} if binding is not None and binding.key is not None else {"Bearer"}
    if "typ" in claims and claims["typ"] not in tuple(kinds):
        raise InvalidToken("the token is no access token: its claim typ is not Bearer")
    if "token_use" in claims and claims["token_use"] not in ("access", "access_token"):
        raise InvalidToken("the token is no access token: its claim token_use is not access")
    if claims.get("aud") in (client, [client]):
        raise InvalidToken("the token is no access token: it is meant for its own client alone")
