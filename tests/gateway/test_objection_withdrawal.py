"""The owner of a record is told when an objection to it is withdrawn, if it can have heard of the objection."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.objections.model import Filed
from gateway.objections.shown import ShownObjection
from gateway.objections.states import State
from schema.objection import AdvanceObjectionInput, ObjectionState
from tests.gateway.consents import new_database
from tests.gateway.objections import OWN, OWNER, OWNING, Office, objections_url, office
from tests.gateway.receiver import Receiver, receiver
from tests.gateway.test_objection_outbox import RULES, kept
from tests.gateway.test_objections import filed, shown, stepped


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return objections_url(tmp_path)
    return await new_database(request.getfixturevalue("postgres_server"), "objection_withdrawal")


@pytest.fixture
async def owner() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found


@pytest.fixture
async def desk(place: str, owner: Receiver) -> AsyncIterator[Office]:
    async with office(place, {OWNER: owner.webhook}, RULES) as found:
        yield found


async def withdrawn(desk: Office, made: ShownObjection) -> Filed:
    changes = desk.changes(OWN)
    await changes.advance_objection(AdvanceObjectionInput(id=made.id, to=ObjectionState["CLOSED"]))
    return await kept(desk, made)


@pytest.mark.parametrize("step", [None, "INVESTIGATING", "NOT_ACCEPTED"])
async def test_the_owner_is_told_once(desk: Office, owner: Receiver, step: State | None) -> None:
    made = await filed(desk)
    await desk.deliverer.deliver_due()
    if step is not None:
        await stepped(desk, OWNING, made.id, step, "不属实")
    before = await withdrawn(desk, made)
    assert before.sending.state == "WAITING"
    assert await desk.deliverer.deliver_due() == 1
    told = owner.arrived[-1]
    assert (told["type"], told["timestamp"]) == ("objection.withdrawn", before.ticket.changed_at)
    assert told["data"] == {"id": made.id, "source": made.source, "entity": made.entity, "field": made.field}
    assert owner.ids == [f"msg_{made.id}", f"msg_{made.id}_w"], "another message, and not the same again"
    after = await kept(desk, made)
    assert (after.ticket.state, after.sending.state, after.sending.sealed) == ("CLOSED", "DELIVERED", None)
    assert await desk.deliverer.deliver_due() == 0


async def test_what_does_not_arrive_is_sent_again(desk: Office, owner: Receiver) -> None:
    made = await filed(desk)
    await desk.deliverer.deliver_due()
    await withdrawn(desk, made)
    owner.statuses[:] = [500]
    await desk.deliverer.deliver_due()
    assert (await kept(desk, made)).sending.attempts == 1
    desk.clock.now += 10
    await desk.deliverer.deliver_due()
    assert owner.ids[1:] == [f"msg_{made.id}_w"] * 2
    assert (await kept(desk, made)).sending.state == "DELIVERED"


async def test_what_is_given_up_stays_in_the_queue_and_routes_nothing(desk: Office, owner: Receiver) -> None:
    made = await filed(desk)
    await desk.deliverer.deliver_due()
    await withdrawn(desk, made)
    owner.statuses[:] = [500] * RULES.sending.attempts
    for _ in range(RULES.sending.attempts):
        await desk.deliverer.deliver_due()
        desk.clock.now += 100
    after = await kept(desk, made)
    assert (after.ticket.state, after.sending.state) == ("CLOSED", "DEAD")
    (seen,) = await shown(desk, OWNING)
    assert (seen.state, seen.record_key) == ("CLOSED", None)


async def test_who_was_tried_in_vain_is_told_for_its_answer_may_be_lost(desk: Office, owner: Receiver) -> None:
    owner.statuses[:] = [500]
    made = await filed(desk)
    await desk.deliverer.deliver_due()
    await withdrawn(desk, made)
    await desk.deliverer.deliver_due()
    assert [each["type"] for each in owner.arrived] == ["objection.filed", "objection.withdrawn"]


@pytest.mark.parametrize("how", ["decided, then closed by the filer", "closed by its owner"])
async def test_what_is_closed_and_not_withdrawn_is_not_told(desk: Office, owner: Receiver, how: str) -> None:
    made = await filed(desk)
    await desk.deliverer.deliver_due()
    if how == "closed by its owner":
        await stepped(desk, OWNING, made.id, "NOT_ACCEPTED", "不属实")
        await stepped(desk, OWNING, made.id, "CLOSED")
    else:
        await stepped(desk, OWNING, made.id, "INVESTIGATING")
        await stepped(desk, OWNING, made.id, "CORRECTED")
        await withdrawn(desk, made)
    assert await desk.deliverer.deliver_due() == 0
    assert len(owner.arrived) == 1


async def test_a_department_that_reads_its_queue_is_sent_nothing(place: str) -> None:
    async with office(place, {}, RULES) as desk:
        made = await filed(desk)
        assert (await withdrawn(desk, made)).sending.state == "QUEUED"
        (seen,) = await shown(desk, OWNING)
        assert (seen.state, seen.record_key, seen.part) == ("CLOSED", None, None)
