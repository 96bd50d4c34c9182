"""Calls a second: never more than the department wants, in order, and who cannot be served in time is told at once."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Answer
from connectors.errors import SourceTimedOut
from tests.connectors.behaviors import ANSWER, BATCH, Arrivals, Source, crowd, gate_of, outcome, takes
from tests.connectors.virtual_time import run, stall

TENTHS = st.integers(0, 30).map(lambda tenths: tenths / 10)
ARRIVALS = st.lists(st.tuples(TENTHS, TENTHS, TENTHS), min_size=1, max_size=12)


@given(st.sampled_from([1.0, 2.5, 4.0]), st.integers(1, 3), ARRIVALS)
@settings(max_examples=60, deadline=None)
def test_never_more_calls_a_second_than_allowed(rate: float, concurrency: int, arrivals: Arrivals) -> None:
    source = Source(takes(0))
    gate = gate_of(source, concurrency=concurrency, calls_per_second=rate)
    run(crowd(gate, source, arrivals))
    assert all(later - earlier >= 1 / rate - 1e-6 for earlier, later in pairwise(source.asked_at))
    assert source.most <= concurrency


def test_calls_are_sent_evenly_in_order_and_the_hopeless_told_at_once() -> None:
    source = Source(takes(0))
    gate = gate_of(source, concurrency=2, calls_per_second=2.0)
    ended = run(crowd(gate, source, [(0.0, 0.0, 1.2)] * 5))
    assert source.asked_at == pytest.approx([0.0, 0.5, 1.0])
    assert [status for status, _ in ended] == ["ANSWERED"] * 3 + ["TIMED_OUT"] * 2
    assert [duration for _, duration in ended] == pytest.approx([0.0, 0.5, 1.0, 0.0, 0.0])


def test_a_loop_that_was_busy_owes_no_burst() -> None:
    async def busy() -> Answer:
        if len(source.asked_at) == 1:
            await asyncio.sleep(0.1)
            stall(1.6)
        return ANSWER

    source = Source(busy)
    gate = gate_of(source, calls_per_second=2.0, timeout_seconds=10.0)
    ended = run(crowd(gate, source, [(0.0, 0.0, has) for has in (10.0, 10.0, 2.0, 10.0)], busy))
    assert source.asked_at == pytest.approx([0.0, 1.7, 2.2])
    assert ended[2][0] == "TIMED_OUT", "its place came to stand after its deadline"
    assert ended[2][1] == pytest.approx(1.7), "it is told when that is known"


def test_a_call_that_was_sent_is_waited_for_no_longer() -> None:
    source = Source(takes(5.0))
    gate = gate_of(source, calls_per_second=1.0, timeout_seconds=10.0)
    run(crowd(gate, source, [(0.0, 5.0, 10.0), (0.1, 5.0, 1.5)]))
    assert source.asked_at == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("has", [50.0, 0.5])
def test_neither_the_served_nor_those_who_gave_up_are_waited_for(has: float) -> None:
    source = Source(takes(1.0))
    gate = gate_of(source, concurrency=1, calls_per_second=100.0, timeout_seconds=50.0)

    async def ask() -> Answer:
        await asyncio.gather(*(outcome(gate.fetch(BATCH, has)) for _ in range(20)))
        await asyncio.sleep(10)
        source.behave = takes(0)
        return await gate.fetch(BATCH, 0.1)

    assert run(ask()) == ANSWER


def test_the_rate_limit_is_named() -> None:
    gate = gate_of(Source(takes(0)), calls_per_second=0.5)

    async def ask() -> None:
        await gate.fetch(BATCH, 1.0)
        with pytest.raises(SourceTimedOut, match=r"rate limit of the department is reached: 0\.5 calls a second"):
            await gate.fetch(BATCH, 1.0)

    run(ask())
    assert gate.health().state == "UP"
