"""Lasting watches under faults: what stops one, who asks of several, what is sent, and what a crash loses: nothing."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import utc_text
from connectors.hours import CHINA_TIME
from gateway.caller import Caller
from gateway.consents.model import Named
from gateway.ledger import Secret
from gateway.watch import outbox, standings
from gateway.watch.endpoints import Endpoint
from gateway.watch.sealing import seal
from gateway.watch.shown import owner_of
from tests.commands import Run
from tests.gateway.consents import new_database
from tests.gateway.receiver import KEY, Receiver, receiver
from tests.gateway.watches import CALLER, HOOKED, RULES, SECRET, SUBJECT, Keeper, keeping

CONSENT = "019a8b6c55d07c3f9a1be0d1c2f3a4b5"


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'watches.sqlite'}"
    return await new_database(request.getfixturevalue("postgres_server"), "watches")


@pytest.fixture
async def bank() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found


@pytest.fixture
async def one(place: str, bank: Receiver) -> AsyncIterator[Keeper]:
    async with keeping(place, Endpoint(bank.url, KEY)) as found:
        yield found


async def test_a_change_is_in_the_ledger_and_on_its_way_once(one: Keeper, bank: Receiver) -> None:
    id_ = await one.started()
    for content in (1, 1, 2, 2):
        assert await one.round(content) == 1
    assert await one.deliverer.deliver_due() == 1
    (told,) = bank.arrived
    (news,) = told["data"]["news"]
    assert (told["data"]["watch"], news["subject"], news["news"]) == (id_, SUBJECT, "CHANGED")
    (entry,) = one.desk.ledger.entries
    assert (entry.kind, entry.receipt, entry.client) == ("EVENT", told["data"]["receipt"], "bank")
    assert len(entry.subjects) == 1
    assert bank.ids == [f"msg_{entry.receipt}"]
    (message,) = await one.messages()
    assert (message.state, message.sealed) == ("DELIVERED", None)
    assert await one.deliverer.deliver_due() == 0


async def test_it_is_asked_at_its_pace_and_not_before(one: Keeper) -> None:
    await one.started()
    assert await one.round(1, seconds=59) == 1
    assert await one.round(1, seconds=1) == 0
    assert await one.round(1) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: one.clients.clear(), "CLIENT_REMOVED"),
        (lambda one: one.clients.update(bank=replace(HOOKED, scopes=frozenset({"x"}))), "SCOPE_WITHDRAWN"),
        (lambda one: one.clients.update(bank=replace(HOOKED, purposes=("OTHER",))), "PURPOSE_WITHDRAWN"),
        (lambda one: one.clients.update(bank=replace(HOOKED, subject="91230881TJ0000019A")), "SUBJECT_CHANGED"),
        (lambda one: setattr(one.desk.consents, "said", Named((), {CONSENT: "REVOKED"})), "CONSENT_ENDED"),
        (lambda one: setattr(one.sources, "state", "DENIED"), "RIGHTS_WITHDRAWN"),
    ],
    ids=["client", "scope", "purpose", "subject", "consent", "rights"],
)
async def test_what_ends_the_right_ends_the_watch_and_is_told(
    one: Keeper, bank: Receiver, change: Any, reason: str
) -> None:
    caller = Caller("bank", None, CALLER.scopes, "BANK_CREDIT", consent=CONSENT, subject=SUBJECT)
    id_ = await one.started(caller)
    await one.round(1)
    asked = len(one.sources.asked)
    change(one)
    await one.round(2)
    assert len(one.sources.asked) == asked + (reason == "RIGHTS_WITHDRAWN"), "nobody is asked without the right to"
    watch = await one.watch(id_, caller)
    assert (watch.state, watch.reason) == ("STOPPED", reason)
    assert await one.round(3) == 0
    await one.deliverer.deliver_due()
    assert [(each["type"], each["data"]["reason"]) for each in bank.arrived] == [("watch.stopped", reason)]
    assert [each.changes[0].after for each in one.desk.ledger.entries] == [reason]


async def test_a_consent_that_cannot_be_looked_up_ends_nothing_and_asks_nobody(one: Keeper) -> None:
    caller = replace(CALLER, consent=CONSENT)
    id_ = await one.started(caller)
    one.desk.consents.said = Named((), {CONSENT: "UNAVAILABLE"})
    await one.round(1)
    assert one.sources.asked == []
    one.desk.consents.said = Named()
    await one.round(1)
    assert len(one.sources.asked) == 1
    assert (await one.watch(id_)).state == "ACTIVE"


async def test_it_asks_with_the_scopes_that_it_started_with_whatever_the_client_got_since(one: Keeper) -> None:
    await one.started(replace(CALLER, scopes=frozenset({"credit.public"})))
    await one.round(1)
    assert one.sources.asked[0].scopes == {"credit.public"}


async def test_quiet_hours_are_waited_out_for_a_day_at_most(one: Keeper) -> None:
    id_ = await one.started(started_at=at(one.clock.now))
    one.sources.closed = datetime.fromtimestamp(one.clock.now + 3_600, CHINA_TIME)
    await one.round(1)
    assert one.sources.asked == []
    assert (await one.watch(id_)).next_at == one.clock.now - 60 + 3_600
    one.clock.now += 86_400
    one.sources.closed = datetime.fromtimestamp(one.clock.now + 3_600, CHINA_TIME)
    await one.round(1)
    assert len(one.sources.asked) == 1, "who is always closed somewhere is asked all the same"


def at(seconds: float) -> str:
    return utc_text(datetime.fromtimestamp(seconds, CHINA_TIME))


async def test_no_entry_no_message_and_the_round_is_made_again(one: Keeper) -> None:
    id_ = await one.started()
    await one.round(1)
    before = await one.known(id_)
    one.desk.ledger.broken = True
    await one.round(2)
    assert await one.known(id_) == before, "what was found is not remembered without its entry"
    assert await one.messages() == []
    one.desk.ledger.broken = False
    await one.round(2)
    assert [each.state for each in await one.messages()] == ["WAITING"]


async def test_a_round_that_fails_keeps_no_other_from_being_made(one: Keeper, caplog: pytest.LogCaptureFixture) -> None:
    await one.started()
    one.sources.fails = True
    await one.round(1)
    one.sources.fails = False
    other = await one.started()
    assert await one.round(1) == 2
    assert (await one.watch(other)).asked_at is not None
    assert SUBJECT not in caplog.text


async def test_of_two_replicas_one_asks_and_the_other_goes_on_when_it_dies(place: str) -> None:
    async with keeping(place, None) as one, keeping(place, None) as two:
        two.clock = one.clock
        two.watcher._clock = one.clock
        id_ = await one.started()
        taken = await one.watches.write(lambda it: standings.take(it, "gone", one.clock(), RULES.lease_seconds))
        assert [each.id for each in taken] == [id_]
        assert await two.round(1, seconds=RULES.lease_seconds) == 0, "it is held by the first"
        assert await two.round(1) == 1
        late = await one.watches.write(lambda it: standings.settle(it, id_, "gone", {"next_at": 0.0}))
        assert late is False, "whose lease has run out writes nothing"
        assert (await one.watch(id_)).next_at > 0


async def test_one_that_closes_lets_go_at_once(place: str) -> None:
    async with keeping(place, None) as one:
        await one.started()
        one.watcher.start()
        await one.watcher.close()
        lease = one.watcher._lease or "none"
        await one.watches.write(lambda it: standings.take(it, lease, one.clock(), 1_000))
        one.watcher.start()
        await one.watcher.close()
        one.clock.now += 60
        assert await one.round(1) <= 1


async def test_what_is_stopped_while_it_is_asked_stays_stopped(one: Keeper) -> None:
    id_ = await one.started()
    await one.watches.write(lambda it: standings.take(it, "x", one.clock(), 100))
    owner = owner_of(SECRET, CALLER)
    await one.watches.write(lambda it: standings.stop(it, id_, owner, "STOPPED_BY_CLIENT", "2027-01-15T00:00:00.000Z"))
    assert await one.watches.write(lambda it: standings.settle(it, id_, "x", {"asked_at": "x"})) is False
    assert await one.round(1, 1_000) == 0


async def test_growing_pauses_then_a_dead_letter_then_back(one: Keeper, bank: Receiver) -> None:
    bank.statuses[:] = [500, 307, 410]
    await one.started(every_seconds=10**6)
    await one.round(1)
    one.clock.now += 10**6
    await one.round(2, seconds=0)
    waits = []
    for _ in range(3):
        assert await one.deliverer.deliver_due() == 1
        (message,) = await one.messages()
        waits.append((message.state, message.due_at - one.clock()))
        one.clock.now = message.due_at
    assert waits[:2] == [("WAITING", 10), ("WAITING", 20)]
    assert (waits[2][0], message.error) == ("DEAD", "status 410")
    assert set(bank.targets) == {"/objections"}
    stranger = owner_of(SECRET, replace(CALLER, client="portal"))
    assert await one.watches.write(lambda it: outbox.requeue(it, [message.id], stranger, one.clock())) == []
    (again,) = await one.watches.write(lambda it: outbox.requeue(it, [message.id], None, one.clock()))
    assert (again.state, again.attempts) == ("WAITING", 0)
    await one.deliverer.deliver_due()
    assert bank.ids == [message.id] * 4
    assert len({repr(each) for each in bank.arrived}) == 1


async def test_two_deliverers_send_one_message_once_and_a_lease_that_ran_out_sends_it_again(
    place: str, bank: Receiver
) -> None:
    bank.hold = asyncio.Event()
    endpoint = Endpoint(bank.url, KEY)
    async with keeping(place, endpoint) as one, keeping(place, endpoint) as two:
        await one.started()
        await one.round(1)
        await one.round(2)
        two.clock.now = one.clock.now
        sending = asyncio.create_task(one.deliverer.deliver_due())
        await bank.reached.wait()
        assert await two.deliverer.deliver_due() == 0
        two.clock.now += RULES.sending_seconds
        again = asyncio.create_task(two.deliverer.deliver_due())
        while len(bank.arrived) < 2:
            await asyncio.sleep(0)
        bank.hold.set()
        await asyncio.gather(sending, again)
        assert len(set(bank.ids)) == 1
        assert [each.state for each in await one.messages()] == ["DELIVERED"]


async def test_a_process_that_is_killed_while_it_sends_loses_nothing(place: str, bank: Receiver) -> None:
    script = Path(__file__).with_name("watches_killed.py")
    root = Path(__file__).parents[2]
    command = [sys.executable, str(script), place]
    killed = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, cwd=root, env={"PYTHONPATH": str(root)}, check=False
    )
    assert killed.returncode == -9, killed.stderr.decode()
    async with keeping(place, Endpoint(bank.url, KEY)) as one:
        one.clock.now += 120 + RULES.sending_seconds
        assert await one.deliverer.deliver_due() == 1
        assert bank.ids == [killed.stdout.decode()], "under the same id, so that the receiver counts it once"
        (watch,) = await one.watches.read(lambda it: standings.held(it, owner_of(SECRET, CALLER), None, 9, None))
        assert watch.state == "ACTIVE"


async def test_an_address_that_is_gone_leaves_a_dead_letter(place: str) -> None:
    async with keeping(place, None) as one:
        await one.started()
        await one.round(1)
        await one.round(2)
        for _ in range(3):
            await one.deliverer.deliver_due()
            one.clock.now += 3_600
        (message,) = await one.messages("DEAD")
        assert message.error == "no address"


async def test_what_cannot_be_opened_any_more_stops_and_is_said(one: Keeper) -> None:
    id_ = await one.started(sealed=seal(Secret(b"x" * 32), "other", {}))
    await one.round(1)
    assert (await one.watch(id_)).reason == "SEAL_BROKEN"


@pytest.mark.parametrize(
    ("most", "most_subjects", "refusal"),
    [(3, 1_000, standings.TooManyWatches), (100, 3, standings.TooManySubjects)],
    ids=["watches", "subjects"],
)
async def test_many_starts_at_once_do_not_pass_the_limit(
    place: str, most: int, most_subjects: int, refusal: type[Exception]
) -> None:
    async with keeping(place, None) as one:
        await one.started()
        watch = await one.watches.read(lambda it: standings.held(it, owner_of(SECRET, CALLER), None, 1, None))
        more = [replace(watch[0], id=f"{at:032x}") for at in range(5)]
        start = partial(standings.start, mutation=None, input_="", most=most, most_subjects=most_subjects)
        work = (one.watches.write(partial(start, watch=each)) for each in more)
        ended = await asyncio.gather(*work, return_exceptions=True)
        assert sum(isinstance(each, refusal) for each in ended) == 3


async def test_no_byte_of_the_store_names_the_subject(tmp_path: Path, bank: Receiver) -> None:
    bank.statuses[:] = [500]
    async with keeping(f"sqlite:///{tmp_path / 'w.sqlite'}", Endpoint(bank.url, KEY)) as one:
        await one.started()
        await one.round("a secret of a section")
        await one.round("another secret")
        await one.deliverer.deliver_due()
        for path in tmp_path.iterdir():
            content = path.read_bytes()
            for word in (SUBJECT, "secret of a section", "another secret", bank.url):
                assert word.encode() not in content, path.name


async def test_the_operator_reads_dead_letters_and_puts_them_back(tmp_path: Path, run: Run) -> None:
    async with keeping(f"sqlite:///{tmp_path / 'watches.sqlite'}", None) as one:
        await one.started()
        await one.round(1)
        await one.round(2)
        for _ in range(3):
            await one.deliverer.deliver_due()
            one.clock.now += 3_600
        (dead,) = await one.messages("DEAD")
        told = run("watch", "dead-letters", "--data", str(tmp_path), "--json")
        (listed,) = json.loads(told.stdout)
        assert (listed["id"], listed["client"], listed["error"]) == (dead.id, "bank", "no address")
        assert SUBJECT not in told.stdout
        assert "sealed" not in listed
        assert (
            run("watch", "dead-letters", "--data", str(tmp_path), "--client", "portal", "--json").stdout.strip() == "[]"
        )
        assert run("watch", "dead-letters", "--data", str(tmp_path), "--requeue", "msg_x").returncode == 1
        assert run("watch", "dead-letters", "--data", str(tmp_path), "--requeue", dead.id).returncode == 0
        assert [each.state for each in await one.messages()] == ["WAITING"]


def test_where_no_watches_are_kept_nothing_is_made(tmp_path: Path, run: Run) -> None:
    told = run("watch", "dead-letters", "--data", str(tmp_path))
    assert told.returncode == 1
    assert "no watches are kept there yet" in told.stderr
    assert list(tmp_path.iterdir()) == []
