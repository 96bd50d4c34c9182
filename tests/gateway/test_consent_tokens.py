"""Consent tokens: good ones count, and each thing that is wrong with one makes it count for nothing."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64encode

from gateway.auth.keys import Keys
from gateway.consents import Named
from gateway.consents.tables import Authority, token_digest
from tests.gateway.consents import DAY, EVIDENCE, ISSUER, KEY, NOW, SUBJECT, claims, file_url, opened, sign
from tests.gateway.tokens import MISSING, fixed

OTHER = ECKey.generate_key("P-256", {"kid": "c1"})
BAD_CLAIMS: list[dict[str, Any]] = [
    {"iss": "https://issuer.test"},
    {"iss": [ISSUER]},
    {"iss": MISSING},
    {"aud": "another-gateway"},
    {"aud": MISSING},
    {"aud": ["another-gateway"]},
    {"jti": MISSING},
    {"jti": ""},
    {"jti": 7},
    {"jti": "x" * 129},
    {"jti": "230881198501010013"},
    {"iat": NOW + 61},
    {"iat": MISSING},
    {"iat": True},
    {"nbf": MISSING},
    {"nbf": "2026-11-01"},
    {"exp": MISSING},
    {"exp": None},
    {"exp": 1e300},
    {"nbf": NOW, "exp": NOW},
    {"nbf": NOW, "exp": NOW + 367 * 86_400},
    {"cnf": {"jkt": "x"}},
    {"subject": MISSING},
    {"subject": "230881198501010013"},
    {"subject": SUBJECT.lower()},
    {"subject": SUBJECT[:-1] + "C"},
    {"grantee": MISSING},
    {"grantee": ["bank"]},
    {"purposes": MISSING},
    {"purposes": []},
    {"purposes": "BANK_CREDIT"},
    {"purposes": ["BANK_CREDIT", 1]},
    {"fields": MISSING},
    {"fields": []},
    {"fields": ["*"]},
    {"fields": ["*.*"]},
    {"fields": ["TaxArrears.*", "Nothing.*"]},
    {"fields": ["TaxArrears.nothing"]},
    {"fields": ["PersonVerification.*"]},
    {"fields": ["LegalRepresentative.*"]},
    {"fields": ["TaxArrears.*"] * 201},
    {"evidence": MISSING},
    {"evidence": EVIDENCE.upper()},
    {"evidence": "5e"},
]


async def told(
    folder: Path, token: str, *, client: str = "bank", purpose: str = "BANK_CREDIT", keys: Keys | None = None
) -> Named:
    async with opened(file_url(folder), keys=keys) as consents:
        return await consents.named([token], client, purpose, DAY)


async def test_a_good_token_counts_as_the_consent_it_states(tmp_path: Path) -> None:
    found = await told(tmp_path, sign())
    (consent,) = found.live
    assert (consent.subject, consent.grantee, consent.form) == (SUBJECT, "bank", "TOKEN")
    assert (consent.fields, consent.purposes) == (frozenset({"TaxArrears.*"}), frozenset({"BANK_CREDIT"}))
    assert (consent.not_before, consent.not_after) == ("2026-11-19", "2026-11-21")
    assert found.refused == {}


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES384", ECKey.generate_key("P-384", {"kid": "c1"})),
        ("PS256", RSAKey.generate_key(2048, {"kid": "c1"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "c1"})),
    ],
    ids=["ES384", "PS256", "EdDSA"],
)
async def test_other_algorithms_are_taken(tmp_path: Path, algorithm: str, key: Key) -> None:
    assert (await told(tmp_path, sign(None, key, algorithm), keys=fixed(key))).live


async def test_another_client_or_purpose_gets_nothing(tmp_path: Path) -> None:
    token = sign()
    assert await told(tmp_path, token, client="agency") == Named((), {token: "UNKNOWN"})
    assert await told(tmp_path, token, purpose="AGENCY") == Named((), {token: "OTHER_PURPOSE"})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"nbf": NOW - 86_400, "exp": NOW}, "EXPIRED"),
        ({"nbf": NOW + 61, "exp": NOW + 86_400}, "NOT_YET_VALID"),
        ({"nbf": NOW - 86_400, "exp": NOW + 0.5}, None),
        ({"nbf": NOW + 59, "exp": NOW + 86_400}, None),
    ],
)
async def test_it_counts_from_nbf_with_leeway_to_exp_without(tmp_path: Path, said: Any, why: str | None) -> None:
    token = sign(claims(**said))
    found = await told(tmp_path, token)
    assert found.refused == ({} if why is None else {token: why})


@pytest.mark.parametrize("changes", BAD_CLAIMS, ids=map(str, count()))
async def test_a_token_that_says_something_else_counts_for_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    token = sign(claims(**changes))
    assert await told(tmp_path, token) == Named((), {token: "TOKEN_INVALID"})


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ({"typ": "at+jwt"}, KEY),
        ({"typ": "JWT"}, KEY),
        ({"typ": MISSING}, KEY),
        ({"crit": ["exp"], "exp": 1}, KEY),
        ({"b64": True}, KEY),
        ({"kid": 1}, KEY),
        ({"kid": "c2"}, KEY),
        ({"alg": "RS256"}, KEY),
        ({"alg": "none"}, KEY),
        ({"alg": "ES384"}, KEY),
        ({}, OTHER),
        ({"jwk": OTHER.as_dict(private=False)}, OTHER),
    ],
    ids=map(str, count()),  # the values are others at every run
)
async def test_a_header_or_key_that_is_not_good_counts_for_nothing(tmp_path: Path, header: Any, key: Key) -> None:
    token = sign(key=key, **header)
    assert await told(tmp_path, token) == Named((), {token: "TOKEN_INVALID"})


async def test_an_rsa_signature_of_the_old_kind_and_shared_secrets_are_not_taken(tmp_path: Path) -> None:
    rsa = RSAKey.generate_key(2048, {"kid": "c1"})
    secret = OctKey.import_key(b"s" * 32)
    for token in (sign(key=rsa, algorithm="RS256"), sign(key=secret, algorithm="HS256")):
        assert await told(tmp_path, token, keys=fixed(rsa, KEY)) == Named((), {token: "TOKEN_INVALID"})


async def test_a_claim_that_stands_twice_and_what_is_no_json_count_for_nothing(tmp_path: Path) -> None:
    twice = json.dumps(claims())[:-1] + ', "grantee": "bank"}'
    head, _, signature = sign().split(".")
    for said in (twice.encode(), b"[]", b"\xff", b"{"):
        token = f"{head}.{urlsafe_b64encode(said).decode()}.{signature}"
        assert await told(tmp_path, token) == Named((), {token: "TOKEN_INVALID"})


async def test_a_token_is_revoked_by_its_jti_before_anybody_saw_it(tmp_path: Path) -> None:
    for by, counts in (
        (Authority("bank"), False),
        (Authority(None, SUBJECT), False),
        (Authority("window", window=True), True),
        (Authority("agency"), True),
        (Authority("agency", "91230881TJ00006176"), True),
    ):
        jti = f"{by.names}".translate({ord(each): None for each in "(),' "})
        async with opened(file_url(tmp_path)) as consents:
            since = await consents.revoke_token(token_digest(ISSUER, jti), by)
            assert await consents.revoke_token(token_digest(ISSUER, jti), by) == since
        token = sign(claims(jti=jti))
        found = await told(tmp_path, token)
        assert (bool(found.live), dict(found.refused)) == (counts, {} if counts else {token: "REVOKED"})
        assert (await told(tmp_path, sign(claims(jti="another")))).live
