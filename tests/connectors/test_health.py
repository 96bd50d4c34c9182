"""What a gate tells about its source."""

import asyncio

import pytest
from msgspec.structs import replace

from connectors.base import Answer, Issue, Row
from connectors.errors import SourceClosed, SourceMisread, SourceTimedOut, SourceUnavailable
from connectors.health import RECENT, WHOLE
from tests.connectors.behaviors import BATCH, Source, gate_of, outcome, takes
from tests.connectors.virtual_time import run

LONG = "x" * 999


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


def test_drift_is_told_by_part_and_field() -> None:
    row = Row((None, None), "1", issues=(Issue("name", "MISREAD", LONG), Issue("status", "NO_TERM", "a note")))
    issues = (Issue("status", "MISREAD", "code `9` is new"), Issue("name", "MISREAD", "y"))
    twice = Row((None, None), "2", issues=issues)
    source = Source(takes(0, Answer({"A": [row, twice]}, "", "")))
    gate = gate_of(source)
    other = replace(BATCH, entity="ListEntry_serious")

    async def ask() -> None:
        await gate.fetch(other, 1.0)
        await gate.fetch(BATCH, 1.0)
        source.behave = takes(0, Answer({"A": [row]}, "", ""))
        await gate.fetch(BATCH, 1.0)
        source.behave = takes(0, SourceMisread("column `id` is missing from the answer"))
        await outcome(gate.fetch(BATCH, 1.0))

    run(ask())
    health = gate.health()
    at = "2026-11-23T04:00:00.000Z"
    assert [(each.entity, each.field, each.count, each.last_at, each.reason) for each in health.drift] == [
        ("ListEntry_serious", "name", 2, at, "y"),
        ("ListEntry_serious", "status", 1, at, "code `9` is new"),
        ("Registration", WHOLE, 1, at, "column `id` is missing from the answer"),
        ("Registration", "name", 3, at, LONG[:160]),
        ("Registration", "status", 1, at, "code `9` is new"),
    ]
    assert (health.misreads, health.failures) == (5, {"MISREAD": 1})
