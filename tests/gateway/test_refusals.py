"""Entries of requests that got no answer: one of each, those that are alike together, none lost, none twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2
import pytest

from gateway.errors import Forbidden, LedgerUnavailable, RequestError, TooCostly, Unauthenticated
from gateway.fetch import fetch_stage
from gateway.http.response import error_body
from gateway.ledger import NOBODY, Entry, Ledger, Secret
from gateway.refusals import Attempt, Refusals
from gateway.seal import Seal
from tests.gateway.cities import City, city
from tests.gateway.world import World

SEAL = Seal(Secret(b"k" * 32), "catalogue", "policy", "https://credit.example/")
KEY = '{value: "91230881TJ00000350", scheme: USCC}'
PENALTIES = f"{{ subject(key: {KEY}) {{ ... on Enterprise {{ penalties {{ state }} }} }} }}"


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    ledger = await Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield ledger
    await ledger.close()


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[City]:
    async with city(tmp_path) as found:
        yield found


def bank() -> Attempt:
    caller = World().caller("bank")
    return Attempt(monotonic(), caller.client, caller)


async def refusals_of(ledger: Ledger) -> list[Entry]:
    return [entry for entry in reversed(await ledger.entries(1_000)) if entry.kind == "REFUSAL"]


async def test_a_refusal_is_on_disk_and_its_receipt_in_the_error(ledger: Ledger) -> None:
    error = Forbidden("not this")
    await Refusals(ledger).record(error, bank(), SEAL)
    (entry,) = await refusals_of(ledger)
    assert error.receipt == {"id": entry.receipt, "link": f"https://credit.example/receipts/{entry.receipt}"}
    assert (entry.client, entry.code, entry.outcome, entry.count) == ("bank", "FORBIDDEN", "REFUSED", 1)
    assert entry.response_digest == sha256(error_body(error)).hexdigest()
    assert json.loads(error_body(error))["extensions"]["receipt"] == error.receipt


async def test_refusals_that_are_alike_share_entries_that_count_them(ledger: Ledger) -> None:
    refusals = Refusals(ledger)
    errors = [Forbidden("not this") for _ in range(200)]
    await asyncio.gather(*(refusals.record(error, bank(), SEAL) for error in errors))
    entries = await refusals_of(ledger)
    assert sum(entry.count for entry in entries) == 200
    assert len(entries) < 20, "what comes while an entry is being written shares the next one"
    told = [error.receipt["id"] for error in errors if error.receipt is not None]
    assert {receipt: told.count(receipt) for receipt in told} == {entry.receipt: entry.count for entry in entries}
    for error in errors:
        assert error.receipt is not None
        (entry,) = [each for each in entries if each.receipt == error.receipt["id"]]
        assert entry.response_digest == sha256(error_body(error)).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        lambda: (Forbidden("not that"), bank()),
        lambda: (TooCostly("not this"), bank()),
        lambda: (Forbidden("not this"), replace(bank(), client="shop")),
        lambda: (Forbidden("not this"), replace(bank(), caller=replace(World().caller("bank"), case="合同-1"))),
    ],
    ids=["message", "code", "client", "case"],
)
async def test_refusals_that_differ_share_nothing(
    ledger: Ledger, other: Callable[[], tuple[RequestError, Attempt]]
) -> None:
    refusals = Refusals(ledger)
    same = (Forbidden("not this"), bank())
    await asyncio.gather(*(refusals.record(error, attempt, SEAL) for error, attempt in (same, other())))
    assert [entry.count for entry in await refusals_of(ledger)] == [1, 1]


async def test_without_a_ledger_a_refusal_is_refused(ledger: Ledger) -> None:
    await ledger.close()
    refusals = Refusals(ledger)
    told = await asyncio.gather(
        *(refusals.record(Forbidden("not this"), bank(), SEAL) for _ in range(5)), return_exceptions=True
    )
    assert [type(each) for each in told] == [LedgerUnavailable] * 5


async def test_what_the_ledger_itself_refused_leaves_no_entry(ledger: Ledger) -> None:
    await Refusals(ledger).record(LedgerUnavailable("down"), bank(), SEAL)
    assert await refusals_of(ledger) == []


async def test_what_nobody_looked_at_is_counted_by_its_code(ledger: Ledger) -> None:
    refusals = Refusals(ledger)
    for _ in range(7):
        refusals.count(Unauthenticated("who"), SEAL)
    refusals.count(TooCostly("much"), SEAL)
    await refusals.finish(SEAL)
    told = {(entry.client, entry.code): entry.count for entry in await refusals_of(ledger)}
    assert told == {(NOBODY, "UNAUTHENTICATED"): 7, (NOBODY, "TOO_COSTLY"): 1}
    await refusals.finish(SEAL)
    assert len(await refusals_of(ledger)) == 2, "counted once"


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("no token", {"authorization": None}, NOBODY, "UNAUTHENTICATED"),
    ("bad token", {"authorization": "Bearer a.b.c"}, NOBODY, "UNAUTHENTICATED"),
    ("purpose", {"purpose": "CURIOSITY"}, "bank", "FORBIDDEN"),
    ("purpose that is none", {"purpose": "?"}, "bank", "BAD_REQUEST"),
    ("document", {"query": "{ nothing }"}, "bank", "BAD_QUERY"),
    ("document that does not parse", {"query": "{"}, "bank", "BAD_QUERY"),
    ("aliases", {"query": "{" + "".join(f" a{at}: __typename" for at in range(600)) + " }"}, "bank", "TOO_COSTLY"),
    ("mutation", {"query": "mutation { nothing }"}, "bank", "BAD_QUERY"),
]


@pytest.mark.parametrize(("sent", "client", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
async def test_every_refused_request_has_an_entry(running: City, sent: dict[str, Any], client: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {running.token('bank')}", "Credit-Purpose": sent.get("purpose", "BANK_CREDIT")}
    if "authorization" in sent:
        del headers["Authorization"]
        if sent["authorization"] is not None:
            headers["Authorization"] = sent["authorization"]
    response = await running.client.post("/graphql", json={"query": sent.get("query", PENALTIES)}, headers=headers)
    (entry,) = await refusals_of(running.gateway.desk.ledger)
    assert (entry.client, entry.code, entry.outcome) == (client, code, "REFUSED")
    assert response.json()["extensions"]["receipt"]["id"] == entry.receipt
    assert entry.response_digest == sha256(response.content).hexdigest()


async def test_what_is_no_graphql_request_is_counted(tmp_path: Path) -> None:
    async with city(tmp_path) as running:
        ledger = f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}"
        assert (await running.client.put("/graphql")).status_code == 405
        assert (await running.client.post("/graphql", content=b"{")).status_code == 415
        for _ in range(2):
            sent = {"Content-Type": "application/json"}
            assert (await running.client.post("/graphql", content=b"{", headers=sent)).status_code == 400
    opened = await Ledger.open(ledger)
    told = {entry.code: entry.count for entry in await refusals_of(opened)}
    await opened.close()
    assert told == {"METHOD_NOT_ALLOWED": 1, "UNSUPPORTED_MEDIA_TYPE": 1, "BAD_REQUEST": 2}


async def test_a_fault_of_ours_has_an_entry_and_an_id(running: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("gateway.desk.complete", broken)
    response = await running.ask(running.token("bank"), PENALTIES)
    (entry,) = await refusals_of(running.gateway.desk.ledger)
    assert (entry.client, entry.code, entry.outcome) == ("bank", "INTERNAL", "FAILED")
    assert entry.sources, "sources had been asked"
    assert entry.subjects
    assert entry.response_digest == sha256(response.content).hexdigest()
    assert b"secret" not in response.content


async def test_who_hangs_up_has_still_asked(running: City, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, never = asyncio.Event(), asyncio.Event()

    async def fetch_and_stay(*args: Any) -> None:
        await fetch_stage(*args)
        asked.set()
        await never.wait()

    monkeypatch.setattr("gateway.desk.fetch_stage", fetch_and_stay)
    request = asyncio.create_task(running.ask(running.token("bank"), PENALTIES))
    await asked.wait()
    request.cancel()
    with pytest.raises((asyncio.CancelledError, httpx2.HTTPError)):
        await request
    async with asyncio.timeout(60):
        while not (entries := await refusals_of(running.gateway.desk.ledger)):
            await asyncio.sleep(0.01)
    assert [(entry.code, entry.outcome, entry.client) for entry in entries] == [("CLIENT_GONE", "FAILED", "bank")]
    assert entries[0].sources
