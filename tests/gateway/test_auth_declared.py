"""`[tokens]` in `gateway.toml`: every mistake at once with its place, what is sound opens, and secrets stay outside."""

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError
from gateway.auth import open_issuers, open_possession
from gateway.auth.declared import Tokens, scope_mistakes
from gateway.consents.issuers import access_issuers
from gateway.policy import load_policy
from gateway.settings import Settings, load_settings
from tests.gateway.policies import CONFIG

KEYCLOAK = """
[[tokens.issuers]]
issuer = "https://id.city.test/realms/credit"
jwks_url = "https://id.city.test/realms/credit/protocol/openid-connect/certs"
algorithms = ["RS256", "PS256"]
types = ["JWT"]
waive = ["jti", "sub"]
client_claim = "azp"
role_claims = ["realm_access.roles", ["resource_access", "credit.gateway", "roles"]]
role_scopes = { reader = ["credit.public"], officer = ["credit.gov", "owner.tax_credit"] }
subject_claim = "credit_subject"
"""
OPAQUE = """
[[tokens.issuers]]
issuer = "https://opaque.test"
types = []
introspection_url = "https://opaque.test/introspect"
introspection_client_id = "gateway"
"""
MISTAKES = """
production = true
[tokens]
audience = ""
public_url = "https://gateway.test/?x"
dpop_nonce = "yes"
[tokens.mtls]
header = "Client Cert"
form = "der"
proxies = ["10.0.0.1/8", "proxy.test", "0.0.0.0/0", "10.0.0.1"]
[[tokens.issuers]]
issuer = "http://id.test"
jwks_url = "http://id.test/keys"
algorithms = ["HS256", "none"]
types = ["", "dpop+jwt", "application/logout+jwt"]
waive = ["aud", "exp", "iss"]
client_claim = "a..b"
scope_claim = []
scope_form = "csv"
role_claims = ["roles", 5]
introspection_client_id = "x"
secret = "s3cr3t-value"
[[tokens.issuers]]
issuer = "https://id.test"
algorithms = []
types = []
role_scopes = { reader = ["credit.public"] }
[[tokens.issuers]]
issuer = "https://id.test"
introspection_url = "http://id.test/introspect"
introspection_secret_env = "A"
introspection_secret_file = "b"
[[tokens.issuers]]
jwks_url = "http://127.0.0.1:9/keys"
"""
TOLD = [
    "tokens.dpop_nonce: expected true or false, found a text",
    "tokens.audience: empty",
    "tokens.public_url: expected an https address",
    "tokens.mtls.header: expected the name of a header",
    "tokens.mtls.form: unknown value `der`; known: pem, rfc9440, sha256",
    "tokens.mtls.proxies.1: `10.0.0.1/8` is no address and no network",
    "tokens.mtls.proxies.2: `proxy.test` is no address",
    "tokens.mtls.proxies.3: `0.0.0.0/0` is everybody",
    "tokens.issuers: the issuer `https://id.test` stands 2 times",
    "tokens.issuers.1.issuer: expected the issuer's https address",
    "tokens.issuers.1.jwks_url: expected an https address",
    "tokens.issuers.1.algorithms.1: unknown value `HS256`; known: ES256, ES384, Ed25519, EdDSA, PS256, RS256",
    "tokens.issuers.1.algorithms.2: unknown value `none`",
    "tokens.issuers.1.types: `` is no type of access tokens",
    "tokens.issuers.1.types: `dpop+jwt` is no type",
    "tokens.issuers.1.types: `application/logout+jwt` is no type",
    *(f"tokens.issuers.1.waive.{at}: unknown value `{name}`" for at, name in enumerate(("aud", "exp", "iss"), 1)),
    "tokens.issuers.1.client_claim: a name of the path is empty",
    "tokens.issuers.1.scope_claim: a name of the path is empty",
    "tokens.issuers.1.scope_form: unknown value `csv`; known: list, text",
    "tokens.issuers.1.role_claims.2: expected a claim such as",
    "tokens.issuers.1.role_claims: no role opens anything",
    "tokens.issuers.1.introspection_client_id: used with introspection_url only",
    "tokens.issuers.1.secret: unknown key `secret`",
    "tokens.issuers.2.algorithms: empty",
    "tokens.issuers.2.types: empty",
    "tokens.issuers.2.role_scopes: no role is ever read",
    "tokens.issuers.3.introspection_url: expected an https address",
    "tokens.issuers.3.introspection_client_id: missing",
    "tokens.issuers.3.introspection_url: needs one of",
    "tokens.issuers.4.issuer: missing",
]


def tokens(folder: Path, text: str) -> Tokens:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path).tokens


def told(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        tokens(folder, text)
    return [str(mistake).removeprefix("gateway.toml: ") for mistake in raised.value.mistakes]


def test_every_mistake_is_told_at_once_and_no_value_of_a_secret(tmp_path: Path) -> None:
    found = told(tmp_path, MISTAKES)
    for expected in TOLD:
        assert any(line.startswith(expected) for line in found), (expected, found)
    assert len(found) == len(TOLD), found
    assert "s3cr3t-value" not in "".join(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("production = true", "tokens.issuers: production needs at least one issuer"),
        (
            'production = true\n[tokens]\nissuer = "http://127.0.0.1:8088"',
            "tokens.issuers: production needs at least one",
        ),
        ("production = true\n[tokens]\nissuers = []", "tokens.issuers: production needs at least one issuer"),
        (
            '[[tokens.issuers]]\nissuer = "http://127.0.0.1:8088"',
            "tokens.issuers: the issuer `http://127.0.0.1:8088` stands 2 times",
        ),
        ('[tokens]\npublic_url = "http://gateway.test"', "tokens.public_url: expected an https address"),
        ('[tokens]\npublic_url = "https://a@gateway.test"', "tokens.public_url: expected an https address"),
        ('[tokens]\npublic_url = "https://[::1"', "tokens.public_url: expected an https address"),
        ('[tokens]\npublic_url = "https://gateway.test:port"', "tokens.public_url: expected an https address"),
    ],
)
def test_one_mistake(tmp_path: Path, text: str, message: str) -> None:
    (found,) = told(tmp_path, text)
    assert found.startswith(message)


def test_what_is_sound_opens(tmp_path: Path) -> None:
    declared = tokens(tmp_path, f"production = true\n{KEYCLOAK}{OPAQUE}introspection_secret_env = 'SECRET'")
    keycloak, opaque = open_issuers(declared, {"SECRET": "x"}, tmp_path, production=True)
    assert (sorted(keycloak.types), sorted(keycloak.algorithms)) == (["jwt"], ["PS256", "RS256"])
    assert keycloak.rules.client == ("azp",)
    assert keycloak.rules.roles == (("realm_access", "roles"), ("resource_access", "credit.gateway", "roles"))
    assert keycloak.rules.role_scopes["officer"] == {"credit.gov", "owner.tax_credit"}
    assert (keycloak.rules.subject, sorted(keycloak.rules.waived)) == (("credit_subject",), ["jti", "sub"])
    assert keycloak.introspection is None
    assert opaque.introspection is not None
    assert opaque.types == set()


def test_in_production_the_short_form_is_an_issuer_of_its_own(tmp_path: Path) -> None:
    text = f'production = true\n[tokens]\nissuer = "https://id.test"\n{OPAQUE}introspection_secret_file = "absent"'
    declared = tokens(tmp_path, text)
    assert [each.issuer for each in declared.trusted(production=True)] == ["https://id.test", "https://opaque.test"]
    assert [each.issuer for each in declared.trusted(production=False)] == ["https://opaque.test"]
    with pytest.raises(
        ConfigError, match=r"^gateway.toml: tokens.issuers.1.introspection_secret_file: the file cannot"
    ):
        open_issuers(declared, {}, tmp_path, production=True)


@pytest.mark.parametrize(
    ("line", "environ", "files", "message"),
    [
        ("introspection_secret_env = 'SECRET'", {}, {}, "introspection_secret_env: the environment variable `SECRET`"),
        (
            "introspection_secret_env = 'SECRET'",
            {"SECRET": " "},
            {},
            "introspection_secret_env: the environment variable",
        ),
        ("introspection_secret_file = 'secret'", {}, {}, "introspection_secret_file: the file cannot be read"),
        ("introspection_secret_file = 'secret'", {}, {"secret": b"\n"}, "introspection_secret_file: the file is empty"),
        ("introspection_secret_file = 'secret'", {}, {"secret": b"\xff"}, "introspection_secret_file: the file is not"),
    ],
)
def test_a_secret_that_is_missing(
    tmp_path: Path, line: str, environ: dict[str, str], files: dict[str, bytes], message: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    declared = tokens(tmp_path, OPAQUE + line)
    with pytest.raises(ConfigError) as raised:
        open_issuers(declared, environ, tmp_path, production=False)
    (found,) = raised.value.mistakes
    assert str(found).startswith(f"gateway.toml: tokens.issuers.1.{message}")
    assert str(tmp_path) not in str(found)


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"hunter2")
    (tmp_path / "secret").chmod(0o644)
    declared = tokens(tmp_path, OPAQUE + "introspection_secret_file = 'secret'")
    with pytest.raises(ConfigError, match="others may read or write the file: set its mode to 0600"):
        open_issuers(declared, {}, tmp_path, production=False)


def test_a_role_that_opens_an_unknown_scope_is_a_mistake(tmp_path: Path) -> None:
    policy = load_policy(CONFIG / "scopes.toml")
    assert scope_mistakes(tokens(tmp_path, KEYCLOAK), policy) == []
    (found,) = scope_mistakes(tokens(tmp_path, KEYCLOAK.replace('"credit.gov"', '"credit.guv"')), policy)
    assert str(found).startswith("gateway.toml: tokens.issuers.1.role_scopes.officer: unknown scope `credit.guv`")


def test_no_issuer_of_access_tokens_states_consents(tmp_path: Path) -> None:
    settings = Settings(tokens=tokens(tmp_path, f"{KEYCLOAK}{OPAQUE}introspection_secret_env = 'SECRET'"))
    named = {"http://127.0.0.1:8088", "https://id.city.test/realms/credit", "https://opaque.test"}
    assert access_issuers(settings) == named


@pytest.mark.parametrize("nonce", [True, False])
def test_possession_as_declared(tmp_path: Path, nonce: bool) -> None:
    text = f'[tokens]\ndpop_nonce = {str(nonce).lower()}\n[tokens.mtls]\nproxies = ["10.0.0.1"]\nform = "pem"'
    made: Any = open_possession(tokens(tmp_path, text), b"secret", None)
    assert (made._nonces is not None) is nonce
    assert (made._proxies.header, made._proxies.form) == ("Client-Cert", "pem")
    assert open_possession(Tokens(), b"secret", None)._proxies is None
