"""The auditors' graph through the front door: who asked, where an answer came from, how much; who asked about me."""

from pathlib import Path
from typing import Any

import pytest

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger import Entry, load_secret, pseudonym
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told, serving

TRAIL = """
query Trail($filter: AuditFilter, $first: Int! = 100, $after: String) {
  auditTrail(filter: $filter, first: $first, after: $after) {
    entries {
      receipt index at kind client department purpose case operationHash operationName subjects outcome code count
      uses { source department entity fields calls statuses { status count } records digest }
      denied { field reason } withheld { rule basis count } policyVersion catalogueVersion responseDigest elapsedMs
      changes { what name before after }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
TRACE = """
query Trace($receipt: String!, $path: String!) {
  fieldTrace(receipt: $receipt, path: $path) {
    state message field recordField section items at client purpose policyVersion catalogueUnchanged
    sources { source department entity asked recordKey statuses { status count } scope disclosure digest }
    denials { field reason } basis { item name legalBases }
  }
}
"""
STATS = """
query Stats($by: StatsBy!) {
  disclosureStats(from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z", by: $by) {
    entries computedFrom leftOut groups { key answers subjects records denials refusals }
  }
}
"""
INQUIRIES = """
query Inquiries($first: Int! = 100, $after: String) {
  inquiries(first: $first, after: $after) {
    items { receipt at client title department purpose outcome denied uses { source department entity fields } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
PENALTIES = """
query Penalties($key: SubjectKey!) { subject(key: $key) { ... on Enterprise {
  penalties { state items { decisionNo } } taxRatings { items { level } }
} } }
"""
OWN = uscc_key(1)
"""The subject that the client `enterprise` speaks for."""


@pytest.fixture
async def served(demo_departments: Departments, key_file: Path, tmp_path: Path) -> Any:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with serving(environment, tmp_path) as running:
        yield running


async def ask_about(served: Served, client: str = "bank", key: Any = OWN, **said: Any) -> Told:
    return await served.ask(client, PENALTIES, key=key, **said)


async def trail(served: Served, **filter_: Any) -> list[dict[str, Any]]:
    told = await served.ask("auditor", TRAIL, filter=filter_)
    found: list[dict[str, Any]] = told.data["auditTrail"]["entries"]
    return found


async def entry(served: Served, receipt: str) -> Entry:
    found = await served.gateway.desk.ledger.get(receipt)
    assert found is not None
    return found


async def test_an_auditor_sees_who_asked_about_whom_and_never_what_was_told(served: Served) -> None:
    key = {"scheme": "USCC", "value": "91230881TJ00000350"}
    told = await ask_about(served, key=key)
    (seen,) = await trail(served, subject=key, client="bank")
    written = await entry(served, told.receipt)
    secret = load_secret(served.data, {})
    assert seen["receipt"] == told.receipt
    assert seen["subjects"] == [pseudonym(secret, "USCC", key["value"])]
    assert (seen["client"], seen["purpose"], seen["kind"]) == ("bank", "BANK_CREDIT", "QUERY")
    assert seen["operationName"] == "Penalties"
    assert {each["field"] for each in seen["denied"]} == {each.field for each in written.denied}
    assert {each["source"] for each in seen["uses"]} == set(written.sources)
    assert seen["responseDigest"] == written.response_digest
    numbers = [item["decisionNo"] for item in told.subject["penalties"]["items"]]
    assert numbers
    answer = (await served.ask("auditor", TRAIL, filter={"subject": key})).body.decode()
    assert not [number for number in numbers if number in answer]
    assert key["value"] not in answer


async def test_the_auditors_own_reading_is_in_the_ledger_and_is_about_whom_it_asked(served: Served) -> None:
    first = await served.ask("auditor", TRAIL, filter={"subject": OWN})
    written = await entry(served, first.receipt)
    secret = load_secret(served.data, {})
    assert written.client == "auditor"
    assert pseudonym(secret, "USCC", OWN["value"]) in written.subjects
    seen = await trail(served, subject=OWN, purpose="AUDIT")
    assert [each["receipt"] for each in seen] == [first.receipt]
    told = (await served.ask("enterprise", INQUIRIES)).data["inquiries"]["items"]
    assert {each["receipt"] for each in told} >= {first.receipt}
    assert {(each["client"], each["purpose"]) for each in told} == {("auditor", "AUDIT")}


async def test_refused_requests_and_denied_roots_are_found(served: Served) -> None:
    await served.post({"query": "{ nothing }"}, served.headers("bank"))
    refused = await trail(served, kind="REFUSAL", client="bank")
    assert [(each["outcome"], each["code"]) for each in refused] == [("REFUSED", "BAD_QUERY")]
    denied = await served.ask("bank", TRAIL)
    assert denied.data == {"auditTrail": None}
    (seen,) = await trail(served, field="Query.auditTrail", client="bank")
    assert seen["denied"] == [{"field": "Query.auditTrail", "reason": "SCOPE_MISSING"}]


async def test_pages_follow_each_other(served: Served) -> None:
    receipts = [(await ask_about(served)).receipt for _ in range(5)]
    seen: list[str] = []
    after = None
    for _ in range(9):
        told = await served.ask("auditor", TRAIL, filter={"client": "bank"}, first=2, after=after)
        page = told.data["auditTrail"]
        seen += [each["receipt"] for each in page["entries"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == receipts[::-1]


async def test_a_field_is_traced_to_its_source_and_rule(served: Served) -> None:
    key = {"scheme": "USCC", "value": "91230881TJ00000350"}
    told = await ask_about(served, "tax_department", key, purpose="SUPERVISION")
    written = await entry(served, told.receipt)
    shown = len(told.subject["penalties"]["items"])
    assert shown
    for at in range(shown):
        path = f"subject.penalties.items.{at}.decisionNo"
        seen = (await served.ask("auditor", TRACE, receipt=told.receipt, path=path)).data["fieldTrace"]
        assert (seen["state"], seen["recordField"]) == ("TRACED", "AdministrativePenalty.decision_no")
        (origin,) = seen["sources"]
        section = next(each for each in written.traces if each.path == "subject.penalties")
        assert [origin["source"], origin["recordKey"]] == list(section.records[at])
        (use,) = [each for each in written.sources[origin["source"]] if each.entity == "AdministrativePenalty"]
        assert (origin["digest"], origin["asked"], origin["disclosure"]) == (use.digest, True, "PUBLIC")
        assert seen["catalogueUnchanged"] is True
        assert seen["basis"]["legalBases"]
        assert seen["items"] == shown


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("subject.penalties.items.99.decisionNo", "NO_SUCH_ITEM"),
        ("subject.penalties.items.0.fineAmount", "NOT_IN_ANSWER"),
        ("subject.penalties.state", "OWN"),
        ("subject.taxRatings", "DENIED"),
        ("subject.taxRatings.items.0.level", "DENIED"),
    ],
)
async def test_a_path_that_leads_to_no_value_says_so(served: Served, path: str, state: str) -> None:
    told = await ask_about(served, key={"scheme": "USCC", "value": "91230881TJ00000350"})
    seen = (await served.ask("auditor", TRACE, receipt=told.receipt, path=path)).data["fieldTrace"]
    assert seen["state"] == state
    assert not [each for each in seen["sources"] if each["recordKey"]]
    if state == "DENIED":
        assert {each["reason"] for each in seen["denials"]} == {"CONSENT_MISSING"}


async def test_an_unknown_receipt_is_said_to_be_unknown(served: Served) -> None:
    told = await served.ask("auditor", TRACE, receipt="0" * 32, path="subject")
    assert told.data["fieldTrace"]["state"] == "RECEIPT_UNKNOWN"


async def test_figures_of_a_period(served: Served) -> None:
    for _ in range(3):
        await ask_about(served)
    told = (await served.ask("auditor", STATS, by="CLIENT")).data["disclosureStats"]
    bank = next(each for each in told["groups"] if each["key"] == "bank")
    assert (bank["answers"], bank["subjects"], bank["refusals"]) == (3, 1, 0)
    assert bank["denials"] > 0
    assert told["computedFrom"] == "ENTRIES"


async def test_a_subject_sees_who_asked_about_it_and_what_for(served: Served) -> None:
    about_me = await ask_about(served)
    await ask_about(served, key=uscc_key(3))
    told = (await served.ask("enterprise", INQUIRIES)).data["inquiries"]
    assert [each["receipt"] for each in told["items"]] == [about_me.receipt]
    (seen,) = told["items"]
    assert (seen["client"], seen["title"], seen["purpose"]) == ("bank", "示例银行信贷系统", "BANK_CREDIT")
    assert any(each["entity"] == "AdministrativePenalty" for each in seen["uses"])
    assert "TaxCreditRating.*" in seen["denied"]
    again = (await served.ask("enterprise", INQUIRIES)).data["inquiries"]["items"]
    assert [each["client"] for each in again] == ["enterprise", "bank"], "its own look is an inquiry too"


async def test_law_enforcement_is_hidden_from_the_subject_and_not_from_the_auditor(served: Served) -> None:
    hidden = await ask_about(served, "court", purpose="LAW_ENFORCEMENT")
    look = await served.ask("enterprise", INQUIRIES)
    assert look.data["inquiries"]["items"] == []
    assert hidden.receipt in [each["receipt"] for each in await trail(served, subject=OWN)]
    (seen,) = await trail(served, receipt=look.receipt)
    basis = "personal_information_law"
    assert seen["withheld"] == [{"rule": "law_enforcement", "basis": basis, "count": 1}]
    assert seen["denied"] == []
    assert seen["outcome"] == "ANSWERED"


async def test_reading_the_ledger_costs(served: Served) -> None:
    for query, variables, cost in (
        (TRAIL, {"first": 1000}, 11),
        (TRAIL, {"first": 1}, 1),
        (STATS, {"by": "DAY"}, 10),
    ):
        body = {"query": query, "variables": variables, "extensions": {"explain": "only"}}
        told = await served.post(body, served.headers("auditor"))
        assert told.content["extensions"]["cost"] == cost
