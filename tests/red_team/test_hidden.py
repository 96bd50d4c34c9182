"""Attacks on what rules see for a verdict only: told to nobody, by no way round.

Guard: `gateway.receipts.rights.may_read` keeps receipts of such questions for auditors. They count records by source,
and their digests tell whether what is hidden has changed since the last check.
"""

from typing import Any, Final

import pytest

from gateway.checks.document import HIDDEN_OPERATION
from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served

CHECK: Final = """
mutation($in: CheckInput!) { runCreditCheck(input: $in) {
  receipts evidence
  subjects { verdict rules { rule result reveal evidence { source } lacking missing { source status sections } } }
} }
"""
RECEIPT: Final = "query($id: String!) { receipt(id: $id) { id kind operationName entry sources { source records } } }"
SINCE: Final = """
query($id: String!, $question: QuestionInput!) { changedSince(receipt: $id, question: $question) { receipt } }
"""
GIVEN: Final = {"ruleSet": "GP", "subjects": [{"key": {"value": CODES[3]}}]}


async def hidden(served: Served) -> str:
    """Return the receipt of what is hidden in a check that `procurement` runs."""
    options: dict[str, Any] = {"purpose": "GOVERNMENT_PROCUREMENT", "case": "TJ-2026-17", "in": GIVEN}
    told = await served.ask("procurement", CHECK, **options)
    assert any(each["reveal"] == "VERDICT_ONLY" for each in told.data["runCreditCheck"]["subjects"][0]["rules"])
    _, receipt = told.data["runCreditCheck"]["receipts"]
    return str(receipt)


async def test_its_receipt_is_for_auditors(served: Served) -> None:
    receipt = await hidden(served)
    kept = (await served.ask("auditor", RECEIPT, purpose="AUDIT", id=receipt)).data["receipt"]
    assert (kept["kind"], kept["operationName"]) == ("CHECK", HIDDEN_OPERATION)
    assert any(each["records"] for each in kept["sources"]), "there is something to keep back"
    for client, purpose in (("procurement", "GOVERNMENT_PROCUREMENT"), ("procurement", "BIDDING"), ("bank", None)):
        told = await served.ask(client, RECEIPT, purpose=purpose, case="c", id=receipt)
        assert told.data == {"receipt": None}
        assert told.errors[0]["extensions"]["code"] == "RECEIPT_UNKNOWN"


async def test_its_receipt_has_no_address_of_its_own(served: Served) -> None:
    receipt = await hidden(served)
    assert (await served.get(f"/receipts/{receipt}", served.headers("procurement", "BIDDING", "c"))).status == 404
    assert (await served.get(f"/receipts/{receipt}", served.headers("auditor", "AUDIT"))).status == 200


@pytest.mark.parametrize("kind", ["QUERY", "a query by the name of such a question"])
async def test_a_client_reads_the_receipts_of_its_own_queries(served: Served, kind: str) -> None:
    name = HIDDEN_OPERATION if kind != "QUERY" else "Mine"
    text = f"query {name}($key: SubjectKey!) {{ subject(key: $key) {{ __typename }} }}"
    told = await served.ask("procurement", text, purpose="BIDDING", case="c", key={"value": CODES[3]})
    read = await served.ask("procurement", RECEIPT, purpose="BIDDING", case="c", id=told.receipt)
    assert read.data["receipt"]["operationName"] == name


async def test_whether_it_changed_is_not_told(served: Served) -> None:
    receipt = await hidden(served)
    needed = served.gateway.screenings.checker.needed(served.gateway.screenings.checker.book().at("GP", "2026-11-20"))
    asked = {"query": needed.hidden_document, "variables": f'{{"keys":[{{"value":"{CODES[3]}"}}]}}'}
    told = await served.ask(
        "procurement", SINCE, purpose="GOVERNMENT_PROCUREMENT", case="c", id=receipt, question=asked
    )
    assert told.data == {"changedSince": None}
    assert told.errors[0]["extensions"]["code"] == "RECEIPT_UNKNOWN"
