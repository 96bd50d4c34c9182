"""JSON Web Token Best Current Practices (RFC 8725), section by section: each case is named by its section."""

import hmac
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from gateway.auth import Issuer
from gateway.auth.access import InvalidToken
from gateway.auth.claims import ClaimRules
from gateway.auth.keys import ALGORITHMS
from gateway.auth.tokens import TokenReader
from tests.gateway.proofs import CLIENT_KEY, proof
from tests.gateway.tokens import AUDIENCE, ISSUER, KEY, MISSING, claims, fixed, header, sign

OTHER = "https://other.test"
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "k1"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
P521 = ECKey.generate_key("P-521", {"kid": "p521"})
X25519 = OKPKey.generate_key("X25519", {"kid": "x"})
READER = TokenReader(
    [
        Issuer(ISSUER, fixed(KEY, RSA, P521, X25519), algorithms=frozenset({"ES256", "PS256"})),
        Issuer(OTHER, fixed(OTHER_KEY), ClaimRules(client=("azp",)), types=frozenset({"jwt"})),
    ],
    AUDIENCE,
)


def by_secret(secret: bytes) -> str:
    body = sign(head=header("HS256")).rpartition(".")[0]
    return f"{body}.{urlsafe_b64encode(hmac.digest(secret, body.encode(), 'sha256')).decode()}"


def encrypted(**head: Any) -> str:
    key = OctKey.generate_key(256)
    return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM", **head}, sign().encode(), key)


def moved(where: int, change: Callable[[bytes], bytes]) -> str:
    parts = sign().split(".")
    parts[where] = urlsafe_b64encode(change(urlsafe_b64decode(parts[where].encode()))).decode()
    return ".".join(parts)


def other(**changes: Any) -> str:
    return sign(claims(**{"iss": OTHER, "azp": "bank", **changes}), header(typ="JWT"), OTHER_KEY)


def rsa_signed(algorithm: str) -> str:
    return sign(head=header(algorithm, kid="rsa"), key=RSA, algorithm=algorithm)


def by_header(key: Key = KEY, **changes: Any) -> str:
    return sign(head=header(**changes), key=key)


CASES: list[tuple[str, Callable[[], str], str]] = [
    (
        "3.1 the algorithm none",
        lambda: sign(head=header("none"), algorithm="ES256").rpartition(".")[0] + ".",
        "signed with",
    ),
    ("3.1 the algorithm none in other letters", lambda: by_header(alg="nOnE"), "signed with"),
    ("3.1 a shared secret made of the public key", lambda: by_secret(KEY.as_pem(private=False)), "signed with"),
    (
        "3.1 a shared secret made of the public JWK",
        lambda: by_secret(json.dumps(KEY.as_dict(private=False)).encode()),
        "signed with",
    ),
    ("3.1 a key used with another algorithm than its own", lambda: by_header(alg="PS256"), "does not publish"),
    ("3.1 an algorithm that the issuer is not declared to use", lambda: rsa_signed("RS256"), "not declared to use"),
    ("3.1 an algorithm that is no text", lambda: by_header(alg={"ES256": 1}), "signed with"),
    ("3.2 an algorithm of a curve that is not offered", lambda: by_header(alg="ES512", kid="p521"), "signed with"),
    ("3.2 an algorithm with a hash that is broken", lambda: by_header(alg="RS1", kid="rsa"), "signed with"),
    ("3.3 a signature that is missing", lambda: sign().rpartition(".")[0] + ".", "signature is not valid"),
    ("3.3 a signature of zeros", lambda: moved(2, lambda raw: b"\x00" * 64), "signature is not valid"),
    ("3.3 a signature of another length", lambda: moved(2, lambda raw: raw[:-1]), "signature is not valid"),
    (
        "3.3 a signature in DER",
        lambda: moved(2, lambda raw: b"\x30\x44\x02\x20" + raw[:32] + b"\x02\x20" + raw[32:]),
        "signature is",
    ),
    (
        "3.3 a signature of other claims",
        lambda: moved(1, lambda raw: raw.replace(b"bank", b"bonk")),
        "signature is not valid",
    ),
    (
        "3.3 a signature of another header",
        lambda: moved(0, lambda raw: raw.replace(b"at+jwt", b"AT+jwt")),
        "signature is not valid",
    ),
    ("3.4 a key of another curve for key agreement", lambda: by_header(alg="EdDSA", kid="x"), "not declared to use"),
    (
        "3.4 an ephemeral key in the header is not taken",
        lambda: by_header(OTHER_KEY, epk=OTHER_KEY.as_dict(private=False)),
        "signature is",
    ),
    ("3.5 a password as a secret", lambda: by_secret(b"secret"), "signed with"),
    ("3.5 an empty secret", lambda: by_secret(b"0"), "signed with"),
    ("3.6 an encrypted token", encrypted, "three parts"),
    ("3.6 a compressed encrypted token", lambda: encrypted(zip="DEF"), "three parts"),
    ("3.6 compressed claims", lambda: sign(zlib.compress(json.dumps(claims()).encode())), "not well-formed"),
    ("3.7 claims in UTF-16", lambda: sign(json.dumps(claims()).encode("utf-16-le")), "not well-formed"),
    (
        "3.7 claims in Latin-1",
        lambda: sign(json.dumps(claims(x="é"), ensure_ascii=False).encode("latin-1")),
        "not well-formed",
    ),
    ("3.7 a header in UTF-32", lambda: sign(head=json.dumps(header()).encode("utf-32-le")), "not well-formed"),
    (
        "3.8 a key of one issuer for the name of another",
        lambda: sign(claims(iss=ISSUER), header(), OTHER_KEY),
        "signature is",
    ),
    (
        "3.8 the same the other way round",
        lambda: sign(claims(iss=OTHER, azp="bank"), header(typ="JWT"), KEY),
        "signature is",
    ),
    ("3.8 an issuer that is not trusted", lambda: sign(claims(iss="https://third.test")), "not trusted here"),
    ("3.8 an issuer in other letters", lambda: sign(claims(iss=ISSUER.upper())), "not trusted here"),
    ("3.8 a subject that is no text", lambda: sign(claims(sub=["bank"])), "sub is not valid"),
    ("3.8 no subject", lambda: sign(claims(sub=MISSING)), "lacks what RFC 9068 asks for: sub"),
    ("3.9 no audience", lambda: sign(claims(aud=MISSING)), "lacks what RFC 9068 asks for: aud"),
    ("3.9 another audience", lambda: sign(claims(aud="https://another.gateway")), "another audience"),
    ("3.9 an audience in other letters", lambda: sign(claims(aud=AUDIENCE.upper())), "another audience"),
    ("3.9 no audience in the list", lambda: sign(claims(aud=[])), "another audience"),
    ("3.10 a kid that is a path", lambda: by_header(OTHER_KEY, kid="../../../../dev/null"), "does not publish"),
    ("3.10 a kid that is SQL", lambda: by_header(OTHER_KEY, kid="x' UNION SELECT 'key"), "does not publish"),
    ("3.10 a kid that is an address", lambda: by_header(OTHER_KEY, kid="http://127.0.0.1:1/key"), "does not publish"),
    ("3.10 an address of keys", lambda: by_header(OTHER_KEY, jku="http://127.0.0.1:1/keys"), "signature is not valid"),
    (
        "3.10 an address of a certificate",
        lambda: by_header(OTHER_KEY, x5u="http://127.0.0.1:1/cert"),
        "signature is not valid",
    ),
    ("3.10 a certificate", lambda: by_header(OTHER_KEY, x5c=["MIIB"]), "signature is not valid"),
    ("3.10 a key", lambda: by_header(OTHER_KEY, jwk=OTHER_KEY.as_dict(private=False)), "signature is not valid"),
    ("3.11 no type", lambda: by_header(typ=MISSING), "typ is not at\\+jwt"),
    ("3.11 the type of an ID token", lambda: by_header(typ="JWT"), "typ is not at\\+jwt"),
    ("3.11 the type of an assertion", lambda: by_header(typ="client-authentication+jwt"), "typ is not at\\+jwt"),
    ("3.11 a type that only begins so", lambda: by_header(typ="at+jwt; x=y"), "typ is not at\\+jwt"),
    ("3.12 a proof of possession as a token", lambda: proof(iss=ISSUER, key=CLIENT_KEY), "typ is not at\\+jwt"),
    ("3.12 an ID token of an issuer that types all as JWT", lambda: other(nonce="n"), "claims of an ID token"),
    ("3.12 a refresh token of the same", lambda: other(typ="Refresh"), "claim typ is not Bearer"),
    ("3.12 a security event of the same", lambda: other(events={"x": {}}), "claims of an ID token"),
    ("3.12 its type for an issuer that has the right one", lambda: sign(head=header(typ="jwt")), "typ is not at\\+jwt"),
    (
        "3.12 the right type for an issuer that is declared otherwise",
        lambda: sign(claims(iss=OTHER, azp="bank"), header(), OTHER_KEY),
        "typ is not",
    ),
]


async def test_what_is_good_is_taken() -> None:
    assert (await READER.read(sign())).issuer == ISSUER
    assert (await READER.read(rsa_signed("PS256"))).issuer == ISSUER
    assert (await READER.read(other())).issuer == OTHER


@pytest.mark.parametrize(("token", "reason"), [pytest.param(make, reason, id=name) for name, make, reason in CASES])
async def test_section(token: Callable[[], str], reason: str) -> None:
    with pytest.raises(InvalidToken, match=reason):
        await READER.read(token())


def test_every_section_has_its_cases() -> None:
    assert {name.partition(" ")[0] for name, _, _ in CASES} == {f"3.{number}" for number in range(1, 13)}
    assert not {"none", "HS256", "RS1", "RSA1_5"} & ALGORITHMS.keys()
