"""What `[tokens]` in `gateway.toml` may say: whose access tokens are taken, and how their possession is proved.

No secret stands there: a key that ends in `_env` names a variable of the environment, one that ends in `_file` a file.
An empty text, or an empty list, says that there is none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Final, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field

from connectors.declaration import Part, unknown
from connectors.errors import Mistake
from gateway.auth.certificate import Form, read_network
from gateway.auth.documents import is_safe
from gateway.policy import Policy

Algorithm = Literal["ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"]
Claim = Annotated[
    str | list[str], Meta(description="a claim such as `azp` or `realm_access.roles`, or the list of its names")
]
"""Where a claim stands: a dotted path, or the list of its names when one of them has a dot."""
HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
OTHER_TYPES: Final = (
    "consent+jwt",
    "dpop+jwt",
    "logout+jwt",
    "secevent+jwt",
    "oauth-authz-req+jwt",
    "token-introspection+jwt",
)
"""Types of JWTs that are something else by their own specifications, never access tokens."""


class IssuerSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One issuer whose tokens are taken, and where they say what."""

    issuer: str
    jwks_url: str = ""
    algorithms: list[Algorithm] = field(default_factory=lambda: list(get_args(Algorithm)))
    types: list[str] = field(default_factory=lambda: ["at+jwt", "application/at+jwt"])
    waive: list[Literal["iat", "jti", "sub"]] = []
    client_claim: Claim = "client_id"
    scope_claim: Claim = "scope"
    scope_form: Literal["text", "list"] = "text"
    role_claims: list[Claim] = []
    role_scopes: dict[str, list[str]] = {}
    subject_claim: Claim = ""
    introspection_url: str = ""
    introspection_client_id: str = ""
    introspection_secret_env: str = ""
    introspection_secret_file: str = ""


class MtlsSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which proxies hand over the certificate of the client, and how."""

    header: str = "Client-Cert"
    form: Form = "rfc9440"
    proxies: list[str] = []


class Tokens(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose access tokens are taken, for which audience, and how their possession is proved."""

    issuer: str = "http://127.0.0.1:8088"
    audience: str = "credit-gateway"
    public_url: str = ""
    dpop_nonce: bool = False
    issuers: list[IssuerSpec] = []
    mtls: MtlsSpec = MtlsSpec()

    def trusted(self, *, production: bool) -> list[IssuerSpec]:
        """Return the issuers elsewhere; in production ``issuer`` is one of them, when it is no development issuer."""
        short = [IssuerSpec(issuer=self.issuer)] if production and self.issuer.startswith("https://") else []
        return [*short, *self.issuers]

    def missing_variables(self, environ: Mapping[str, str]) -> list[Mistake]:
        """Return a mistake for each variable that is named here and not set in ``environ``."""
        return [
            Mistake(
                "gateway.toml",
                f"tokens.issuers.{at}.introspection_secret_env",
                f"the environment variable `{spec.introspection_secret_env}` is not set",
            )
            for at, spec in enumerate(self.issuers, 1)
            if spec.introspection_secret_env and not environ.get(spec.introspection_secret_env, "").strip()
        ]


def path_of(claim: str | list[str]) -> tuple[str, ...]:
    """Return the names on the way to ``claim``."""
    return tuple(claim.split(".") if isinstance(claim, str) else claim)


def token_mistakes(tokens: Part, *, production: bool) -> Iterator[tuple[str, str]]:
    """Yield place and message of what is wrong in ``tokens``, the sound part of the table, beyond single values."""
    issuers = tokens.get("issuers", [])
    yield from _issuer_places(tokens, issuers, production=production)
    for at, issuer in enumerate(issuers, 1):
        for key, message in (*_addresses(issuer), *_kinds(issuer), *_claims(issuer), *_introspection(issuer)):
            yield f"tokens.issuers.{at}.{key}", message
    if tokens.get("audience") == "":
        yield "tokens.audience", "empty: no token could be meant for this gateway"
    public_url = tokens.get("public_url", "")
    if public_url and not _is_address(public_url):
        yield "tokens.public_url", "expected an https address without query, as clients use it"
    for key, message in _mtls(tokens.get("mtls", Part())):
        yield f"tokens.mtls.{key}", message


def scope_mistakes(tokens: Tokens, policy: Policy) -> list[Mistake]:
    """Return a mistake for each scope that a role opens and ``policy`` does not know."""
    return [
        Mistake(
            "gateway.toml",
            f"tokens.issuers.{at}.role_scopes.{role}",
            unknown("scope", scope, [*policy.scopes, "owner.<source>"]),
        )
        for at, spec in enumerate(tokens.issuers, 1)
        for role, scopes in spec.role_scopes.items()
        for scope in scopes
        if not policy.knows(scope)
    ]


def _issuer_places(tokens: Part, issuers: Iterable[Part], *, production: bool) -> Iterator[tuple[str, str]]:
    own = tokens.get("issuer", Tokens().issuer)
    counts = not production or own.startswith("https://")
    if not counts and not issuers and tokens.unfit.isdisjoint({"issuer", "issuers"}):
        yield "tokens.issuers", "production needs at least one issuer: write a table [[tokens.issuers]]"
    named = Counter(each["issuer"] for each in issuers if "issuer" in each)
    named.update([own] if counts else [])
    for name, times in named.items():
        if times > 1:
            yield "tokens.issuers", f"the issuer `{name}` stands {times} times"


def _addresses(issuer: Part) -> Iterator[tuple[str, str]]:
    if "issuer" in issuer and not _is_address(issuer["issuer"]):
        yield "issuer", "expected the issuer's https address as its tokens have it, without query"
    for key in ("jwks_url", "introspection_url"):
        if issuer.get(key) and not is_safe(issuer[key]):
            yield key, "expected an https address; plain http is taken from this machine only"


def _kinds(issuer: Part) -> Iterator[tuple[str, str]]:
    if issuer.get("algorithms") == []:
        yield "algorithms", "empty: no signature could be good"
    if issuer.get("types") == [] and not issuer.get("introspection_url"):
        yield "types", "empty: without introspection_url no token of this issuer could be good"
    for name in issuer.get("types", []):
        if not name.isascii() or not name.strip() or name.lower().removeprefix("application/") in OTHER_TYPES:
            yield "types", f"`{name}` is no type of access tokens"


def _claims(issuer: Part) -> Iterator[tuple[str, str]]:
    places = {key: issuer[key] for key in ("client_claim", "scope_claim") if key in issuer}
    places |= {"subject_claim": issuer["subject_claim"]} if issuer.get("subject_claim") else {}
    places |= {f"role_claims.{at}": claim for at, claim in enumerate(issuer.get("role_claims", []), 1)}
    for key, claim in places.items():
        if not all(path_of(claim)) or not path_of(claim):
            yield key, "a name of the path is empty"
    if issuer.get("role_scopes") and issuer.lacks("role_claims"):
        yield "role_scopes", "no role is ever read: name where roles stand in role_claims"
    if issuer.get("role_claims") and issuer.lacks("role_scopes"):
        yield "role_claims", "no role opens anything: say in role_scopes what each opens"


def _introspection(issuer: Part) -> Iterator[tuple[str, str]]:
    given = [key for key in ("introspection_secret_env", "introspection_secret_file") if issuer.get(key)]
    if not issuer.get("introspection_url"):
        for key in ("introspection_client_id", *given):
            if issuer.get(key):
                yield key, "used with introspection_url only"
        return
    if not issuer.get("introspection_client_id"):
        yield "introspection_client_id", "missing: introspection_url asks who we are"
    if len(given) != 1:
        yield "introspection_url", "needs one of introspection_secret_env and introspection_secret_file"


def _mtls(mtls: Part) -> Iterator[tuple[str, str]]:
    if "header" in mtls and HEADER.fullmatch(mtls["header"]) is None:
        yield "header", "expected the name of a header"
    for at, text in enumerate(mtls.get("proxies", []), 1):
        network = read_network(text)
        if network is None:
            yield f"proxies.{at}", f"`{text}` is no address and no network such as `10.1.0.0/24`"
        elif network.prefixlen == 0:
            yield f"proxies.{at}", f"`{text}` is everybody: name the proxies"


def _is_address(url: str) -> bool:
    """Return whether ``url`` is a safe address without user, query and fragment (RFC 8414 §2)."""
    if not is_safe(url):
        return False
    parts = urlsplit(url)
    return not (parts.query or parts.fragment or "@" in parts.netloc or url.endswith(("?", "#")))
