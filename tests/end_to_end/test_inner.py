"""What the gateway asks itself on a caller's behalf: under its rights and budgets, with an entry of its own."""

import pytest

from gateway.caller import Caller
from gateway.errors import BadQuery, TooCostly
from gateway.inner import Inner
from tests.end_to_end.keeping import ASK, KEY, answered
from tests.end_to_end.served import Served


def _caller(served: Served, client: str, purpose: str) -> Caller:
    registered = served.gateway.front.loaded.register.clients[client]
    return Caller(client, registered.department, frozenset(registered.scopes), purpose)


async def test_a_question_is_answered_and_sealed_as_its_caller_would_be(served: Served) -> None:
    inner = Inner(served.gateway.front.ask)
    found = await inner.ask(ASK, {"key": KEY}, _caller(served, "bank", "BANK_CREDIT"))
    asked = (await answered(served, "bank", "BANK_CREDIT")).content
    assert (found.content["data"], found.content["errors"]) == (asked["data"], asked["errors"])
    entry = await served.gateway.desk.ledger.get(found.receipt)
    assert entry is not None
    assert (entry.kind, entry.client, entry.purpose) == ("CHECK", "bank", "BANK_CREDIT")
    assert entry.response_digest
    assert "tax_credit" not in entry.sources


@pytest.mark.parametrize(
    ("document", "keys", "error"),
    [
        ("{ nothing }", 1, BadQuery),
        ("query($keys: [SubjectKey!]!) { subjects(keys: $keys) { __typename } }", 5000, TooCostly),
    ],
    ids=["no such field", "too many subjects"],
)
async def test_a_question_that_is_refused_leaves_an_entry(
    served: Served, document: str, keys: int, error: type[Exception]
) -> None:
    inner = Inner(served.gateway.front.ask)
    with pytest.raises(error) as refused:
        await inner.ask(document, {"keys": [KEY] * keys}, _caller(served, "bank", "BANK_CREDIT"), "SCREENING")
    receipt = refused.value.receipt  # type: ignore[attr-defined]
    entry = await served.gateway.desk.ledger.get(receipt["id"])
    assert entry is not None
    assert (entry.kind, entry.client) == ("REFUSAL", "bank")
