"""Consents through the front door: recorded, seen, revoked, sealed in the ledger, and once per idempotency key."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger import load_secret, pseudonym
from tests.end_to_end.consenting import DAY, HELD, RECORD, consenting, fate, given, record, recorded_id, revoke
from tests.end_to_end.served import Served
from tests.gateway.consents import EVIDENCE, ISSUER, OTHER_SUBJECT, SUBJECT, lasting, sign


@pytest.fixture(scope="module")
async def served(
    demo_departments: Departments, key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with consenting(environment, tmp_path_factory.mktemp("consents")) as running:
        yield running


async def test_a_recorded_consent_is_told_whole_and_counts(served: Served) -> None:
    told = await record(served)
    shown = told.data["recordConsent"]
    consent_id, at = shown.pop("id"), shown.pop("recordedAt")
    assert shown == {
        **given(),
        "recordedBy": "bank",
        "recordedAs": "GRANTEE",
        "revokedAt": None,
        "revokedBy": None,
        "inForce": True,
    }
    assert at.endswith("Z")
    assert await fate(served, consent_id) == "LIVE"


async def test_a_window_records_for_others_and_neither_subject_nor_bank_is_forgotten(served: Served) -> None:
    told = await record(served, "consent_window", form="ELECTRONIC", subject=SUBJECT.lower())
    shown = told.data["recordConsent"]
    assert (shown["recordedBy"], shown["recordedAs"], shown["subject"]) == ("consent_window", "WINDOW", SUBJECT)
    assert await fate(served, shown["id"]) == "LIVE"
    for client in ("bank", "consent_window"):
        held = (await served.ask(client, HELD, first=1)).data["consents"]
        assert [each["id"] for each in held] == [shown["id"]]


async def test_a_revocation_counts_at_once_and_is_told_again_the_same(served: Served) -> None:
    consent_id = await recorded_id(served)
    first = (await revoke(served, id=consent_id)).data["revokeConsent"]
    assert first["consent"]["revokedBy"] == "bank"
    assert first["consent"]["inForce"] is False
    assert first["revokedAt"] == first["consent"]["revokedAt"]
    assert await fate(served, consent_id) == "REVOKED"
    assert (await revoke(served, id=consent_id)).data["revokeConsent"] == first


async def test_a_token_counts_and_is_revoked_by_its_jti(served: Served) -> None:
    token = sign(lasting(jti="front-door-1"))
    assert await fate(served, token) == "LIVE"
    told = (await revoke(served, issuer=ISSUER, jti="front-door-1")).data["revokeConsent"]
    assert told["consent"] is None
    assert await fate(served, token) == "REVOKED"


async def test_one_key_records_once(served: Served) -> None:
    first = await record(served, clientMutationId="loan-1")
    again = await record(served, clientMutationId="loan-1", purposes=["BANK_CREDIT", "BANK_CREDIT"])
    assert again.data == first.data
    other = await record(served, clientMutationId="loan-1", notAfter="2027-03-30")
    assert (other.data, other.codes) == ({"recordConsent": None}, {"recordConsent": "MUTATION_REUSED"})
    window = await record(served, "consent_window", clientMutationId="loan-1")
    assert window.data["recordConsent"]["id"] != first.data["recordConsent"]["id"], "another's key"


async def test_fields_of_one_mutation_are_carried_out_in_order_each_on_its_own(served: Served) -> None:
    query = """
    mutation Both($good: RecordConsentInput!, $bad: RecordConsentInput!) {
      first: recordConsent(input: $good) { id }
      second: recordConsent(input: $bad) { id }
      third: recordConsent(input: $good) { id }
      kind: __typename
    }
    """
    told = await served.ask("bank", query, good=given(), bad=given(form="TOKEN"))
    assert told.data["second"] is None
    assert told.data["first"]["id"] < told.data["third"]["id"]
    assert told.data["kind"] == "Mutation"
    assert told.codes == {"second": "INPUT_INVALID"}
    assert told.errors[0]["locations"] == [{"line": 4, "column": 7}]


async def test_every_mistake_is_named_at_once(served: Served) -> None:
    told = await record(
        served,
        "consent_window",
        subject="91230881TJ0000609C",
        grantee="nobody",
        purposes=["Bank Credit"],
        fields=["TaxArrears.nothing", "Nothing.*", "*", "LegalRepresentative.person_name", "TaxArrear.*"],
        notBefore="2026-11-02",
        notAfter="2026-10-01",
        form="TOKEN",
        evidence="5E" * 32,
        clientMutationId="with a blank",
    )
    (error,) = told.errors
    assert error["extensions"]["code"] == "INPUT_INVALID"
    messages: dict[str, list[str]] = {}
    for each in error["extensions"]["inputs"]:
        messages.setdefault(each["field"], []).append(each["message"])
    assert messages["grantee"] == ["is no client that is registered here"]
    assert messages["purposes"] == ["item 1 is not a purpose code"]
    assert messages["fields"][0].startswith("unknown field of `TaxArrears` `nothing`; known: ")
    assert messages["fields"][1].startswith("unknown entity `Nothing`; known: ")
    assert messages["fields"][2] == "item 3 is not of the form `Entity.field` or `Entity.*`"
    assert "about a natural person" in messages["fields"][3]
    assert messages["fields"][4].endswith("did you mean `TaxArrears`?")
    assert messages["notAfter"] == ["is before `notBefore`", "is over already"]
    assert set(messages) == {
        *("subject", "grantee", "purposes", "fields", "notAfter", "form", "evidence", "clientMutationId")
    }


@pytest.mark.parametrize(
    ("changes", "mistaken"),
    [
        ({"notBefore": "2026-10-01", "notAfter": "2027-10-01"}, None),
        ({"notBefore": "2026-10-01", "notAfter": "2027-10-02"}, "notAfter"),
        ({"notBefore": DAY, "notAfter": DAY}, None),
        ({"notBefore": "2026-10-01", "notAfter": "2026-10-31"}, "notAfter"),
        ({"notBefore": "2027-11-03", "notAfter": "2027-11-03"}, "notBefore"),
        ({"purposes": ["AGENCY"]}, "purposes"),
        ({"fields": []}, "fields"),
        ({"purposes": []}, "purposes"),
    ],
)
async def test_the_terms_of_a_consent(served: Served, changes: dict[str, Any], mistaken: str | None) -> None:
    told = await record(served, **changes)
    found = {each["field"] for error in told.errors for each in error["extensions"]["inputs"]}
    assert found == ({mistaken} if mistaken else set())


async def test_the_ledger_has_one_entry_per_mutation_with_pseudonyms_alone(served: Served) -> None:
    told = await record(served)
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert (entry.client, entry.outcome, entry.sources, entry.denied) == ("bank", "ANSWERED", {}, ())
    assert entry.operation_name == "Record"
    assert entry.subjects == (pseudonym(load_secret(served.data), "USCC", SUBJECT),)
    written = (served.data / "ledger.sqlite-wal").read_bytes() + (served.data / "ledger.sqlite").read_bytes()
    assert SUBJECT.encode() not in written
    assert EVIDENCE.encode() not in written


@pytest.mark.parametrize(
    ("client", "changes", "outcome"),
    [
        ("bank", {"form": "TOKEN"}, "REFUSED"),
        ("bank", {"grantee": "consent_window"}, "DENIED"),
        ("portal", {}, "DENIED"),
    ],
)
async def test_the_ledger_tells_what_was_refused(
    served: Served, client: str, changes: dict[str, Any], outcome: str
) -> None:
    told = await record(served, client, **changes)
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert entry.outcome == outcome
    assert [each.field for each in entry.denied] == (["Mutation.recordConsent"] if outcome == "DENIED" else [])


async def test_who_may_not_is_told_why_and_what_would_help(served: Served) -> None:
    told = await record(served, "portal")
    assert told.data == {"recordConsent": None}
    assert told.errors[0]["extensions"] == {
        "code": "FIELD_FORBIDDEN",
        "field": "Mutation.recordConsent",
        "reason": "SCOPE_MISSING",
        "needs": {"scope": "consent.record", "purpose": ["AGENCY", "BANK_CREDIT", "CONSENT_SERVICE"]},
    }
    told = await served.ask("portal", HELD)
    assert told.data == {"consents": None}
    assert told.errors[0]["path"] == ["consents"]
    assert told.errors[0]["extensions"]["reason"] == "SCOPE_MISSING"


async def test_consents_come_in_pages_and_beside_other_roots(served: Served) -> None:
    made = [await recorded_id(served, subject=OTHER_SUBJECT) for _ in range(3)]
    first = (await served.ask("bank", HELD, subject=OTHER_SUBJECT, first=2)).data["consents"]
    assert [each["id"] for each in first] == made[:0:-1]
    rest = (await served.ask("bank", HELD, subject=OTHER_SUBJECT, after=first[-1]["id"])).data["consents"]
    assert [each["id"] for each in rest] == made[:1]
    told = await served.ask("bank", "{ legalBases { code } mine: consents(first: 1) { id kind: __typename } }")
    assert told.data["legalBases"]
    assert told.data["mine"] == [{"id": made[2], "kind": "Consent"}]
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert entry.subjects == (pseudonym(load_secret(served.data), "USCC", OTHER_SUBJECT),)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"first": 0}, "`first` of `consents` must be between 1 and 1000, got 0"),
        ({"first": 1001}, "`first` of `consents` must be between 1 and 1000, got 1001"),
        ({"after": "x"}, "`after` of `consents` is not the id of a recorded consent"),
        ({"subject": "x"}, "`subject` of `consents` must be a unified social credit code of 18 characters"),
    ],
)
async def test_arguments_out_of_range_are_told(served: Served, variables: dict[str, Any], message: str) -> None:
    told = await served.ask("bank", HELD, **variables)
    assert told.errors[0]["message"] == message


async def test_without_variables_it_is_the_same(served: Served) -> None:
    literal = """mutation { recordConsent(input: {
      subject: "%s", grantee: "bank", purposes: ["BANK_CREDIT"], fields: ["TaxArrears.*"], notBefore: "2026-10-01",
      notAfter: "2026-12-31", form: PAPER, evidence: "%s"
    }) { form subject } }"""
    told = await served.ask("bank", literal % (SUBJECT, EVIDENCE))
    assert told.data == {"recordConsent": {"form": "PAPER", "subject": SUBJECT}}


async def test_a_store_that_fails_is_told_and_nothing_else(
    demo_departments: Departments, key_file: Path, tmp_path: Path
) -> None:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with consenting(environment, tmp_path) as served:
        consent_id = await recorded_id(served)
        await served.gateway.desk.consents.close()
        told = await record(served)
        assert told.codes == {"recordConsent": "CONSENTS_UNAVAILABLE"}
        entry = await served.gateway.desk.ledger.get(told.receipt)
        assert entry is not None
        assert entry.outcome == "FAILED"
        held = await served.ask("bank", HELD)
        assert (held.data, held.codes) == ({"consents": None}, {"consents": "CONSENTS_UNAVAILABLE"})
        assert await fate(served, consent_id) == "UNAVAILABLE"
        told = await served.ask("bank", RECORD, given=given(form="TOKEN"))
        assert told.codes == {"recordConsent": "INPUT_INVALID"}
