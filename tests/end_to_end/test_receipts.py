"""Receipts through the front door: kept, verified offline, handed back; read by whom they concern and by auditors."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from gateway.anchors import AnchorStore, read_note
from gateway.anchors.timestamps import Timestamp
from gateway.caller import Caller
from gateway.demo import HTTP_SOURCES, Departments
from gateway.ledger.entry import decode_entry
from gateway.own import Told
from gateway.plan.asks import Rights
from gateway.proof.bundle import Consistency, read_consistency, read_receipt
from gateway.proof.finding import Verdict
from gateway.proof.verify import Other, verify
from gateway.receipts.receipts import Receipts
from tests.end_to_end.keeping import answered, kept, keys_of, receipt_of, replayed, verified
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served

RECEIPT = """query($id: String!) { receipt(id: $id) {
  id at kind client department purpose case consent operationHash operationName subjects outcome code
  sources { source department entity fields calls statuses { status count } mapping records asOf digest }
  denied { field reason } policyVersion catalogueVersion responseDigest elapsedMs
  entry index treeSize algorithm inclusion leaf checkpoint shape link timestamps { anchor at token }
} }"""
CHECKPOINT = "{ checkpoint { note origin size root algorithm at keys } }"
CONSISTENCY = "query($old: Int!, $new: Int!) { consistency(from: $old, to: $new) { from to path } }"


async def test_an_answer_is_proven_by_what_the_client_keeps(served: Served) -> None:
    found = await verified(served, await kept(served))
    assert found.verdict is Verdict.HOLDS, [each.en for each in found.findings]
    codes = [each.code for each in found.findings]
    assert codes[:4] == ["CHECKPOINT_SIGNED", "INCLUDED", "ANSWER_EXACT", "ID_SAME"]


async def test_an_altered_answer_is_located(served: Served) -> None:
    bundle = await kept(served)
    altered = replace(
        bundle, answer=(bundle.answer or "").replace('"penalties":{"state":"', '"penalties":{"state":"X', 1)
    )
    assert altered != bundle
    found = await verified(served, altered)
    places = [each.place for each in found.findings if each.verdict is Verdict.FAILS]
    assert places == ["answer", "answer: data.subject.penalties"]


@pytest.mark.parametrize("reader", ["bank", "auditor"])
async def test_a_receipt_tells_the_entry_whole(served: Served, reader: str) -> None:
    answer = await answered(served)
    told = (await served.ask(reader, RECEIPT, id=answer.receipt)).data["receipt"]
    entry = decode_entry(told["entry"])
    assert (told["id"], told["client"], told["outcome"]) == (answer.receipt, "bank", entry.outcome)
    assert told["subjects"] == list(entry.subjects)
    assert {each["source"] for each in told["sources"]} == set(entry.sources)
    assert [each["field"] for each in told["denied"]] == [each.field for each in entry.denied]
    assert told["link"].endswith(f"/receipts/{answer.receipt}")
    assert told["treeSize"] > told["index"]
    over_http = read_receipt((await receipt_of(served, answer.receipt, reader)).body.decode())
    assert (over_http.entry, over_http.index) == (told["entry"], told["index"])


async def test_reading_a_receipt_is_in_the_ledger(served: Served) -> None:
    answer = await answered(served)
    await receipt_of(served, answer.receipt, "auditor")
    (latest,) = await served.gateway.desk.ledger.entries(1)
    assert (latest.client, latest.operation_name) == ("auditor", "Receipt")


async def test_the_checkpoint_is_public_and_grows(served: Served) -> None:
    before = (await served.get("/ledger/checkpoint")).body.decode()
    bundle = await kept(served)
    after = (await served.ask("auditor", CHECKPOINT)).data["checkpoint"]
    sizes = [int(note.split("\n")[1]) for note in (before, bundle.receipt.checkpoint, after["note"])]
    assert sizes == sorted(sizes)
    assert after["keys"] == [str(key) for key in await keys_of(served)]
    proof = (await served.ask("bank", CONSISTENCY, old=sizes[1], new=sizes[2])).data["consistency"]
    between = read_consistency(orjson.dumps(proof).decode())
    found = verify(bundle, await keys_of(served), Other(after["note"], between))
    assert found.verdict is Verdict.HOLDS, [each.en for each in found.findings]
    forked = Other(after["note"], Consistency(sizes[1], sizes[2], (*between.path[:-1], bytes(32))))
    assert verify(bundle, await keys_of(served), forked).verdict is Verdict.FAILS


async def test_a_consistency_that_never_was(served: Served) -> None:
    told = await served.ask("bank", CONSISTENCY, old=3, new=2_000_000_000)
    assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"


async def test_a_subject_reads_receipts_about_itself_alone(served: Served) -> None:
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { name } } }"
    own = await served.ask("enterprise", query, key=uscc_key(1))
    other = await served.ask("enterprise", query, key=uscc_key(3))
    assert (await receipt_of(served, own.receipt, "enterprise")).status == 200
    assert (await receipt_of(served, other.receipt, "enterprise")).status == 404


async def test_a_bundle_handed_back_is_explained_with_all_sources_down(served: Served, city: Departments) -> None:
    bundle = await kept(served)
    for source in HTTP_SOURCES:
        city.forget_calls(source)
        city.fault(source, "down")
    told = (await replayed(served, bundle)).data["replay"]
    assert told["verdict"] == "HOLDS", told["findings"]
    assert told["findings"][-1]["code"] == "OWN_SAME"
    assert {each["what"] for each in told["versions"]} == {"POLICY", "CATALOGUE", "SOURCE"}
    assert all(each["inForce"] for each in told["versions"])
    fields = {each["path"]: each for each in told["fields"]}
    decided = fields["subject.penalties.items.decisionNo"]
    assert (decided["decision"], decided["entity"]) == ("SHOWN", "AdministrativePenalty")
    assert "market_penalties" in {each["name"] for each in decided["sources"]}
    level = fields["subject.taxRatings.items.level"]
    assert (level["decision"], level["reason"], level["sources"]) == ("DENIED", "CONSENT_MISSING", [])
    assert all(city.calls(source)["calls"] == 0 for source in HTTP_SOURCES)


async def test_a_bundle_that_was_altered_does_not_replay(served: Served) -> None:
    bundle = await kept(served)
    altered = replace(bundle, receipt=replace(bundle.receipt, entry=bundle.receipt.entry.replace('"bank"', '"tank"')))
    told = (await replayed(served, altered)).data["replay"]
    assert told["verdict"] == "FAILS"
    assert told["findings"][-1]["code"] == "OWN_OTHER"
    assert (told["receipt"], told["versions"], told["fields"]) == (None, [], [])


async def test_a_browser_without_a_token_gets_the_page(served: Served) -> None:
    told = await served.get(f"/receipts/{'0' * 32}", {"Accept": "text/html,application/xhtml+xml"})
    assert told.status == 200
    assert b"Verify an answer" in told.body
    keys = await served.get("/verify/keys.js")
    assert str((await keys_of(served))[0]) in keys.body.decode()


async def test_a_receipt_comes_with_the_timestamps_over_its_checkpoint(served: Served, tmp_path: Path) -> None:
    """The store of anchors is real; what it holds as a token is read by `gateway.anchors.receipts` alone."""
    answer = await answered(served)
    desk = served.gateway.desk
    proven = await desk.ledger.proven(answer.receipt)
    assert proven is not None
    store = await AnchorStore.open(f"sqlite:///{tmp_path / 'anchors.sqlite'}")
    await store.keep(
        "stamps", read_note(proven.checkpoint), Timestamp(at=datetime(2026, 11, 26, tzinfo=UTC), token=b"x")
    )
    roots = Receipts(desk.ledger, store.over, lambda _scheme, _value: (), str, str, lambda _answer, _today: ())
    caller = Caller("bank", None, frozenset({"credit.public"}), "BANK_CREDIT")
    rights = Rights(desk.policy.on("2026-11-26"), caller, desk.catalogue, desk.rules)
    told = await roots.receipt(rights, {"id": answer.receipt}, "2026-11-26")
    await store.close()
    assert isinstance(told, Told)
    (shown,) = told.values
    assert [(each.anchor, each.token) for each in shown.timestamps] == [("stamps", "eA==")]
