"""A person's number in the place of a name: no error text of checks, screenings, watches or measures quotes it.

Guard: what a caller typed passes `gateway.plan.document.redact` before a message quotes it (invariant 7).
"""

from typing import Any, Final

import pytest

from tests.end_to_end.served import Served

PERSON: Final = "230881198501010022"
SUBJECTS: Final = [{"key": {"value": "91230881TJ0000019A"}}]
CHECK: Final = "query($in: CheckInput!) { creditCheck(input: $in) { verdict } }"
RUN: Final = "mutation($in: CheckInput!) { runCreditCheck(input: $in) { verdict } }"
START: Final = "mutation($in: StartScreeningInput!) { startScreening(input: $in) { id } }"
WATCH: Final = "mutation($in: StartWatchInput!) { startWatch(input: $in) { id } }"
REPORT: Final = "mutation($in: ReportMeasureInput!) { reportMeasureApplied(input: $in) { measure } }"
KEYS: Final = [{"value": "91230881TJ0000019A"}]
TAKEN: Final = {"act": "TAKEN", "on": "2026-01-01"}
QUOTED: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "a rule set of a query": ("bank", CHECK, {"ruleSet": PERSON, "subjects": SUBJECTS}),
    "a rule set of a mutation": ("bank", RUN, {"ruleSet": PERSON, "subjects": SUBJECTS}),
    "a rule set of a screening": ("bank", START, {"ruleSet": PERSON, "keys": KEYS}),
    "a bidder": ("bank", RUN, {"ruleSet": "BK", "subjects": [{**SUBJECTS[0], "bidder": PERSON}]}),
    "a key of idempotency": ("bank", START, {"ruleSet": "BK", "keys": KEYS, "clientMutationId": PERSON * 20}),
    "a section": ("bank", WATCH, {"keys": KEYS, "sections": [PERSON]}),
    "a key of a watch": ("bank", WATCH, {"keys": [{"value": PERSON}], "sections": ["penalties"]}),
    "a measure": ("tax_department", REPORT, {"measure": PERSON, "subject": KEYS[0]["value"], **TAKEN}),
    "a subject of a measure": ("tax_department", REPORT, {"measure": "N01", "subject": PERSON, **TAKEN}),
    "a receipt of a measure": (
        "tax_department",
        REPORT,
        {"measure": "N01", "subject": KEYS[0]["value"], "receipt": PERSON, **TAKEN},
    ),
}


@pytest.mark.parametrize(("client", "text", "given"), QUOTED.values(), ids=QUOTED)
async def test_a_persons_number_is_not_quoted(served: Served, client: str, text: str, given: dict[str, Any]) -> None:
    variables: dict[str, Any] = {"in": given}
    told = await served.ask(client, text, **variables)
    assert told.content["errors"]
    assert PERSON.encode() not in told.body
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert PERSON not in str(entry)
