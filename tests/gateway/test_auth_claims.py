"""Where issuers' tokens say what: Keycloak's and other shapes by declaration, and what no declaration allows."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.access import Access, Binding, InvalidToken
from gateway.auth.claims import SCOPE, ClaimReader, ClaimRules, look_up
from tests.gateway.tokens import AUDIENCE, ISSUER, MISSING, claims

USCC = "91230881TJ0000019A"
KEYCLOAK = ClaimRules(
    client=("azp",),
    roles=(("realm_access", "roles"), ("resource_access", "credit.gateway", "roles")),
    role_scopes={"reader": frozenset({"credit.public"}), "officer": frozenset({"credit.gov", "credit.gov.tax"})},
    subject=("credit_subject",),
    waived=frozenset({"jti", "sub"}),
)
ROLES = {
    "realm_access": {"roles": ["reader", "offline_access"]},
    "resource_access": {"credit.gateway": {"roles": ["officer"]}, "account": {"roles": ["manage-account"]}},
}


def keycloak(**changes: Any) -> dict[str, Any]:
    """Return the payload of an access token of Keycloak 25 for a service account."""
    shape = {"client_id": MISSING, "jti": MISSING, "sub": MISSING, "azp": "bank", "typ": "Bearer", "scope": "profile"}
    return claims(**{**shape, **ROLES, **changes})


def read(said: dict[str, Any], rules: ClaimRules = KEYCLOAK, *, opaque: bool = False) -> Access:
    return ClaimReader(ISSUER, AUDIENCE, rules, opaque=opaque).read(said, other_kind=True)


def test_keycloak_by_declaration() -> None:
    access = read(keycloak(credit_subject=USCC))
    assert (access.client, access.subject, access.binding) == ("bank", USCC, None)
    assert access.scopes == {"profile", "credit.public", "credit.gov", "credit.gov.tax"}


@pytest.mark.parametrize(
    ("rules", "said", "scopes"),
    [
        (ClaimRules(), {"scope": "a  b"}, {"a", "b"}),
        (ClaimRules(), {"scope": ""}, set()),
        (ClaimRules(), {"scope": MISSING}, set()),
        (ClaimRules(scopes=("scp",), scope_form="list"), {"scp": ["a", "b"]}, {"a", "b"}),
        (ClaimRules(scopes=("grant", "scopes")), {"grant": {"scopes": "a"}, "scope": "b"}, {"a"}),
        (KEYCLOAK, {"client_id": MISSING, "azp": "bank", "scope": "a"}, {"a"}),
        (KEYCLOAK, {"azp": "bank", "realm_access": {"roles": []}, "scope": "a"}, {"a"}),
    ],
)
def test_scopes(rules: ClaimRules, said: dict[str, Any], scopes: set[str]) -> None:
    assert read(claims(**said), rules).scopes == scopes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"azp": MISSING}, "azp is not a client name"),
        ({"azp": ["bank"]}, "azp is not a client name"),
        ({"client_id": "court"}, "two clients"),
        ({"client_id": None}, "client_id is not valid"),
        ({"typ": "ID"}, "claim typ is not Bearer"),
        ({"typ": "Refresh"}, "claim typ is not Bearer"),
        ({"typ": "DPoP"}, "claim typ is not Bearer"),
        ({"typ": ["Bearer"]}, "claim typ is not Bearer"),
        ({"typ": None}, "claim typ is not Bearer"),
        ({"token_use": "id"}, "claim token_use is not access"),
        ({"nonce": "n"}, "claims of an ID token"),
        ({"at_hash": "h"}, "claims of an ID token"),
        ({"c_hash": "h"}, "claims of an ID token"),
        ({"events": {}}, "claims of an ID token"),
        ({"scope": ["a"]}, "scope is no string"),
        ({"scope": "credit.public\u00a0credit.gov"}, "scope is no list of scopes"),
        ({"scope": 'a"b'}, "scope is no list of scopes"),
        ({"realm_access": {"roles": "reader"}}, "roles are no list"),
        ({"realm_access": {"roles": [["reader"]]}}, "roles are no list"),
        ({"credit_subject": "91230881TJ0000019B"}, "own subject"),
        ({"credit_subject": USCC.lower()}, "own subject"),
        ({"credit_subject": f" {USCC}"}, "own subject"),
        ({"credit_subject": "９1230881TJ0000019A"}, "own subject"),
        ({"credit_subject": ""}, "own subject"),
        ({"credit_subject": [USCC]}, "own subject"),
        ({"credit_subject": "同江市"}, "own subject"),
        ({"iat": MISSING}, "lacks what RFC 9068 asks for: iat"),
        ({"aud": MISSING}, "lacks what RFC 9068 asks for: aud"),
        ({"exp": MISSING}, "lacks what RFC 9068 asks for: exp"),
        ({"sub": 5}, "sub is not valid"),
    ],
)
def test_what_the_declaration_does_not_cover(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidToken, match=reason) as caught:
        read(keycloak(**changes))
    assert USCC[:8] not in caught.value.reason


def test_a_token_for_its_own_client_alone_is_an_id_token() -> None:
    reader = ClaimReader(ISSUER, "bank", ClaimRules())
    for audience in ("bank", ["bank"]):
        with pytest.raises(InvalidToken, match="own client alone"):
            reader.read(claims(aud=audience), other_kind=True)
    assert reader.read(claims(aud=["bank", "account"]), other_kind=True).client == "bank"


def test_what_says_to_be_bound_by_a_proof_is_when_it_is() -> None:
    access = read(keycloak(typ="DPoP", cnf={"jkt": "A" * 43}))
    assert access.binding == Binding(key="A" * 43)
    assert read(keycloak(cnf={"x5t#S256": "B" * 43, "jkt": "A" * 43})).binding == Binding("A" * 43, "B" * 43)


def test_what_an_issuer_tells_needs_less_than_a_signed_token_but_never_audience_and_expiry() -> None:
    told = {"aud": [AUDIENCE], "exp": time.time() + 60, "client_id": "bank", "scope": "a"}
    assert read(told, ClaimRules(), opaque=True).client == "bank"
    for name in ("aud", "exp", "client_id"):
        with pytest.raises(InvalidToken):
            read({**told, name: None}, ClaimRules(), opaque=True)
    with pytest.raises(InvalidToken, match="iss"):
        read({**told, "iss": "https://other.test"}, ClaimRules(), opaque=True)


@pytest.mark.parametrize("waived", ["iss", "aud", "exp", "client_id"])
def test_the_default_waives_nothing(waived: str) -> None:
    with pytest.raises(InvalidToken):
        read(claims(**{waived: MISSING}), ClaimRules())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["roles", "x"]), inner, max_size=2),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["azp", "client_id", "scope", "cnf", "realm_access", "credit_subject", "typ", "aud"]), JSON
    )
)
def test_any_claims_are_read_or_refused_in_one_way(changes: dict[str, Any]) -> None:
    try:
        access = read({**keycloak(), **changes})
    except InvalidToken:
        return
    assert all(SCOPE.fullmatch(each) for each in access.scopes)
    assert access.binding is not None or "cnf" not in changes


@given(JSON)
def test_looking_up_never_fails(value: Any) -> None:
    assert look_up({"a": value}, ("a", "roles", "x")) in (None, value) or isinstance(value, dict)
