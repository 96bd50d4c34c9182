"""Attacks on orders of reports through the graph, and on what the ledger tells of a report by its number."""

from base64 import b64decode
from typing import Any

import orjson
import pytest

from gateway.ledger import is_receipt
from tests.end_to_end.served import Served, Told
from tests.end_to_end.test_report_issue import KNOWN, create, known
from tests.end_to_end.test_reports import BUILDER, ENTERPRISE

CREATE_SIZE = "mutation M($input: CreditReportInput!) { createCreditReport(input: $input) { size } }"
NUMBERS = {
    "of_all": "XYBG%",
    "any_digit": "XYBG20261126______%%%%%%%%%%%%",
    "quote": "XYBG20261126110938' OR '1'='1",
    "unicode_digits": "XYBG２０２６１１２６１１０９３８FDAE35E015C1",
    "newline": "XYBG20261126110938FDAE35E015C1\n",
    "far_year": "XYBG99991231235959FDAE35E015C1",
    "huge": "XYBG" + "2" * 60_000,
}


# Guard: a number leads to one receipt by its exact form (`gateway.reports.number`), and never is a pattern.
@pytest.mark.parametrize("name", NUMBERS)
async def test_a_number_is_no_pattern(name: str, served: Served) -> None:
    await create(served, form="JSON")
    told = await served.ask("auditor", KNOWN, number=NUMBERS[name])
    assert told.status in (200, 400, 413)
    assert told.status != 200 or (told.data, told.codes) == ({"creditReport": None}, {"creditReport": "REPORT_UNKNOWN"})


# Guard: `may_read`: a report is known to the client that ordered it and to auditors; to others it is not there.
@pytest.mark.parametrize("client", ["portal", "enterprise", "procurement", "court", "market_regulation"])
async def test_reports_of_another_client_are_not_there(client: str, served: Served) -> None:
    number = (await create(served, form="JSON")).data["createCreditReport"]["report"]["number"]
    purpose, case = ("BIDDING", "TJCG-2026-1") if client == "procurement" else (None, None)
    told = await served.ask(client, KNOWN, number=number, purpose=purpose, case=case)
    assert (told.data, told.codes) == ({"creditReport": None}, {"creditReport": "REPORT_UNKNOWN"})
    assert BUILDER.encode() not in told.body


# Guard: one of a client that acts for many subjects reads only what is about the subject that its token names.
async def test_another_subject_of_the_same_client_is_told_nothing(served: Served) -> None:
    made = await create(served, "enterprise", BUILDER, form="JSON")
    number = made.data["createCreditReport"]["report"]["number"]
    assert await known(served, number, "enterprise") is None
    own = await create(served, "enterprise", ENTERPRISE, form="JSON")
    assert await known(served, own.data["createCreditReport"]["report"]["number"], "enterprise") is not None


# Guard: the maker asks with the caller's rights: what `POST /reports` does not open, the graph does not either.
async def test_the_graph_opens_nothing_more(served: Served) -> None:
    told = await create(served, "portal", form="JSON")
    report: Any = orjson.loads(b64decode(told.data["createCreditReport"]["content"]))["report"]
    sections = {each["name"]: each for part in report["parts"] for each in part["sections"]}
    assert (sections["taxRatings"]["state"], sections["taxRatings"]["records"]) == ("DENIED", [])


# Guard: one report in a mutation (`ReportChanges`): a small request does not make twenty documents.
async def test_aliases_and_fragments_make_one_report(served: Served) -> None:
    fields = " ".join(f"r{n}: createCreditReport(input: $input) {{ size }}" for n in range(5))
    fragment = "fragment more on Mutation { r5: createCreditReport(input: $input) { size } }"
    document = f"mutation M($input: CreditReportInput!) {{ {fields} ...more }} {fragment}"
    told = await served.ask("bank", document, input={"subject": {"value": BUILDER}, "form": "JSON"})
    assert [value is not None for value in told.data.values()] == [True, False, False, False, False, False]
    assert set(told.codes.values()) == {"TOO_COSTLY"}


# Guard: nothing of a person's number is told back, also where it stands in a variable (`SubjectKey`).
@pytest.mark.parametrize("scheme", ["USCC", "ORG_CODE", "NAME"])
async def test_a_persons_number_is_not_told_back(scheme: str, served: Served) -> None:
    number = "11010519491231002X"
    given = {"subject": {"scheme": scheme, "value": number}, "form": "JSON"}
    told: Told = await served.ask("bank", CREATE_SIZE, input=given)
    assert number.encode() not in told.body
    assert told.data == {"createCreditReport": None}


# Guard: what the ledger keeps of an issue is digests, codes and pseudonyms: no name, code or word of the report.
async def test_the_ledger_has_nothing_of_what_a_report_says(served: Served) -> None:
    made = (await create(served, form="JSON")).data["createCreditReport"]["report"]
    entry = await served.gateway.desk.ledger.get(made["receipt"])
    assert entry is not None
    text = str(entry)
    assert BUILDER not in text
    assert "北岸" not in text
    assert all(is_receipt(each.after or "") for each in entry.changes[1:])
