"""Tokens that are not good: refused with 401 and a challenge, and nothing of the token or the key in the answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from tests.end_to_end import forgery
from tests.end_to_end.served import Served, Told
from tests.gateway.proofs import proof

ASKED = {"query": "{ __typename }"}


async def ask(served: Served, authorization: str | None) -> Told:
    headers = {"Content-Type": "application/json"}
    return await served.post(ASKED, headers if authorization is None else {**headers, "Authorization": authorization})


def check_refused(told: Told, message: str, error: str | None) -> None:
    assert told.status == 401
    assert told.errors == [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]
    challenge = told.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="credit-gateway"')
    assert (f'error="{error}"' in challenge) if error else ("error" not in challenge)


SIGNED: list[tuple[str, Callable[[Path], str], str]] = [
    (
        "another audience",
        lambda key: forgery.minted(key, audience="tax-gateway"),
        "the token is meant for another audience",
    ),
    (
        "another issuer",
        lambda key: forgery.minted(key, issuer="http://127.0.0.1:9"),
        "the token is from an issuer that is not trusted here",
    ),
    (
        "another key",
        lambda _: forgery.minted(None),
        "the token is signed with a key that its issuer does not publish for this algorithm",
    ),
    (
        "another client under the old signature",
        lambda key: forgery.altered(forgery.minted(key), client_id="tax_department"),
        "the token's signature is not valid",
    ),
    (
        "more scopes under the old signature",
        lambda key: forgery.altered(forgery.minted(key), scope="credit.gov.tax"),
        "the token's signature is not valid",
    ),
    (
        "unsigned",
        lambda key: forgery.unsigned(forgery.minted(key)),
        "the token is not signed with one of ",
    ),
    (
        "signed with the public key as a secret",
        lambda key: forgery.confused(forgery.minted(key), ECKey.import_key(key.read_bytes()).as_pem(private=False)),
        "the token is not signed with one of ",
    ),
    ("no token at all", lambda _: "abc", "the token is no signed JWT of three parts"),
    ("longer than any", lambda _: "a" * 9000, "the token is longer than 8192 characters"),
]


async def test_a_token_of_the_issuers_key_is_good(served: Served, key_file: Path) -> None:
    told = await ask(served, f"Bearer {forgery.minted(key_file)}")
    assert told.data == {"__typename": "Query"}


async def test_a_token_fetched_with_the_clients_secret_is_good(served: Served) -> None:
    assert served.gateway.issuer is not None
    for client, secret in served.gateway.issuer.secrets.items():
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        async with served.session.post(f"{served.origin}/oauth/token", data=form) as response:
            granted = await response.json()
        assert (response.status, granted["token_type"]) == (200, "Bearer")
        bearer = {"Authorization": f"Bearer {granted['access_token']}"}
        headers = served.headers(client, {"procurement": "BIDDING"}.get(client), "2026-7") | bearer
        assert (await served.post(ASKED, headers)).data == {"__typename": "Query"}


async def test_a_token_fetched_with_a_proof_needs_one_with_every_request(served: Served) -> None:
    assert served.gateway.issuer is not None
    secret = served.gateway.issuer.secrets["bank"]
    form = {"grant_type": "client_credentials", "client_id": "bank", "client_secret": secret}
    url = f"{served.origin}/oauth/token"
    async with served.session.post(url, data=form, headers={"DPoP": proof(htu=url)}) as response:
        granted = await response.json()
    token = granted["access_token"]
    assert (response.status, granted["token_type"]) == (200, "DPoP")
    shown = {"Authorization": f"DPoP {token}", "Content-Type": "application/json"}
    told = await served.post(ASKED, {**shown, "DPoP": proof(token, htu=served.url)})
    assert told.data == {"__typename": "Query"}
    told = await served.post(ASKED, shown)
    assert told.status == 401
    assert told.headers["WWW-Authenticate"].startswith('DPoP realm="credit-gateway", error="invalid_dpop_proof"')
    told = await ask(served, f"Bearer {token}")
    check_refused(told, "the token is bound to a key (cnf): it needs the scheme DPoP and a proof", "invalid_token")


async def test_a_wrong_secret_gets_no_token(served: Served) -> None:
    form = {"grant_type": "client_credentials", "client_id": "tax_department", "client_secret": "guess"}
    async with served.session.post(f"{served.origin}/oauth/token", data=form) as response:
        assert (response.status, (await response.json())["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(("name", "make", "message"), SIGNED, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_token_that_is_not_good_is_refused(
    served: Served, key_file: Path, name: str, make: Callable[[Path], str], message: str
) -> None:
    told = await ask(served, f"Bearer {make(key_file)}")
    said = told.errors[0]["message"]
    assert said.startswith(message)
    check_refused(told, said, "invalid_token")


async def test_a_token_that_has_expired_is_refused(served: Served) -> None:
    assert served.gateway.issuer is not None
    token = served.gateway.issuer.mint("bank", lifetime_seconds=-120)
    check_refused(await ask(served, f"Bearer {token}"), "the token has expired", "invalid_token")


@pytest.mark.parametrize("authorization", [None, "Basic YmFuazpzZWNyZXQ=", "bank"])
async def test_without_a_bearer_token_nothing_is_said_of_one(served: Served, authorization: str | None) -> None:
    told = await ask(served, authorization)
    assert told.errors[0]["message"].startswith("an access token is needed")
    check_refused(told, told.errors[0]["message"], None)


async def test_a_token_without_any_scope_of_its_client_is_forbidden(served: Served) -> None:
    assert served.gateway.issuer is not None
    token = served.gateway.issuer.mint("bank", scopes=["credit.gov.tax"])
    told = await ask(served, f"Bearer {token}")
    assert (told.status, told.errors[0]["extensions"]["code"]) == (403, "FORBIDDEN")
    assert 'error="insufficient_scope"' in told.headers["WWW-Authenticate"]
