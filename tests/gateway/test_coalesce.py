"""Group commit for reads: who shares a call with whom, and what happens to sharers when it fails (invariant 9)."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.base import Answer, Batch, Row
from connectors.errors import SourceTimedOut, SourceUnavailable
from connectors.gate import Gate
from connectors.spec import SourceSpec
from gateway.coalesce import BULK, IN_FLIGHT, Coalescer
from tests.gateway.world import configuration

FIELDS = ("decision_no",)


@dataclass
class Held:
    """A connector that answers when it is let go; fails for keys named `bad`."""

    spec: SourceSpec
    batches: list[Batch] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, batch: Batch) -> Answer:
        self.batches.append(batch)
        await self.gate.wait()
        if any(key.startswith("bad") for key in batch.keys):
            raise SourceUnavailable("a key spoiled it")
        return Answer({key: [Row((key,), key)] for key in batch.keys}, "2026-11-01T00:00:00Z", "0" * 64)

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return


def held() -> tuple[Held, Coalescer]:
    spec = configuration().catalogue.sources["environment_penalties"]
    connector = Held(spec)
    return connector, Coalescer(Gate(spec, connector))


def batch(*keys: str, fields: tuple[str, ...] = FIELDS) -> Batch:
    return Batch("AdministrativePenalty", "USCC", keys, fields)


async def ask(source: Coalescer, *keys: str, fingerprint: str = "x", seconds: float = 5.0) -> Answer:
    return await source.fetch(batch(*keys), fingerprint, seconds)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_lone_request_goes_at_once() -> None:
    connector, source = held()
    connector.gate.set()
    answer = await ask(source, "a")
    assert answer.rows["a"][0].values == ("a",)
    assert [each.keys for each in connector.batches] == [("a",)]


async def test_those_who_come_while_calls_are_in_flight_share_the_next() -> None:
    connector, source = held()
    tasks = [asyncio.create_task(ask(source, f"k{n}")) for n in range(12)]
    await settle()
    assert len(connector.batches) == IN_FLIGHT
    connector.gate.set()
    answers = await asyncio.gather(*tasks)
    for number, answer in enumerate(answers):
        assert answer.rows[f"k{number}"][0].values == (f"k{number}",)
    assert len(connector.batches) == IN_FLIGHT + 1
    assert len(connector.batches[-1].keys) == 12 - IN_FLIGHT


async def test_a_shared_call_keeps_to_the_batch_size() -> None:
    connector, source = held()
    tasks = [asyncio.create_task(ask(source, f"k{n}")) for n in range(70)]
    await settle()
    connector.gate.set()
    await asyncio.gather(*tasks)
    assert max(len(each.keys) for each in connector.batches) <= source.gate.spec.batch_size


async def test_different_rights_never_share() -> None:
    """Invariant 9: not even when they ask for the same keys at the same time."""
    connector, source = held()
    tasks = [asyncio.create_task(ask(source, f"k{n}", fingerprint=f"rights {n % 2}")) for n in range(20)]
    await settle()
    connector.gate.set()
    await asyncio.gather(*tasks)
    for each in connector.batches:
        assert len({int(key[1:]) % 2 for key in each.keys}) == 1


async def test_different_columns_never_share() -> None:
    connector, source = held()
    tasks = [
        asyncio.create_task(source.fetch(batch(f"k{n}", fields=("decision_no",) if n % 2 else ("facts",)), "x", 5.0))
        for n in range(10)
    ]
    await settle()
    connector.gate.set()
    await asyncio.gather(*tasks)
    for each in connector.batches:
        assert len({int(key[1:]) % 2 for key in each.keys}) == 1


async def test_what_one_department_decided_never_shares_with_all_records() -> None:
    connector, source = held()
    whose = (None, "court", None, "court", "taxation")
    asked = [replace(batch(f"key {at}"), decided_by=department) for at, department in enumerate((None, "court") * 2)]
    asked += [replace(batch(f"key {at}"), decided_by=department) for at, department in enumerate(whose, 4)]
    tasks = [asyncio.create_task(source.fetch(each, "x", 5.0)) for each in asked]
    await settle()
    connector.gate.set()
    await asyncio.gather(*tasks)
    sent = {key: each.decided_by for each in connector.batches for key in each.keys}
    assert sent == {each.keys[0]: each.decided_by for each in asked}


async def test_one_that_spoils_a_shared_call_spoils_its_own_only() -> None:
    connector, source = held()
    first = [asyncio.create_task(ask(source, f"first{n}")) for n in range(IN_FLIGHT)]
    await settle()
    good, bad = asyncio.create_task(ask(source, "good")), asyncio.create_task(ask(source, "bad"))
    await settle()
    connector.gate.set()
    assert (await good).rows["good"]
    with pytest.raises(SourceUnavailable):
        await bad
    await asyncio.gather(*first)


async def test_a_waiter_keeps_its_own_deadline() -> None:
    connector, source = held()
    first = [asyncio.create_task(ask(source, f"first{n}")) for n in range(IN_FLIGHT)]
    await settle()
    patient = asyncio.create_task(ask(source, "patient"))
    with pytest.raises(SourceTimedOut):
        await ask(source, "hasty", seconds=0.01)
    connector.gate.set()
    assert (await patient).rows["patient"]
    await asyncio.gather(*first)


async def test_a_waiter_that_leaves_takes_nobody_along() -> None:
    connector, source = held()
    first = [asyncio.create_task(ask(source, f"first{n}")) for n in range(IN_FLIGHT)]
    await settle()
    leaving, staying = asyncio.create_task(ask(source, "leaving")), asyncio.create_task(ask(source, "staying"))
    await settle()
    leaving.cancel()
    connector.gate.set()
    assert (await staying).rows["staying"]
    assert all("leaving" not in each.keys for each in connector.batches)
    await asyncio.gather(*first)


async def test_bulk_goes_alone() -> None:
    spec = configuration().catalogue.sources["double_publicity"]
    connector = Held(spec)
    source = Coalescer(Gate(spec, connector))
    connector.gate.set()
    keys = [f"k{n}" for n in range(BULK + 1)]
    await asyncio.gather(ask(source, *keys), ask(source, *keys))
    assert [len(each.keys) for each in connector.batches] == [BULK + 1] * 2


@settings(max_examples=60, deadline=None)
@given(
    groups=st.lists(st.tuples(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True), st.sampled_from("pq")))
)
async def test_everybody_gets_exactly_what_was_asked(groups: list[tuple[list[int], str]]) -> None:
    connector, source = held()
    tasks = [
        asyncio.create_task(ask(source, *(f"{right}{n}" for n in keys), fingerprint=right)) for keys, right in groups
    ]
    await settle()
    connector.gate.set()
    for (keys, right), answer in zip(groups, await asyncio.gather(*tasks), strict=True):
        for number in keys:
            assert answer.rows[f"{right}{number}"][0].values == (f"{right}{number}",)
    assert not source._groups


async def test_patient_calls_leave_turns_to_others_and_share_nothing() -> None:
    connector, source = held()
    turns = connector.spec.concurrency
    assert turns > 1
    patient = [asyncio.create_task(source.fetch_patiently(batch(f"p{n}"), 5.0)) for n in range(3 * turns)]
    await settle()
    assert len(connector.batches) == turns // 2
    hurried = asyncio.create_task(ask(source, "a"))
    await settle()
    assert connector.batches[-1].keys == ("a",)
    connector.gate.set()
    await asyncio.gather(hurried, *patient)
    assert sorted(each.keys for each in connector.batches) == sorted([("a",), *((f"p{n}",) for n in range(3 * turns))])


async def test_a_patient_call_that_gets_no_turn_in_time_is_told_so() -> None:
    connector, source = held()
    turns = range(connector.spec.concurrency)
    patient = [asyncio.create_task(source.fetch_patiently(batch(f"p{n}"), 5.0)) for n in turns]
    await settle()
    with pytest.raises(SourceTimedOut, match="no turn"):
        await source.fetch_patiently(batch("late"), 0.01)
    connector.gate.set()
    await asyncio.gather(*patient)
