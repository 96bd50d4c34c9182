"""Explaining instead of asking: the plan alone comes back, is in the ledger, and no source notices anything."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.codes import uscc
from gateway.issuer import KEY_FILE_ENV
from tests.commands import Run, nobody_there
from tests.end_to_end.queries import PERSON, WHOLE, uscc_key
from tests.end_to_end.served import Served, Told, serving

ONLY = {"explain": "only"}
NOBODY = {"scheme": "USCC", "value": uscc("91", 987_654)}
CASES = [
    ("portal", None, None),
    ("bank", None, None),
    ("tax_department", "OWNER", None),
    ("court", "LAW_ENFORCEMENT", None),
    ("finance", "FISCAL_FUNDS", None),
    ("auditor", None, None),
]


async def explained(
    served: Served, client: str, query: str = WHOLE, purpose: str | None = None, wish: Any = "only", **variables: Any
) -> Told:
    body = {"query": query, "variables": {"key": uscc_key(3), **variables}, "extensions": {"explain": wish}}
    return await served.post(body, served.headers(client, purpose))


def plan(told: Told) -> Any:
    assert told.status == 200, told.body
    return told.content["extensions"]["explain"]


def calls(served: Served) -> dict[str, int]:
    """Return how often each source was called since the gateway began."""
    return {name: source.gate.health().calls for name, source in served.gateway.desk.sources.items()}


@pytest.mark.parametrize(("client", "purpose", "case"), CASES)
async def test_no_source_is_asked(served: Served, client: str, purpose: str | None, case: str | None) -> None:
    before = calls(served)
    for query in (WHOLE, PERSON):
        told = await explained(served, client, query, purpose)
        assert told.content["data"] is None
        assert "errors" not in told.content
        assert set(told.content["extensions"]) == {"receipt", "explain", "cost"}
    assert calls(served) == before
    assert len(before) > 25


@pytest.mark.parametrize(("client", "purpose", "case"), CASES)
async def test_it_says_what_an_answer_says_beside_its_data(
    served: Served, client: str, purpose: str | None, case: str | None
) -> None:
    only = plan(await explained(served, client, purpose=purpose))
    assert only == plan(await explained(served, client, purpose=purpose, wish=True))


async def test_it_says_the_same_of_a_subject_that_does_not_exist(served: Served) -> None:
    there, nowhere = [(await explained(served, "bank", key=key)).content for key in (uscc_key(3), NOBODY)]
    del there["extensions"]["receipt"], nowhere["extensions"]["receipt"]
    assert there == nowhere


async def test_what_opens_and_what_does_not(served: Served) -> None:
    found = plan(await explained(served, "bank"))
    opens = {(each["source"], each["entity"]): each["fields"] for each in found["open"]}
    assert opens["court_enforcement", "DishonestDebtorEntry"] == [
        "case_no", "masked_id_no", "party_type", "performance", "published_on",
    ]  # fmt: skip
    denied = {(each["source"], each["entity"], each["field"]): each for each in found["denied"]}
    assert denied["tax_credit", "TaxCreditRating", "*"]["reason"] == "CONSENT_MISSING"
    assert denied["tax_credit", "TaxCreditRating", "*"]["needs"] == {"consent": "TaxCreditRating.*"}
    for step in found["steps"]:
        assert step["batchSize"] >= 1
        assert step["cost"] >= 1
    asked = sum(step["cost"] for step in found["steps"] if step["entity"] != "Crosswalk")
    assert found["cost"] >= asked, "and what it takes to learn the codes that sources are asked by"
    assert not opens.keys() & {(source, entity) for source, entity, field in denied if field == "*"}


async def test_column_names_are_for_holders_of_provenance_alone(served: Served) -> None:
    for client, purpose, shown in (("bank", None, False), ("tax_department", "HONOR", False), ("court", None, True)):
        steps = plan(await explained(served, client, purpose=purpose))["steps"]
        assert {"columns" in step for step in steps} == {shown}, client


async def test_who_explained_what_is_in_the_ledger(served: Served) -> None:
    told = await explained(served, "bank")
    entry = await served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert (entry.client, entry.purpose, entry.operation_name) == ("bank", "BANK_CREDIT", "Whole")
    assert entry.outcome == "EXPLAINED"
    assert (entry.sources, entry.subjects) == ({}, ())
    assert ("TaxCreditRating.*", "CONSENT_MISSING") in {(each.field, each.reason) for each in entry.denied}


@pytest.mark.parametrize("wish", ["true", "onyl", "ONLY", 1, ["only"], {"only": True}])
async def test_a_wish_that_cannot_be_meant_asks_nobody(served: Served, wish: Any) -> None:
    before = calls(served)
    told = await explained(served, "bank", wish=wish)
    assert told.status == 400
    assert told.content["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert calls(served) == before


async def test_a_get_request_explains_too(served: Served) -> None:
    headers = {name: value for name, value in served.headers("bank").items() if name != "Content-Type"}
    query = '{subject(key:{scheme:USCC,value:"91230881TJ00000350"}){__typename}}'
    told = await served.get(f'/graphql?query={query}&extensions={{"explain":"only"}}', headers)
    assert told.content["data"] is None
    assert plan(told)["open"] == []


async def test_it_needs_no_system_of_any_department(key_file: Path, tmp_path: Path, served: Served) -> None:
    environment = {**nobody_there(), KEY_FILE_ENV: str(key_file)}
    async with serving(environment, tmp_path) as alone:
        assert plan(await explained(alone, "bank")) == plan(await explained(served, "bank"))


# ---- the same on the command line ---------------------------------------------------------------------------------


def command(run: Run, *options: str) -> Any:
    variables = json.dumps({"key": uscc_key(3)})
    done = run("explain", WHOLE, "--variables", variables, "--json", *options)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.mark.parametrize(("client", "purpose", "case"), CASES)
async def test_the_command_says_the_same(
    run: Run, served: Served, client: str, purpose: str | None, case: str | None
) -> None:
    chosen = ["--purpose", purpose] if purpose is not None else []
    assert command(run, "--client", client, *chosen) == plan(await explained(served, client, purpose=purpose))


def test_tables_tell_what_opens(run: Run) -> None:
    told = run("explain", WHOLE, "--variables", json.dumps({"key": uscc_key(3)}), "--client", "bank").stdout
    for title in ("steps", "open", "denied", "cost "):
        assert title in told
    assert "case_no masked_id_no party_type performance published_on" in told
    assert "(tyshxydm)" not in told
    shown = run(
        "explain", WHOLE, "--variables", json.dumps({"key": uscc_key(3)}), "--client", "bank", "--columns"
    ).stdout
    assert "fine_amount (" in shown


async def test_a_token_is_explained_by_its_scopes(
    run: Run, served: Served, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_FILE_ENV, str(key_file))
    assert served.gateway.issuer is not None
    narrow = served.gateway.issuer.mint("tax_department", scopes=["credit.public"])
    file = tmp_path / "token"
    file.write_text(narrow + "\n", encoding="ascii")
    headers = served.headers("tax_department") | {"Authorization": f"Bearer {narrow}"}
    body = {"query": WHOLE, "variables": {"key": uscc_key(3)}, "extensions": ONLY}
    over_http = plan(await served.post(body, headers))
    assert await _aside(command, run, "--token", f"@{file}") == over_http
    assert await _aside(command, run, "--token", narrow) == over_http
    assert over_http != plan(await explained(served, "tax_department"))


async def _aside(call: Any, *arguments: Any) -> Any:
    """Return what ``call`` returns, run where no event loop runs."""
    return await asyncio.to_thread(call, *arguments)


def test_a_token_that_is_not_good_is_told_why(run: Run, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_FILE_ENV, str(key_file))
    assert "no signed JWT" in command(run, "--token", "nonsense")
    monkeypatch.delenv(KEY_FILE_ENV)
    assert "no signed JWT" in command(run, "--token", "nonsense")
