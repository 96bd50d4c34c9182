"""Budgets of clients: what fits, what the headers say, exact among replicas, alone when the server is away."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from gateway.errors import RateLimited
from gateway.limits.budgets import AGAIN_AFTER_SECONDS, Budgets, OwnCounts, whole_seconds
from gateway.limits.spec import AS_SET, ClientDefaults, ClientLimits
from gateway.limits.strangers import CAPACITY, Strangers
from gateway.shared import SCRIPTS, SharedBudgets, SharedServer
from tests.servers import free_port

POLICY = re.compile(r'"requests";q=[0-9]+;w=[0-9]+, "cost";q=[0-9]+;w=[0-9]+')
STATE = re.compile(r'"requests";r=[0-9]+;t=[0-9]+, "cost";r=[0-9]+;t=[0-9]+')


@dataclass(frozen=True)
class Registered:
    limits: ClientLimits = AS_SET


@dataclass
class Clock:
    """A clock that tests move."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Away:
    """A shared server that does not answer; counts how often it was asked."""

    asked: list[str] = field(default_factory=list)

    async def take(self, client: str, *_: object) -> None:
        self.asked.append(client)


CLIENTS = {"portal": Registered(), "bank": Registered(ClientLimits(requests=2, cost=10))}
DEFAULTS = ClientDefaults(requests=3, cost=100, window_seconds=60)


async def allowed(budgets: Budgets, client: str, cost: int = 0) -> bool:
    """Make one request that costs so much; tell whether it was allowed."""
    account = budgets.account(client)
    try:
        await account.request()
        await account.pay(cost)
    except RateLimited:
        return False
    finally:
        assert POLICY.fullmatch(account.headers["RateLimit-Policy"])
        assert STATE.fullmatch(account.headers["RateLimit"])
    return True


async def test_requests_are_counted_per_client_and_window() -> None:
    clock = Clock()
    budgets = Budgets(CLIENTS, DEFAULTS, clock=clock)
    assert [await allowed(budgets, "portal") for _ in range(5)] == [True, True, True, False, False]
    assert [await allowed(budgets, "bank") for _ in range(3)] == [True, True, False]
    clock.now += 59.9
    assert not await allowed(budgets, "portal")
    clock.now += 0.1
    assert await allowed(budgets, "portal")


async def test_the_headers_tell_what_is_left_and_when_it_is_full_again() -> None:
    clock = Clock()
    account = Budgets(CLIENTS, DEFAULTS, clock=clock).account("portal")
    await account.request()
    assert account.headers == {
        "RateLimit-Policy": '"requests";q=3;w=60, "cost";q=100;w=60',
        "RateLimit": '"requests";r=2;t=60, "cost";r=100;t=60',
    }
    clock.now += 12.5
    await account.pay(40)
    assert account.headers["RateLimit"] == '"requests";r=2;t=48, "cost";r=60;t=48'


async def test_a_refusal_says_which_budget_and_when_to_come_back() -> None:
    clock = Clock()
    budgets = Budgets(CLIENTS, DEFAULTS, clock=clock)
    assert await allowed(budgets, "bank", cost=8)
    account = budgets.account("bank")
    await account.request()
    clock.now += 20.2
    with pytest.raises(RateLimited) as raised:
        await account.pay(3)
    assert raised.value.extensions == {"budget": "cost", "allowed": 10, "retryAfterSeconds": 40}
    assert raised.value.headers == {"Retry-After": "40"}
    assert account.headers["RateLimit"] == '"requests";r=0;t=40, "cost";r=2;t=40'
    await account.pay(2)
    with pytest.raises(RateLimited) as raised:
        await account.request()
    assert raised.value.extensions["budget"] == "requests"


async def test_what_costs_nothing_is_not_counted_again() -> None:
    away = Away()
    budgets = Budgets(CLIENTS, DEFAULTS, shared=away, clock=Clock())
    account = budgets.account("portal")
    await account.pay(0)
    assert away.asked == []


@given(
    st.lists(
        st.tuples(st.floats(0, 30), st.integers(0, 1), st.integers(0, 12)), max_size=40
    )
)  # fmt: skip
def test_no_window_holds_more_than_its_budgets(asked: list[tuple[float, int, int]]) -> None:
    counts, now = OwnCounts(), 0.0
    opened, requests, cost = None, 0, 0
    for wait, request, price in asked:
        now += wait
        if opened is None or now >= opened + 60:
            opened, requests, cost = None, 0, 0
        counted = counts.take("c", (request, price), (5, 20), 60, now)
        fits = requests + request <= 5 and cost + price <= 20
        assert counted.fits == fits
        if fits:
            opened = now if opened is None else opened
            requests, cost = requests + request, cost + price
        assert counted[1:3] == (requests, cost)


@given(st.floats(0.0, 1e6))
def test_who_waits_as_told_never_comes_too_early(seconds: float) -> None:
    assert seconds <= whole_seconds(seconds) <= max(seconds + 1, 1)


@pytest.fixture
async def replicas(valkey_url: str) -> AsyncIterator[list[SharedBudgets]]:
    servers = [SharedServer(valkey_url, SCRIPTS) for _ in range(3)]
    yield [SharedBudgets(server) for server in servers]
    for server in servers:
        await server.close()


async def test_replicas_count_together_and_exactly(replicas: list[SharedBudgets]) -> None:
    name = uuid4().hex
    clients = {name: Registered(ClientLimits(requests=50, cost=120))}
    budgets = [Budgets(clients, DEFAULTS, shared=counts) for counts in replicas]
    told = [each for _ in range(30) for each in await asyncio.gather(*(allowed(one, name, cost=3) for one in budgets))]
    assert sum(told) == 40, "what fits the budget of cost, of the fifty requests that were counted"
    counted = await replicas[0].take(name, (0, 0), (50, 120), 60)
    assert counted is not None
    assert counted[1:3] == (50, 120)


async def test_the_servers_clock_ends_the_window(replicas: list[SharedBudgets], valkey_url: str) -> None:
    name, quotas = uuid4().hex, (1, 10)
    assert await replicas[0].take(name, (1, 4), quotas, 60) == (True, 1, 4, 60.0)
    refused = await replicas[1].take(name, (1, 0), quotas, 60)
    assert refused is not None
    assert refused[:3] == (False, 1, 4)
    redis = Redis.from_url(valkey_url)
    await redis.pexpire(f"credit:budget:{name}", 1)
    while await redis.exists(f"credit:budget:{name}"):
        await asyncio.sleep(0)
    await redis.aclose()
    assert await replicas[1].take(name, (1, 0), quotas, 60) == (True, 1, 0, 60.0)


async def test_a_refusal_opens_no_window_and_leaves_no_key(replicas: list[SharedBudgets], valkey_url: str) -> None:
    name = uuid4().hex
    assert await replicas[0].take(name, (0, 11), (1, 10), 60) == (False, 0, 0, 60.0)
    redis = Redis.from_url(valkey_url)
    assert not await redis.exists(f"credit:budget:{name}")
    await redis.aclose()


async def test_nothing_but_a_name_and_two_counts_is_stored(replicas: list[SharedBudgets], valkey_url: str) -> None:
    name = uuid4().hex
    await replicas[0].take(name, (1, 7), (10, 10), 60)
    redis = Redis.from_url(valkey_url, decode_responses=True)
    keys = [key async for key in redis.scan_iter(f"*{name}*")]
    stored, expires = await redis.hgetall(keys[0]), await redis.pttl(keys[0])
    await redis.aclose()
    assert keys == [f"credit:budget:{name}"]
    assert stored == {"requests": "1", "cost": "7"}
    assert 0 < expires <= 60_000


async def test_when_the_server_is_away_each_replica_counts_alone() -> None:
    server = SharedServer(f"redis://127.0.0.1:{free_port()}", SCRIPTS)
    budgets = Budgets(CLIENTS, DEFAULTS, shared=SharedBudgets(server))
    assert [await allowed(budgets, "portal") for _ in range(4)] == [True, True, True, False]
    await server.close()


async def test_a_server_that_is_away_is_not_asked_by_every_request() -> None:
    away, clock = Away(), Clock()
    budgets = Budgets(CLIENTS, DEFAULTS, shared=away, clock=clock)
    await asyncio.gather(*(allowed(budgets, "portal", cost=1) for _ in range(3)))
    asked = len(away.asked)
    await allowed(budgets, "bank", cost=1)
    assert len(away.asked) == asked
    clock.now += AGAIN_AFTER_SECONDS
    await allowed(budgets, "bank")
    assert len(away.asked) == asked + 1


def failures(strangers: Strangers, address: str, times: int, now: float = 0.0) -> list[bool]:
    return [strangers.failed(address, now) is not None for _ in range(times)]


def test_failures_of_an_address_are_told_so_often_and_then_refused() -> None:
    strangers = Strangers(max_failures=2, window_seconds=10)
    assert failures(strangers, "192.0.2.1", 4) == [False, False, True, True]
    assert failures(strangers, "192.0.2.2", 1) == [False]
    refusal = strangers.refusal("192.0.2.1", 3.5)
    assert refusal is not None
    assert (refusal.headers, refusal.extensions) == ({"Retry-After": "7"}, {})
    assert strangers.refusal("192.0.2.2", 3.5) is None
    assert strangers.refusal("192.0.2.1", 10.0) is None
    assert failures(strangers, "192.0.2.1", 1, now=10.0) == [False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("not an address", "", True),
    ],
)
def test_an_ipv6_network_is_one_stranger(one: str, other: str, same: bool) -> None:
    strangers = Strangers(max_failures=1, window_seconds=10)
    strangers.failed(one, 0.0)
    assert (strangers.refusal(other, 1.0) is not None) is same


def test_no_more_addresses_are_remembered_than_there_is_room_for() -> None:
    strangers = Strangers(max_failures=1, window_seconds=10)
    for number in range(CAPACITY + 100):
        strangers.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0)
    assert strangers.remembered == CAPACITY
