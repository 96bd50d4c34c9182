"""Attacks on queries and mutations over WebSocket: whatever the front door refuses, this one does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import structs

from gateway.limits.spec import ClientLimits
from tests.end_to_end.served import configuration
from tests.end_to_end.subscribing import socket
from tests.end_to_end.ticking import ROOMY, Ticking, ticking

BANK: Final = "bank"
NAMES: Final = "{ sources { name } }"
PERSON: Final = "110101199003070038"
AUDIT: Final = "{ auditTrail(first: 1) { entries { at } } }"
DEEP: Final = "{ a " * 400 + "}" * 400
STOP: Final = 'mutation { stopWatch(input: {id: "x"}) { id } }'


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ticking]:
    async with ticking(
        tmp_path_factory.mktemp("attacked"), structs.replace(ROOMY, in_flight=4, max_message_bytes=131_072)
    ) as running:
        yield running


# One path: `Desk.take` goes where `Desk.answer` goes, so a refusal here is the refusal there.
@pytest.mark.parametrize(
    ("client", "query", "variables"),
    [
        ("portal", AUDIT, {}),
        (BANK, DEEP, {}),
        (BANK, "{ " + " ".join(f"a{at}: sources {{ name }}" for at in range(2_000)) + " }", {}),
        (BANK, f'{{ subject(key: {{value: "{PERSON}", scheme: USCC}}) {{ __typename }} }}', {}),
        (BANK, "query($k: SubjectKey!) { subject(key: $k) { __typename } }", {"k": {"value": PERSON, "x": 1}}),
        (BANK, STOP, {}),
        ("portal", 'mutation { runCreditCheck(input: {ruleSet: "GP", subjects: []}) { verdict } }', {}),
        (
            BANK,
            "mutation { " + " ".join(f'a{at}: stopWatch(input: {{id: "x"}}) {{ id }}' for at in range(21)) + " }",
            {},
        ),
    ],
    ids=[
        *("another's register", "nested deep", "many aliases", "a person's number", "a person's number as a variable"),
        *("another's watch", "a check without rights", "more changes than may be"),
    ],
)
async def test_what_a_post_is_refused_is_refused_here(
    place: Ticking, client: str, query: str, variables: dict[str, Any]
) -> None:
    posted = await place.served.ask(client, query, **variables)
    async with socket(place.served, client) as connected:
        await connected.subscribe("sly", query, variables=variables)
        told = await connected.receive()
    errors = told["payload"] if told["type"] == "error" else told["payload"].get("errors", [])
    assert told["type"] == ("error" if "data" not in posted.content else "next")
    for ours, theirs in zip(errors, posted.errors, strict=True):
        assert ours["message"] == theirs["message"]
        assert {**ours["extensions"], "receipt": 0} == {**theirs["extensions"], "receipt": 0}
    assert PERSON not in str(told)


# A connection outlives its token: each operation asks anew whether that is good still (`Subscriptions._asking`).
@pytest.mark.parametrize("query", [NAMES, STOP], ids=["query", "mutation"])
async def test_nothing_is_answered_after_the_token_has_ended(tmp_path: Path, query: str) -> None:
    async with ticking(tmp_path) as running, socket(running.served, BANK) as client:
        await client.subscribe("before", query, variables={})
        await client.next("before")
        assert (await client.receive())["type"] == "complete"
        running.clock.ahead = 10 * 86_400
        await client.subscribe("after", query, variables={})
        assert await client.closed() == (4403, "forbidden: the token has expired")
        (entry,) = [
            each for each in await running.served.gateway.desk.ledger.entries(50) if each.code == "UNAUTHENTICATED"
        ]
        assert (entry.client, entry.outcome) == (BANK, "REFUSED")


# The client is looked up for each operation: one that was suspended meanwhile gets nothing more.
async def test_nothing_is_answered_to_a_client_that_was_suspended(tmp_path: Path) -> None:
    async with ticking(tmp_path) as running, socket(running.served, BANK) as client:
        desk = running.served.gateway.desk
        clients = {**configuration().clients, BANK: replace(configuration().clients[BANK], suspended=True)}
        changed = replace(desk, authenticator=desk.authenticator.knowing(clients))
        running.served.gateway.front.put_up(running.served.gateway.front.loaded, changed)
        await client.subscribe("late", NAMES, variables={})
        error = await client.error("late")
        assert (error["extensions"]["code"], "is suspended" in error["message"]) == ("FORBIDDEN", True)


# `extensions.headers` declare what for, and nothing else: who asks was settled by the handshake.
@pytest.mark.parametrize("name", ["Authorization", "DPoP", "Client-Cert", "X-Forwarded-For"])
async def test_an_operation_cannot_say_who_asks(place: Ticking, name: str) -> None:
    headers = {name: f"Bearer {place.served.token('auditor')}", "Credit-Purpose": "AUDIT"}
    async with socket(place.served, BANK) as client:
        await client.subscribe("sly", AUDIT, variables={}, extensions={"headers": headers})
        assert (await client.error("sly"))["extensions"]["code"] == "FORBIDDEN"
        await client.subscribe("plain", NAMES, variables={}, extensions={"headers": {name: "Bearer x"}})
        receipt = (await client.next("plain"))["extensions"]["receipt"]["id"]
        (entry,) = await place.entries(receipt)
        assert entry.client == BANK


# `limits.documents`: who may send trusted documents only may not send others over another way.
async def test_a_document_of_its_own_is_not_trusted_here_either(tmp_path: Path) -> None:
    known = configuration()
    clients = {**known.clients, BANK: replace(known.clients[BANK], limits=ClientLimits(documents="trusted"))}
    configured = replace(known, clients=clients)
    async with ticking(tmp_path, configured=configured) as strict, socket(strict.served, BANK) as client:
        await client.subscribe("own", NAMES, variables={})
        assert (await client.error("own"))["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


# `in_flight` bounds what one connection may have under way; the others go on.
async def test_a_flood_of_operations_is_held_off(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        for name in ("one", "two", "three"):
            await client.subscribe(f"op {name}")
            await place.ticker.until_begun(f"op {name}")
        take, go = place.subscriptions._take, asyncio.Event()

        async def held(*arguments: Any) -> Any:
            await go.wait()
            return await take(*arguments)

        place.subscriptions._take = held
        await client.subscribe("fourth", NAMES, variables={})
        for at in range(3):
            await client.subscribe(f"flood {at}", NAMES, variables={})
            error = (await client.error(f"flood {at}"))["extensions"]
            assert (error["code"], error["budget"], error["allowed"]) == ("RATE_LIMITED", "in flight", 4)
        place.subscriptions._take = take
        go.set()
        assert (await client.next("fourth"))["data"]["sources"]
        assert (await client.receive())["type"] == "complete"
        await client.subscribe("fifth", NAMES, variables={})
        assert (await client.next("fifth"))["data"]["sources"]
    await place.until("op")


# What is ended in the same breath in which it is begun holds nothing: neither its id nor its place.
async def test_operations_that_end_before_they_begin_leave_nothing(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        for _ in range(20):
            await client.send("subscribe", "quick", {"query": NAMES})
            await client.send("complete", "quick")
            await client.send("ping")
            kinds = [(await client.receive())["type"]]
            while kinds[-1] != "pong":
                kinds.append((await client.receive())["type"])
            assert set(kinds) <= {"pong", "next", "complete"}
        await client.subscribe("quick", NAMES, variables={})
        told = await client.receive()
        while told["type"] != "next":
            told = await client.receive()
        assert told["payload"]["data"]["sources"]


# An id that is in use is refused with the connection, whatever is under way under it.
async def test_an_id_in_use_is_not_taken_over(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        await client.subscribe("mine")
        await place.ticker.until_begun("mine")
        await client.subscribe("mine", NAMES, variables={})
        assert (await client.closed())[0] == 4409


# Before `connection_init` nobody asks anything.
@pytest.mark.parametrize("query", [NAMES, STOP], ids=["query", "mutation"])
async def test_nothing_is_answered_before_it_is_known_who_asks(place: Ticking, query: str) -> None:
    async with socket(place.served) as client:
        await client.subscribe("early", query, variables={})
        assert (await client.closed())[0] == 4401
