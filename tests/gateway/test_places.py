"""Places that clients hold at once: counted by one replica, by several together, and what comes of those that die."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from gateway.limits.places import Full, Places
from gateway.shared import SCRIPTS, SharedPlaces, SharedServer
from tests.servers import free_port


@pytest.fixture
def kind() -> str:
    """A kind of place of this test alone."""
    return uuid4().hex


@pytest.fixture
async def server(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SharedServer]:
    monkeypatch.setattr("gateway.shared.server._TIMEOUT_SECONDS", 30.0)  # a busy machine is not a server that is away
    found = SharedServer(valkey_url, SCRIPTS)
    yield found
    await found.close()


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    found = Redis.from_url(valkey_url, decode_responses=True)
    yield found
    await found.aclose()


async def fits(places: Places, client: str, amount: int, most: int) -> bool:
    try:
        async with places.hold(client, amount, most):
            return True
    except Full:
        return False


async def test_a_client_holds_as_much_as_it_may_and_no_more() -> None:
    places = Places()
    async with places.hold("bank", 2, 3):
        with pytest.raises(Full) as full:
            async with places.hold("bank", 2, 3):
                pass
        assert (full.value.held, full.value.most) == (2, 3)
        assert await fits(places, "portal", 3, 3), "each client for itself"
        async with places.hold("bank", 1, 3):
            assert places.held == {"bank": 3}
    assert not places.held, "nothing is remembered of who holds nothing"
    assert await fits(places, "bank", 3, 3)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4), st.booleans()), max_size=20))
async def test_what_is_held_is_never_more_than_may_be(steps: list[tuple[str, int, bool]]) -> None:
    places, most = Places(), 6
    held: dict[str, list[tuple[AsyncExitStack, int]]] = {"a": [], "b": []}
    for client, amount, taking in steps:
        if not taking and held[client]:
            stack, _ = held[client].pop(0)
            await stack.aclose()
        elif taking:
            stack, before = AsyncExitStack(), sum(each for _, each in held[client])
            try:
                await stack.enter_async_context(places.hold(client, amount, most))
            except Full:
                assert before + amount > most
            else:
                assert before + amount <= most
                held[client].append((stack, amount))
        assert {name: count for name, count in places.held.items() if count} == {
            name: sum(each for _, each in found) for name, found in held.items() if found
        }


async def test_replicas_count_together(server: SharedServer, kind: str) -> None:
    one, two = (Places(SharedPlaces(server, kind)) for _ in range(2))
    async with one.hold("bank", 2, 3):
        with pytest.raises(Full) as full:
            async with two.hold("bank", 2, 3):
                pass
        assert full.value.held == 2
        assert not two.held
        assert await fits(two, "bank", 1, 3)
        assert await fits(Places(SharedPlaces(server, f"{kind} other")), "bank", 3, 3), "each kind for itself"
    await one.close()
    assert await fits(two, "bank", 3, 3)
    await two.close()


async def test_of_many_at_once_only_as_many_get_a_place_as_there_are(server: SharedServer, kind: str) -> None:
    replicas = [Places(SharedPlaces(server, kind)) for _ in range(4)]
    async with AsyncExitStack() as stack:
        asked = (stack.enter_async_context(replicas[at % 4].hold("bank", 1, 5)) for at in range(20))
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in found if each is not None] == [Full] * 15
    for each in replicas:
        await each.close()


async def test_what_a_killed_replica_held_lapses(server: SharedServer, kind: str) -> None:
    gone = SharedPlaces(server, kind)
    assert await gone.hold("bank", "killed", 3, 3, 0.001) == (True, 3)
    async with asyncio.timeout(30):
        while not await fits(Places(gone), "bank", 3, 3):
            await asyncio.sleep(0.001)


async def test_what_is_held_is_told_again_when_the_server_forgot_it(
    server: SharedServer, redis: Redis, kind: str
) -> None:
    one = Places(SharedPlaces(server, kind), renewed_seconds=0.001)
    key = f"credit:held:{kind}:bank"
    async with one.hold("bank", 2, 3):
        await redis.delete(key)
        async with asyncio.timeout(30):
            while not await redis.exists(key):
                await asyncio.sleep(0.001)
        assert not await fits(Places(SharedPlaces(server, kind)), "bank", 2, 3)
        (member,) = await redis.zrange(key, 0, -1)
        assert str(member).endswith(":2")
        assert 0 < await redis.pttl(key) <= 60_000
    await one.close()
    assert not await redis.exists(key), "what was let go of is not held again"


async def test_without_the_server_each_replica_counts_alone(caplog: pytest.LogCaptureFixture) -> None:
    away = SharedServer(f"redis://127.0.0.1:{free_port()}", SCRIPTS)
    one, two = (Places(SharedPlaces(away, "x")) for _ in range(2))
    with caplog.at_level(logging.WARNING, "gateway.shared"):
        async with one.hold("bank", 3, 3):
            assert not await fits(one, "bank", 1, 3)
            assert await fits(two, "bank", 3, 3)
    await one.close()
    await two.close()
    await away.close()
    assert [record.getMessage().split(" (")[0] for record in caplog.records] == ["the shared server is away"]


async def test_a_place_is_let_go_of_by_whoever_is_cancelled(server: SharedServer, kind: str) -> None:
    places, begun = Places(SharedPlaces(server, kind)), asyncio.Event()

    async def holding() -> None:
        async with places.hold("bank", 3, 3):
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(holding())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await places.close()
    assert not places.held
    assert await fits(Places(SharedPlaces(server, kind)), "bank", 3, 3)
