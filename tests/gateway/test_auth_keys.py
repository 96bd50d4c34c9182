"""Which keys of a set are used, which one is chosen, and that a remembered token does not outlive them."""

import time
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey

from gateway.auth import FixedKeys, Issuer
from gateway.auth.access import InvalidToken
from gateway.auth.claims import LEEWAY_SECONDS
from gateway.auth.keys import KeyRing, read_key_ring
from gateway.auth.tokens import TokenReader
from gateway.errors import KeysUnavailable
from tests.gateway.tokens import AUDIENCE, ISSUER, KEY, claims, fixed, sign

EC = KEY.as_dict(private=False)
RSA = RSAKey.generate_key(2048, {"kid": "rsa"}).as_dict(private=False)
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"}).as_dict(private=False)
SECRET = OctKey.generate_key(256, {"kid": "oct"}).as_dict()


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (EC, "ES256"),
        ({**EC, "use": "sig", "alg": "ES256", "key_ops": ["verify"]}, "ES256"),
        ({**EC, "x5t": "thumbprint", "unknown": 1}, "ES256"),
        (RSA, "RS256"),
        (RSA, "PS256"),
        (ED, "EdDSA"),
        (ED, "Ed25519"),
    ],
)
def test_a_key_that_is_used(key: dict[str, Any], algorithm: str) -> None:
    assert found([key], algorithm, key["kid"]) is not None


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        ({**EC, "use": "enc"}, "ES256"),
        ({**EC, "key_ops": ["encrypt"]}, "ES256"),
        ({**EC, "alg": "ES384"}, "ES256"),
        ({**EC, "kid": "other"}, "ES256"),
        ({**EC, "x": RSA["n"]}, "ES256"),
        ({**EC, "y": ""}, "ES256"),
        ({**EC, "crv": "P-0"}, "ES256"),
        ({**EC, "kty": ["EC"]}, "ES256"),
        ({**EC, "kid": 1}, "ES256"),
        (EC, "ES384"),
        (EC, "EdDSA"),
        (RSA, "ES256"),
        ({**RSA, "alg": "RS256"}, "PS256"),
        ({**RSA, "n": RSA["n"][:170]}, "RS256"),
        ({**RSA, "n": f"{RSA['n'][:169]}B"}, "RS256"),
        ({**RSA, "n": 5}, "RS256"),
        (SECRET, "ES256"),
        ({"kty": "EC"}, "ES256"),
        ({}, "ES256"),
    ],
)
def test_a_key_that_is_not_used_spoils_no_other(key: dict[str, Any], algorithm: str) -> None:
    assert found([key], algorithm, "k1") is None
    assert found([key, {**ED, "kid": "fine"}], "EdDSA", "fine") is not None


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": None}, "keys", EC])
def test_what_is_no_set(document: Any) -> None:
    assert read_key_ring(document) is None


def test_a_set_without_a_usable_key_is_a_set() -> None:
    assert read_key_ring({"keys": ["x", None, SECRET]}) == KeyRing(())


JSON = st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2))


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "kid", "use", "key_ops", "alg"]), JSON))
def test_any_garbage_in_a_set_is_passed_over(garbage: dict[str, Any]) -> None:
    assert found([{**EC, **garbage, "kid": "g"}, EC], "ES256", "k1") is not None


def found(keys: list[Any], algorithm: str, kid: str | None) -> Key | None:
    ring = read_key_ring({"keys": keys})
    assert ring is not None
    return ring.find(algorithm, kid)


def test_without_a_name_there_must_be_no_choice() -> None:
    other = ECKey.generate_key("P-256", {"kid": "k2"}).as_dict(private=False)
    assert found([EC, RSA, ED], "ES256", None) is not None
    assert found([EC, other], "ES256", None) is None
    assert found([EC, {**other, "use": "enc"}], "ES256", None) is not None


class Drawer(FixedKeys):
    """Keys of an issuer that come and go."""

    def put(self, *keys: Key) -> None:
        self._ring = KeyRing(keys)
        self.version += 1

    def lose(self) -> None:
        """Drop the keys without saying so: what still passes was remembered."""
        self._ring = KeyRing(())


async def test_a_good_token_is_remembered_until_the_keys_change() -> None:
    drawer = Drawer(KeySet([KEY]))
    reader, token = TokenReader([Issuer(ISSUER, drawer)], AUDIENCE), sign()
    first = await reader.read(token)
    drawer.lose()
    assert await reader.read(token) is first
    with pytest.raises(InvalidToken):
        await reader.read(sign(claims(jti="t2")))
    drawer.put(ECKey.generate_key("P-256", {"kid": "k1"}))
    with pytest.raises(InvalidToken, match="signature"):
        await reader.read(token)
    drawer.put(KEY)
    assert await reader.read(token) == replace(first, keys_version=drawer.version)


async def test_a_remembered_token_ends_when_it_expires() -> None:
    reader = TokenReader([Issuer(ISSUER, fixed(KEY))], AUDIENCE)
    expires = int(time.time()) + 100
    token = sign(claims(exp=expires))
    await reader.read(token)
    with time_machine.travel(expires + LEEWAY_SECONDS - 0.5, tick=False):
        assert (await reader.read(token)).client == "bank"
    with time_machine.travel(expires + LEEWAY_SECONDS, tick=False):
        for _ in range(2):
            with pytest.raises(InvalidToken, match="expired"):
                await reader.read(token)


async def test_the_memory_is_bounded_and_keeps_what_is_used() -> None:
    drawer = Drawer(KeySet([KEY]))
    reader = TokenReader([Issuer(ISSUER, drawer)], AUDIENCE, memory=2)
    used, idle = sign(), sign(claims(jti="idle"))
    for token in (used, idle, used, sign(claims(jti="third"))):
        await reader.read(token)
    drawer.lose()
    assert (await reader.read(used)).client == "bank"
    with pytest.raises(InvalidToken):
        await reader.read(idle)


async def test_a_refused_token_is_not_remembered() -> None:
    drawer = Drawer(KeySet([KEY]))
    reader = TokenReader([Issuer(ISSUER, drawer)], AUDIENCE)
    token = sign(key=ECKey.generate_key("P-256", {"kid": "k1"}))
    for _ in range(3):
        with pytest.raises(InvalidToken):
            await reader.read(token)
    assert len(reader._good) == 0


class Unread(FixedKeys):
    """Keys of an issuer that was never reached."""

    @property
    def known(self) -> bool:  # type: ignore[override]  # a plain attribute in the base
        return False


async def test_without_any_keys_a_token_is_neither_good_nor_bad() -> None:
    reader = TokenReader([Issuer(ISSUER, Unread(KeySet([])))], AUDIENCE)
    with pytest.raises(KeysUnavailable) as caught:
        await reader.read(sign())
    assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "10"})
    with pytest.raises(InvalidToken, match="not trusted"):
        await reader.read(sign(claims(iss="https://other")))
