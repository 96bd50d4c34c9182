"""What a bank raises of its own accord, through the front door: told and recorded as its own, and nobody else's."""

import asyncio
from dataclasses import replace
from typing import Any, Final

import msgspec
import orjson
import pytest

from gateway.checks.checker import Checker
from gateway.errors import RuleSetChanged
from gateway.proof.bundle import FORMAT
from gateway.proof.note import VerifierKey
from gateway.rules import Overlay, RuleBook
from gateway.screening.keyed import SealedCaller
from gateway.screening.manifest import open_manifest
from gateway.screening.opened import CheckFor
from gateway.screening.screening import SignedManifest
from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served

RULES: Final = "rule result verdict reason raisedBy raisedReason raisedReasonEn"
CHECK: Final = f"""mutation($in: CheckInput!) {{ runCreditCheck(input: $in) {{
  verdict ruleSet {{ code digest advisory overlay }} subjects {{ verdict marks rules {{ {RULES} }} }} evidence
}} }}"""
SETS: Final = "{ ruleSets { code overlay { client digest raises { rule verdict reason reasonEn } } } }"
REPLAY: Final = """query($bundle: String!) { replay(bundle: $bundle) { verdict checks {
  outcome verdictThen verdictNow differences { rule then now } } } }"""
START: Final = "mutation($given: StartScreeningInput!) { startScreening(input: $given) { id rules } }"
LOOK: Final = """query($id: String!) { screening(id: $id) { state failure rules manifest rows {
  row verdict rules { rule result raisedBy } cells } } }"""
DEBTOR: Final = CODES[3]


def own(served: Served) -> Overlay:
    """Return the overlay that ships."""
    found = book_of(served).overlay("rural_bank", "BK")
    assert found is not None
    return found


def book_of(served: Served) -> RuleBook:
    return served.gateway.front.loaded.configuration.rule_book


async def checked(served: Served, client: str) -> tuple[Any, Any]:
    """Return a check of the dishonest debtor by ``client``, and what BK-02 came to in it."""
    given = {"ruleSet": "BK", "subjects": [{"key": {"value": DEBTOR}}]}
    told = await served.post({"query": CHECK, "variables": {"in": given}}, served.headers(client, "BANK_CREDIT"))
    assert told.errors == []
    (outcome,) = [each for each in told.data["runCreditCheck"]["subjects"][0]["rules"] if each["rule"] == "BK-02"]
    return told, outcome


async def test_the_bank_that_raises_a_rule_gets_its_own_verdict_and_another_bank_what_the_set_says(
    served: Served,
) -> None:
    (plain, theirs), (raised, ours) = await checked(served, "bank"), await checked(served, "rural_bank")
    assert plain.data["runCreditCheck"]["verdict"] == "ATTENTION"
    assert (theirs["verdict"], theirs["raisedBy"], theirs["raisedReason"]) == ("ATTENTION", None, None)
    check = raised.data["runCreditCheck"]
    assert (check["verdict"], check["subjects"][0]["verdict"]) == ("REJECT", "REJECT")
    assert (ours["result"], ours["verdict"], ours["raisedBy"]) == ("HIT", "REJECT", "rural_bank")
    assert ours["raisedReason"].startswith("本行授信制度")
    assert ours["raisedReasonEn"].startswith("Lending policy of this bank")
    assert ours["reason"] == theirs["reason"], "what the law says of it stays what it is"
    assert check["ruleSet"]["overlay"] == own(served).digest
    assert plain.data["runCreditCheck"]["ruleSet"]["overlay"] is None
    others = [each for each in check["subjects"][0]["rules"] if each["rule"] not in {"BK-01", "BK-02"}]
    assert {(each["raisedBy"], each["verdict"] == "REJECT") for each in others} == {(None, False)}


async def test_the_ledger_names_the_overlay_and_the_receipt_proves_the_verdict_as_the_banks(served: Served) -> None:
    raised, _ = await checked(served, "rural_bank")
    entries = await served.gateway.desk.ledger.entries(1_000_000)
    starts = [each for each in entries if each.kind == "CHANGE" and each.changes[0].name == "start"]
    laid = [(each.name, each.after) for each in starts[0].changes if each.what == "rule overlay"]
    assert laid == [("rural_bank BK", own(served).digest)]
    receipt = await served.get(f"/receipts/{raised.receipt}", served.headers("rural_bank", "BANK_CREDIT"))
    bundle = orjson.dumps({"format": FORMAT, "answer": raised.body.decode(), "receipt": receipt.content}).decode()
    told = (await served.ask("rural_bank", REPLAY, bundle=bundle)).data["replay"]
    assert told["verdict"] == "HOLDS"
    assert told["checks"] == [
        {"outcome": "IDENTICAL", "verdictThen": "REJECT", "verdictNow": "REJECT", "differences": []}
    ]
    forged = bundle.replace('\\"raisedBy\\":\\"rural_bank\\"', '\\"raisedBy\\":null')
    assert forged != bundle
    assert (await served.ask("rural_bank", REPLAY, bundle=forged)).data["replay"]["verdict"] == "FAILS"


async def test_a_bank_is_told_its_own_overlay_and_nobody_elses(served: Served) -> None:
    for client in ("rural_bank", "bank", "portal"):
        told = {each["code"]: each["overlay"] for each in (await served.ask(client, SETS)).data["ruleSets"]}
        assert {code for code, overlay in told.items() if overlay} == ({"BK"} if client == "rural_bank" else set())
        if client == "rural_bank":
            found = told["BK"]
            assert (found["client"], found["digest"]) == ("rural_bank", own(served).digest)
            assert {each["rule"]: each["verdict"] for each in found["raises"]} == {"BK-01": "REJECT", "BK-02": "REJECT"}
            assert all(each["reason"] and each["reasonEn"] for each in found["raises"])


async def screened(served: Served, client: str) -> Any:
    """Return the finished screening of the debtor and of a clean subject by ``client``."""
    given = {"ruleSet": "BK", "keys": [{"value": DEBTOR}, {"value": CODES[1]}]}
    begun = (await served.ask(client, START, given=given)).data["startScreening"]
    while True:
        found = (await served.ask(client, LOOK, id=begun["id"])).data["screening"]
        if found["state"] != "RUNNING":
            assert (found["state"], found["failure"]) == ("FINISHED", None)
            assert found["rules"] == begun["rules"]
            return {**found, "id": begun["id"]}
        await asyncio.sleep(0.05)


async def test_a_screening_tells_by_row_and_in_its_manifest_whose_verdict_it_is(served: Served) -> None:
    ours, theirs = await screened(served, "rural_bank"), await screened(served, "bank")
    assert (ours["rows"][0]["verdict"], theirs["rows"][0]["verdict"]) == ("REJECT", "ATTENTION")
    hits = {each["rule"]: each for each in ours["rows"][0]["rules"]}
    assert hits["BK-02"] == {"rule": "BK-02", "result": "HIT", "raisedBy": "rural_bank"}
    assert hits["BK-06"]["raisedBy"] is None
    assert "BK-02:HIT:rural_bank" in ours["rows"][0]["cells"][2].split()
    assert "BK-02:HIT" in theirs["rows"][0]["cells"][2].split()
    keys = [VerifierKey.parse(each) for each in served.gateway.desk.ledger.keys]
    signed = [msgspec.json.decode(each["manifest"], type=SignedManifest).note for each in (ours, theirs)]
    by = [open_manifest(each, keys).rules for each in signed]
    assert by == [f"{by[1]} overlay rural_bank {own(served).digest}", theirs["rules"]]


@pytest.mark.parametrize("change", ["another overlay", "none", "the same"])
async def test_rows_of_one_screening_are_judged_by_one_overlay(served: Served, change: str) -> None:
    job_id = (await screened(served, "rural_bank"))["id"]
    screenings, book = served.gateway.screenings, book_of(served)
    job = await screenings.jobs.find(job_id)
    assert job is not None
    overlays = {
        "another overlay": [msgspec.structs.replace(own(served), digest="0" * 16)],
        "none": [],
        "the same": book.overlays,
    }[change]
    later = RuleBook(list(book), overlays)
    check_for = screenings.keyed.check_for
    assert isinstance(check_for, CheckFor)
    changed = replace(check_for, checker=Checker(check_for.checker.inner, lambda: later))
    began = SealedCaller("rural_bank", None, ["credit.public", "credit.check.run"], "BANK_CREDIT")
    if change == "the same":
        await changed(job, began)
        return
    with pytest.raises(RuleSetChanged, match="what its client lays over it, was changed since the screening began"):
        await changed(job, began)
