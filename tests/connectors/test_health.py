"""What a gate tells about its source."""

import asyncio

import pytest

from connectors.base import Answer, Issue, Row
from connectors.errors import SourceClosed, SourceTimedOut, SourceUnavailable
from connectors.health import RECENT
from tests.connectors.behaviors import BATCH, Source, gate_of, outcome, takes
from tests.connectors.virtual_time import run


def test_health_follows_what_the_source_did_last() -> None:
    row = Row((None,), "1", issues=(Issue("name", "MISREAD", "unreadable"), Issue("name", "MISREAD", "twice")))
    noted = Row((None,), "2", issues=(Issue("name", "NO_TERM", "a note"),))
    source = Source(takes(0.1, Answer({"A": [row, noted], "B": [row]}, "", "")))
    gate = gate_of(source)
    states = [gate.health().state]

    async def ask() -> None:
        await gate.fetch(BATCH, 1.0)
        states.append(gate.health().state)
        source.behave = takes(0, SourceUnavailable("down"))
        await outcome(gate.fetch(BATCH, 1.0))
        states.append(gate.health().state)
        source.behave = takes(0.3)
        await gate.fetch(BATCH, 1.0)

    run(ask())
    health = gate.health()
    assert states == ["UNKNOWN", "UP", "FAILING"]
    assert (health.state, health.calls, health.failures, health.misreads) == ("UP", 3, {"UNAVAILABLE": 1}, 2)
    assert health.median_ms == pytest.approx(200)
    assert health.last_answered_at == "2026-11-23T04:00:00.000Z"


def test_the_median_is_of_recent_answers_and_of_the_source_alone() -> None:
    source = Source(takes(1.0))
    gate = gate_of(source, concurrency=1, timeout_seconds=1000.0)

    async def ask() -> None:
        await asyncio.gather(*(gate.fetch(BATCH, 1000.0) for _ in range(RECENT + 1)))
        source.behave = takes(0.01)
        await asyncio.gather(*(gate.fetch(BATCH, 1000.0) for _ in range(RECENT)))

    run(ask())
    assert gate.health().median_ms == pytest.approx(10)


def test_a_probe_is_a_call_like_any_other() -> None:
    source = Source(takes(0))
    gate = gate_of(source)
    run(gate.probe())
    assert gate.health().state == "UP"
    source.behave = takes(1000)
    with pytest.raises(SourceTimedOut, match="within 2 s"):
        run(gate.probe())
    assert gate.health().state == "FAILING"


def test_a_source_that_says_it_is_closed_is_shown_as_closed() -> None:
    gate = gate_of(Source(takes(0, SourceClosed("closed for the night"))))
    run(outcome(gate.fetch(BATCH, 1.0)))
    assert gate.health().state == "CLOSED"
    assert gate.health().failures == {"CLOSED": 1}
