"""Attacks on who asks: forged, confused, stolen and replayed tokens, through the front door of a real gateway.

Each case names the words with which its own guard refuses it, so that it fails when that guard is gone.
"""

import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from gateway.http import make_server
from tests.end_to_end.served import Told
from tests.gateway.proofs import ath
from tests.gateway.tokens import AUDIENCE, MISSING, claims, header, sign
from tests.red_team.arena import PROXY, Arena, Pairs, altered, arena, bearer, by_secret, dpop

STRANGER = ECKey.generate_key("P-256", {"kid": "k1"})
USCC = "91230881TJ0000019A"
Attack = tuple[str, Callable[[Arena], Pairs], str]


@pytest.fixture(scope="module")
async def field(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arena]:
    async with arena(tmp_path_factory.mktemp("arena")) as running:
        yield running


def refused(told: Told, words: str, status: int = 401) -> None:
    """The answer is a refusal in these words, with no data in it."""
    assert told.status == status, told.body
    assert set(told.content) == {"errors", "extensions"}
    assert set(told.content["extensions"]) == {"receipt"}
    assert words in told.content["errors"][0]["message"]


def cases(attacks: list[Attack]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("make", "words"), [pytest.param(make, words, id=name) for name, make, words in attacks]
    )


# ---- what is good is taken: without this every attack below would prove nothing ----

GOOD: list[tuple[str, Callable[[Arena], Pairs], str]] = [
    ("RFC 9068", lambda on: bearer(on.plain.token()), "127.0.0.1"),
    ("Keycloak", lambda on: bearer(on.by_keycloak(credit_subject=USCC)), "127.0.0.1"),
    ("an opaque token", lambda on: bearer(on.opaque.tell("good-opaque")), "127.0.0.1"),
    ("a token bound to a key", lambda on: dpop(on.bound(), on.proof(on.bound())), "127.0.0.1"),
    (
        "a token bound to a certificate",
        lambda on: [*bearer(on.plain.token(cnf={"x5t#S256": on.mine.thumbprint})), ("Client-Cert", on.mine.rfc9440)],
        PROXY,
    ),
]


@pytest.mark.parametrize(("make", "peer"), [pytest.param(make, peer, id=name) for name, make, peer in GOOD])
async def test_what_is_good(field: Arena, make: Callable[[Arena], Pairs], peer: str) -> None:
    pairs = list(make(field))
    if pairs[0][1].startswith("DPoP "):  # the token was made twice, and the proof is for one of them
        token = field.bound()
        pairs = dpop(token, field.proof(token))
    told = await field.ask(pairs, peer=peer)
    assert told.data == {"__typename": "Query"}


# ---- forgery. Guards: `signed.take_apart` (algorithms, crit), `KeyRing.find`, `signed.check_signature` ----

SIGNATURE, PUBLISHED, SIGNED = "signature is not valid", "does not publish", "is not signed with one of"
FORGED: list[Attack] = [
    ("alg none", lambda on: bearer(altered(on.plain.token(), 0, alg="none").rpartition(".")[0] + "."), SIGNED),
    ("alg None in other letters", lambda on: bearer(altered(on.plain.token(), 0, alg="NONE")), SIGNED),
    ("no alg", lambda on: bearer(altered(on.plain.token(), 0, alg=MISSING)), SIGNED),
    (
        "HS256 with the public PEM",
        lambda on: bearer(by_secret(on.plain.token(), on.plain.keys[0].as_pem(private=False))),
        SIGNED,
    ),
    (
        "HS256 with the public JWK",
        lambda on: bearer(by_secret(on.plain.token(), json.dumps(on.plain.keys[0].as_dict(private=False)).encode())),
        SIGNED,
    ),
    ("RS256 over an EC signature", lambda on: bearer(altered(on.plain.token(), 0, alg="RS256")), PUBLISHED),
    (
        "a key in the header",
        lambda on: bearer(on.plain.token({"jwk": STRANGER.as_dict(private=False)}, STRANGER)),
        SIGNATURE,
    ),
    (
        "keys elsewhere (jku)",
        lambda on: bearer(on.plain.token({"jku": f"{on.evil.url}/keys"}, on.evil.keys[0])),
        SIGNATURE,
    ),
    (
        "a certificate elsewhere (x5u)",
        lambda on: bearer(on.plain.token({"x5u": f"{on.evil.url}/keys"}, on.evil.keys[0])),
        SIGNATURE,
    ),
    (
        "a certificate in the header (x5c)",
        lambda on: bearer(on.plain.token({"x5c": [on.mine.rfc9440[1:-1]]}, STRANGER)),
        SIGNATURE,
    ),
    ("a kid that is a path", lambda on: bearer(on.plain.token({"kid": "../../../../dev/null"}, STRANGER)), PUBLISHED),
    ("a kid that is SQL", lambda on: bearer(on.plain.token({"kid": "k1' OR '1'='1"}, STRANGER)), PUBLISHED),
    (
        "a kid that is an address",
        lambda on: bearer(on.plain.token({"kid": f"{on.evil.url}/keys"}, on.evil.keys[0])),
        PUBLISHED,
    ),
    ("a kid that is a list", lambda on: bearer(on.plain.token({"kid": ["k1"]}, STRANGER)), "kid that is no string"),
    ("no kid", lambda on: bearer(on.plain.token({"kid": MISSING}, STRANGER)), SIGNATURE),
    ("crit", lambda on: bearer(on.plain.token({"crit": ["exp"]})), "an extension that is not understood"),
    ("an empty crit", lambda on: bearer(on.plain.token({"crit": []})), "an extension that is not understood"),
    ("b64 false", lambda on: bearer(on.plain.token({"b64": False})), "an extension that is not understood"),
    ("no signature", lambda on: bearer(on.plain.token().rpartition(".")[0] + "."), SIGNATURE),
    ("a signature of zeros", lambda on: bearer(on.plain.token().rpartition(".")[0] + "." + "A" * 86), SIGNATURE),
    (
        "another client under the old signature",
        lambda on: bearer(altered(on.plain.token(), client_id="court")),
        SIGNATURE,
    ),
    (
        "more scopes under the old signature",
        lambda on: bearer(altered(on.plain.token(), scope="credit.gov.tax")),
        SIGNATURE,
    ),
    (
        "a longer life under the old signature",
        lambda on: bearer(altered(on.plain.token(), exp=4_000_000_000)),
        SIGNATURE,
    ),
    ("encrypted, five parts", lambda on: bearer(on.plain.token() + ".e30.e30"), "not active at its issuer"),
]


@cases(FORGED)
async def test_a_forged_token(field: Arena, make: Callable[[Arena], Pairs], words: str) -> None:
    refused(await field.ask(make(field)), words)
    assert field.evil.asked["keys"] == 0, "nobody follows an address in a token"


# ---- another kind of token. Guards: `Issuer.types` in `tokens._check`, `claims.refuse_other_kinds` ----

TYPE, ID_TOKEN = "its typ is not at+jwt", "it has claims of an ID token"
OTHER_KINDS: list[Attack] = [
    ("an ID token", lambda on: bearer(on.by_keycloak(nonce="n")), ID_TOKEN),
    ("an ID token by its hash", lambda on: bearer(on.by_keycloak(at_hash="h", typ=MISSING)), ID_TOKEN),
    ("an ID token by its code hash", lambda on: bearer(on.by_keycloak(c_hash="h")), ID_TOKEN),
    ("an ID token by its payload", lambda on: bearer(on.by_keycloak(typ="ID")), "its claim typ is not Bearer"),
    ("a refresh token", lambda on: bearer(on.by_keycloak(typ="Refresh")), "its claim typ is not Bearer"),
    ("a logout token", lambda on: bearer(on.by_keycloak(events={"http://logout": {}})), ID_TOKEN),
    ("an ID token by its use", lambda on: bearer(on.by_keycloak(token_use="id")), "token_use is not access"),
    ("typ JWT where at+jwt is issued", lambda on: bearer(on.plain.token({"typ": "JWT"})), TYPE),
    ("no typ", lambda on: bearer(on.plain.token({"typ": MISSING})), TYPE),
    ("typ at+jwt where JWT is declared", lambda on: bearer(on.by_keycloak(head={"typ": "at+jwt"})), TYPE),
    ("a client assertion", lambda on: bearer(on.plain.token({"typ": "client-authentication+jwt"})), TYPE),
    ("a proof of possession", lambda on: bearer(on.plain.token({"typ": "dpop+jwt"})), TYPE),
    ("a signed token of an issuer of opaque ones", lambda on: bearer(on.opaque.token()), TYPE),
]


@cases(OTHER_KINDS)
async def test_a_token_of_another_kind(field: Arena, make: Callable[[Arena], Pairs], words: str) -> None:
    refused(await field.ask(make(field)), words)


# ---- across issuers and audiences. Guards: keys by issuer in `TokenReader`, `ClaimReader` (iss, aud) ----

ACROSS: list[Attack] = [
    ("one issuer's key, another's name", lambda on: bearer(on.plain.token(key=on.keycloak.keys[0])), SIGNATURE),
    ("the other way round", lambda on: bearer(on.by_keycloak(key=on.plain.keys[0])), SIGNATURE),
    (
        "the development issuer's name",
        lambda on: bearer(on.plain.token(iss="http://127.0.0.1:8088")),
        PUBLISHED,
    ),
    ("an issuer nobody trusts", lambda on: bearer(on.evil.token()), "an issuer that is not trusted"),
    ("an issuer's name with a slash", lambda on: bearer(on.plain.token(iss=f"{on.plain.url}/")), "not trusted"),
    ("an issuer's name in a list", lambda on: bearer(on.plain.token(iss=[on.plain.url])), "not trusted"),
    ("no issuer", lambda on: bearer(on.plain.token(iss=MISSING)), "not trusted"),
    ("another audience", lambda on: bearer(on.plain.token(aud="tax-gateway")), "another audience"),
    ("an audience that looks alike", lambda on: bearer(on.plain.token(aud=f"{AUDIENCE}\u200b")), "another audience"),
    (
        "audiences that look alike",
        lambda on: bearer(on.plain.token(aud=[AUDIENCE.title(), f"{AUDIENCE}/"])),
        "another audience",
    ),
    ("no audience", lambda on: bearer(on.plain.token(aud=MISSING)), "asks for: aud"),
    ("an audience for every name", lambda on: bearer(on.plain.token(aud="*")), "another audience"),
]


@cases(ACROSS)
async def test_a_token_for_or_from_somebody_else(field: Arena, make: Callable[[Arena], Pairs], words: str) -> None:
    refused(await field.ask(make(field)), words)


# ---- claims. Guards: `documents.read_json`, `ClaimReader`, `MAXIMUM_TOKEN_LENGTH` ----


def raw(on: Arena, change: Callable[[str], str]) -> Pairs:
    """Return a token whose claims are ``change`` of the JSON of good ones."""
    said = json.dumps(claims(iss=on.plain.url))
    return bearer(sign(change(said).encode(), header(), on.plain.keys[0]))


UNREADABLE, NO_CLIENT = "is not well-formed", "is not a client name"
CLAIMS: list[Attack] = [
    ("two clients, the last good", lambda on: raw(on, lambda said: '{"client_id": "court", ' + said[1:]), UNREADABLE),
    ("two expiries, the last good", lambda on: raw(on, lambda said: '{"exp": 1, ' + said[1:]), UNREADABLE),
    ("two audiences in other escapes", lambda on: raw(on, lambda said: '{"\\u0061ud": "x", ' + said[1:]), UNREADABLE),
    ("exp NaN", lambda on: raw(on, lambda said: said.replace('"exp": ', '"exp": NaN, "x": ')), UNREADABLE),
    ("exp Infinity", lambda on: raw(on, lambda said: said.replace('"exp": ', '"exp": Infinity, "x": ')), UNREADABLE),
    (
        "exp beyond all numbers",
        lambda on: raw(on, lambda said: said.replace('"exp": ', '"exp": 1e999, "x": ')),
        "exp is no time",
    ),
    ("exp a text", lambda on: bearer(on.plain.token(exp="4000000000")), "exp is no time"),
    ("exp true", lambda on: bearer(on.plain.token(exp=True)), "exp is no time"),
    ("exp in a list", lambda on: bearer(on.plain.token(exp=[4_000_000_000])), "exp is no time"),
    ("no exp", lambda on: bearer(on.plain.token(exp=MISSING)), "asks for: exp"),
    ("exp null", lambda on: bearer(on.plain.token(exp=None)), "asks for: exp"),
    ("expired", lambda on: bearer(on.plain.token(exp=int(time.time()) - 120)), "has expired"),
    ("not yet valid", lambda on: bearer(on.plain.token(nbf=4_000_000_000)), "not valid yet"),
    ("issued in the future", lambda on: bearer(on.plain.token(iat=4_000_000_000)), "in the future"),
    ("a client with an unseen letter", lambda on: bearer(on.plain.token(client_id="court\u200b")), NO_CLIENT),
    ("a client in full-width letters", lambda on: bearer(on.plain.token(client_id="ｃourt")), NO_CLIENT),
    ("a client with a line end", lambda on: bearer(on.plain.token(client_id="court\n")), NO_CLIENT),
    ("a list of clients", lambda on: bearer(on.plain.token(client_id=["bank", "court"])), NO_CLIENT),
    (
        "a client and another authorized party",
        lambda on: bearer(on.by_keycloak(client_id="court")),
        "names two clients",
    ),
    (
        "a client beside the declared place",
        lambda on: bearer(on.by_keycloak(azp=MISSING, client_id="court")),
        NO_CLIENT,
    ),
    ("scopes in a list", lambda on: bearer(on.plain.token(scope=["credit.public"])), "scope is no string"),
    (
        "scopes parted by another blank",
        lambda on: bearer(on.plain.token(scope="credit.public\u00a0credit.gov")),
        "no list of scopes",
    ),
    ("roles as one text", lambda on: bearer(on.by_keycloak(realm_access={"roles": "reader"})), "roles are no list"),
    (
        "an own subject with a wrong digit",
        lambda on: bearer(on.by_keycloak(credit_subject=USCC[:-1] + "B")),
        "own subject",
    ),
    (
        "an own subject in full-width digits",
        lambda on: bearer(on.by_keycloak(credit_subject="９" + USCC[1:])),
        "own subject",
    ),
    ("two own subjects", lambda on: bearer(on.by_keycloak(credit_subject=[USCC, USCC])), "own subject"),
    ("oversized", lambda on: bearer(on.plain.token(padding="x" * 9_000)), "is longer than"),
    ("nested without end", lambda on: bearer(sign(b"[" * 3_000, header(), on.plain.keys[0])), UNREADABLE),
    (
        "claims in UTF-16",
        lambda on: bearer(sign(json.dumps(claims()).encode("utf-16"), header(), on.plain.keys[0])),
        UNREADABLE,
    ),
]


@cases(CLAIMS)
async def test_claims_that_are_not_what_they_should_be(
    field: Arena, make: Callable[[Arena], Pairs], words: str
) -> None:
    refused(await field.ask(make(field)), words)


# ---- more than one is registered for. Guards: the register and the intersection of scopes in `Authenticator` ----

INFLATED: list[Attack] = [
    (
        "scopes the client is not registered for",
        lambda on: bearer(on.plain.token(scope="credit.gov.tax credit.gov")),
        "none of the scopes",
    ),
    ("a scope in other letters", lambda on: bearer(on.plain.token(scope="CREDIT.PUBLIC")), "none of the scopes"),
    ("a scope for all", lambda on: bearer(on.plain.token(scope="* credit.* owner.*")), "none of the scopes"),
    (
        "a role that opens nothing",
        lambda on: bearer(on.by_keycloak(realm_access={"roles": ["admin", "officer"]})),
        "none of the scopes",
    ),
    (
        "a role where no roles are read",
        lambda on: bearer(on.by_keycloak(realm_access={}, roles=["reader"])),
        "none of the scopes",
    ),
    ("a client that is not registered", lambda on: bearer(on.plain.token(client_id="root")), "is not registered"),
]


@cases(INFLATED)
async def test_more_than_is_registered(field: Arena, make: Callable[[Arena], Pairs], words: str) -> None:
    refused(await field.ask(make(field)), words, 403)


# ---- headers. Guards: `Authenticator._credentials`; nothing but the header is read for a token ----

HEADERS: list[tuple[str, Callable[[Arena], Pairs], str, int]] = [
    ("two tokens", lambda on: [*bearer(on.plain.token()), *bearer(on.plain.token())], "stands more than once", 400),
    ("a bearer and a proof", lambda on: [*bearer(on.plain.token()), *dpop("x")], "stands more than once", 400),
    ("two in one header", lambda on: bearer(f"{on.plain.token()}, Bearer {on.plain.token()}"), "well-formed", 401),
    ("another scheme", lambda on: [("Authorization", f"Token {on.plain.token()}")], "must be Bearer or DPoP", 401),
    ("a tab for a blank", lambda on: [("Authorization", f"Bearer\t{on.plain.token()}")], "must be Bearer or DPoP", 401),
    (
        "another header",
        lambda on: [("X-Authorization", f"Bearer {on.plain.token()}")],
        "an access token is needed",
        401,
    ),
    ("a cookie", lambda on: [("Cookie", f"access_token={on.plain.token()}")], "an access token is needed", 401),
]


@pytest.mark.parametrize(
    ("make", "words", "status"), [pytest.param(make, words, status, id=name) for name, make, words, status in HEADERS]
)
async def test_a_header_that_is_not_taken(
    field: Arena, make: Callable[[Arena], Pairs], words: str, status: int
) -> None:
    told = await field.ask(make(field))
    assert told.status == status
    assert "data" not in told.content


async def test_a_token_in_the_address_is_not_read(field: Arena) -> None:
    for method in ("GET", "POST"):
        query = f"?query=%7B__typename%7D&access_token={field.plain.token()}"
        refused(await field.ask([], query=query, method=method), "an access token is needed")


# ---- bound tokens. Guards: `Possession.check`, `claims.read_binding` ----

BY_KEY, UNBOUND, NOT_UNDERSTOOD = "needs the scheme DPoP", "the scheme must be Bearer", "not understood here"
UNPROVED: list[Attack] = [
    ("a stolen bound token as a bearer", lambda on: bearer(on.bound()), BY_KEY),
    ("the same with a proof beside it", lambda on: [*bearer(on.bound()), ("DPoP", on.proof(None))], BY_KEY),
    ("cnf taken away", lambda on: bearer(altered(on.bound(), cnf=MISSING)), SIGNATURE),
    (
        "cnf of the thief's key",
        lambda on: dpop(altered(on.bound(), cnf={"jkt": STRANGER.thumbprint()}), "x"),
        SIGNATURE,
    ),
    ("cnf null", lambda on: bearer(on.plain.token(cnf=None)), NOT_UNDERSTOOD),
    ("cnf empty", lambda on: bearer(on.plain.token(cnf={})), NOT_UNDERSTOOD),
    ("cnf of a kind nobody checks", lambda on: bearer(on.plain.token(cnf={"kid": "k1"})), NOT_UNDERSTOOD),
    (
        "cnf with one kind more",
        lambda on: dpop(on.plain.token(cnf={"jkt": "A" * 43, "kid": "k1"}), "x"),
        NOT_UNDERSTOOD,
    ),
    ("a bearer dressed as bound", lambda on: dpop(on.plain.token(), on.proof(on.plain.token())), UNBOUND),
    ("no proof", lambda on: dpop(on.bound()), "exactly one DPoP proof"),
    ("an empty proof", lambda on: dpop(on.bound(), ""), "three parts"),
    (
        "bound to a certificate, as a bearer",
        lambda on: bearer(on.plain.token(cnf={"x5t#S256": on.mine.thumbprint})),
        "no trusted proxy",
    ),
    (
        "bound to a certificate, with a proof",
        lambda on: dpop(on.plain.token(cnf={"x5t#S256": on.mine.thumbprint}), on.proof(None)),
        UNBOUND,
    ),
]


@cases(UNPROVED)
async def test_a_bound_token_without_its_proof(field: Arena, make: Callable[[Arena], Pairs], words: str) -> None:
    refused(await field.ask(make(field)), words)


# ---- proofs. Guard: each requirement of RFC 9449 §4.3 in `dpop.read_proof` and `Possession._check_proof` ----

ADDRESS, NO_KEY = "for another address (htu)", "no public key for its alg"
PROOFS: list[tuple[str, Callable[[Arena, str], list[str]], str]] = [
    ("of another key", lambda on, token: [on.proof(token, key=STRANGER)], "another key than the token is bound to"),
    (
        "of another key in the name of the right one",
        lambda on, token: [on.proof(token, signer=STRANGER)],
        "signature is not valid",
    ),
    ("for another token", lambda on, token: [on.proof(on.bound(jti="t2"))], "for another token (ath)"),
    ("for no token", lambda on, token: [on.proof(None)], "for another token (ath)"),
    (
        "for the token's hash in hex",
        lambda on, token: [on.proof(token, ath=ath(token).encode().hex())],
        "for another token (ath)",
    ),
    ("for another method", lambda on, token: [on.proof(token, htm="GET")], "for another method (htm)"),
    ("for another server", lambda on, token: [on.proof(token, htu="https://evil.test/graphql")], ADDRESS),
    ("for another port", lambda on, token: [on.proof(token, htu="http://127.0.0.1:1/graphql")], ADDRESS),
    ("for the token endpoint", lambda on, token: [on.proof(token, htu=f"{on.served.origin}/oauth/token")], ADDRESS),
    ("for a path that ends here", lambda on, token: [on.proof(token, htu=f"{on.served.origin}/x/../graphql")], ADDRESS),
    ("for another scheme", lambda on, token: [on.proof(token, htu=on.served.url.replace("http:", "https:"))], ADDRESS),
    (
        "for this server as a user's name",
        lambda on, token: [on.proof(token, htu=f"{on.served.origin}@evil.test/graphql")],
        ADDRESS,
    ),
    ("that is old", lambda on, token: [on.proof(token, iat=int(time.time()) - 600)], "too old or from the future"),
    ("from the future", lambda on, token: [on.proof(token, iat=int(time.time()) + 600)], "too old or from the future"),
    ("of no time", lambda on, token: [on.proof(token, iat=MISSING)], "iat is no time"),
    ("without a name", lambda on, token: [on.proof(token, jti=MISSING)], "jti is no text"),
    ("two of them", lambda on, token: [on.proof(token), on.proof(token)], "exactly one DPoP proof"),
    ("two in one header", lambda on, token: [f"{on.proof(token)}, {on.proof(token)}"], "DPoP proof"),
    ("that is an access token", lambda on, token: [token], "typ is not dpop+jwt"),
    ("of type JWT", lambda on, token: [on.proof(token, head={"typ": "JWT"})], "typ is not dpop+jwt"),
    ("unsigned", lambda on, token: [on.proof(token, head={"alg": "none"}).rpartition(".")[0] + "."], SIGNED),
    (
        "by a shared secret",
        lambda on, token: [by_secret(on.proof(token, head={"jwk": OctKey.generate_key(256).as_dict()}), b"k")],
        SIGNED,
    ),
    (
        "with a shared secret for a key",
        lambda on, token: [on.proof(token, head={"jwk": OctKey.generate_key(256).as_dict()})],
        NO_KEY,
    ),
    ("with its private key", lambda on, token: [on.proof(token, head={"jwk": on.key.as_dict(private=True)})], NO_KEY),
    ("without a key", lambda on, token: [on.proof(token, head={"jwk": MISSING, "kid": "k1"})], NO_KEY),
    ("with an extension", lambda on, token: [on.proof(token, head={"crit": ["jwk"]})], "an extension that is not"),
    ("oversized", lambda on, token: [on.proof(token, padding="x" * 6_000)], "longer than"),
]


@pytest.mark.parametrize(("make", "words"), [pytest.param(make, words, id=name) for name, make, words in PROOFS])
async def test_a_proof_that_proves_nothing(field: Arena, make: Callable[[Arena, str], list[str]], words: str) -> None:
    token = field.bound()
    told = await field.ask(dpop(token, *make(field, token)))
    refused(told, words)
    assert told.headers["WWW-Authenticate"].startswith('DPoP realm="credit-gateway", error="invalid_dpop_proof"')


async def test_a_proof_caught_on_the_way_is_of_no_use(field: Arena) -> None:
    token = field.bound()
    caught = field.proof(token)
    assert (await field.ask(dpop(token, caught))).status == 200
    refused(await field.ask(dpop(token, caught)), "was used before (jti)")
    refused(await field.ask(bearer(token)), BY_KEY)


# Guard: `presented` takes the address of the socket, not of a header.
@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto", "X-Original-URL"])
async def test_a_header_does_not_move_the_gateway(field: Arena, name: str) -> None:
    token = field.bound()
    shown = field.proof(token, htu="https://evil.test/graphql")
    value = {"Forwarded": "host=evil.test;proto=https", "X-Forwarded-Proto": "https"}.get(name, "evil.test")
    refused(await field.ask([*dpop(token, shown), (name, value)]), ADDRESS)


# ---- certificates. Guards: `Proxies.certificate`, and a server that does not believe X-Forwarded-For ----

CERTIFICATES: list[tuple[str, Callable[[Arena], Pairs], str, str]] = [
    ("from nobody's proxy", lambda on: [("Client-Cert", on.mine.rfc9440)], "127.0.0.1", "no trusted proxy"),
    (
        "in the name of the proxy",
        lambda on: [("Client-Cert", on.mine.rfc9440), ("X-Forwarded-For", PROXY), ("X-Real-IP", PROXY)],
        "127.0.0.1",
        "no trusted proxy",
    ),
    (
        "in the name of the proxy, by RFC 7239",
        lambda on: [("Client-Cert", on.mine.rfc9440), ("Forwarded", f"for={PROXY}")],
        "127.0.0.1",
        "no trusted proxy",
    ),
    ("none", lambda on: [], PROXY, "no trusted proxy"),
    ("of somebody else", lambda on: [("Client-Cert", on.other.rfc9440)], PROXY, "another certificate"),
    (
        "smuggled before the proxy's own",
        lambda on: [("Client-Cert", on.mine.rfc9440), ("Client-Cert", on.other.rfc9440)],
        PROXY,
        "no trusted proxy",
    ),
    (
        "joined to the proxy's own",
        lambda on: [("Client-Cert", f"{on.mine.rfc9440}, {on.other.rfc9440}")],
        PROXY,
        "no trusted proxy",
    ),
    ("as its hash", lambda on: [("Client-Cert", on.mine.thumbprint)], PROXY, "no trusted proxy"),
    ("in another header", lambda on: [("X-SSL-Client-Cert", on.mine.escaped)], PROXY, "no trusted proxy"),
]


@pytest.mark.parametrize(
    ("make", "peer", "words"), [pytest.param(make, peer, words, id=name) for name, make, peer, words in CERTIFICATES]
)
async def test_a_certificate_that_proves_nothing(
    field: Arena, make: Callable[[Arena], Pairs], peer: str, words: str
) -> None:
    token = field.plain.token(cnf={"x5t#S256": field.mine.thumbprint})
    refused(await field.ask([*bearer(token), *make(field)], peer=peer), words)


def test_the_server_does_not_rewrite_who_connected(field: Arena) -> None:
    assert make_server(field.served.gateway.app).config.proxy_headers is False


# ---- opaque tokens. Guards: `Introspection._access`, `ClaimReader` with what the issuer tells ----

TOLD: list[tuple[str, dict[str, Any], str, int]] = [
    ("made up", {"active": False}, "not active", 401),
    ("active by another word", {"active": "true"}, "cannot be asked now", 503),
    ("active by a number", {"active": 1}, "cannot be asked now", 503),
    ("of another audience", {"aud": "tax-gateway"}, "another audience", 401),
    ("of no audience", {"aud": MISSING}, "asks for: aud", 401),
    ("of another issuer", {"iss": "http://127.0.0.1:8088"}, "iss is not valid", 401),
    ("expired", {"exp": 1}, "has expired", 401),
    ("without an end", {"exp": MISSING}, "asks for: exp", 401),
    ("a refresh token", {"token_type": "refresh_token"}, "neither Bearer nor DPoP", 401),
    ("a refresh token by its use", {"token_use": "refresh_token"}, "token_use is not access", 401),
    ("bound to a key", {"cnf": {"jkt": "A" * 43}}, "needs the scheme DPoP", 401),
    ("bound in another way", {"cnf": {"kid": "x"}}, "not understood here", 401),
    ("of two clients", {"client_id": ["bank", "court"]}, "not a client name", 401),
    ("of a stranger", {"client_id": "root"}, "is not registered", 403),
    ("with scopes of others", {"scope": "credit.gov.tax"}, "none of the scopes", 403),
]


@pytest.mark.parametrize(
    ("told", "words", "status"), [pytest.param(told, words, status, id=name) for name, told, words, status in TOLD]
)
async def test_an_opaque_token(field: Arena, told: dict[str, Any], words: str, status: int) -> None:
    token = field.opaque.tell(f"opaque-{words.replace(' ', '-').replace(':', '')}-{status}-{len(str(told))}", **told)
    refused(await field.ask(bearer(token)), words, status)


async def test_an_issuer_that_is_down_lets_nobody_in(field: Arena) -> None:
    await field.opaque.stop()
    told = await field.ask(bearer("opaque-unknown"))
    await field.opaque.start()
    refused(told, "cannot be asked now", 503)
    assert told.headers["Retry-After"] == "10"


# ---- what is said. Guard: reasons and log lines quote nothing of a token ----


async def test_nothing_of_a_token_is_said_or_logged(field: Arena, caplog: pytest.LogCaptureFixture) -> None:
    secret = "canary-of-a-token"
    tokens = [
        field.plain.token(client_id=f"{secret}é"),
        field.plain.token(scope=[secret]),
        field.plain.token(aud=secret),
        field.by_keycloak(credit_subject=secret),
        field.plain.token({"kid": secret}),
        field.plain.token({"typ": secret}),
        f"opaque-{secret}",
    ]
    with caplog.at_level(logging.DEBUG):
        for token in tokens:
            told = await field.ask(bearer(token))
            said = told.body.decode() + str(told.headers)
            assert told.status == 401
            assert secret not in said
            assert token not in said
        bound = field.bound()
        told = await field.ask(dpop(bound, field.proof(bound, htu=f"https://{secret}.test/")))
    assert secret not in told.body.decode() + str(told.headers) + caplog.text
    assert not any(token in caplog.text for token in (*tokens, bound))
