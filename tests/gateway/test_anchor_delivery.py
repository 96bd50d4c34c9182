"""Delivery to one anchor: in order, the newest of what waits, again after a failure; whoever offers never waits."""

import asyncio
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.anchors.anchor import Refused, Undelivered
from gateway.anchors.delivery import Delivery, Pauses
from gateway.anchors.notes import Stated
from tests.gateway.anchors import ToldAnchor, stated

AT_ONCE = Pauses(first_seconds=0.001, most_seconds=0.002)


class Slept:
    """Keeps the pauses that were asked for; sleeps none of them."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


async def test_checkpoints_are_brought_in_order() -> None:
    anchor = ToldAnchor()
    delivery = Delivery(anchor, AT_ONCE)
    for size in (1, 2, 30):
        delivery.offer(stated(size))
        await delivery.settled()
    assert anchor.taken == [1, 2, 30]
    state = delivery.state
    assert (state.size, state.taken, state.superseded, state.waiting, state.failures) == (30, 3, 0, False, {})
    await delivery.close()


async def test_the_newest_takes_the_place_of_what_waits() -> None:
    anchor = ToldAnchor()
    anchor.gate.clear()
    delivery = Delivery(anchor, AT_ONCE)
    delivery.offer(stated(1))
    await anchor.asked.wait()
    for size in (2, 3, 4):
        delivery.offer(stated(size))
    assert (delivery.state.waiting, delivery.state.superseded) == (True, 2)
    anchor.gate.set()
    await delivery.settled()
    assert (anchor.taken, delivery.state.size) == ([1, 4], 4)
    await delivery.close()


async def test_what_failed_is_given_up_for_a_newer_one() -> None:
    anchor = ToldAnchor(Undelivered("status 500"))
    anchor.gate.clear()
    delivery = Delivery(anchor, AT_ONCE)
    delivery.offer(stated(1))
    await anchor.asked.wait()
    delivery.offer(stated(2))
    anchor.gate.set()
    await delivery.settled()
    assert (anchor.offered, anchor.taken) == ([1, 2], [2])
    assert (delivery.state.superseded, delivery.state.failures) == (1, {"status 500": 1})
    await delivery.close()


async def test_a_failure_is_repeated_after_pauses_that_double(caplog: pytest.LogCaptureFixture) -> None:
    anchor, slept = ToldAnchor(*(Undelivered("status 500") for _ in range(6)), RuntimeError("secret")), Slept()
    delivery = Delivery(anchor, Pauses(1.0, 8.0), sleep=slept)
    with caplog.at_level(logging.WARNING, "gateway.anchors"):
        delivery.offer(stated(7))
        await delivery.settled()
    assert (anchor.offered, anchor.taken) == ([7] * 8, [7])
    for pause, most in zip(slept.seconds, (1, 2, 4, 8, 8, 8, 8), strict=False):
        assert most / 2 <= pause <= most
    assert delivery.state.failures == {"status 500": 6, "RuntimeError": 1}
    assert caplog.messages[0] == "checkpoint not anchored: anchor=told kind=webhook size=7 attempt=1: status 500"
    assert caplog.messages[-1].endswith("attempt=7: RuntimeError")
    assert "secret" not in caplog.text
    await delivery.close()


async def test_what_an_anchor_refuses_is_not_offered_again(caplog: pytest.LogCaptureFixture) -> None:
    anchor = ToldAnchor(Refused("smaller than the last checkpoint there"))
    delivery = Delivery(anchor, AT_ONCE)
    delivery.offer(stated(3))
    await delivery.settled()
    assert (anchor.offered, anchor.taken, delivery.state.size) == ([3], [], None)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    delivery.offer(stated(4))
    await delivery.settled()
    assert anchor.taken == [4]
    await delivery.close()


async def test_a_tree_that_did_not_grow_is_brought_once() -> None:
    anchor = ToldAnchor()
    delivery = Delivery(anchor, AT_ONCE)
    for at in ("2026-11-26T08:00:00.000Z", "2026-11-26T08:01:00.000Z"):
        delivery.offer(stated(7, at=at))
        await delivery.settled()
    delivery.offer(stated(7, "forked"))
    await delivery.settled()
    assert anchor.taken == [7, 7], "the second is of another tree, which the other side should see"
    await delivery.close()


async def test_between_two_checkpoints_the_anchor_is_left_alone() -> None:
    anchor, slept = ToldAnchor(), Slept()
    delivery = Delivery(anchor, Pauses(every_seconds=600.0), sleep=slept)
    for size in (1, 2):
        delivery.offer(stated(size))
        await delivery.settled()
    assert slept.seconds[0] == 600.0
    await delivery.close()


async def test_what_an_anchor_has_is_noted_and_a_note_that_fails_spoils_nothing() -> None:
    noted: list[tuple[str, int]] = []

    async def note(anchor: str, checkpoint: Stated) -> None:
        noted.append((anchor, checkpoint.size))
        raise OSError("disk full")

    anchor = ToldAnchor()
    delivery = Delivery(anchor, AT_ONCE, note)
    for size in (1, 2):
        delivery.offer(stated(size))
        await delivery.settled()
    assert (noted, anchor.taken) == ([("told", 1), ("told", 2)], [1, 2])
    await delivery.close()


async def test_closing_leaves_a_moment_to_what_is_on_its_way() -> None:
    anchor = ToldAnchor()
    anchor.gate.clear()
    delivery = Delivery(anchor, AT_ONCE)
    delivery.offer(stated(1))
    await anchor.asked.wait()
    asyncio.get_running_loop().call_soon(anchor.gate.set)
    await delivery.close()
    assert anchor.taken == [1]


async def test_closing_does_not_wait_for_an_anchor_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.anchors.delivery._LAST_SECONDS", 3600.0)
    anchor = ToldAnchor(*(Undelivered("down") for _ in range(9)))
    delivery = Delivery(anchor, Pauses(first_seconds=3600.0, most_seconds=3600.0))
    delivery.offer(stated(1))
    while not delivery.state.failures:
        await asyncio.sleep(0)
    await asyncio.wait_for(delivery.close(), 60)
    assert (anchor.offered, delivery.state.waiting) == ([1], True)


@settings(deadline=None)
@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0.01, 10), st.floats(10, 1000))
def test_pauses_stay_within_their_bounds(failures: int, chance: float, first: float, most: float) -> None:
    pause = Pauses(first, most).after(failures, chance)
    assert first / 2 <= pause <= most
