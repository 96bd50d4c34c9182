"""Queries and mutations over graphql-transport-ws: answered as a POST is, sealed, counted, and told in any order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.demo import Departments
from gateway.limits.spec import ClientLimits
from gateway.refusals import Attempt, Refusals
from tests.end_to_end.consenting import RECORD, given
from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served, configuration
from tests.end_to_end.subscribing import Socket, socket
from tests.end_to_end.test_departure import CASES, calls_begun
from tests.end_to_end.ticking import ROOMY, Ticking, ticking

PENALTIES: Final = """query Penalties($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
  uscc name penalties { state items { decisionNo publicUntil } coverage { source status } } } } }"""
CLOSED: Final = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  name housingFund { state } } } }"""
NAMES: Final = "{ sources { name } }"
MANY: Final = "91230881TJ00002700"


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ticking]:
    async with ticking(tmp_path_factory.mktemp("operations")) as running:
        yield running


async def answered(client: Socket, id_: str, query: str, **more: Any) -> Any:
    """Return the payload that answers ``query``, after which nothing more comes of it."""
    await client.subscribe(id_, query, **more)
    told = await client.next(id_)
    assert await client.receive() == {"type": "complete", "id": id_}
    return told


def keys(*codes: str) -> dict[str, Any]:
    return {"keys": [{"value": each} for each in codes]}


async def test_a_query_is_answered_as_a_post_is(served: Served) -> None:
    variables = keys(CODES[1], CODES[3], "nobody")
    posted = await served.ask("bank", PENALTIES, **variables)
    async with socket(served, "bank") as client:
        told = await answered(client, "q", PENALTIES, variables=variables)
    assert told["data"] == posted.data
    assert told.get("errors", []) == posted.errors
    entries = [
        await served.gateway.desk.ledger.get(each) for each in (told["extensions"]["receipt"]["id"], posted.receipt)
    ]
    ours, theirs = (each for each in entries if each is not None)
    for name in ("kind", "outcome", "client", "purpose", "operation_hash", "subjects", "policy_version", "shape"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert set(ours.sources) == set(theirs.sources)


async def test_what_is_closed_is_told_as_in_a_post(served: Served) -> None:
    variables: dict[str, Any] = {"key": {"value": CODES[1]}}
    posted = await served.ask("portal", CLOSED, **variables)
    async with socket(served, "portal") as client:
        told = await answered(client, "q", CLOSED, variables=variables)
    assert (told["data"], told["errors"]) == (posted.data, posted.errors)
    assert {each["extensions"]["code"] for each in told["errors"]} == {"FIELD_FORBIDDEN"}


async def test_a_mutation_is_carried_out_once_whichever_way_it_comes(served: Served) -> None:
    wish: dict[str, Any] = {"given": given(subject=CODES[2], clientMutationId="over-both-ways")}
    async with socket(served, "bank") as client:
        told = await answered(client, "m", RECORD, variables=wish)
    again = await served.ask("bank", RECORD, **wish)
    assert told.get("errors", []) == []
    assert told["data"]["recordConsent"]["id"] == again.data["recordConsent"]["id"]
    entry = await served.gateway.desk.ledger.get(told["extensions"]["receipt"]["id"])
    assert entry is not None
    assert (entry.kind, entry.outcome, entry.client) == ("MUTATION", "ANSWERED", "bank")


async def test_each_operation_says_what_for(served: Served) -> None:
    async with socket(served) as client:
        said = {"Credit-Purpose": "BIDDING", "Credit-Case": "T-0"}
        await client.init({"Authorization": f"Bearer {served.token('procurement')}", **said})
        for case, headers in (("T-0", {}), ("T-1", {"Credit-Case": "T-1"}), ("T-2", {"Credit-Case": "T-2"})):
            told = await answered(client, case, NAMES, variables={}, extensions={"headers": headers})
            entry = await served.gateway.desk.ledger.get(told["extensions"]["receipt"]["id"])
            assert entry is not None
            assert (entry.purpose, entry.case) == ("BIDDING", case)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "BAD_QUERY"),
        ("{ nothing }", "BAD_QUERY"),
        ("query A { a: __typename } query B { b: __typename }", "BAD_QUERY"),
    ],
    ids=["half", "no such field", "two operations"],
)
async def test_what_is_no_operation_is_refused_with_a_receipt_and_the_connection_stays(
    place: Ticking, query: str, code: str
) -> None:
    async with socket(place.served, "bank") as client:
        await client.subscribe("bad", query, variables={})
        error = (await client.error("bad"))["extensions"]
        assert error["code"] == code
        (entry,) = await place.entries(error["receipt"]["id"])
        assert (entry.client, entry.outcome) == ("bank", "REFUSED")
        assert (await answered(client, "bad", NAMES, variables={}))["data"]["sources"]


async def test_the_plan_is_told_where_it_is_wanted(place: Ticking) -> None:
    async with socket(place.served, "bank") as client:
        told = await answered(client, "e", PENALTIES, variables=keys(CODES[1]), extensions={"explain": "only"})
    assert told["data"] is None
    assert told["extensions"]["explain"]
    (entry,) = await place.entries(told["extensions"]["receipt"]["id"])
    assert entry.kind == "EXPLAIN"


async def test_many_are_answered_at_once_more_than_the_queue_holds(place: Ticking) -> None:
    many = [f"q{at}" for at in range(40)]
    assert len(many) > 2 * ROOMY.queue
    async with socket(place.served, "bank") as client:
        for each in many:
            await client.subscribe(each, NAMES, variables={})
        told = [await client.receive() for _ in range(2 * len(many))]
    by_id: dict[str, list[str]] = {}
    for each in told:
        by_id.setdefault(each["id"], []).append(each["type"])
    assert by_id == {each: ["next", "complete"] for each in many}


async def test_an_answer_comes_between_the_events_of_a_subscription(place: Ticking) -> None:
    async with socket(place.served, "bank") as client:
        await client.subscribe("between")
        await place.ticker.until_begun("between")
        assert (await answered(client, "q", NAMES, variables={}))["data"]["sources"]
        place.ticker.tell("between")
        assert (await client.next("between"))["data"]["watchSubjects"]
        assert (await answered(client, "q", NAMES, variables={}))["data"]["sources"], "an id may be used again"
    await place.until("between")


async def test_both_ways_spend_one_budget_and_a_subscription_is_one_request(tmp_path: Path) -> None:
    known = configuration()
    clients = {**known.clients, "bank": replace(known.clients["bank"], limits=ClientLimits(requests=4))}
    async with ticking(tmp_path, configured=replace(known, clients=clients)) as few:
        assert (await few.served.ask("bank", NAMES)).status == 200
        async with socket(few.served, "bank") as client:
            await answered(client, "q", NAMES, variables={})
            await client.subscribe("one request")
            await few.ticker.until_begun("one request")
            await answered(client, "q", NAMES, variables={})
            await client.subscribe("q", NAMES, variables={})
            error = (await client.error("q"))["extensions"]
            assert (error["code"], error["budget"], error["allowed"]) == ("RATE_LIMITED", "requests", 4)
        assert (await few.served.ask("bank", NAMES)).status == 429
        await few.until("one request")


@pytest.mark.parametrize("how", ["completed", "closed"])
async def test_a_query_that_is_given_up_stops_as_when_a_client_hangs_up(
    served: Served, city: Departments, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[Attempt] = []
    monkeypatch.setattr(Refusals, "gone", lambda _, attempt, seal: gone.append(attempt))
    before = await calls_begun(served, "court_enforcement")
    city.fault("court_enforcement", "slow", seconds=60)
    async with socket(served, "bank") as client:
        await client.subscribe("q", CASES, variables={"key": {"value": MANY}})
        async with asyncio.timeout(30):
            while await calls_begun(served, "court_enforcement") == before:
                await asyncio.sleep(0.01)
        if how == "completed":
            await client.send("complete", "q")
            assert (await answered(client, "q", NAMES, variables={}))["data"]["sources"], "its id is free"
        else:
            await client.connection.close()
        async with asyncio.timeout(30):
            while not gone:
                await asyncio.sleep(0.01)
    (attempt,) = gone
    assert (attempt.client, attempt.sealed, attempt.run is not None) == ("bank", False, True)


async def test_what_is_under_way_is_answered_before_the_server_stops(tmp_path: Path) -> None:
    async with ticking(tmp_path) as place:
        subscriptions = place.subscriptions
        take, reached, go = subscriptions._take, asyncio.Event(), asyncio.Event()

        async def held(*arguments: Any) -> Any:
            reached.set()
            await go.wait()
            return await take(*arguments)

        subscriptions._take = held
        async with socket(place.served, "bank") as client:
            await client.subscribe("q", NAMES, variables={})
            await reached.wait()
            subscriptions.draining.set()
            await client.subscribe("late", NAMES, variables={})
            assert (await client.error("late"))["extensions"]["code"] == "SHUTTING_DOWN"
            go.set()
            assert (await client.next("q"))["data"]["sources"]
            assert await client.receive() == {"type": "complete", "id": "q"}
            assert (await client.closed())[0] == 1012
