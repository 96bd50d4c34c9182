"""Keys read from a real issuer on loopback: found, kept fresh, and never the reason for a fall."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from joserfc.jwk import ECKey, Key

from gateway.auth import Authenticator, RemoteKeys
from gateway.auth import Issuer as Trusted
from gateway.auth.remote import MAXIMUM_DOCUMENT_BYTES, metadata_urls
from gateway.errors import KeysUnavailable, Unauthenticated
from tests.gateway.tokens import AUDIENCE, BANK, KEY, claims, header, sent, sign
from tests.servers import free_port

KEY_2 = ECKey.generate_key("P-256", {"kid": "k2"})
OAUTH, OPENID, JWKS = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/keys"


class Issuer:
    """A small issuer: ``pages`` are its answers by path, ``asked`` the paths that were asked for."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.pages: dict[str, Any] = {OAUTH: self.metadata(), JWKS: jwks(KEY)}
        self.asked: list[str] = []
        self.runner: web.AppRunner | None = None

    def metadata(self, **changes: Any) -> dict[str, Any]:
        return {"issuer": self.url, "jwks_uri": f"{self.url}{JWKS}", **changes}

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self.answer)
        self.runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        page = self.pages.get(request.path)
        if callable(page):
            page = await page(request)
        if isinstance(page, web.StreamResponse):
            return page
        if isinstance(page, bytes):
            return web.Response(body=page, content_type="application/json")
        return web.json_response(page) if page is not None else web.Response(status=404)


def jwks(*keys: Key) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    await issuer.start()
    yield issuer
    await issuer.stop()


async def read(keys: RemoteKeys) -> bool:
    """Read ``keys`` once; return whether there are any."""
    await keys.refetch()
    await keys.close()
    return keys.known


async def test_found_by_oauth_metadata(issuer: Issuer) -> None:
    assert await read(RemoteKeys(issuer.url))
    assert issuer.asked == [OAUTH, JWKS]


async def test_found_by_openid_metadata(issuer: Issuer) -> None:
    issuer.pages[OPENID] = issuer.pages.pop(OAUTH)
    keys = RemoteKeys(issuer.url)
    assert await read(keys)
    assert issuer.asked == [OAUTH, OPENID, JWKS]
    assert keys.find("ES256", "k1") is not None


async def test_found_at_a_stated_address(issuer: Issuer) -> None:
    assert await read(RemoteKeys("https://city.test", f"{issuer.url}{JWKS}"))
    assert issuer.asked == [JWKS]


@pytest.mark.parametrize(
    ("name", "oauth", "openid"),
    [
        ("https://a.test", f"https://a.test{OAUTH}", f"https://a.test{OPENID}"),
        ("https://a.test/", f"https://a.test{OAUTH}", f"https://a.test{OPENID}"),
        ("https://a.test:8443/realms/city", f"https://a.test:8443{OAUTH}/realms/city", None),
        ("https://a.test/realms/city", None, f"https://a.test/realms/city{OPENID}"),
    ],
)
def test_where_metadata_stands(name: str, oauth: str | None, openid: str | None) -> None:
    found = metadata_urls(name)
    assert (oauth or found[0], openid or found[1]) == found


async def redirected(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{JWKS}2"})


async def long(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(64):  # far beyond what is taken
        await response.write(b" " * 65_536)
    return response


async def silent(request: web.Request) -> web.Response:
    while request.transport is not None:  # until the other side gives up: nothing is left behind for later tests
        await asyncio.sleep(0.01)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"keys":[')
    assert request.transport is not None
    request.transport.abort()
    return response


async def squeezed(request: web.Request) -> web.Response:
    response = web.json_response({"keys": [], "padding": " " * 2 * MAXIMUM_DOCUMENT_BYTES})
    response.enable_compression()
    return response


@pytest.mark.parametrize(
    "page",
    [
        None,
        b"",
        b"<html>maintenance</html>",
        b"\xef\xbb\xbf" + b'{"keys":[]}',
        b'{"keys":[],"keys":[]}',
        b"[" * 100_000,
        {"no": "keys"},
        ["keys"],
        {"keys": [], "padding": " " * MAXIMUM_DOCUMENT_BYTES},
        redirected,
        long,
        silent,
        cut,
        squeezed,
    ],
)
async def test_what_is_no_key_set_leaves_the_last_in_force(issuer: Issuer, page: Any) -> None:
    keys = RemoteKeys(issuer.url, gap_seconds=0, timeout_seconds=0.5)
    assert await keys.refetch()
    issuer.pages[JWKS], issuer.pages[f"{JWKS}2"] = page, jwks(KEY_2)
    assert not await keys.refetch()
    assert (keys.known, keys.version) == (True, 1)
    assert keys.find("ES256", "k1") is not None
    await keys.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://issuer.test"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "http://192.0.2.1/keys"},
        {"jwks_uri": "http://127.0.0.1.evil.test/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://[::1"},
        {"jwks_uri": 5},
    ],
)
async def test_metadata_that_is_not_followed(issuer: Issuer, changes: dict[str, Any]) -> None:
    issuer.pages[OAUTH] = issuer.metadata(**changes)
    assert not await read(RemoteKeys(issuer.url))
    assert JWKS not in issuer.asked


async def test_plain_http_is_taken_from_loopback_only(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gateway.auth"):
        assert not await read(RemoteKeys("http://issuer.test"))
    assert "keys of issuer http://issuer.test not read: ValueError" in caplog.messages


async def test_a_new_key_is_fetched_when_a_token_names_it(issuer: Issuer) -> None:
    keys = RemoteKeys(issuer.url, gap_seconds=0)
    desk = await started(issuer, keys)
    old, new = signed(issuer, KEY), signed(issuer, KEY_2)
    await desk.identify(sent(token=old))
    issuer.pages[JWKS] = jwks(KEY, KEY_2)
    assert (await desk.identify(sent(token=new))).client == "bank"
    assert keys.version == 2
    issuer.pages[JWKS] = jwks(KEY_2)
    assert await keys.refetch()
    with pytest.raises(Unauthenticated, match="does not publish"):
        await desk.identify(sent(token=old))  # was remembered as good
    await desk.close()


async def test_unknown_keys_do_not_make_us_ask_the_issuer_again_and_again(issuer: Issuer) -> None:
    desk = await started(issuer, RemoteKeys(issuer.url, gap_seconds=60))
    asked = len(issuer.asked)
    for number in range(20):
        with pytest.raises(Unauthenticated, match="does not publish"):
            await desk.identify(sent(token=signed(issuer, KEY_2, jti=str(number))))
    assert len(issuer.asked) == asked
    await desk.close()


async def test_many_at_once_share_one_fetch(issuer: Issuer) -> None:
    keys = RemoteKeys(issuer.url, gap_seconds=0)
    first = asyncio.create_task(keys.refetch())
    others = [asyncio.create_task(keys.refetch()) for _ in range(20)]
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [True] * 20
    assert issuer.asked == [OAUTH, JWKS]
    await keys.close()


async def test_an_issuer_that_is_down_at_start_is_found_later(issuer: Issuer) -> None:
    await issuer.stop()
    keys = RemoteKeys(issuer.url, gap_seconds=0.05)
    desk = await started(issuer, keys)
    token = signed(issuer, KEY)
    with pytest.raises(KeysUnavailable):
        await desk.identify(sent(token=token))
    await issuer.start()
    async with asyncio.timeout(10):
        while not keys.known:
            await asyncio.sleep(0.02)
    assert (await desk.identify(sent(token=token))).client == "bank"
    await desk.close()


async def test_an_issuer_that_is_down_takes_no_other_with_it(issuer: Issuer) -> None:
    other = Issuer()
    keys = {each.url: RemoteKeys(each.url, gap_seconds=60) for each in (issuer, other)}
    desk = Authenticator([Trusted(url, each) for url, each in keys.items()], AUDIENCE, {BANK.id: BANK})
    await desk.start()
    assert (await desk.identify(sent(token=signed(issuer, KEY)))).client == "bank"
    with pytest.raises(KeysUnavailable):
        await desk.identify(sent(token=signed(other, KEY)))
    await desk.close()


async def test_a_rotation_at_one_issuer_is_none_at_another(issuer: Issuer) -> None:
    other = Issuer()
    await other.start()
    keys = {each.url: RemoteKeys(each.url, gap_seconds=0) for each in (issuer, other)}
    desk = Authenticator([Trusted(url, each) for url, each in keys.items()], AUDIENCE, {BANK.id: BANK})
    await desk.start()
    other.pages[JWKS] = jwks(KEY_2)
    assert (await desk.identify(sent(token=signed(other, KEY_2)))).client == "bank"
    with pytest.raises(Unauthenticated, match="does not publish"):
        await desk.identify(sent(token=signed(issuer, KEY_2)))
    assert (keys[issuer.url].version, keys[other.url].version) == (1, 2)
    await desk.close()
    await other.stop()


async def test_keys_are_kept_fresh_in_the_background(issuer: Issuer) -> None:
    keys = RemoteKeys(issuer.url, refresh_seconds=0.05, gap_seconds=0)
    await keys.start()
    issuer.pages[JWKS] = jwks(KEY_2)
    async with asyncio.timeout(10):
        while keys.find("ES256", "k2") is None:
            await asyncio.sleep(0.02)
    assert (keys.version, keys.find("ES256", "k1")) == (2, None)
    await keys.close()


async def started(issuer: Issuer, keys: RemoteKeys) -> Authenticator:
    desk = Authenticator([Trusted(issuer.url, keys)], AUDIENCE, {BANK.id: BANK})
    await desk.start()
    return desk


def signed(issuer: Issuer, key: Key, **changes: Any) -> str:
    return sign(claims(iss=issuer.url, **changes), header(kid=key.kid), key)
