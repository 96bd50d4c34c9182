"""A consent from its recording to its revocation, as a bank lives through it: what opens, for whom, and until when."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from gateway.demo.facts import REFERENCE
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told

RECORD = "mutation($input: RecordConsentInput!) { recordConsent(input: $input) { id inForce } }"
REVOKE = "mutation($id: String!) { revokeConsent(input: {id: $id}) { revokedAt } }"
RATINGS = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
  taxRatings { state items { level score } } socialInsurance { items { insuredTotal } } } } }"""
ONE, TWO = uscc_key(1), uscc_key(3)


async def record(served: Served, fields: list[str], **changes: Any) -> str:
    """Return the id of a consent of the first subject to the bank, recorded by it."""
    given = {
        "subject": ONE["value"],
        "grantee": "bank",
        "purposes": ["BANK_CREDIT"],
        "fields": fields,
        "notBefore": REFERENCE.isoformat(),
        "notAfter": (REFERENCE + timedelta(days=300)).isoformat(),
        "form": "PAPER",
        "evidence": sha256(b"a signed document").hexdigest(),
    }
    told = await served.post({"query": RECORD, "variables": {"input": given | changes}}, served.headers("bank"))
    assert told.data["recordConsent"]["inForce"] is True, told.errors
    return str(told.data["recordConsent"]["id"])


async def ask(served: Served, consents: str, *keys: dict[str, str]) -> Told:
    headers = {**served.headers("bank"), "Credit-Consent": consents}
    return await served.post({"query": RATINGS, "variables": {"keys": list(keys)}}, headers)


def refused(told: Told) -> Any:
    return told.content["extensions"].get("consents")


async def test_a_consent_opens_from_its_recording_to_its_revocation(served: Served) -> None:
    consent = await record(served, ["TaxCreditRating.*"])
    told = await ask(served, consent, ONE, TWO)
    one, two = told.data["subjects"]
    assert one["taxRatings"]["items"]
    assert {item["score"] for item in one["taxRatings"]["items"]} == {None}, "the score is the bureau's alone"
    assert (one["socialInsurance"], two["taxRatings"], refused(told)) == (None, None, None)
    assert (await served.post({"query": REVOKE, "variables": {"id": consent}}, served.headers("bank"))).errors == []
    after = await ask(served, consent, ONE)
    assert after.data["subjects"][0]["taxRatings"] is None
    assert refused(after) == {"refused": [{"place": 1, "reason": "REVOKED"}]}
    reasons = {tuple(error["path"]): error["extensions"]["reason"] for error in after.errors}
    assert reasons["subjects", 0, "taxRatings"] == "CONSENT_NOT_COVERING"


async def test_consents_add_up_and_one_that_does_not_count_is_told_by_its_place(served: Served) -> None:
    first = await record(served, ["TaxCreditRating.level"])
    second = await record(served, ["SocialInsurance.insured_total"])
    told = await ask(served, f"019a8b6c55d07c3f9a1be0d1c2f3a4b5, {first}, {second}", ONE)
    (one,) = told.data["subjects"]
    assert one["taxRatings"]["items"]
    assert one["socialInsurance"] is not None
    assert refused(told) == {"refused": [{"place": 1, "reason": "UNKNOWN"}]}


async def test_another_client_gains_nothing_from_a_consent(served: Served) -> None:
    consent = await record(served, ["TaxCreditRating.*"])
    headers = {**served.headers("procurement", "BIDDING", "TJ-2026-17"), "Credit-Consent": consent}
    told = await served.post({"query": RATINGS, "variables": {"keys": [ONE]}}, headers)
    assert told.data["subjects"][0]["taxRatings"] is None
    assert refused(told) == {"refused": [{"place": 1, "reason": "UNKNOWN"}]}


@pytest.mark.parametrize(
    "header",
    ["", "no consent", "x" * 40, ",".join(["019a8b6c55d07c3f9a1be0d1c2f3a4b5"[:31] + f"{at:x}" for at in range(9)])],
)
async def test_a_header_that_names_no_consents_is_refused_whole(served: Served, header: str) -> None:
    told = await ask(served, header, ONE)
    assert (told.status, told.errors[0]["extensions"]["code"]) == (400, "BAD_REQUEST")
