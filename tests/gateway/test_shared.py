"""The pace that replicas share: one promise to the department, however many ask; none of them stops without Redis."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from connectors.base import Answer, Batch
from connectors.errors import ConfigError, SourceTimedOut
from connectors.gate import Gate
from connectors.spec import SourceSpec
from gateway.shared import SCRIPTS, SharedPaces, SharedServer
from tests.gateway.world import configuration
from tests.servers import free_port

BATCH = Batch("TaxCreditRating", "TAX_NO", ("91230881TJ0000019A",), ("level",))


class Silent:
    """A connector that answers nothing, at once; counts."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec
        self.calls = 0

    async def fetch(self, batch: Batch) -> Answer:
        self.calls += 1
        return Answer({}, "2026-11-01T00:00:00Z", "0" * 64)

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return


@pytest.fixture
async def paces(valkey_url: str) -> AsyncIterator[SharedPaces]:
    server = SharedServer(valkey_url, SCRIPTS)
    yield SharedPaces(server)
    await server.close()


def spec(calls_per_second: float) -> SourceSpec:
    known = configuration().catalogue.sources["tax_credit"]
    return replace(known, name=f"tax_{uuid4().hex}", calls_per_second=calls_per_second, timeout_seconds=60.0)


async def test_places_are_one_interval_apart_whoever_takes_them(valkey_url: str, paces: SharedPaces) -> None:
    server = SharedServer(valkey_url, SCRIPTS)
    other = SharedPaces(server)
    name = uuid4().hex
    waits = [await each.reserve(name, 10.0, 1000.0) for each in (paces, other, paces, other)]
    await server.close()
    assert [round(wait or 0.0, -1) for wait in waits] == [0, 10, 20, 30]


async def test_who_cannot_wait_takes_no_place(paces: SharedPaces) -> None:
    name = uuid4().hex
    assert await paces.reserve(name, 10.0, 0.0) == 0.0
    assert await paces.reserve(name, 10.0, 5.0) is None
    assert await paces.reserve(name, 10.0, 5.0) is None
    wait = await paces.reserve(name, 10.0, 15.0)
    assert wait is not None
    assert 5.0 < wait <= 10.0


async def test_a_gate_asks_no_more_than_all_replicas_may(paces: SharedPaces) -> None:
    source = spec(0.1)
    here, there = Silent(source), Silent(source)
    gates = [Gate(source, each, shared=paces.of(source.name, 0.1)) for each in (here, there)]
    await gates[0].fetch(BATCH, 5.0)
    with pytest.raises(SourceTimedOut, match="rate limit"):
        await gates[1].fetch(BATCH, 5.0)
    assert (here.calls, there.calls) == (1, 0)


async def test_without_the_server_each_replica_keeps_the_pace_alone(caplog: pytest.LogCaptureFixture) -> None:
    server = SharedServer(f"redis://127.0.0.1:{free_port()}", SCRIPTS)
    away = SharedPaces(server)
    source = spec(1000.0)
    connector = Silent(source)
    gate = Gate(source, connector, shared=away.of(source.name, 1000.0))
    with caplog.at_level(logging.WARNING, "gateway.shared"):
        await asyncio.gather(*(gate.fetch(BATCH, 30.0) for _ in range(3)))
    await server.close()
    assert connector.calls == 3
    assert [record.getMessage().split(" (")[0] for record in caplog.records] == ["the shared server is away"]


async def test_nothing_but_names_and_times_is_stored(valkey_url: str, paces: SharedPaces) -> None:
    source = spec(100.0)
    await Gate(source, Silent(source), shared=paces.of(source.name, 100.0)).fetch(BATCH, 5.0)
    redis = Redis.from_url(valkey_url, decode_responses=True)
    key = f"credit:pace:{source.name}"
    value, expires = await redis.get(key), await redis.pttl(key)
    await redis.aclose()
    assert value is not None
    assert value.isdigit()
    assert 0 < expires <= 1100


@pytest.mark.parametrize("url", ["", "localhost", "http://localhost:6379", "redis://host:notaport"])
def test_what_is_no_url_is_told_without_quoting_it(url: str) -> None:
    with pytest.raises(
        ConfigError, match=r"^environment: CREDIT_REDIS_URL: holds no URL of the form redis://host:port"
    ):
        SharedServer(url, SCRIPTS)
