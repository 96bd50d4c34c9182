"""Attacks on subscriptions: strangers, floods, broken messages, and what is another's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec import structs
from websockets.exceptions import InvalidStatus

from gateway.shared import REDIS_URL_ENV
from tests.end_to_end.served import configuration
from tests.end_to_end.subscribing import events, socket
from tests.end_to_end.ticking import ROOMY, Ticking, ticking

BANK = "bank"
DEEP = "[" * 5_000 + "]" * 5_000
FIELD = "watchSubjects(keys: [], sections: []) { at }"
SUBSCRIBE = '{"type":"subscribe","id":"1","payload":%s}'


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ticking]:
    async with ticking(tmp_path_factory.mktemp("attacked")) as running:
        yield running


# `read_message` takes what the protocol knows and nothing else; the sizes are those of `limits.subscriptions`.
@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", 4400),
        ("null", 4400),
        ("[]", 4400),
        ("{", 4400),
        ('{"type":1}', 4400),
        ('{"type":"connection_ack"}', 4400),
        ('{"type":"next","id":"1","payload":{}}', 4400),
        ('{"type":"subscribe","payload":{"query":"{ __typename }"}}', 4400),
        ('{"type":"subscribe","id":"","payload":{"query":"{ __typename }"}}', 4400),
        ('{"type":"subscribe","id":"%s","payload":{"query":"{ __typename }"}}' % ("9" * 129), 4400),
        ('{"type":"subscribe","id":1,"payload":{"query":"{ __typename }"}}', 4400),
        (SUBSCRIBE % "null", 4400),
        (SUBSCRIBE % "[]", 4400),
        (SUBSCRIBE % '{"query":1}', 4400),
        (SUBSCRIBE % '{"query":"{ __typename }","variables":[]}', 4400),
        (SUBSCRIBE % ('{"query":"{ __typename }","variables":{"a":%s}}' % ("[" * 400 + "]" * 400)), 4400),
        ('{"type":"complete"}', 4400),
        (b'{"type":"ping"}', 4400),
        ('{"type":"ping","payload":"%s"}' % ("x" * 5_000), 1009),
        ('{"type":"ping","payload":"%s"}' % ("信" * 2_000), 1009),
        ("x" * ((1 << 20) + 1), 1009),
        (DEEP, 1009),
    ],
    ids=[
        *("empty", "null", "list", "half", "type of a number", "the server's ack", "the server's next", "no id"),
        *("empty id", "long id", "id of a number", "no payload", "payload is a list", "query of a number"),
        *("variables are a list", "nested deep", "complete nothing", "binary", "over the limit", "over it in bytes"),
        *("over what a frame may have", "deep and over the limit"),
    ],
)
async def test_a_message_that_is_none_closes_the_connection(place: Ticking, message: str | bytes, code: int) -> None:
    async with socket(place.served, BANK) as client:
        await client.connection.send(message)
        assert (await client.closed())[0] == code
    async with socket(place.served, BANK) as client:
        await client.send("ping")
        assert await client.receive() == {"type": "pong"}, "everybody else is served"


# The protocol of `websockets` refuses frames; ours only bounds them.
@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x80\0\0\0\0", 4400),
        (b"\x81\x85\0\0\0\0\xff\xff\xff\xff\xff", 1007),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x81\x02{}", 1002),
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009),
        (b"\x89\xfe\x00\x80" + b"\0" * 132, 1002),
    ],
    ids=[
        *("an empty text", "no UTF-8", "compressed unasked", "unknown opcode", "not masked", "a length of exabytes"),
        "a long ping",
    ],
)
async def test_a_frame_that_is_none_closes_the_connection(place: Ticking, frame: bytes, code: int) -> None:
    async with socket(place.served, BANK) as client:
        client.connection.transport.write(frame)
        assert (await client.closed())[0] == code


# `SAYABLE`: of a payload nothing else counts, least of all the certificate that only a proxy may vouch for.
async def test_a_payload_says_nothing_but_what_a_client_may_say(place: Ticking) -> None:
    async with socket(place.served) as client:
        said = {"Authorization": f"Bearer {place.served.token(BANK)}", "Client-Cert": ":AA==:", "Host": "x", "x": [1]}
        await client.init(said)


# A subscription is found in the connection that opened it: an id of another connection is nobody's.
async def test_a_subscription_of_another_connection_is_not_ended(place: Ticking) -> None:
    async with socket(place.served, BANK) as mine, socket(place.served, "portal") as other:
        await mine.subscribe("mine")
        await place.ticker.until_begun("mine")
        await other.send("complete", "mine")
        await other.send("ping")
        await other.receive()
        place.ticker.tell("mine")
        await mine.next("mine")
        assert "mine" not in place.ticker.closed


# `per_client` counts over all connections and both ways, for each client alone.
async def test_a_flood_of_subscriptions_is_held_off_for_its_client_alone(place: Ticking) -> None:
    async with (
        socket(place.served, BANK) as one,
        socket(place.served, BANK) as two,
        socket(place.served, "portal") as p,
    ):
        for client, name in ((one, "flood 1"), (one, "flood 2"), (two, "flood 3")):
            await client.subscribe(name)
            await place.ticker.until_begun(name)
        await two.subscribe("flood 4")
        assert (await two.error("flood 4"))["extensions"]["code"] == "RATE_LIMITED"
        async with events(place.served, BANK) as stream:
            assert stream.response.status == 429
        await p.subscribe("flood 5")
        place.ticker.tell("flood 5")
        await p.next("flood 5")
        await one.send("complete", "flood 1")
        await place.ticker.until_closed("flood 1")
        async with asyncio.timeout(30):
            while place.subscriptions.places.held[BANK] > 2:
                await asyncio.sleep(0.005)
        await two.subscribe("flood 6")
        place.ticker.tell("flood 6")
        await two.next("flood 6")
    await place.until("flood")
    assert not place.subscriptions.places.held, "nothing is remembered of those that ended"


# `per_client` counts over all replicas that share a server: a flood cannot be spread.
async def test_a_flood_cannot_be_spread_over_replicas(
    tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.shared.server._TIMEOUT_SECONDS", 30.0)
    client, shared = "customs", {REDIS_URL_ENV: valkey_url}
    async with (
        ticking(tmp_path / "one", more=shared) as one,
        ticking(tmp_path / "two", more=shared) as two,
        socket(one.served, client) as here,
        socket(two.served, client) as there,
    ):
        for at, (place_, connected) in enumerate([(one, here), (two, there), (one, here)]):
            await connected.subscribe(f"spread {at}")
            await place_.ticker.until_begun(f"spread {at}")
        for connected in (here, there):
            await connected.subscribe("one too many")
            assert (await connected.error("one too many"))["extensions"]["allowed"] == ROOMY.per_client
        await here.send("complete", "spread 0")
        await one.ticker.until_closed("spread 0")
        async with asyncio.timeout(30):
            while one.subscriptions.places.held[client] > 1:
                await asyncio.sleep(0.005)
        await one.subscriptions.places.settled()
        await there.subscribe("in its place")
        await two.ticker.until_begun("in its place")


# `connections` bounds what is open before anybody has said who it is.
async def test_a_flood_of_connections_is_held_off(tmp_path: Path) -> None:
    async with ticking(tmp_path, structs.replace(ROOMY, connections=2)) as few:
        async with socket(few.served), socket(few.served):
            with pytest.raises(InvalidStatus) as refused:
                async with socket(few.served):
                    pass
            assert refused.value.response.status_code == 503
            async with events(few.served, BANK) as stream:
                assert stream.response.status == 503
            assert (await few.served.ask(BANK, "{ __typename }")).status == 200, "queries are not their matter"
        await few.until("closed")
        async with socket(few.served, BANK):
            pass


# The queue: what a client does not take is not made without end, and its connection is closed.
async def test_a_client_that_does_not_read_is_closed_and_its_stream_with_it(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        client.connection.transport.pause_reading()
        await client.subscribe("flood")
        await place.ticker.until_closed("flood")
        made = place.ticker.made
        assert made < 30_000, "what fits into buffers, not more"
        client.connection.transport.resume_reading()
        assert (await client.closed())[0] in {4413, 1006}, "1006 where the close frame did not fit any more"
        await place.until("flood")
        assert place.ticker.made == made


# A browser says from which page; only those of `cors` may connect, whatever token the page got hold of.
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"], ids=["evil", "null", "local"])
async def test_a_web_page_of_another_origin_does_not_connect(place: Ticking, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(place.served, origin=origin):
            pass
    assert refused.value.response.status_code == 403


# An event stream tells one subscription and nothing else; over WebSocket see `test_operations`.
@pytest.mark.parametrize(
    "query",
    [
        "{ sources { name } }",
        "{ __schema { types { name } } }",
        'mutation { stopWatch(input: {id: "x"}) { id } }',
        "subscription { __typename }",
        f"subscription {{ a: {FIELD} b: {FIELD} }}",
        f"subscription {{ ...f ...g }} fragment f on Subscription {{ a: {FIELD} }} "
        f"fragment g on Subscription {{ b: {FIELD} }}",
    ],
    ids=["query", "introspection", "mutation", "typename", "two fields", "two by fragments"],
)
async def test_only_one_stream_is_taken(place: Ticking, query: str) -> None:
    async with events(place.served, BANK, query, variables={}) as stream:
        assert orjson.loads(await stream.response.read())["errors"][0]["extensions"]["code"] == "BAD_QUERY"
    if query.startswith("subscription"):
        async with socket(place.served, BANK) as client:
            await client.subscribe("sly", query, variables={})
            assert (await client.error("sly"))["extensions"]["code"] == "BAD_QUERY"


async def test_many_inits_without_a_token_are_held_off_by_address(tmp_path: Path) -> None:
    known = configuration()
    http = structs.replace(known.settings.http, max_failures=2)
    configured = replace(known, settings=structs.replace(known.settings, http=http))
    async with ticking(tmp_path, configured=configured) as strict:
        for _ in range(2):
            async with socket(strict.served) as client:
                await client.send("connection_init")
                assert (await client.closed())[0] == 4401
        with pytest.raises(InvalidStatus) as refused:
            async with socket(strict.served):
                pass
        assert refused.value.response.status_code == 429
        token: Any = {"Authorization": f"Bearer {strict.served.token(BANK)}"}
        async with socket(strict.served, additional_headers=token) as client:
            await client.init()


async def test_a_line_break_in_an_event_makes_no_event_of_its_own(place: Ticking) -> None:
    async with events(place.served, BANK, variables={"keys": [{"value": "split"}]}) as stream:
        place.ticker.tell("split", "a\n\nevent: complete\ndata:\r\n\r\n")
        name, told = await stream.next()
        assert (name, told["data"]["watchSubjects"]["at"]) == ("next", "a\n\nevent: complete\ndata:\r\n\r\n")
        place.ticker.of("split").put_nowait(None)
        assert (await stream.next())[0] == "complete"
