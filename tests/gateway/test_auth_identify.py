"""From headers to the caller as tables: purposes, cases, consents, scopes, and what each refusal says."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth import Issuer
from gateway.auth.identify import Authenticator
from gateway.caller import Caller
from gateway.demo.codes import citizen_id
from gateway.errors import BadRequest, Forbidden, RequestError, Unauthenticated
from tests.gateway.tokens import BANK, KEY, MISSING, authenticator, claims, fixed, sent, sign

COURT = replace(
    BANK,
    id="court",
    department="court",
    scopes=frozenset({"credit.public", "credit.gov"}),
    purposes=("LAW_ENFORCEMENT", "OWNER"),
    default_purpose=None,
    case_required=frozenset({"LAW_ENFORCEMENT"}),
)
DESK = authenticator(BANK, COURT)
BANK_TOKEN = sign()
COURT_TOKEN = sign(claims(client_id="court", scope="credit.public credit.gov credit.root"))
OFFER = 'DPoP algs="ES256 ES384 RS256 PS256 EdDSA Ed25519"'
PERSON = citizen_id(7, female=True)
LAW = ("Credit-Purpose", "LAW_ENFORCEMENT")
CASE = ("Credit-Case", "(2026)黑0881执1号".encode().decode("latin-1"))


@pytest.mark.parametrize(
    ("token", "pairs", "caller"),
    [
        (BANK_TOKEN, [], Caller("bank", None, BANK.scopes, "BANK_CREDIT")),
        (BANK_TOKEN, [("Credit-Purpose", "BANK_CREDIT")], Caller("bank", None, BANK.scopes, "BANK_CREDIT")),
        (
            BANK_TOKEN,
            [("CREDIT-CONSENT", "019a8b6c55d07c3f9a1be0d1c2f3a4b5")],
            Caller("bank", None, BANK.scopes, "BANK_CREDIT", consent="019a8b6c55d07c3f9a1be0d1c2f3a4b5"),
        ),
        (
            COURT_TOKEN,
            [LAW, CASE],
            Caller("court", "court", COURT.scopes, "LAW_ENFORCEMENT", case="(2026)黑0881执1号"),
        ),
        (COURT_TOKEN, [("Credit-Purpose", "OWNER")], Caller("court", "court", COURT.scopes, "OWNER")),
        (
            sign(claims(scope="credit.public")),
            [("Credit-Case", "x" * 128)],
            Caller("bank", None, frozenset({"credit.public"}), "BANK_CREDIT", case="x" * 128),
        ),
    ],
)
async def test_a_caller(token: str, pairs: list[tuple[str, str]], caller: Caller) -> None:
    assert await DESK.identify(sent(*pairs, token=token)) == caller


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_the_scheme_has_no_case(scheme: str) -> None:
    caller = await DESK.identify(sent(("Authorization", f"{scheme} {BANK_TOKEN}")))
    assert caller.client == "bank"


NEEDED = "an access token is needed: the Authorization scheme must be Bearer or DPoP"


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "an access token is needed"),
        ([("Authorization", "")], NEEDED),
        ([("Authorization", "Basic YmFuazpzZWNyZXQ=")], NEEDED),
        ([("Authorization", BANK_TOKEN)], NEEDED),
        ([("Authorization", f"Bearer\t{BANK_TOKEN}")], NEEDED),
        ([("X-Token", BANK_TOKEN)], "an access token is needed"),
    ],
)
async def test_without_a_bearer_the_challenge_has_no_error_code(pairs: list[tuple[str, str]], message: str) -> None:
    error = await refusal(DESK, *pairs)
    assert (type(error), error.message) == (Unauthenticated, message)
    assert error.headers == {"WWW-Authenticate": f'Bearer realm="credit-gateway", {OFFER}'}


async def test_a_token_given_twice() -> None:
    bearer = ("Authorization", f"Bearer {BANK_TOKEN}")
    error = await refusal(DESK, bearer, bearer)
    assert (type(error), error.status) == (BadRequest, 400)
    assert error.headers == {
        "WWW-Authenticate": 'Bearer realm="credit-gateway", error="invalid_request", '
        f'error_description="the Authorization header stands more than once", {OFFER}'
    }


BAD_CASE = "`Credit-Case` must be 1 to 128 printable characters in UTF-8"
CASE_PERSONAL = "`Credit-Case` looks like a personal number: send a project or case number"
BAD_CONSENT = "`Credit-Consent` must hold ids of recorded consents (32 hex digits) or consent tokens, with commas"
COURTS = {"allowed": ["LAW_ENFORCEMENT", "OWNER"]}


@pytest.mark.parametrize(
    ("token", "pairs", "kind", "message", "extensions"),
    [
        (COURT_TOKEN, [], BadRequest, "the header `Credit-Purpose` is needed: one of LAW_ENFORCEMENT, OWNER", COURTS),
        (
            COURT_TOKEN,
            [("Credit-Purpose", "BANK_CREDIT")],
            Forbidden,
            "client `court` may not ask for `BANK_CREDIT`; allowed: LAW_ENFORCEMENT, OWNER",
            COURTS,
        ),
        *(
            (
                COURT_TOKEN,
                [("Credit-Purpose", value)],
                BadRequest,
                "`Credit-Purpose` is not a purpose code; allowed: LAW_ENFORCEMENT, OWNER",
                COURTS,
            )
            for value in ("", "owner", "OWNER ", PERSON, "OWNER,OWNER", "O" * 65)
        ),
        (COURT_TOKEN, [LAW, LAW, CASE], BadRequest, "the header `Credit-Purpose` stands more than once", {}),
        (COURT_TOKEN, [LAW, CASE, CASE], BadRequest, "the header `Credit-Case` stands more than once", {}),
        (
            COURT_TOKEN,
            [LAW],
            BadRequest,
            "purpose `LAW_ENFORCEMENT` needs a project or case number in the header `Credit-Case`",
            {},
        ),
        *(
            (COURT_TOKEN, [LAW, ("Credit-Case", value)], BadRequest, BAD_CASE, {})
            for value in ("", " x", "x" * 129, "a\tb", "a\x7f", "\xff\xfe", "\xc2\x85", "a\xe2\x80\x8eb")
        ),
        *(
            (COURT_TOKEN, [LAW, ("Credit-Case", value)], BadRequest, CASE_PERSONAL, {})
            for value in (PERSON, f"case {PERSON}", PERSON.lower(), f"{PERSON[:6]}-{PERSON[6:14]} {PERSON[14:]}")
        ),
        *(
            (BANK_TOKEN, [("Credit-Consent", value)], BadRequest, BAD_CONSENT, {})
            for value in ("", "a b", "a" * 257, "a;b", "授权".encode().decode("latin-1"), PERSON, "a,", "a..b")
        ),
        (
            BANK_TOKEN,
            [("Credit-Consent", "a")] * 2,
            BadRequest,
            "the header `Credit-Consent` stands more than once",
            {},
        ),
        (
            sign(claims(client_id="stranger")),
            [],
            Forbidden,
            "client `stranger` is not registered at this gateway, or is suspended",
            {},
        ),
    ],
)
async def test_headers_that_are_refused(
    token: str, pairs: list[tuple[str, str]], kind: type[RequestError], message: str, extensions: dict[str, Any]
) -> None:
    error = await refusal(DESK, *pairs, token=token)
    assert (type(error), error.message, error.extensions) == (kind, message, extensions)
    assert PERSON not in error.message


@pytest.mark.parametrize("scope", [MISSING, "", "credit.gov", "Credit.Public credit.public.x"])
async def test_a_token_without_a_scope_of_its_client(scope: Any) -> None:
    error = await refusal(DESK, token=sign(claims(scope=scope)))
    assert (type(error), error.status) == (Forbidden, 403)
    assert error.extensions == {"scopes": ["credit.consent", "credit.public"]}
    assert error.headers == {
        "WWW-Authenticate": 'Bearer realm="credit-gateway", error="insufficient_scope", '
        'error_description="the token carries none of the scopes that its client is registered for", '
        'scope="credit.consent credit.public"'
    }


async def test_the_realm_is_the_gateways_own() -> None:
    named = Authenticator([Issuer("https://issuer.test", fixed(KEY))], "credit-gateway", {}, realm="tongjiang")
    assert (await refusal(named)).headers["WWW-Authenticate"] == f'Bearer realm="tongjiang", {OFFER}'


async def refusal(desk: Authenticator, *pairs: tuple[str, str], token: str | None = None) -> RequestError:
    with pytest.raises(RequestError) as caught:
        await desk.identify(sent(*pairs, token=token))
    return caught.value


@given(st.text(max_size=60))
async def test_any_case_is_taken_as_it_is_or_refused(text: str) -> None:
    value = text.encode("utf-8", "surrogatepass").decode("latin-1")
    try:
        caller = await DESK.identify(sent(("Credit-Case", value), token=BANK_TOKEN))
    except BadRequest:
        return
    assert caller.case == text
