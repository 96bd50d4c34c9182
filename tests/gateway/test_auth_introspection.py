"""Opaque tokens (RFC 7662) on real issuers: what is asked, what is kept, what is believed, and what an outage means."""

import asyncio
import logging
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from gateway.auth import Authenticator, FixedKeys, Issuer
from gateway.auth.claims import ClaimReader, ClaimRules
from gateway.auth.introspection import BAD_SECONDS, GOOD_SECONDS, MAXIMUM_ANSWER_BYTES, Endpoint, Introspection
from gateway.auth.possession import Possession
from gateway.auth.tokens import TokenReader
from gateway.errors import KeysUnavailable, Unauthenticated
from tests.gateway.issuer_site import CLIENT_ID, SECRET, IssuerSite, issuer_site
from tests.gateway.proofs import JKT, proof
from tests.gateway.tokens import AUDIENCE, BANK, MISSING, sent

START = 1_800_000_000.0


@pytest.fixture
async def site() -> AsyncIterator[IssuerSite]:
    async with issuer_site() as running:
        yield running


def introspection(site: IssuerSite, **options: Any) -> Introspection:
    endpoint = Endpoint(options.pop("url", site.introspection_url), CLIENT_ID, SECRET)
    return Introspection(site.url, endpoint, ClaimReader(site.url, AUDIENCE, ClaimRules(), opaque=True), **options)


def reader(*issuers: tuple[IssuerSite, Introspection]) -> TokenReader:
    return TokenReader([trusted(site, asked) for site, asked in issuers], AUDIENCE)


def trusted(site: IssuerSite, asked: Introspection) -> Issuer:
    return Issuer(site.url, FixedKeys(site.keys), introspection=asked)


def desk(site: IssuerSite, asked: Introspection) -> Authenticator:
    return Authenticator([trusted(site, asked)], AUDIENCE, {BANK.id: BANK}, possession=Possession())


async def test_the_issuer_is_asked_as_a_client(site: IssuerSite) -> None:
    asked = introspection(site)
    access = await reader((site, asked)).read(site.tell("opaque-1", scope="credit.public credit.gov"))
    assert (access.client, sorted(access.scopes), access.issuer) == ("bank", ["credit.gov", "credit.public"], site.url)
    assert site.forms == [{"token": "opaque-1", "token_type_hint": "access_token"}]
    login = f"{CLIENT_ID}:{quote(SECRET, safe='')}"
    assert site.logins == [f"Basic {b64encode(login.encode()).decode()}"]
    await asked.close()


async def test_a_signed_token_is_not_asked_about(site: IssuerSite) -> None:
    asked = introspection(site)
    assert (await reader((site, asked)).read(site.token())).client == "bank"
    assert site.asked["introspect"] == 0
    await asked.close()


async def test_answers_are_kept_for_a_while(site: IssuerSite) -> None:
    clock = [time.time()]
    asked = introspection(site, now=lambda: clock[0])
    tokens = reader((site, asked))
    good = site.tell("good", exp=int(clock[0]) + 3_600)
    for _ in range(3):
        await tokens.read(good)
        await refused(tokens, "unknown")
    assert site.asked["introspect"] == 2
    site.told[good] = {"active": False}
    clock[0] += BAD_SECONDS
    await refused(tokens, "unknown")
    await tokens.read(good)
    assert site.asked["introspect"] == 3
    clock[0] += GOOD_SECONDS
    await refused(tokens, good)
    await asked.close()


async def test_no_answer_outlives_the_token(site: IssuerSite) -> None:
    clock = [time.time()]
    asked = introspection(site, now=lambda: clock[0])
    good = site.tell("short", exp=int(clock[0]) - 50)  # within the leeway of 60 seconds
    await reader((site, asked)).read(good)
    clock[0] += 11
    site.told[good] = {"active": False}
    await refused(reader((site, asked)), good)
    await asked.close()


async def test_memories_are_bounded_and_made_up_tokens_push_no_good_one_out(site: IssuerSite) -> None:
    asked = introspection(site, memory=2)
    tokens = reader((site, asked))
    await tokens.read(site.tell("good"))
    for number in range(5):
        await refused(tokens, f"made-up-{number}")
    before = site.asked["introspect"]
    await tokens.read("good")
    assert site.asked["introspect"] == before
    await refused(tokens, "made-up-0")
    assert site.asked["introspect"] == before + 1
    await asked.close()


async def test_many_at_once_share_one_question_and_one_that_leaves_stops_nobody(site: IssuerSite) -> None:
    asked, site.hold = introspection(site), asyncio.Event()
    tokens = reader((site, asked))
    reading = [asyncio.create_task(tokens.read(site.tell("new"))) for _ in range(20)]
    async with asyncio.timeout(10):
        while not site.asked["introspect"]:
            await asyncio.sleep(0.005)
    reading[0].cancel()
    site.hold.set()
    done = await asyncio.gather(*reading, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError)
    assert [each.client for each in done[1:] if not isinstance(each, BaseException)] == ["bank"] * 19
    assert site.asked["introspect"] == 1
    await asked.close()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"active": False}, "not active at its issuer"),
        ({"iss": "https://other.test"}, "iss is not valid"),
        ({"aud": "other"}, "another audience"),
        ({"aud": MISSING}, "lacks what RFC 9068 asks for: aud"),
        ({"exp": 1}, "has expired"),
        ({"exp": MISSING}, "lacks what RFC 9068 asks for: exp"),
        ({"exp": "2099-01-01"}, "exp is no time"),
        ({"nbf": 4_000_000_000}, "not valid yet"),
        ({"client_id": MISSING}, "lacks what RFC 9068 asks for: client_id"),
        ({"client_id": ["bank"]}, "not a client name"),
        ({"token_type": "refresh_token"}, "neither Bearer nor DPoP"),
        ({"token_type": None}, "neither Bearer nor DPoP"),
        ({"token_type": "DPoP"}, "bound to no key"),
        ({"token_use": "refresh_token"}, "token_use is not access"),
        ({"nonce": "n"}, "claims of an ID token"),
        ({"cnf": {"kid": "x"}}, "not understood here"),
        ({"cnf": {"jkt": JKT}}, "needs the scheme DPoP"),
        ({"cnf": {"x5t#S256": "A" * 43}}, "no trusted proxy"),
    ],
)
async def test_what_is_told_of_a_token_that_is_not_good(site: IssuerSite, changes: dict[str, Any], reason: str) -> None:
    asked = introspection(site)
    with pytest.raises(Unauthenticated, match=reason):
        await desk(site, asked).identify(sent(token=site.tell("bad", **changes)))
    await asked.close()


@pytest.mark.parametrize("kind", ["Bearer", "bearer", MISSING])
async def test_the_kind_of_token_has_no_case_and_may_be_left_out(site: IssuerSite, kind: Any) -> None:
    asked = introspection(site)
    assert (await reader((site, asked)).read(site.tell("good", token_type=kind, iss=MISSING))).client == "bank"
    await asked.close()


async def test_an_opaque_token_may_be_bound_to_a_key(site: IssuerSite) -> None:
    asked = introspection(site)
    authenticator, token = desk(site, asked), site.tell("bound", cnf={"jkt": JKT}, token_type="DPoP")
    request = sent(("Authorization", f"DPoP {token}"), ("DPoP", proof(token)))
    assert (await authenticator.identify(request)).client == "bank"
    with pytest.raises(Unauthenticated, match="used before"):
        await authenticator.identify(request)
    await asked.close()


@pytest.mark.parametrize(
    "told",
    [
        500,
        302,
        401,
        b"",
        b"<html>",
        b"[]",
        b"true",
        b"{}",
        b'{"active":"true"}',
        b'{"active":1}',
        b'{"active":null}',
        b'{"active":false,"active":true}',
        b'{"active":true,"exp":NaN}',
        b'\xef\xbb\xbf{"active":true}',
        b'{"active":true,"x":"' + b"x" * MAXIMUM_ANSWER_BYTES + b'"}',
        b"[" * 60_000,
    ],
)
async def test_what_is_no_answer_opens_nothing_and_refuses_nothing(site: IssuerSite, told: Any) -> None:
    asked, site.told["opaque"] = introspection(site), told
    with pytest.raises(KeysUnavailable) as caught:
        await reader((site, asked)).read("opaque")
    assert caught.value.headers["Retry-After"] == "10"
    await reader((site, asked)).read(site.tell("opaque"))
    await asked.close()


async def test_an_issuer_that_is_down_or_silent_is_no_refusal(
    site: IssuerSite, caplog: pytest.LogCaptureFixture
) -> None:
    asked = introspection(site, timeout_seconds=0.2)
    await site.stop()
    with caplog.at_level(logging.DEBUG), pytest.raises(KeysUnavailable):
        await reader((site, asked)).read("secret-token")
    assert "ClientConnectorError" in caplog.text
    assert "secret-token" not in caplog.text
    assert SECRET not in caplog.text
    await site.start()
    site.hold = asyncio.Event()
    with pytest.raises(KeysUnavailable):
        await reader((site, asked)).read(site.tell("secret-token"))
    site.hold.set()
    await asked.close()


@pytest.mark.parametrize("url", ["http://issuer.test/introspect", "ftp://127.0.0.1/", "file:///etc/passwd"])
async def test_a_token_is_not_sent_in_the_clear(site: IssuerSite, url: str) -> None:
    asked = introspection(site, url=url)
    with pytest.raises(KeysUnavailable):
        await reader((site, asked)).read("opaque")
    await asked.close()


async def test_several_issuers_are_asked_in_order(site: IssuerSite) -> None:
    async with issuer_site() as second:
        both = [(each, introspection(each)) for each in (site, second)]
        tokens = reader(*both)
        assert (await tokens.read(second.tell("of-the-second"))).issuer == second.url
        assert (await tokens.read(site.tell("of-the-first"))).issuer == site.url
        assert (site.asked["introspect"], second.asked["introspect"]) == (2, 1)
        await refused(tokens, "of-nobody")
        await second.stop()
        with pytest.raises(KeysUnavailable):
            await tokens.read("of-nobody-knows")
        for _, asked in both:
            await asked.close()


async def test_one_issuer_cannot_speak_for_another(site: IssuerSite) -> None:
    async with issuer_site() as second:
        both = [(each, introspection(each)) for each in (site, second)]
        await refused(reader(*both), second.tell("lie", iss=site.url))
        for _, asked in both:
            await asked.close()


@pytest.mark.parametrize("token", ["", " ", "a b", "a\nb", "a=b", "opaque\x00", '"', "a.b.c"])
async def test_what_no_issuer_is_asked_about(site: IssuerSite, token: str) -> None:
    asked = introspection(site)
    await refused(reader((site, asked)), token)
    assert site.asked["introspect"] == 0
    await asked.close()


def test_a_secret_is_not_shown() -> None:
    assert SECRET not in repr(Endpoint("https://issuer.test", CLIENT_ID, SECRET))


async def refused(tokens: TokenReader, token: str) -> None:
    authenticator = Authenticator([], AUDIENCE, {})
    authenticator._tokens = tokens
    with pytest.raises(Unauthenticated):
        await authenticator.identify(sent(token=token))
