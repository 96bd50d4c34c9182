"""Budgets of a day: exact among replicas, kept as pseudonyms, and counted alone when the server is away."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from gateway.guard.counts import Account, Counts, member_of
from gateway.ledger import Secret, pseudonym
from gateway.shared import SCRIPTS, SharedCounts, SharedServer
from tests.servers import free_port

SECRET = Secret(b"s" * 32)
DAY = "2026-11-26"


def account(day: str = DAY, client: str = "bank") -> Account:
    return Account("subjects", client, "BANK_CREDIT", day)


async def spend(counts: Counts, mine: Account, budget: int, members: list[str], ends_in: int) -> int | None:
    """Note ``members`` as an inquiry does."""
    new = counts.new_of(mine, members)
    return await counts.spend(mine, budget, new, ends_in) if new else None


@pytest.fixture
async def replicas(valkey_url: str) -> AsyncIterator[tuple[Counts, Counts]]:
    servers = [SharedServer(valkey_url, SCRIPTS) for _ in range(2)]
    yield Counts(SharedCounts(servers[0])), Counts(SharedCounts(servers[1]))
    for server in servers:
        await server.close()


async def test_asking_again_costs_nothing_and_what_exceeds_is_not_noted() -> None:
    counts = Counts()
    assert await spend(counts, account(), 3, ["a", "b", "a"], 60) is None
    assert await spend(counts, account(), 3, ["b", "c", "d"], 60) == 2
    assert await spend(counts, account(), 3, ["b", "c"], 60) is None
    assert await spend(counts, account(), 3, ["a", "b", "c"], 60) is None
    assert await spend(counts, account(), 3, ["d"], 60) == 3


async def test_clients_purposes_kinds_and_days_have_accounts_of_their_own() -> None:
    counts = Counts()
    others = [account(client="court"), account()._replace(purpose="AUDIT"), account()._replace(counted="persons")]
    for each in [account(), *others, account("2026-11-27"), account("2026-11-28")]:
        assert await spend(counts, each, 1, ["a"], 60) is None
        assert await spend(counts, each, 1, ["b"], 60) == 1


async def test_a_request_from_before_midnight_does_not_empty_the_new_day() -> None:
    counts = Counts()
    await spend(counts, account("2026-11-27"), 1, ["a"], 60)
    await spend(counts, account("2026-11-26"), 1, ["a"], 60)
    assert await spend(counts, account("2026-11-27"), 1, ["b"], 60) == 1


async def test_two_days_are_kept_at_most() -> None:
    counts = Counts()
    for day in range(1, 9):
        await spend(counts, account(f"2026-12-0{day}"), 1, ["a"], 60)
    assert sorted(counts._days) == ["2026-12-07", "2026-12-08"]


async def test_replicas_share_one_budget(replicas: tuple[Counts, Counts]) -> None:
    here, there = replicas
    mine = account(client=uuid4().hex)
    assert await spend(here, mine, 3, ["a", "b"], 60) is None
    assert await spend(there, mine, 3, ["c", "d"], 60) == 2
    assert await spend(there, mine, 3, ["b", "c"], 60) is None
    assert await spend(here, mine, 3, ["d"], 60) == 3
    assert await spend(here, mine, 3, ["c"], 60) is None


async def test_of_many_at_once_exactly_as_many_pass_as_fit(replicas: tuple[Counts, Counts]) -> None:
    mine = account(client=uuid4().hex)
    told: list[int | None] = []
    for at in range(10):  # one of each at the same moment
        told += await asyncio.gather(*(spend(each, mine, 7, [f"{at} {id(each)}"], 60) for each in replicas))
    assert (told.count(None), told.count(7)) == (7, 13)


async def test_the_shared_set_expires_after_the_day_and_holds_pseudonyms(
    valkey_url: str, replicas: tuple[Counts, Counts]
) -> None:
    mine = account(client=uuid4().hex)
    member = member_of(SECRET, DAY, "USCC", "91230881TJ0000019A")
    await spend(replicas[0], mine, 3, [member], 120)
    redis = Redis.from_url(valkey_url, decode_responses=True)
    key = f"credit:asked:subjects:{mine.client}:BANK_CREDIT:{DAY}"
    members, expires = await redis.smembers(key), await redis.ttl(key)
    await redis.aclose()
    assert members == {member}
    assert 3_600 < expires <= 3_720


async def test_while_the_server_is_away_each_counts_what_it_admitted(
    valkey_url: str, replicas: tuple[Counts, Counts]
) -> None:
    away = SharedServer(f"redis://127.0.0.1:{free_port()}", SCRIPTS)
    counts = replicas[0]
    mine = account(client=uuid4().hex)
    assert await spend(counts, mine, 3, ["a", "b"], 60) is None
    counts._shared = SharedCounts(away)
    assert await spend(counts, mine, 3, ["b", "c"], 60) is None
    assert await spend(counts, mine, 3, ["d"], 60) == 3
    await away.close()


def test_a_member_is_another_each_day_and_no_pseudonym_of_the_ledger() -> None:
    code = "91230881TJ0000019A"
    members = {member_of(SECRET, day, scheme, code) for day in (DAY, "2026-11-27") for scheme in ("USCC", "TAX_NO")}
    assert len(members) == 4
    assert all(len(each) == 24 for each in members)
    assert not [each for each in members if each in pseudonym(SECRET, "USCC", code)]


requests = st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=6), max_size=12)


@settings(max_examples=80, deadline=None)
@given(budget=st.integers(1, 8), asked=requests)
def test_an_account_never_holds_more_than_its_budget_and_forgets_nobody(budget: int, asked: list[list[str]]) -> None:
    async def play() -> None:
        counts, admitted = Counts(), set[str]()
        for members in asked:
            told = await spend(counts, account(), budget, members, 60)
            fits = len(admitted | set(members)) <= budget
            assert (told is None) == fits
            if told is None:
                admitted |= set(members)
            else:
                assert told == len(admitted) <= budget

    asyncio.run(play())
