"""What the gate promises to the department and to the request, against connectors that behave and that do not."""

import asyncio
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import SourceClosed, SourceRejected, SourceTimedOut, SourceUnavailable
from connectors.gate import GRACE_SECONDS
from tests.connectors.behaviors import (
    BATCH,
    NOON,
    SECRET,
    Arrivals,
    Behavior,
    Panic,
    Source,
    crowd,
    deaf,
    gate_of,
    lingers,
    nonsense,
    outcome,
    takes,
)
from tests.connectors.virtual_time import now, run

MENU: dict[str, tuple[Behavior, str, float]] = {
    "answers": (takes(0.1), "ANSWERED", 0.1),
    "slow, but in time": (takes(1.9), "ANSWERED", 1.9),
    "fails on connect": (takes(0, SourceUnavailable("connection refused")), "UNAVAILABLE", 0),
    "says it is closed": (takes(0, SourceClosed("closed", "2026-11-24")), "CLOSED", 0),
    "rejects": (takes(0, SourceRejected("no such column")), "UNAVAILABLE", 0),
    "too slow": (takes(2.1), "TIMED_OUT", 2),
    "hangs": (takes(1000), "TIMED_OUT", 2),
    "gives up slowly": (lingers(0.02), "TIMED_OUT", 2.02),
    "hardly gives up": (lingers(100), "TIMED_OUT", 2 + GRACE_SECONDS),
    "does not hear": (deaf(10), "TIMED_OUT", 2 + GRACE_SECONDS),
    "raises nonsense": (takes(0.1, ValueError(SECRET)), "UNAVAILABLE", 0.1),
    "raises what is no Exception": (takes(0.1, Panic(SECRET)), "UNAVAILABLE", 0.1),
    "cancels itself": (takes(0.1, asyncio.CancelledError()), "UNAVAILABLE", 0.1),
    "answers nonsense": (nonsense, "UNAVAILABLE", 0),
}


@pytest.mark.parametrize("name", MENU)
def test_no_source_spoils_another(name: str, caplog: pytest.LogCaptureFixture) -> None:
    behave, status, ends_at = MENU[name]
    bad, good = Source(behave), Source(takes(0.2))

    async def both() -> list[tuple[str, float]]:
        calls = gate_of(bad).fetch(BATCH, 5.0), gate_of(good).fetch(BATCH, 5.0)
        return await asyncio.gather(*(outcome(call) for call in calls))

    ended, beside = run(both())
    assert [ended[0], beside[0]] == [status, "ANSWERED"]
    assert [ended[1], beside[1]] == pytest.approx([ends_at, 0.2])
    assert bad.running == 0
    assert SECRET not in caplog.text


@pytest.mark.parametrize("error", [ValueError(SECRET), Panic(SECRET), asyncio.CancelledError(SECRET)])
def test_an_unknown_error_is_logged_by_kind_and_place_only(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(SourceUnavailable, match="could not be handled") as raised:
        run(gate_of(Source(takes(0, error))).fetch(BATCH, 1.0))
    assert raised.value.__suppress_context__
    assert raised.value.__cause__ is None
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith(
        f"registry: connector failed with {type(error).__name__} at tests.connectors."
    )
    assert SECRET not in caplog.text


def test_the_request_allows_less_time_than_the_source() -> None:
    source = Source(takes(1000))
    gate = gate_of(source)

    async def ask() -> float:
        with pytest.raises(SourceTimedOut, match="the request allows"):
            await gate.fetch(BATCH, 0.5)
        return now()

    assert run(ask()) == pytest.approx(0.5)
    assert source.running == 0


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_without_time_the_source_is_not_asked(seconds: float) -> None:
    source = Source(takes(0))
    gate = gate_of(source)
    with pytest.raises(SourceTimedOut, match="time was up"):
        run(gate.fetch(BATCH, seconds))
    assert source.asked_at == []
    assert gate.health().failures == {"TIMED_OUT": 1}
    assert gate.health().state == "UNKNOWN"


def test_a_call_that_was_given_up_keeps_its_turn_until_it_ends() -> None:
    source = Source(deaf(10))
    gate = gate_of(source, concurrency=1)

    async def ask() -> list[tuple[str, float]]:
        first = await outcome(gate.fetch(BATCH, 5.0))
        source.behave = takes(0)
        with pytest.raises(SourceTimedOut, match="takes 1 calls at once"):
            await gate.fetch(BATCH, 1.0)
        await asyncio.sleep(10)
        return [first, await outcome(gate.fetch(BATCH, 5.0))]

    first, last = run(ask())
    assert (first[0], last[0]) == ("TIMED_OUT", "ANSWERED")
    assert len(source.asked_at) == 2
    assert source.most == 1


@pytest.mark.parametrize("at", [0.0, 0.5])
def test_a_caller_that_goes_away_ends_its_call(at: float) -> None:
    source = Source(lingers(0.01))
    gate = gate_of(source, concurrency=1, calls_per_second=100.0)

    async def leave() -> None:
        task = asyncio.create_task(gate.fetch(BATCH, 5.0))
        await asyncio.sleep(at)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert source.running == 0
        source.behave = takes(0)
        await gate.fetch(BATCH, 5.0)

    run(leave())
    assert gate.health().failures == {}


def test_an_interrupt_passes() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(gate_of(Source(takes(0, KeyboardInterrupt()))).fetch(BATCH, 1.0))


TENTHS = st.integers(0, 30).map(lambda tenths: tenths / 10)
ARRIVALS = st.lists(st.tuples(TENTHS, TENTHS, TENTHS), min_size=1, max_size=12)


@given(st.integers(1, 3), ARRIVALS)
@settings(max_examples=60, deadline=None)
def test_never_more_calls_at_once_than_allowed_and_no_deadline_missed(concurrency: int, arrivals: Arrivals) -> None:
    source = Source(takes(0))
    gate = gate_of(source, concurrency=concurrency)
    ended = run(crowd(gate, source, arrivals))
    assert source.most <= concurrency
    assert source.running == 0
    for (status, duration), (_, _, has) in zip(ended, arrivals, strict=True):
        assert status in {"ANSWERED", "TIMED_OUT"}
        assert duration <= min(has, 2.0) + 1e-6
    health = gate.health()
    assert health.calls == len(arrivals)
    assert sum(health.failures.values()) == sum(status == "TIMED_OUT" for status, _ in ended)


@pytest.mark.parametrize(
    ("hour", "minute", "until"),
    [
        (23, 29, None),
        (23, 30, "2026-11-24T05:30:00+08:00"),
        (0, 0, "2026-11-23T05:30:00+08:00"),
        (5, 29, "2026-11-23T05:30:00+08:00"),
        (5, 30, None),
    ],
)
def test_in_quiet_hours_the_source_is_not_asked(hour: int, minute: int, until: str | None) -> None:
    source = Source(takes(0))
    gate = gate_of(source, lambda: NOON.replace(hour=hour, minute=minute), quiet_hours="23:30-05:30")
    if until is None:
        run(gate.fetch(BATCH, 1.0))
        assert gate.health().state == "UP"
        return
    with pytest.raises(SourceClosed, match="23:30-05:30") as closed:
        run(gate.fetch(BATCH, 1.0))
    assert closed.value.until == until
    assert source.asked_at == []
    assert gate.health().state == "CLOSED"
    assert gate.health().calls == 0


@pytest.mark.parametrize(("day", "until"), [(30, None), (31, "2027-01-03T05:30:00+08:00")])
def test_on_quiet_days_the_source_is_not_asked(day: int, until: str | None) -> None:
    source = Source(takes(0))
    gate = gate_of(source, lambda: NOON.replace(month=12, day=day), quiet_days="31-2", quiet_hours="23:30-05:30")
    if until is None:
        run(gate.fetch(BATCH, 1.0))
        return
    with pytest.raises(SourceClosed, match="quiet days 31-2 of the month") as closed:
        run(gate.fetch(BATCH, 1.0))
    assert closed.value.until == until
    assert (source.asked_at, gate.health().state) == ([], "CLOSED")


def test_closing_ends_calls_and_tells_those_who_wait() -> None:
    source = Source(takes(1000))
    gate = gate_of(source, concurrency=1)

    async def close() -> list[str]:
        waiting = [asyncio.create_task(outcome(gate.fetch(BATCH, 5.0))) for _ in range(3)]
        await asyncio.sleep(0.1)
        await gate.close()
        return [status for status, _ in await asyncio.gather(*waiting, outcome(gate.fetch(BATCH, 5.0)))]

    assert run(close()) == ["UNAVAILABLE"] * 4
    assert source.running == 0
    assert source.closed


@pytest.mark.parametrize("seconds", [0.0, 1000.0])
def test_closing_a_bad_connector_ends(seconds: float) -> None:
    class Stubborn(Source):
        async def close(self) -> None:
            await takes(seconds, ValueError(SECRET))()

    source = Stubborn(lingers(20))
    gate = gate_of(source)

    async def close() -> float:
        await outcome(gate.fetch(BATCH, 1.0))
        await gate.close()
        return now()

    assert run(close()) < 20
