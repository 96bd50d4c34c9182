"""Proofs of possession (RFC 9449) as tables: each requirement of §4.3, addresses, the memory, nonces, challenges."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from gateway.auth import Authenticator, Issuer
from gateway.auth.challenges import ALGS
from gateway.auth.dpop import NEWEST_SECONDS, OLDEST_SECONDS, Asked, InvalidProof, read_proof
from gateway.auth.nonces import SPAN_SECONDS, Nonces
from gateway.auth.possession import Possession
from gateway.auth.replay import Memory
from gateway.auth.target import is_meant_for, read_target, target_of
from gateway.errors import Unauthenticated
from gateway.shared import SCRIPTS, SharedProofs, SharedServer
from tests.gateway.proofs import CLIENT_KEY, JKT, OTHER_CLIENT_KEY, ath, proof
from tests.gateway.tokens import AUDIENCE, BANK, ISSUER, KEY, MISSING, URL, claims, fixed, sent, sign
from tests.servers import free_port

BOUND = sign(claims(cnf={"jkt": JKT}))
TARGET = read_target(URL)
assert TARGET is not None
ASKED = Asked("POST", TARGET, named=False, token=BOUND)
KEYS: dict[str, Key] = {
    "ES256": CLIENT_KEY,
    "ES384": ECKey.generate_key("P-384"),
    "RS256": RSAKey.generate_key(2048),
    "EdDSA": OKPKey.generate_key("Ed25519"),
}
KEYS |= {"PS256": KEYS["RS256"], "Ed25519": KEYS["EdDSA"]}
NOT_MADE_OF_ONE = "jwk is no public key"


def desk(possession: Possession | None = None) -> Authenticator:
    return Authenticator([Issuer(ISSUER, fixed(KEY))], AUDIENCE, {BANK.id: BANK}, possession=possession)


@pytest.mark.parametrize("algorithm", KEYS)
def test_every_algorithm(algorithm: str) -> None:
    key = KEYS[algorithm]
    read = read_proof(proof(BOUND, key, algorithm=algorithm), ASKED, time.time())
    assert read.thumbprint == key.thumbprint()


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("another method", {"htm": "GET"}),
        ("another method", {"htm": "post"}),
        ("another method", {"htm": MISSING}),
        ("another method", {"htm": ["POST"]}),
        ("another address", {"htu": MISSING}),
        ("another address", {"htu": [URL]}),
        ("another address", {"htu": f"{URL}/"}),
        ("another address", {"htu": URL.replace("8088", "8089")}),
        ("another address", {"htu": URL.replace("127.0.0.1", "gateway.test")}),
        ("another address", {"htu": URL.replace("http:", "https:")}),
        ("another address", {"htu": URL.replace("127.0.0.1", "user@127.0.0.1")}),
        ("another address", {"htu": URL.replace("graphql", "gra\tphql")}),
        ("another address", {"htu": URL.replace("graphql", "GraphQL")}),
        ("another address", {"htu": ""}),
        ("iat is no time", {"iat": MISSING}),
        ("iat is no time", {"iat": "1"}),
        ("iat is no time", {"iat": True}),
        ("too old", {"iat": 1}),
        ("too old", {"iat": 10**400}),
        ("another token", {"ath": MISSING}),
        ("another token", {"ath": ath(BOUND + "x")}),
        ("another token", {"ath": ath(BOUND) + "="}),
        ("another token", {"ath": [ath(BOUND)]}),
        ("jti is no text", {"jti": MISSING}),
        ("jti is no text", {"jti": ""}),
        ("jti is no text", {"jti": 5}),
        ("jti is no text", {"jti": "j" * 257}),
        ("typ is not dpop", {"head": {"typ": "JWT"}}),
        ("typ is not dpop", {"head": {"typ": "at+jwt"}}),
        ("typ is not dpop", {"head": {"typ": MISSING}}),
        ("not signed with one of", {"head": {"alg": "none"}}),
        ("not signed with one of", {"head": {"alg": "HS256"}}),
        ("extension", {"head": {"crit": ["jwk"]}}),
        (NOT_MADE_OF_ONE, {"head": {"jwk": MISSING}}),
        (NOT_MADE_OF_ONE, {"head": {"jwk": CLIENT_KEY.as_dict(private=True)}}),
        (NOT_MADE_OF_ONE, {"head": {"jwk": {**CLIENT_KEY.as_dict(private=False), "d": ""}}}),
        (NOT_MADE_OF_ONE, {"head": {"jwk": OctKey.generate_key(256).as_dict()}}),
        (NOT_MADE_OF_ONE, {"head": {"jwk": KEYS["ES384"].as_dict(private=False)}}),
        (NOT_MADE_OF_ONE, {"head": {"jwk": {**CLIENT_KEY.as_dict(private=False), "use": "enc"}}}),
        (NOT_MADE_OF_ONE, {"head": {"jwk": [CLIENT_KEY.as_dict(private=False)]}}),
        ("signature is not valid", {"signer": OTHER_CLIENT_KEY}),
        ("longer than", {"padding": "x" * 5_000}),
    ],
)
def test_a_proof_that_is_refused(reason: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidProof, match=reason) as caught:
        read_proof(proof(BOUND, **changes), ASKED, time.time())
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in caught.value.reason)


@given(st.integers(-200, 200))
def test_the_window_of_time(offset: int) -> None:
    now = 1_800_000_000
    text = proof(BOUND, iat=now + offset)
    if -OLDEST_SECONDS <= offset <= NEWEST_SECONDS:
        assert read_proof(text, ASKED, now).issued_at == now + offset
    else:
        with pytest.raises(InvalidProof, match="too old or from the future"):
            read_proof(text, ASKED, now)


@given(st.one_of(st.text(max_size=60), st.lists(st.text(max_size=20), min_size=3, max_size=3).map(".".join)))
def test_any_text_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(InvalidProof):
        read_proof(text, ASKED, time.time())


@pytest.mark.parametrize(
    ("url", "public_url", "htu", "fits"),
    [
        ("http:///graphql", "https://credit.city.test", "https://credit.city.test/graphql", True),
        (URL, "", URL, True),
        (URL, "", f"{URL}?query=x#y", True),
        (URL, "", "HTTP://LOCALHOST:8088/graphql", True),
        (URL, "", "http://[::1]:8088/graphql", True),
        ("http://127.0.0.1:80/graphql", "", "http://127.0.0.1/graphql", True),
        (URL, "https://credit.city.test", "https://credit.city.test/graphql", True),
        (URL, "https://credit.city.test/", "https://CREDIT.city.test:443/graphql", True),
        (URL, "https://city.test/credit", "https://city.test/credit/graphql", True),
        (URL, "https://credit.city.test", URL, False),
        (URL, "https://credit.city.test", "https://credit.city.test.evil.test/graphql", False),
        (URL, "https://credit.city.test", "https://credit.city.test@evil.test/graphql", False),
        (URL, "https://credit.city.test", "http://credit.city.test/graphql", False),
        (URL, "https://credit.city.test", "https://credit.city.test/other", False),
    ],
)
def test_addresses(url: str, public_url: str, htu: str, fits: bool) -> None:
    target = target_of(sent(url=url), public_url)
    assert target is not None
    assert is_meant_for(htu, target, named=bool(public_url)) is fits


@pytest.mark.parametrize(("url", "peer"), [("http://10.0.0.5:8088/graphql", "127.0.0.1"), (URL, "10.0.0.9"), (URL, "")])
async def test_off_loopback_no_proof_is_taken_without_a_public_url(url: str, peer: str) -> None:
    pair = ("Authorization", f"DPoP {BOUND}"), ("DPoP", proof(BOUND, htu=url))
    with pytest.raises(Unauthenticated, match="public_url is not set"):
        await desk().identify(sent(*pair, url=url, peer=peer))
    public = desk(Possession("https://credit.test"))
    pair = ("Authorization", f"DPoP {BOUND}"), ("DPoP", proof(BOUND, htu="https://credit.test/graphql"))
    assert (await public.identify(sent(*pair, url=url, peer=peer))).client == "bank"


async def test_a_proof_counts_once_whatever_is_remembered_of_the_token() -> None:
    authenticator, used = desk(), proof(BOUND)
    assert (await authenticator.identify(dpop(used))).client == "bank"
    error = await refused(authenticator, used)
    assert error.message == "the DPoP proof was used before (jti)"
    assert error.headers == {
        "WWW-Authenticate": 'DPoP realm="credit-gateway", error="invalid_dpop_proof", '
        f'error_description="the DPoP proof was used before (jti)", {ALGS}'
    }
    assert (await authenticator.identify(dpop(proof(BOUND)))).client == "bank"


async def test_a_nonce_is_asked_for_and_rotates() -> None:
    clock = [time.time()]
    authenticator = desk(Possession(nonces=Nonces(b"secret"), now=lambda: clock[0]))
    error = await refused(authenticator, proof(BOUND))
    nonce = error.headers["DPoP-Nonce"]
    assert 'error="use_dpop_nonce"' in error.headers["WWW-Authenticate"]
    assert (await authenticator.identify(dpop(proof(BOUND, nonce=nonce)))).client == "bank"
    for wrong in ("", f"{nonce}x", nonce[:-1], [nonce], None):
        assert (await refused(authenticator, proof(BOUND, nonce=wrong))).headers["DPoP-Nonce"] == nonce
    clock[0] += SPAN_SECONDS
    again = proof(BOUND, nonce=nonce, iat=int(clock[0]))
    assert (await authenticator.identify(dpop(again))).client == "bank"
    clock[0] += SPAN_SECONDS
    error = await refused(authenticator, proof(BOUND, nonce=nonce, iat=int(clock[0])))
    assert error.headers["DPoP-Nonce"] != nonce


def test_replicas_with_one_secret_take_each_others_nonces() -> None:
    assert Nonces(b"a").takes(Nonces(b"a").current(1_000.0), 1_000.0)
    assert not Nonces(b"b").takes(Nonces(b"a").current(1_000.0), 1_000.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 100)), max_size=60))
def test_a_memory_that_is_too_small_never_takes_twice(uses: list[tuple[int, int]]) -> None:
    memory, taken = Memory(50, capacity=3), set()
    for now, (jti, at) in enumerate(uses):
        if memory.first_here("client", str(jti), at, now):
            assert (jti, at) not in taken or at < now - 50
            taken.add((jti, at))


def test_a_memory_tells_clients_apart_and_forgets_what_is_too_old() -> None:
    memory = Memory(60)
    assert memory.first_here("a", "1", 100.0, 100.0)
    assert memory.first_here("b", "1", 100.0, 100.0)
    assert not memory.first_here("a", "1", 100.0, 160.0)
    assert memory.first_here("a", "1", 161.0, 161.0)


def test_a_full_memory_refuses_what_is_as_old_as_what_it_let_go() -> None:
    memory = Memory(60, capacity=2)
    assert [memory.first_here("a", str(at), at, 100.0) for at in (90.0, 91.0, 92.0)] == [True] * 3
    assert not memory.first_here("a", "90.0", 90.0, 100.0)
    assert not memory.first_here("a", "other", 90.0, 100.0)
    assert memory.first_here("a", "other", 93.0, 100.0)


async def test_replicas_share_what_was_used(valkey_url: str) -> None:
    servers = [SharedServer(valkey_url, SCRIPTS) for _ in range(2)]
    here, there = (desk(Possession(shared=SharedProofs(server))) for server in servers)
    used = proof(BOUND)
    assert (await here.identify(dpop(used))).client == "bank"
    assert (await refused(there, used)).message == "the DPoP proof was used before (jti)"
    assert (await there.identify(dpop(proof(BOUND)))).client == "bank"
    for server in servers:
        await server.close()


async def test_without_the_shared_server_each_replica_remembers_alone() -> None:
    server = SharedServer(f"redis://127.0.0.1:{free_port()}", SCRIPTS)
    authenticator, used = desk(Possession(shared=SharedProofs(server))), proof(BOUND)
    assert (await authenticator.identify(dpop(used))).client == "bank"
    assert (await refused(authenticator, used)).message == "the DPoP proof was used before (jti)"
    await server.close()


def dpop(text: str) -> Any:
    return sent(("Authorization", f"DPoP {BOUND}"), ("DPoP", text))


async def refused(authenticator: Authenticator, text: str) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as caught:
        await authenticator.identify(dpop(text))
    return caught.value
