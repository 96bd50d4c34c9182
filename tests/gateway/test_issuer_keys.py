"""The development issuer and keys: clients that prove themselves with one, tokens bound to one, keys that rotate."""

import json
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from joserfc.jwk import ECKey, Key, OctKey
from starlette.applications import Starlette

from connectors.errors import ConfigError
from gateway.auth import Authenticator
from gateway.auth.access import Access, Binding
from gateway.auth.tokens import TokenReader
from gateway.errors import Unauthenticated
from gateway.issuer import KEY_FILE_ENV, DevelopmentIssuer
from tests.gateway.proofs import CLIENT_KEY, JKT, proof
from tests.gateway.tokens import AUDIENCE, BANK, MISSING, sent, sign

URL = "http://127.0.0.1:8088"
TOKEN_URL = f"{URL}/oauth/token"
KEY = ECKey.generate_key("P-256", {"kid": "bank-1"})
STRANGER = ECKey.generate_key("P-256", {"kid": "bank-1"})
USCC = "91230881TJ0000019A"
COURT = replace(BANK, id="court", keys_file="court.json", subject=USCC)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def make(folder: Path, environ: dict[str, str] | None = None) -> DevelopmentIssuer:
    clients = {each.id: each for each in (BANK, COURT)}
    return DevelopmentIssuer(
        clients, issuer=URL, audience=AUDIENCE, production=False, environ=environ or {}, folder=folder
    )


def write_keys(folder: Path, *keys: dict[str, Any]) -> None:
    (folder / "court.json").write_text(json.dumps({"keys": list(keys)}), encoding="utf-8")


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    folder = tmp_path_factory.mktemp("config")
    write_keys(folder, KEY.as_dict(private=False))
    return make(folder)


@pytest.fixture(scope="module")
async def client(issuer: DevelopmentIssuer) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(Starlette(routes=issuer.routes), client=("127.0.0.1", 4711))
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


def assertion(head: dict[str, Any] | None = None, key: Key = KEY, **changes: Any) -> str:
    now = int(time.time())
    good = {"iss": "court", "sub": "court", "aud": TOKEN_URL, "iat": now, "exp": now + 60, "jti": uuid4().hex}
    said = {name: value for name, value in {**good, **changes}.items() if value is not MISSING}
    header = {"alg": "ES256", "kid": key.kid, **(head or {})}
    return sign(said, {name: value for name, value in header.items() if value is not MISSING}, key)


def form(text: str, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": text,
        **changes,
    }


async def access_of(issuer: DevelopmentIssuer, token: str) -> Access:
    return await TokenReader([issuer.trusted()], AUDIENCE).read(token)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": URL},
        {"aud": ["x", TOKEN_URL]},
        {"head": {"typ": "JWT"}},
        {"head": {"typ": "client-authentication+jwt", "kid": MISSING}},
        {"iat": MISSING},
    ],
)
async def test_a_client_proves_itself(
    issuer: DevelopmentIssuer, client: httpx2.AsyncClient, changes: dict[str, Any]
) -> None:
    response = await client.post("/oauth/token", data=form(assertion(**changes)))
    assert (response.status_code, response.json()["token_type"]) == (200, "Bearer")
    access = await access_of(issuer, response.json()["access_token"])
    assert (access.client, access.subject, access.scopes) == ("court", USCC, COURT.scopes)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": STRANGER},
        {"head": {"kid": "bank-2"}},
        {"head": {"alg": "none"}},
        {"head": {"alg": "HS256"}},
        {"head": {"typ": "at+jwt"}},
        {"head": {"typ": "dpop+jwt"}},
        {"head": {"crit": ["exp"]}},
        {"iss": "bank"},
        {"sub": "bank"},
        {"iss": "bank", "sub": "bank"},
        {"iss": "nobody", "sub": "nobody"},
        {"iss": MISSING},
        {"sub": MISSING},
        {"sub": ["court"], "iss": ["court"]},
        {"aud": "https://other.test"},
        {"aud": MISSING},
        {"aud": []},
        {"exp": 1},
        {"exp": MISSING},
        {"exp": "soon"},
        {"exp": 4_000_000_000},
        {"jti": MISSING},
        {"jti": ""},
        {"jti": 5},
        {"jti": "j" * 257},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
)
async def test_an_assertion_that_proves_nothing(client: httpx2.AsyncClient, changes: dict[str, Any]) -> None:
    response = await client.post("/oauth/token", data=form(assertion(**changes)))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


async def test_an_assertion_counts_once(client: httpx2.AsyncClient) -> None:
    once = assertion()
    assert (await client.post("/oauth/token", data=form(once))).status_code == 200
    assert (await client.post("/oauth/token", data=form(once))).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "bank"},
        {"client_secret": "x"},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion": "x.y.z"},
        {"client_assertion": "é"},
        {"client_assertion": ""},
    ],
)
async def test_what_is_sent_beside_it_must_fit(client: httpx2.AsyncClient, changes: dict[str, str]) -> None:
    assert (await client.post("/oauth/token", data=form(assertion(), **changes))).status_code == 401
    assert (await client.post("/oauth/token", data=form(assertion(), client_id="court"))).status_code == 200


async def test_a_client_with_keys_has_no_secret_and_one_with_a_secret_no_keys(
    issuer: DevelopmentIssuer, client: httpx2.AsyncClient
) -> None:
    assert "court" not in issuer.secrets
    for secret in ("", "x", issuer.secrets["bank"]):
        body = {"grant_type": "client_credentials", "client_id": "court", "client_secret": secret}
        assert (await client.post("/oauth/token", data=body)).status_code == 401
    assert (await client.post("/oauth/token", data=form(assertion(iss="bank", sub="bank")))).status_code == 401


async def test_a_proof_binds_the_token(issuer: DevelopmentIssuer, client: httpx2.AsyncClient) -> None:
    shown = proof(htu=TOKEN_URL)
    response = await client.post("/oauth/token", data=form(assertion()), headers={"DPoP": shown})
    token = response.json()["access_token"]
    assert (response.status_code, response.json()["token_type"]) == (200, "DPoP")
    assert (await access_of(issuer, token)).binding == Binding(key=JKT)
    desk = Authenticator([issuer.trusted()], AUDIENCE, {"court": COURT})
    with pytest.raises(Unauthenticated, match="needs the scheme DPoP"):
        await desk.identify(sent(token=token))
    caller = await desk.identify(sent(("Authorization", f"DPoP {token}"), ("DPoP", proof(token))))
    assert (caller.client, caller.subject) == ("court", USCC)
    again = await client.post("/oauth/token", data=form(assertion()), headers={"DPoP": shown})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize(
    "changes",
    [{"htu": f"{URL}/graphql"}, {"htm": "GET"}, {"iat": 1}, {"signer": STRANGER}, {"head": {"typ": "JWT"}}],
)
async def test_a_wrong_proof_gets_no_token(client: httpx2.AsyncClient, changes: dict[str, Any]) -> None:
    shown = proof(**{"htu": TOKEN_URL, **changes})
    response = await client.post("/oauth/token", data=form(assertion()), headers={"DPoP": shown})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_dpop_proof")


async def test_two_proofs_are_none(client: httpx2.AsyncClient) -> None:
    both = [("DPoP", proof(htu=TOKEN_URL)), ("DPoP", proof(htu=TOKEN_URL))]
    response = await client.post("/oauth/token", data=form(assertion()), headers=both)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_dpop_proof")


async def test_metadata_says_what_is_taken(client: httpx2.AsyncClient) -> None:
    told = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert told["token_endpoint_auth_methods_supported"][0] == "private_key_jwt"
    assert told["token_endpoint_auth_signing_alg_values_supported"] == told["dpop_signing_alg_values_supported"]
    assert "ES256" in told["dpop_signing_alg_values_supported"]


async def test_an_old_key_stays_published(tmp_path: Path) -> None:
    write_keys(tmp_path, KEY.as_dict(private=False))
    files = [tmp_path / "new.pem", tmp_path / "old.pem"]
    for file in files:
        file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    before = make(tmp_path, {KEY_FILE_ENV: str(files[1])})
    after = make(tmp_path, {KEY_FILE_ENV: os.pathsep.join(map(str, files))})
    for token in (before.mint("bank"), after.mint("bank")):
        assert (await access_of(after, token)).client == "bank"
    with pytest.raises(Exception, match="does not publish"):
        await access_of(before, after.mint("bank"))
    transport = httpx2.ASGITransport(Starlette(routes=after.routes), client=("127.0.0.1", 4711))
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
        keys = (await client.get("/oauth/jwks")).json()["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert not any("d" in key for key in keys)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read as JSON"),
        (b"", "cannot be read as JSON"),
        (b"{}", "no JWK set"),
        (b'{"keys":[]}', "no JWK set with a key"),
        (json.dumps({"keys": [OctKey.generate_key(256).as_dict()]}).encode(), "no JWK set with a key"),
        (json.dumps({"keys": [KEY.as_dict(private=True)]}).encode(), "holds a private key"),
    ],
    ids=map(str, count()),  # the values are others at every run
)
def test_a_file_of_keys_that_is_none(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "court.json").write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        make(tmp_path)
    (found,) = raised.value.mistakes
    assert (found.file, found.place) == ("clients.toml", "clients.court.keys_file")
    assert message in found.message
    assert str(tmp_path) not in str(found)


async def test_a_token_names_the_subject_and_the_key_of_its_client(issuer: DevelopmentIssuer) -> None:
    access = await access_of(issuer, issuer.mint("court", bound_to=CLIENT_KEY.thumbprint()))
    assert (access.binding, access.subject) == (Binding(key=JKT), USCC)
    assert (await access_of(issuer, issuer.mint("bank"))).subject is None
