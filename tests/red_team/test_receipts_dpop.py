"""Attacks on `GET /receipts/{id}` with a token that is bound to a key (RFC 9449): stolen tokens, proofs of others.

The guard of all is that the route asks through the desk, by what `presented` says of this very request.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from gateway.proof.bundle import read_receipt
from tests.end_to_end.keeping import ASK, KEY, answered
from tests.end_to_end.served import Served, Told
from tests.gateway.proofs import OTHER_CLIENT_KEY, proof
from tests.gateway.tokens import MISSING


class Bound(NamedTuple):
    """A token of the bank bound to its key, and an answer that was got with it."""

    served: Served
    token: str
    receipt: str

    @property
    def path(self) -> str:
        return f"/receipts/{self.receipt}"

    @property
    def url(self) -> str:
        return self.served.origin + self.path

    def proof(self, **changes: Any) -> str:
        """Return a good proof for this receipt, but for ``changes``."""
        return proof(self.token, **{"htm": "GET", "htu": self.url, **changes})

    async def get(self, *proofs: str, scheme: str = "DPoP", path: str | None = None, method: str = "GET") -> Told:
        shown = [("Authorization", f"{scheme} {self.token}"), ("Accept", "application/json")]
        headers = [*shown, *(("DPoP", each) for each in proofs)]
        url = self.served.origin + (path or self.path)
        async with self.served.session.request(method, url, headers=headers) as response:
            return Told(response.status, response.headers, await response.read())


async def granted(served: Served) -> str:
    """Return a token that the issuer bound to the key of a proof."""
    assert served.gateway.issuer is not None
    form = {
        "grant_type": "client_credentials",
        "client_id": "bank",
        "client_secret": served.gateway.issuer.secrets["bank"],
    }
    url = f"{served.origin}/oauth/token"
    async with served.session.post(url, data=form, headers={"DPoP": proof(htu=url)}) as response:
        return str((await response.json())["access_token"])


@pytest.fixture
async def bound(served: Served) -> Bound:
    token = await granted(served)
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": proof(token, htu=served.url),
        "Content-Type": "application/json",
    }
    told = await served.post({"query": ASK, "variables": {"key": KEY}}, headers)
    assert told.status == 200, told.body
    return Bound(served, token, told.receipt)


def refused(told: Told, words: str) -> None:
    """The answer is a refusal in these words that says which scheme is needed, and holds nothing of the receipt."""
    assert told.status == 401, told.body
    assert words in told.errors[0]["message"]
    assert told.errors[0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "DPoP " in told.headers["WWW-Authenticate"]
    assert b"inclusion" not in told.body


@pytest.mark.parametrize("query", ["", "?one=1"], ids=["the address", "a query is no part of it"])
async def test_with_a_proof_for_it_the_receipt_is_told(bound: Bound, query: str) -> None:
    told = await bound.get(bound.proof(), path=bound.path + query)
    assert told.status == 200, told.body
    assert bound.receipt in read_receipt(told.body.decode()).entry


ADDRESS, METHOD = "for another address (htu)", "for another method (htm)"
Change = Callable[[Bound], dict[str, Any]]
WRONG: list[tuple[str, Change, str]] = [
    ("made for /graphql", lambda on: {"htu": on.served.url}, ADDRESS),
    ("made for another receipt", lambda on: {"htu": f"{on.served.origin}/receipts/{'0' * 32}"}, ADDRESS),
    ("made for all receipts", lambda on: {"htu": f"{on.served.origin}/receipts/"}, ADDRESS),
    ("made for the id in capitals", lambda on: {"htu": f"{on.served.origin}/receipts/{on.receipt.upper()}x"}, ADDRESS),
    ("made for another host", lambda on: {"htu": f"https://credit.example.cn{on.path}"}, ADDRESS),
    ("made for another port", lambda on: {"htu": f"http://127.0.0.1:1{on.path}"}, ADDRESS),
    ("made for a way round", lambda on: {"htu": f"{on.served.origin}/graphql/..{on.path}"}, ADDRESS),
    ("made for POST", lambda on: {"htm": "POST"}, METHOD),
    ("made for no method", lambda on: {"htm": MISSING}, METHOD),
    ("made for get in small letters", lambda on: {"htm": "get"}, METHOD),
    ("of another key", lambda on: {"key": OTHER_CLIENT_KEY}, "another key than the token is bound to"),
    ("of another key in the name of the right one", lambda on: {"signer": OTHER_CLIENT_KEY}, "signature is not valid"),
    ("for no token", lambda on: {"ath": MISSING}, "for another token (ath)"),
    ("for another token", lambda on: {"ath": "A" * 43}, "for another token (ath)"),
    ("of yesterday", lambda on: {"iat": 1_700_000_000}, "too old or from the future"),
]


# Guards: `dpop.read_proof`, by the method and address of the request that `presented` tells.
@pytest.mark.parametrize(("change", "words"), [pytest.param(change, words, id=name) for name, change, words in WRONG])
async def test_a_proof_that_is_not_for_this_request(bound: Bound, change: Change, words: str) -> None:
    refused(await bound.get(bound.proof(**change(bound))), words)


# Guard: `Possession.check`.
async def test_a_bound_token_without_a_proof(bound: Bound) -> None:
    refused(await bound.get(), "exactly one DPoP proof")
    refused(await bound.get(bound.proof(), bound.proof()), "exactly one DPoP proof")


async def test_a_stolen_bound_token_as_a_bearer(bound: Bound) -> None:
    refused(await bound.get(scheme="Bearer"), "needs the scheme DPoP")
    refused(await bound.get(bound.proof(), scheme="Bearer"), "needs the scheme DPoP")


# Guard: `Memory` of the proofs that were seen; one for all endpoints.
async def test_a_proof_is_good_once(bound: Bound) -> None:
    made = bound.proof()
    assert (await bound.get(made)).status == 200
    refused(await bound.get(made), "was used before (jti)")


async def test_the_proof_of_the_query_does_not_open_its_receipt(bound: Bound) -> None:
    made = proof(bound.token, htu=bound.served.url)
    headers = {"Authorization": f"DPoP {bound.token}", "DPoP": made, "Content-Type": "application/json"}
    assert (await bound.served.post({"query": "{ __typename }"}, headers)).status == 200
    refused(await bound.get(made), METHOD)


async def test_a_head_request_needs_a_proof_of_its_own(bound: Bound) -> None:
    assert (await bound.get(bound.proof(), method="HEAD")).status == 401


# Guard: `may_read`. A good proof proves who asks, not that the receipt is theirs.
async def test_a_good_proof_opens_no_receipt_of_others(bound: Bound) -> None:
    other = await answered(bound.served, "portal")
    path = f"/receipts/{other.receipt}"
    told = await bound.get(bound.proof(htu=bound.served.origin + path), path=path)
    assert (told.status, told.errors[0]["extensions"]["code"]) == (404, "RECEIPT_UNKNOWN")
