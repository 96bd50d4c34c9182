"""The development issuer through its own resources: what it grants, to whom, where, and where it does not exist."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette

from connectors.errors import ConfigError
from gateway.auth import Authenticator, FixedKeys, Issuer
from gateway.errors import Unauthenticated
from gateway.issuer import KEY_FILE_ENV, SEED_ENV, DevelopmentIssuer
from tests.gateway.tokens import AUDIENCE, BANK, sent

URL = "http://127.0.0.1:8088"
GRANT = {"grant_type": "client_credentials"}
SEED = "a seed of a newcomer"


def make(environ: Mapping[str, str] | None = None, *, issuer: str = URL, production: bool = False) -> DevelopmentIssuer:
    return DevelopmentIssuer(
        {BANK.id: BANK}, issuer=issuer, audience=AUDIENCE, production=production, environ=environ or {}
    )


def client_of(issuer: DevelopmentIssuer, peer: str = "127.0.0.1") -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(Starlette(routes=issuer.routes), client=(peer, 4711))
    return httpx2.AsyncClient(transport=transport, base_url=URL)


ISSUER = make()
SECRET = ISSUER.secrets["bank"]


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(ISSUER) as client:
        yield client


def basic(name: str = "bank", secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{name}:{secret}'.encode()).decode()}"}


async def caller_of(token: str, issuer: DevelopmentIssuer = ISSUER) -> Any:
    desk = Authenticator([issuer.trusted()], AUDIENCE, {BANK.id: BANK})
    return await desk.identify(sent(token=token))


async def test_a_token_for_a_secret_in_the_header(client: httpx2.AsyncClient) -> None:
    response = await client.post("/oauth/token", data=GRANT, headers=basic())
    assert response.status_code == 200
    assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")
    answer = response.json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert answer["scope"] == "credit.consent credit.public"
    assert (await caller_of(answer["access_token"])).scopes == BANK.scopes


async def test_a_token_for_a_secret_in_the_body(client: httpx2.AsyncClient) -> None:
    form = {**GRANT, "client_id": "bank", "client_secret": SECRET, "scope": "credit.public"}
    answer = (await client.post("/oauth/token", data=form)).json()
    assert answer["scope"] == "credit.public"
    assert (await caller_of(answer["access_token"])).scopes == {"credit.public"}


@pytest.mark.parametrize(
    ("form", "sent", "status", "error"),
    [
        (GRANT, basic(secret="wrong"), 401, "invalid_client"),
        (GRANT, basic(secret=""), 401, "invalid_client"),
        (GRANT, basic(secret="密码"), 401, "invalid_client"),
        (GRANT, basic("portal"), 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic !!!"}, 401, "invalid_client"),
        (GRANT, {}, 401, "invalid_client"),
        ({**GRANT, "client_id": "bank"}, {}, 401, "invalid_client"),
        ({**GRANT, "client_id": "bank", "client_secret": "wrong"}, {}, 401, "invalid_client"),
        ({**GRANT, "scope": "credit.gov"}, basic(), 400, "invalid_scope"),
        ({**GRANT, "scope": "credit.public credit.gov"}, basic(), 400, "invalid_scope"),
        ({"grant_type": "password", "username": "a", "password": "b"}, basic(), 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, basic(), 400, "unsupported_grant_type"),
        ({"scope": "credit.public"}, basic(), 400, "unsupported_grant_type"),
    ],
)
async def test_what_is_not_granted(
    client: httpx2.AsyncClient, form: dict[str, str], sent: dict[str, str], status: int, error: str
) -> None:
    response = await client.post("/oauth/token", data=form, headers=sent)
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in response.headers) is (status == 401)
    assert SECRET not in response.text


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"grant_type=client_credentials&grant_type=password", "application/x-www-form-urlencoded"),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"a=" + b"x" * 9_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"p%d=1" % number for number in range(40)), "application/x-www-form-urlencoded"),
        (b'{"grant_type":"client_credentials"}', "application/json"),
        (b"grant_type=client_credentials", "text/plain"),
    ],
)
async def test_what_is_no_form(client: httpx2.AsyncClient, content: bytes, content_type: str) -> None:
    response = await client.post("/oauth/token", content=content, headers={**basic(), "Content-Type": content_type})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_secrets_in_a_url_are_not_read(client: httpx2.AsyncClient) -> None:
    query = {**GRANT, "client_id": "bank", "client_secret": SECRET}
    assert (await client.post("/oauth/token", params=query, data=GRANT)).status_code == 401
    assert (await client.get("/oauth/token", params=query)).status_code == 405


PLACES = [("POST", "/oauth/token"), ("GET", "/oauth/jwks"), ("GET", "/.well-known/oauth-authorization-server")]


@pytest.mark.parametrize(("method", "path"), PLACES)
@pytest.mark.parametrize("peer", ["192.0.2.7", "10.0.0.1", "2001:db8::1", "testclient", ""])
async def test_other_machines_get_nothing(method: str, path: str, peer: str) -> None:
    async with client_of(ISSUER, peer) as client:
        response = await client.request(method, path, headers=basic())
    assert (response.status_code, response.json()["error"]) == (403, "access_denied")


@pytest.mark.parametrize(("method", "path"), PLACES)
@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_nor_through_a_proxy_on_this_machine(
    client: httpx2.AsyncClient, method: str, path: str, name: str
) -> None:
    response = await client.request(method, path, headers={**basic(), name: "127.0.0.1"})
    assert response.status_code == 403


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1"])
async def test_metadata_and_keys(peer: str) -> None:
    async with client_of(ISSUER, peer) as client:
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
        keys = (await client.get(metadata["jwks_uri"].removeprefix(URL))).json()
    assert metadata["issuer"] == URL
    assert metadata["token_endpoint"] == f"{URL}/oauth/token"
    assert metadata["scopes_supported"] == ["credit.consent", "credit.public"]
    assert "d" not in keys["keys"][0]
    published = FixedKeys(KeySet.import_key_set(keys))
    desk = Authenticator([Issuer(URL, published)], AUDIENCE, {BANK.id: BANK})
    assert (await desk.identify(sent(token=ISSUER.mint("bank")))).client == "bank"


async def test_a_token_without_asking() -> None:
    assert (await caller_of(ISSUER.mint("bank", ["credit.public"]))).scopes == {"credit.public"}
    with pytest.raises(Unauthenticated, match="expired"):
        await caller_of(ISSUER.mint("bank", lifetime_seconds=-61))


@pytest.mark.parametrize(
    ("place", "message", "made"),
    [
        ("production", "does not run in production", lambda: make(production=True)),
        *(
            ("tokens.issuer", "needs a loopback address", lambda url=url: make(issuer=url))
            for url in (
                "http://0.0.0.0:8088",
                "http://issuer.test",
                "https://127.0.0.1:8088",
                "http://127.0.0.1.evil.test",
                "http://127.0.0.1:8088/path",
                "http://127.0.0.1:8088?x",
                "127.0.0.1:8088",
                "",
            )
        ),
        (SEED_ENV, "shorter than 16 characters", lambda: make({SEED_ENV: "short"})),
        (KEY_FILE_ENV, "names no readable PEM key", lambda: make({KEY_FILE_ENV: "/no/such/file"})),
    ],
)
def test_where_it_does_not_exist(place: str, message: str, made: Any) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        made()
    assert [mistake.place for mistake in caught.value.mistakes] == [place]
    assert "short" not in str(caught.value).replace("shorter", "")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        make({SEED_ENV: "short"}, issuer="https://issuer.test", production=True)
    assert len(caught.value.mistakes) == 3


def test_secrets_come_from_the_seed_or_are_new() -> None:
    seeded = make({SEED_ENV: SEED})
    assert seeded.secrets == make({SEED_ENV: SEED}).secrets
    assert seeded.secrets != make({SEED_ENV: f"{SEED}."}).secrets
    assert make().secrets != make().secrets
    assert len(seeded.secrets["bank"]) == len(SECRET) == 43


async def test_the_signing_key_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    token = make({KEY_FILE_ENV: str(file)}).mint("bank")
    assert (await caller_of(token, make({KEY_FILE_ENV: str(file)}))).client == "bank"
    with pytest.raises(Unauthenticated, match="does not publish"):
        await caller_of(token)


@pytest.mark.parametrize(
    "pem",
    [
        ECKey.generate_key("P-256").as_pem(private=False),
        ECKey.generate_key("P-384").as_pem(private=True),
        RSAKey.generate_key(2048).as_pem(private=True),
        b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n",
        b"",
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_no_signing_key(tmp_path: Path, pem: bytes) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(pem)
    with pytest.raises(ConfigError) as caught:
        make({KEY_FILE_ENV: str(file)})
    assert [mistake.place for mistake in caught.value.mistakes] == [KEY_FILE_ENV]
