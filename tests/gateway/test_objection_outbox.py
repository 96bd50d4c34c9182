"""The outbox under faults: owners that are away, fail, are slow or answer twice; deliverers that race or are killed."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import ObjectionsUnavailable
from gateway.ledger import Secret
from gateway.objections.deliverer import Deliverer, Outward
from gateway.objections.message import Named, seal, unseal
from gateway.objections.model import WITHDRAWN, Filed
from gateway.objections.rules import Rules, Sending
from gateway.objections.shown import ShownObjection
from gateway.sealing import SealBroken
from schema.objection import AdvanceObjectionInput, ObjectionState
from tests.gateway.consents import SUBJECT, new_database
from tests.gateway.objections import CONFIGURED, ENTITY, KEY, OWN, OWNER, OWNING, SECRET, Office, objections_url, office
from tests.gateway.receiver import Receiver, receiver
from tests.gateway.test_objections import filed, objected, shown

RULES = Rules(sending=Sending(attempts=3, first_retry_seconds=10.0, timeout_seconds=5.0))


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return objections_url(tmp_path)
    return await new_database(request.getfixturevalue("postgres_server"), "objection_outbox")


@pytest.fixture
async def owner() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found


@pytest.fixture
async def desk(place: str, owner: Receiver) -> AsyncIterator[Office]:
    async with office(place, {OWNER: owner.webhook}, RULES) as found:
        yield found


async def kept(desk: Office, made: ShownObjection) -> Filed:
    found = await desk.objections.get(made.id)
    assert found is not None
    return found


async def test_a_message_arrives_signed_and_its_key_is_gone(desk: Office, owner: Receiver) -> None:
    made = await filed(desk)
    assert (made.state, made.delivery) == ("SUBMITTED", "WAITING")
    assert await desk.deliverer.deliver_due() == 1
    (told,) = owner.arrived
    assert (told["type"], told["timestamp"]) == ("objection.filed", made.filed_at)
    assert told["data"] == {
        "id": made.id,
        "source": made.source,
        "entity": made.entity,
        "field": made.field,
        "subject": SUBJECT,
        "record_key": KEY,
        "part": ENTITY,
        "receipt": made.receipt,
        "path": made.path,
        "ground": "VALUE_WRONG",
        "statement": made.statement,
        "evidence": made.evidence,
        "contact": made.contact,
    }
    after = await kept(desk, made)
    assert (after.ticket.state, after.sending.state, after.sending.sealed) == ("ROUTED", "DELIVERED", None)
    (queued,) = await shown(desk, OWNING)
    assert (queued.record_key, queued.subject) == (None, None)
    assert await objected(desk)
    assert await desk.deliverer.deliver_due() == 0


async def test_a_rest_owner_is_told_under_an_idempotency_key(desk: Office, owner: Receiver) -> None:
    desk.endpoints[OWNER] = owner.rest
    made = await filed(desk)
    await desk.deliverer.deliver_due()
    (headers,) = owner.headers
    assert (headers["authorization"], headers["idempotency-key"]) == ("Bearer rest-token", f"msg_{made.id}")
    assert "webhook-signature" not in headers


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 429, 500, 503])
async def test_what_is_not_taken_is_sent_again_later_under_the_same_id(
    tmp_path: Path, owner: Receiver, status: int
) -> None:
    async with office(objections_url(tmp_path), {OWNER: owner.webhook}, RULES) as desk:
        owner.statuses[:] = [status]
        made = await filed(desk)
        await desk.deliverer.deliver_due()
        after = await kept(desk, made)
        assert (after.ticket.state, after.sending.state, after.sending.attempts) == ("SUBMITTED", "WAITING", 1)
        assert after.sending.error == f"status {status}"
        assert await desk.deliverer.deliver_due() == 0, "not before its time"
        desk.clock.now += 10
        assert await desk.deliverer.deliver_due() == 1
        assert (await kept(desk, made)).ticket.state == "ROUTED"
        assert owner.ids == [f"msg_{made.id}"] * 2
        assert set(owner.targets) == {"/objections"}, "no redirect is followed"
        assert owner.arrived[0] == owner.arrived[1]


async def test_an_owner_that_is_away_is_told_when_it_is_back(desk: Office, owner: Receiver) -> None:
    desk.endpoints[OWNER] = type(owner.webhook)("webhook", "http://127.0.0.1:1/objections", owner.webhook.secret)
    made = await filed(desk)
    await desk.deliverer.deliver_due()
    assert (await kept(desk, made)).sending.state == "WAITING"
    desk.endpoints[OWNER] = owner.webhook
    desk.clock.now += 10
    await desk.deliverer.deliver_due()
    assert (await kept(desk, made)).sending.state == "DELIVERED"


async def test_an_owner_that_never_takes_it_finds_it_in_its_queue(desk: Office, owner: Receiver) -> None:
    owner.statuses[:] = [500] * 3
    made = await filed(desk)
    for _ in range(3):
        await desk.deliverer.deliver_due()
        desk.clock.now += 3_600
    after = await kept(desk, made)
    assert (after.ticket.state, after.sending.state, after.sending.attempts) == ("ROUTED", "DEAD", 3)
    (queued,) = await shown(desk, OWNING)
    assert (queued.delivery, queued.record_key) == ("DEAD", KEY), "it is not lost: the owner finds it by itself"
    await desk.changes(OWNING).advance_objection(AdvanceObjectionInput(id=made.id, to=ObjectionState["INVESTIGATING"]))
    assert (await kept(desk, made)).sending.sealed is None


async def test_a_slow_owner_is_not_waited_for_forever(place: str, owner: Receiver) -> None:
    owner.hold = asyncio.Event()
    hasty = Rules(sending=Sending(timeout_seconds=0.05, first_retry_seconds=10.0))
    async with office(place, {OWNER: owner.webhook}, hasty) as desk:
        made = await filed(desk)
        await desk.deliverer.deliver_due()
        assert (await kept(desk, made)).sending.error == "TimeoutError"
        owner.hold.set()
        desk.clock.now += 10
        await desk.deliverer.deliver_due()
        assert (await kept(desk, made)).sending.state == "DELIVERED"
        assert len(set(owner.ids)) == 1


async def test_two_deliverers_do_not_send_one_message_at_once(place: str, owner: Receiver) -> None:
    owner.hold = asyncio.Event()
    async with office(place, {OWNER: owner.webhook}, RULES) as one, office(place, {OWNER: owner.webhook}, RULES) as two:
        await filed(one)
        sending = asyncio.create_task(one.deliverer.deliver_due())
        await owner.reached.wait()
        assert await two.deliverer.deliver_due() == 0, "it is held by the first"
        owner.hold.set()
        assert await sending == 1
        assert len(owner.arrived) == 1


async def test_many_deliverers_deliver_many_messages_once_each(place: str, owner: Receiver) -> None:
    paths = ["subject.penalties.items.0", "subject.penalties.items.1", "subject.name"]
    async with office(place, {OWNER: owner.webhook}, RULES) as one, office(place, {OWNER: owner.webhook}, RULES) as two:
        made = [await filed(one, path=path, record_key=None) for path in paths]
        await asyncio.gather(*(each.deliverer.deliver_due() for each in (one, two) * 4))
        assert sorted(owner.ids) == sorted(f"msg_{each.id}" for each in made)


async def test_a_lease_that_ran_out_is_taken_over_and_the_owner_can_tell(place: str, owner: Receiver) -> None:
    """The first deliverer stands still with the answer; the second sends again under the same id, and both settle."""
    owner.hold = asyncio.Event()
    async with office(place, {OWNER: owner.webhook}, RULES) as one, office(place, {OWNER: owner.webhook}, RULES) as two:
        made = await filed(one)
        first = asyncio.create_task(one.deliverer.deliver_due())
        await owner.reached.wait()
        two.clock.now += RULES.lease_seconds
        second = asyncio.create_task(two.deliverer.deliver_due())
        while len(owner.arrived) < 2:
            await asyncio.sleep(0)
        owner.hold.set()
        await asyncio.gather(first, second)
        assert owner.ids == [f"msg_{made.id}"] * 2
        after = await kept(one, made)
        assert (after.sending.state, [each.after for each in after.steps]) == ("DELIVERED", ["ROUTED"])
        assert len([*one.shelf.changes, *two.shelf.changes]) == 1


@pytest.mark.parametrize("attempts", [3, 1], ids=["to be tried again", "to be given up"])
async def test_one_that_fails_after_its_lease_ran_out_leaves_the_next_one_its_own(
    place: str, owner: Receiver, attempts: int
) -> None:
    """The first hears late that it failed while the second is sending: nobody sends a third time."""
    rules = Rules(sending=Sending(attempts=attempts, first_retry_seconds=10.0, timeout_seconds=5.0))
    late, soon = asyncio.Event(), asyncio.Event()
    async with office(place, {OWNER: owner.webhook}, rules) as one, office(place, {OWNER: owner.webhook}, rules) as two:
        made = await filed(one)
        owner.hold = late
        first = asyncio.create_task(one.deliverer.deliver_due())
        await owner.reached.wait()
        owner.hold = soon
        two.clock.now += rules.lease_seconds
        second = asyncio.create_task(two.deliverer.deliver_due())
        while len(owner.arrived) < 2:
            await asyncio.sleep(0)
        owner.statuses[:] = [500]
        late.set()
        await first
        one.clock.now += rules.lease_seconds + 15
        assert await one.deliverer.deliver_due() == 0, "the second holds it"
        between = await kept(one, made)
        assert (between.ticket.state, between.sending.state, between.sending.attempts) == ("SUBMITTED", "WAITING", 0)
        soon.set()
        await second
        after = await kept(one, made)
        assert (after.ticket.state, after.sending.state, after.sending.sealed) == ("ROUTED", "DELIVERED", None)
        assert len(owner.arrived) == 2


async def test_what_arrives_after_another_gave_it_up_has_arrived(place: str, owner: Receiver) -> None:
    rules = Rules(sending=Sending(attempts=1, timeout_seconds=5.0))
    late = asyncio.Event()
    async with office(place, {OWNER: owner.webhook}, rules) as one, office(place, {OWNER: owner.webhook}, rules) as two:
        made = await filed(one)
        owner.hold = late
        first = asyncio.create_task(one.deliverer.deliver_due())
        await owner.reached.wait()
        owner.hold, owner.statuses[:] = None, [500]
        two.clock.now += rules.lease_seconds
        assert await two.deliverer.deliver_due() == 1
        assert (await kept(one, made)).sending.state == "DEAD"
        late.set()
        await first
        after = await kept(one, made)
        assert (after.sending.state, after.sending.sealed) == ("DELIVERED", None)
        assert [each.after for each in after.steps] == ["ROUTED"], "it was routed once"


async def test_what_was_withdrawn_while_it_was_sent_stays_withdrawn(desk: Office, owner: Receiver) -> None:
    owner.hold = asyncio.Event()
    made = await filed(desk)
    sending = asyncio.create_task(desk.deliverer.deliver_due())
    await owner.reached.wait()
    await desk.changes(OWN).advance_objection(AdvanceObjectionInput(id=made.id, to=ObjectionState["CLOSED"]))
    owner.hold.set()
    await sending
    after = await kept(desk, made)
    assert (after.ticket.state, after.sending.state, after.sending.sealed) == ("CLOSED", "WAITING", WITHDRAWN)
    assert len(after.steps) == 1, "what arrived routes nothing any more"
    await desk.deliverer.deliver_due()
    assert [each["type"] for each in owner.arrived] == ["objection.filed", "objection.withdrawn"]
    assert (await kept(desk, made)).sending.state == "DELIVERED"


async def test_a_process_that_is_killed_loses_nothing(place: str, owner: Receiver) -> None:
    """kill -9 between the commit of the ticket and its delivery: the next process delivers it."""
    script = Path(__file__).with_name("objections_killed.py")
    command = [sys.executable, str(script), place]
    root = Path(__file__).parents[2]
    killed = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, cwd=root, env={"PYTHONPATH": str(root)}, check=False
    )
    assert killed.returncode == -9, killed.stderr.decode()
    async with office(place, {OWNER: owner.webhook}, RULES) as desk:
        assert await desk.deliverer.deliver_due() == 1
        assert owner.ids == [f"msg_{killed.stdout.decode()}"]
        assert owner.arrived[0]["data"]["record_key"] == KEY


async def test_one_that_is_killed_while_it_sends_is_followed_by_another(place: str, owner: Receiver) -> None:
    """A lease without an end to it: whoever held it is gone; when it has run out the next one takes it."""
    async with office(place, {OWNER: owner.webhook}, RULES) as desk:
        await filed(desk)
        assert await desk.objections.next_due() == 0.0, "a message is due as soon as it is written"
        assert len(await desk.objections.take("gone", desk.clock(), RULES.lease_seconds)) == 1
        assert await desk.objections.next_due() == desk.clock() + RULES.lease_seconds, "nobody looks in vain until then"
        assert await desk.deliverer.deliver_due() == 0
        desk.clock.now += RULES.lease_seconds
        assert await desk.deliverer.deliver_due() == 1


async def test_it_is_delivered_in_the_background(desk: Office, owner: Receiver) -> None:
    desk.deliverer.start()
    await filed(desk)
    await owner.reached.wait()
    assert owner.arrived[0]["data"]["record_key"] == KEY


async def test_a_background_that_met_a_broken_store_goes_on(tmp_path: Path, owner: Receiver) -> None:
    rules = Outward(RULES, {OWNER: owner.webhook}, CONFIGURED.working_days)
    async with office(objections_url(tmp_path), {OWNER: owner.webhook}, RULES) as desk:
        calls: list[int] = []

        def outward() -> Outward:
            calls.append(1)
            if len(calls) == 1:
                raise OSError("once")
            return rules

        deliverer = Deliverer(desk.objections, outward, [SECRET], desk.shelf.note, desk.clock)
        deliverer.start()
        while not calls:
            await asyncio.sleep(0)
        await filed(desk)
        deliverer.wake()
        await owner.reached.wait()
        await deliverer.close()


async def test_a_ledger_that_is_away_keeps_no_owner_from_being_told(desk: Office, owner: Receiver) -> None:
    made = await filed(desk)
    desk.shelf.broken = True
    await desk.deliverer.deliver_due()
    assert (await kept(desk, made)).ticket.state == "ROUTED"


# ---- nothing is kept ------------------------------------------------------------------------------------------------


async def test_no_byte_of_the_store_or_the_log_has_the_key_of_a_record(
    tmp_path: Path, owner: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """Before and after delivery, in the file, its write-ahead log and our log: neither the key nor the subject."""
    caplog.set_level("DEBUG", "gateway")
    async with office(objections_url(tmp_path), {OWNER: owner.webhook}, RULES) as desk:
        owner.statuses[:] = [500]
        await filed(desk)
        for _ in range(2):
            await desk.deliverer.deliver_due()
            desk.clock.now += 3_600
            for path in tmp_path.iterdir():
                content = path.read_bytes()
                for word in (KEY, SUBJECT, json.dumps(KEY)[1:-1]):
                    assert word.encode() not in content, path.name
        assert len(owner.arrived) == 2
        for word in (KEY, SUBJECT, owner.url):
            assert word not in caplog.text
            assert word not in repr(desk.shelf.changes)


async def test_the_seal_is_gone_from_the_row_when_it_was_delivered(tmp_path: Path, owner: Receiver) -> None:
    async with office(objections_url(tmp_path), {OWNER: owner.webhook}, RULES) as desk:
        await filed(desk)
        await desk.deliverer.deliver_due()
    with sqlite3.connect(tmp_path / "objections.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM objection_outbox WHERE sealed IS NOT NULL").fetchone() == (0,)
    connection.close()


def test_a_seal_opens_for_its_message_and_its_secret_alone() -> None:
    sealed = seal(SECRET, "msg_1", Named(SUBJECT, KEY))
    assert unseal([Secret(b"n" * 32), SECRET], "msg_1", sealed) == Named(SUBJECT, KEY)
    for secrets, message, text in (
        ([SECRET], "msg_2", sealed),
        ([Secret(b"n" * 32)], "msg_1", sealed),
        ([SECRET], "msg_1", sealed[:-6] + "AAAA=="),
        ([SECRET], "msg_1", f"{SECRET.key_id}:"),
        ([SECRET], "msg_1", ""),
    ):
        with pytest.raises(SealBroken):
            unseal(secrets, message, text)
    assert seal(SECRET, "msg_1", Named(SUBJECT, KEY)) != sealed


async def test_a_message_whose_secret_is_lost_goes_to_the_queue(tmp_path: Path, owner: Receiver) -> None:
    async with office(objections_url(tmp_path), {OWNER: owner.webhook}, RULES) as desk:
        made = await filed(desk)
    async with office(objections_url(tmp_path), {OWNER: owner.webhook}, RULES, secrets=[Secret(b"n" * 32)]) as desk:
        await desk.deliverer.deliver_due()
        after = await kept(desk, made)
        assert (after.sending.state, after.sending.error, owner.arrived) == ("DEAD", "seal broken", [])


async def test_a_ticket_is_never_without_its_message(desk: Office) -> None:
    """Both are written in one transaction: a message that cannot be written leaves no ticket."""
    given = desk.given()
    first = await filed(desk)
    ticket = (await kept(desk, first)).ticket
    message = {"id": f"msg_{first.id}", "objection": "0" * 32, "department": OWNER, "state": "WAITING"}
    other = replace(ticket, id="0" * 32, receipt=given.receipt)
    with pytest.raises(ObjectionsUnavailable):
        await desk.objections.file(other, {**message, "attempts": 0, "due_at": 0.0}, "live", None, "input", 50)
    assert await desk.objections.get("0" * 32) is None
