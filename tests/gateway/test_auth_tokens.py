"""Access tokens as tables: what is taken, and what is refused with which words (RFC 9068, RFC 8725, RFC 6750)."""

import hmac
import json
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.util import urlsafe_b64encode

from gateway.auth import Issuer
from gateway.auth.access import InvalidToken
from gateway.auth.challenges import ALGS
from gateway.auth.keys import ALGORITHMS
from gateway.auth.tokens import MAXIMUM_TOKEN_LENGTH, TokenReader
from gateway.errors import Unauthenticated
from tests.gateway.tokens import (
    AUDIENCE,
    ISSUER,
    KEY,
    MISSING,
    authenticator,
    claims,
    fixed,
    header,
    sent,
    sign,
)

OTHER_KEY = ECKey.generate_key("P-256", {"kid": "k1"})
KEYS: dict[str, Key] = {
    "ES256": KEY,
    "ES384": ECKey.generate_key("P-384", {"kid": "e384"}),
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
KEYS |= {"PS256": KEYS["RS256"], "Ed25519": KEYS["EdDSA"]}
READER = TokenReader([Issuer(ISSUER, fixed(*KEYS.values()))], AUDIENCE)
GOOD = sign().encode()

THREE_PARTS = "the token is no signed JWT of three parts"
UNREADABLE = "the token cannot be read: base64url, UTF-8 or JSON is not well-formed"
NO_OBJECT = "the token cannot be read: a part is no JSON object"
NO_ACCESS_TOKEN = "the token is no access token: its typ is not at+jwt"
NOT_SIGNED = "the token is not signed with one of ES256, ES384, RS256, PS256, EdDSA, Ed25519"
EXTENSION = "the token asks in its header for an extension that is not understood here"
NO_KEY = "the token is signed with a key that its issuer does not publish for this algorithm"
SIGNATURE = "the token's signature is not valid"
UNTRUSTED = "the token is from an issuer that is not trusted here"
AUDIENCE_REASON = "the token is meant for another audience"
EXPIRED = "the token has expired"
DAY = 86_400
"""Seconds; these tokens are made long before their test runs."""
LACKS = "the token lacks what RFC 9068 asks for: {}"
BOUND_KEY = "the token is bound to a key (cnf): it needs the scheme DPoP and a proof"
BOUND_CERTIFICATE = "the token is bound to a certificate (cnf), and no trusted proxy vouches for one"
BOUND = "the token is bound (cnf) in a way that is not understood here"
THUMBPRINT = "the token is bound (cnf) to what is no SHA-256 thumbprint"
NO_CLIENT = "the token's client_id is not a client name"
NOT_ASCII = "the token is no signed JWT: it holds characters that are not ASCII"


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
async def test_every_algorithm_is_taken_with_its_key(algorithm: str) -> None:
    key = KEYS[algorithm]
    token = sign(head=header(algorithm, kid=key.kid), key=key, algorithm=algorithm)
    access = await READER.read(token)
    assert (access.client, sorted(access.scopes)) == ("bank", ["credit.consent", "credit.public"])


@pytest.mark.parametrize(
    "token",
    [
        lambda: sign(head=header(typ="AT+JWT")),
        lambda: sign(head=header(typ="application/at+jwt")),
        lambda: sign(head=header(jwk=OTHER_KEY.as_dict(private=False), jku="http://127.0.0.1:1/", x5u="http://x/")),
        lambda: sign(claims(aud=["other", AUDIENCE])),
        lambda: sign(claims(exp=time.time() - 30.5)),
        lambda: sign(claims(nbf=time.time() + 30, iat=time.time() + 30)),
        lambda: sign(claims(scope=MISSING)),
        lambda: sign(claims(roles=[{"any": "thing"}])),
    ],
)
async def test_what_else_is_taken(token: Callable[[], str]) -> None:
    assert (await READER.read(token())).client == "bank"


async def test_without_a_key_id_the_only_key_that_fits_is_taken() -> None:
    token = sign(head=header(kid=MISSING))
    assert (await READER.read(token)).issuer == ISSUER
    with pytest.raises(InvalidToken, match="does not publish"):
        await TokenReader([Issuer(ISSUER, fixed(KEY, ECKey.generate_key("P-256")))], AUDIENCE).read(token)


def refuse(reason: str, token: Callable[[], str], name: str) -> Any:
    return pytest.param(reason, token, id=name)


def by_claims(reason: str, name: str, **changes: Any) -> Any:
    return refuse(reason, lambda: sign(claims(**changes)), name)


def by_header(reason: str, name: str, **changes: Any) -> Any:
    return refuse(reason, lambda: sign(head=header(**changes)), name)


def with_public_key_as_secret() -> str:
    body = sign(head=header("HS256")).rpartition(".")[0]
    signature = hmac.digest(KEY.as_pem(private=False), body.encode(), "sha256")
    return f"{body}.{urlsafe_b64encode(signature).decode()}"


def unsigned() -> str:
    return sign(head=header("none"), algorithm="ES256").rpartition(".")[0] + "."


def with_two(name: str, other: str) -> bytes:
    """Return good claims in which ``name`` stands twice, the last time as it should."""
    return f'{{"{name}": {json.dumps(other)}, '.encode() + json.dumps(claims()).encode()[1:]


def changed_signature(change: Callable[[str], str]) -> str:
    body, _, signature = sign().rpartition(".")
    return f"{body}.{change(signature)}"


REFUSED = [
    by_claims(EXPIRED, "expired", exp=time.time() - 61),
    by_claims(EXPIRED, "expired-long-ago", exp=1),
    by_claims("the token is not valid yet (nbf)", "not-yet-valid", nbf=time.time() + DAY),
    by_claims("the token was issued in the future (iat)", "issued-in-the-future", iat=time.time() + DAY),
    by_claims("the token's exp is no time", "exp-a-text", exp="2099-01-01"),
    by_claims("the token's exp is no time", "exp-true", exp=True),
    refuse(
        "the token's exp is no time",
        lambda: sign(json.dumps(claims(exp=0)).replace('"exp": 0', '"exp": 1e999').encode()),
        "exp-endless",
    ),
    by_claims(AUDIENCE_REASON, "other-audience", aud="another-gateway"),
    by_claims(AUDIENCE_REASON, "other-audiences", aud=["a", "b"]),
    by_claims(AUDIENCE_REASON, "audience-of-another-kind", aud={"credit-gateway": True}),
    by_claims(AUDIENCE_REASON, "mixed-audience", aud=[AUDIENCE, 5]),
    by_claims(AUDIENCE_REASON, "audience-as-prefix", aud=f"{AUDIENCE}-test"),
    by_claims(UNTRUSTED, "other-issuer", iss="https://issuer.test.evil"),
    by_claims(UNTRUSTED, "issuer-with-slash", iss=f"{ISSUER}/"),
    by_claims(UNTRUSTED, "issuer-list", iss=[ISSUER]),
    by_claims(UNTRUSTED, "no-issuer", iss=MISSING),
    *(by_claims(LACKS.format(name), f"no-{name}", **{name: MISSING}) for name in ("aud", "exp", "iat", "sub", "jti")),
    *(by_claims(LACKS.format(name), f"null-{name}", **{name: None}) for name in ("aud", "exp", "client_id")),
    by_claims(LACKS.format("client_id"), "no-client", client_id=MISSING),
    by_claims(NO_CLIENT, "client-list", client_id=["bank"]),
    by_claims(NO_CLIENT, "client-with-quote", client_id='ba"nk'),
    by_claims("the token's client_id is not valid", "client-empty", client_id=""),
    by_claims("the token's sub is not valid", "sub-number", sub=5),
    by_claims("the token's jti is not valid", "jti-number", jti=5),
    by_claims("the token's scope is no string", "scope-list", scope=["credit.public"]),
    by_claims(BOUND_KEY, "dpop-bound", cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
    by_claims(BOUND_CERTIFICATE, "certificate-bound", cnf={"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}),
    by_claims(BOUND, "bound-in-no-way", cnf={}),
    by_claims(BOUND, "bound-in-an-unknown-way", cnf={"jwk": {}}),
    by_claims(BOUND, "bound-in-another-way-too", cnf={"jkt": "A" * 43, "x": "y"}),
    by_claims(THUMBPRINT, "bound-to-a-short-thumbprint", cnf={"jkt": "A" * 42}),
    by_claims(THUMBPRINT, "bound-to-a-list", cnf={"jkt": ["A" * 43]}),
    by_claims(BOUND, "bound-to-null", cnf=None),
    by_header(NO_ACCESS_TOKEN, "no-typ", typ=MISSING),
    by_header(NO_ACCESS_TOKEN, "id-token", typ="JWT"),
    by_header("the token has a typ that is no string", "typ-list", typ=["at+jwt"]),
    by_header(EXTENSION, "crit", crit=["exp"]),
    by_header(EXTENSION, "crit-empty", crit=[]),
    by_header(EXTENSION, "b64", b64=True, crit=["b64"]),
    by_header(EXTENSION, "b64-alone", b64=False),
    by_header("the token has a kid that is no string", "kid-number", kid=1),
    by_header(NO_KEY, "unknown-kid", kid="k2"),
    by_header(NO_KEY, "kid-as-path", kid="../../dev/null"),
    refuse(NO_KEY, lambda: sign(head=header("ES384")), "key-of-another-algorithm"),
    by_header(NOT_SIGNED, "alg-list", alg=["ES256"]),
    by_header(NOT_SIGNED, "no-alg", alg=MISSING),
    refuse(NOT_SIGNED, unsigned, "unsigned"),
    refuse(NOT_SIGNED, with_public_key_as_secret, "public-key-as-secret"),
    by_header(NOT_SIGNED, "alg-in-small-letters", alg="es256"),
    refuse(SIGNATURE, lambda: sign(key=OTHER_KEY), "wrong-key"),
    refuse(
        SIGNATURE,
        lambda: sign(head=header(jwk=OTHER_KEY.as_dict(private=False)), key=OTHER_KEY),
        "key-in-the-header",
    ),
    refuse(SIGNATURE, lambda: changed_signature(lambda text: ""), "empty-signature"),
    refuse(SIGNATURE, lambda: changed_signature(lambda text: "A" * 86), "zero-signature"),
    refuse(SIGNATURE, lambda: changed_signature(lambda text: f"{text}=="), "padded-signature"),
    refuse(SIGNATURE, lambda: changed_signature(lambda text: f"{text[:-1]}{chr(ord(text[-1]) + 1)}"), "spare-bits"),
    refuse(SIGNATURE, lambda: changed_signature(lambda text: f"{text[:9]}\t{text[9:]}"), "tab-in-signature"),
    refuse(UNREADABLE, lambda: sign().replace(".", "=.", 1), "padded-header"),
    refuse(UNREADABLE, lambda: sign().replace("e", "e ", 1), "blank-in-header"),
    refuse(UNREADABLE, lambda: sign().replace(".", "\n.", 1), "line-end"),
    refuse(UNREADABLE, lambda: sign(with_two("iss", "https://other")), "two-issuers"),
    refuse(UNREADABLE, lambda: sign(with_two("client_id", "portal")), "two-clients"),
    refuse(UNREADABLE, lambda: sign(head=b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"k1"}'), "two-algs"),
    refuse(UNREADABLE, lambda: sign(b"\xef\xbb\xbf" + json.dumps(claims()).encode()), "byte-order-mark"),
    refuse(UNREADABLE, lambda: sign(json.dumps(claims()).encode("utf-16")), "utf-16"),
    refuse(UNREADABLE, lambda: sign(json.dumps(claims(exp=float("inf"))).encode()), "exp-infinity"),
    refuse(UNREADABLE, lambda: sign(b'{"exp":' + b"9" * 5_000 + b"}"), "number-of-5000-digits"),
    refuse(UNREADABLE, lambda: sign(b"[" * 3_000), "nested-too-deep"),
    refuse(NO_OBJECT, lambda: sign(b'["iss"]'), "claims-a-list"),
    refuse(THREE_PARTS, lambda: "", "empty"),
    refuse(THREE_PARTS, lambda: sign() + ".", "four-parts"),
    refuse(THREE_PARTS, lambda: sign() + ".e30.e30", "encrypted"),
    refuse(NOT_ASCII, lambda: sign().replace("e", "é", 1), "not-ascii"),
    refuse(
        f"the token is longer than {MAXIMUM_TOKEN_LENGTH} characters",
        lambda: sign(claims(padding="x" * MAXIMUM_TOKEN_LENGTH)),
        "too-long",
    ),
]


@pytest.mark.parametrize(("reason", "token"), REFUSED)
async def test_a_token_that_is_refused(reason: str, token: Callable[[], str]) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await authenticator().identify(sent(token=token()))
    assert caught.value.message == reason
    challenge = f'Bearer realm="credit-gateway", error="invalid_token", error_description="{reason}", DPoP {ALGS}'
    assert caught.value.headers == {"WWW-Authenticate": challenge}
    # RFC 6750 §3: what an error_description may hold
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in reason)


async def test_a_short_rsa_key_checks_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        short = RSAKey.generate_key(1024, {"kid": "k1"})
    with pytest.raises(InvalidToken, match="does not publish"):
        await TokenReader([Issuer(ISSUER, fixed(short))], AUDIENCE).read(
            sign(head=header("RS256"), key=short, algorithm="RS256")
        )


@given(st.data())
async def test_a_changed_token_is_never_taken(data: st.DataObject) -> None:
    at, width = data.draw(st.integers(0, len(GOOD))), data.draw(st.integers(0, 3))
    changed = GOOD[:at] + data.draw(st.binary(max_size=4)) + GOOD[at + width :]
    if changed == GOOD:
        return
    with pytest.raises(InvalidToken):
        await READER.read(changed.decode("latin-1"))


@given(st.one_of(st.text(max_size=80), st.lists(st.binary(max_size=40), max_size=4)))
async def test_any_text_is_refused_in_one_way(parts: str | list[bytes]) -> None:
    token = parts if isinstance(parts, str) else sign(b"".join(parts))
    with pytest.raises(InvalidToken):
        await READER.read(token)
