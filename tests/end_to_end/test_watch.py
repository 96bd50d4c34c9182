"""Watches through the front door: real departments that change and fail, real receivers, real WebSockets."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger.pseudonym import SECRET_ENV
from gateway.watch.watches import WATCHES_URL_ENV
from tests.end_to_end.objecting import SUBJECT
from tests.end_to_end.served import Told
from tests.end_to_end.subscribing import events, socket
from tests.end_to_end.watching import KEYS, REQUEUE, Watching, watching
from tests.gateway.receiver import Receiver, receiver

COURT = "courtEnforcement.dishonestEntries"


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver() as running:
        yield running


@pytest.fixture
async def desk(city: Departments, key_file: Path, tmp_path: Path, hook: Receiver) -> AsyncIterator[Watching]:
    async with watching({**city.environment, KEY_FILE_ENV: str(key_file)}, tmp_path, hook) as running:
        yield running


def of(section: str, word: str) -> Any:
    """Return what tells whether a message says ``word`` of ``section``."""

    def holds(message: Any) -> bool:
        news = message["data"].get("news", [])
        return any((each["section"], each["news"]) == (section, word) for each in news)

    return holds


async def test_a_change_is_told_and_never_what_it_was(desk: Watching, tmp_path: Path) -> None:
    id_ = await desk.started(sections=["penalties", COURT])
    before = {each["section"]: each for each in (await desk.watch(id_))["standing"]}
    assert {name: each["state"] for name, each in before.items()} == {"penalties": "COMPLETE", COURT: "COMPLETE"}
    assert desk.receiver.arrived == [], "that it is known for the first time is no news"
    await desk.repair()
    told = await desk.message(of("penalties", "CHANGED"))
    assert (told["type"], told["data"]["watch"]) == ("watch.changed", id_)
    (news,) = told["data"]["news"]
    assert (news["subject"], news["before"]) == (SUBJECT, before["penalties"]["digest"])
    assert news["after"] not in {None, news["before"]}
    entry = await desk.served.gateway.desk.ledger.get(told["data"]["receipt"])
    assert entry is not None
    assert (entry.kind, entry.client, entry.changes[0].name, entry.changes[0].after) == (
        "EVENT",
        "bank",
        id_,
        "CHANGED",
    )
    await desk.until(id_, lambda watch: watch["standing"][1]["digest"] == news["after"])
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("watches.sqlite*"))
    assert SUBJECT.encode() not in kept
    for word in ("罚款", "同市监处罚", "COMPLETE\x00"):
        assert word.encode() not in kept


async def test_what_cannot_be_asked_is_unknown_since_and_never_unchanged(desk: Watching, city: Departments) -> None:
    id_ = await desk.started(sections=["penalties", COURT])
    digest = {each["section"]: each["digest"] for each in (await desk.watch(id_))["standing"]}[COURT]
    city.fault("court_enforcement", "error")
    told = await desk.message(of(COURT, "UNKNOWN"))
    (news,) = told["data"]["news"]
    assert (news["before"], news["after"], news["state"]) == (digest, None, "UNKNOWN")
    assert news["unknownSince"] == news["at"]
    watch = await desk.watch(id_)
    standing = {each["section"]: each for each in watch["standing"]}[COURT]
    assert (standing["digest"], standing["unknownSince"]) == (digest, news["at"]), "what was known stays known"
    city.fault("court_enforcement")
    again = await desk.message(of(COURT, "UNCHANGED"))
    (news,) = again["data"]["news"]
    assert (news["before"], news["after"], news["unknownSince"]) == (digest, digest, standing["unknownSince"])


async def test_a_message_is_sent_again_until_it_is_taken_and_given_up_at_last(desk: Watching) -> None:
    desk.receiver.statuses[:] = [500, 302, 404]
    await desk.started()
    await desk.repair()
    async with asyncio.timeout(60):
        while not (dead := await desk.messages("DEAD")):
            await asyncio.sleep(0.02)
    ((message,),) = [dead]
    assert (message["attempts"], message["error"]) == (3, "status 404")
    assert desk.receiver.ids == [message["id"]] * 3
    assert set(desk.receiver.targets) == {"/objections"}, "no redirect is followed"
    assert await desk.messages("DEAD", "portal") == []
    told = await desk.served.ask("portal", REQUEUE, given={"ids": [message["id"]]})
    assert told.data["requeueWatchMessages"] == [], "another's"
    told = await desk.served.ask("bank", REQUEUE, given={"ids": [message["id"], "msg_x"]})
    assert told.data["requeueWatchMessages"] == [{"id": message["id"], "state": "WAITING"}]
    async with asyncio.timeout(60):
        while (await desk.messages("DELIVERED")) == []:
            await asyncio.sleep(0.02)
    assert desk.receiver.ids == [message["id"]] * 4
    assert len({repr(each) for each in desk.receiver.arrived}) == 1


async def test_a_watch_is_stopped_by_its_client_alone(desk: Watching) -> None:
    id_ = await desk.started()
    assert await desk.watch(id_, "portal") is None
    told = await desk.stop(id_, "portal")
    assert told.codes == {"stopWatch": "WATCH_UNKNOWN"}
    assert (await desk.watch(id_))["state"] == "ACTIVE"
    told = await desk.stop(id_)
    assert (told.data["stopWatch"]["state"], told.data["stopWatch"]["reason"]) == ("STOPPED", "STOPPED_BY_CLIENT")
    entry = await desk.served.gateway.desk.ledger.get(told.receipt)
    assert entry is not None
    assert [(each.what, each.name, each.after) for each in entry.changes] == [("watch", id_, "STOPPED_BY_CLIENT")]
    assert (await desk.stop(id_)).data["stopWatch"]["state"] == "STOPPED"


async def test_an_idempotency_key_starts_one_watch(desk: Watching) -> None:
    first = await desk.start(clientMutationId="once")
    again = await desk.start(clientMutationId="once")
    assert first.data["startWatch"]["id"] == again.data["startWatch"]["id"]
    other = await desk.start(clientMutationId="once", sections=[COURT])
    assert other.codes == {"startWatch": "MUTATION_REUSED"}
    portal = await desk.start("portal", clientMutationId="once")
    assert portal.data["startWatch"]["id"] != first.data["startWatch"]["id"]


async def test_what_cannot_be_watched_is_said_at_once(desk: Watching) -> None:
    told = await desk.start(keys=[{"value": "110101199003070038"}], sections=[], everySeconds=0, clientMutationId="")
    (error,) = told.errors
    assert error["extensions"]["code"] == "INPUT_INVALID"
    named = {each["field"] for each in error["extensions"]["inputs"]}
    assert named == {"keys", "sections", "everySeconds", "clientMutationId"}
    assert b"110101199003070038" not in told.body


async def test_a_client_without_an_address_or_without_rights_starts_none(desk: Watching) -> None:
    told = await desk.served.ask("court", "mutation { " + started(KEYS) + " }", purpose="LAW_ENFORCEMENT")
    assert told.codes == {"startWatch": "WEBHOOK_MISSING"}
    told = await desk.start("portal", sections=["penalties", "housingFund"])
    assert told.codes == {"startWatch": "FIELD_FORBIDDEN"}
    assert told.errors[0]["extensions"]["sections"]


def started(keys: list[dict[str, str]]) -> str:
    (key,) = keys
    return f'startWatch(input: {{keys: [{{value: "{key["value"]}", scheme: USCC}}], sections: ["penalties"]}}) {{ id }}'


async def test_a_subscription_tells_where_sections_stand_and_then_what_changed(desk: Watching) -> None:
    variables = {"keys": KEYS, "sections": ["penalties", COURT], "every": 1}
    async with socket(desk.served, "bank") as client:
        await client.subscribe("w", variables=variables)
        first = (await client.next("w"))["data"]["watchSubjects"]
        assert {each["section"]: each["news"] for each in first["news"]} == {"penalties": "BASELINE", COURT: "BASELINE"}
        await desk.repair()
        told = await client.next("w")
        (news,) = told["data"]["watchSubjects"]["news"]
        assert (news["section"], news["news"], news["subject"]) == ("penalties", "CHANGED", SUBJECT)
        entry = await desk.served.gateway.desk.ledger.get(told["extensions"]["receipt"]["id"])
        assert entry is not None
        assert (entry.kind, len(entry.subjects)) == ("EVENT", 1)
    async with events(desk.served, "portal", variables=variables) as stream:
        _, other = await stream.next()
        digests = {each["after"] for each in other["data"]["watchSubjects"]["news"]}
        assert digests.isdisjoint({news["before"], news["after"]}), "two clients cannot compare digests"


async def test_a_subscription_to_what_is_closed_is_told_so(desk: Watching) -> None:
    async with socket(desk.served, "portal") as client:
        await client.subscribe("w", variables={"keys": KEYS, "sections": ["penalties", "housingFund"]})
        told = await client.next("w")
        assert told["data"] == {"watchSubjects": None}
        assert told["errors"][0]["extensions"]["code"] == "FIELD_FORBIDDEN"
        assert (await client.receive())["type"] == "complete"
        await client.subscribe("v", variables={"keys": KEYS, "sections": ["nothing"]})
        assert (await client.error("v"))["extensions"]["code"] == "BAD_QUERY"


async def test_many_subjects_are_asked_in_one_question(desk: Watching, city: Departments) -> None:
    keys = [*KEYS, {"value": "91230881TJ0000019A"}]
    plain = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
      courtEnforcement { dishonestEntries(first: 100) { items { caseNo } } } } } }"""
    city.forget_calls("court_enforcement")
    await desk.served.ask("bank", plain, keys=keys)
    once = city.calls("court_enforcement")["calls"]
    city.forget_calls("court_enforcement")
    await desk.started(keys=keys, sections=[COURT], everySeconds=3_600)
    assert city.calls("court_enforcement")["calls"] == once, "as many as one query of all of them"


async def test_two_replicas_ask_once_and_the_second_goes_on_when_the_first_is_gone(
    city: Departments, key_file: Path, tmp_path: Path, hook: Receiver
) -> None:
    own = {
        KEY_FILE_ENV: str(key_file),
        WATCHES_URL_ENV: f"sqlite:///{tmp_path / 'shared.sqlite'}",
        SECRET_ENV: "5e" * 32,
    }
    own |= {"CREDIT_OBJECTIONS_URL": f"sqlite:///{tmp_path / 'objections.sqlite'}"}
    environment = {**city.environment, **own}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with watching(environment, tmp_path / "two", hook) as two:
        async with watching(environment, tmp_path / "one", hook) as one:
            id_ = await one.started()
        await two.repair()
        await two.message(of("penalties", "CHANGED"))
        assert len([each for each in hook.arrived if of("penalties", "CHANGED")(each)]) == 1
        assert (await two.watch(id_))["state"] == "ACTIVE"


def rows(path: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


async def test_what_was_sent_is_gone_from_the_store(desk: Watching, tmp_path: Path) -> None:
    await desk.started()
    await desk.repair()
    await desk.message(of("penalties", "CHANGED"))
    async with asyncio.timeout(60):
        while await desk.messages("WAITING"):
            await asyncio.sleep(0.02)
    assert rows(tmp_path / "watches.sqlite", "SELECT count(*) FROM watch_messages WHERE sealed IS NOT NULL") == [(0,)]


ASKED = """query Asked($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  name penalties { state } courtEnforcement { dishonestEntries { items { caseNo } } } } } }"""
SINCE = """query Since($receipt: String!, $question: QuestionInput!) {
  changedSince(receipt: $receipt, question: $question) {
    receipt answeredAt askedAgain sections { path since stateBefore state } } }"""


async def since(desk: Watching, receipt: str, client: str = "bank", query: str = ASKED, **variables: Any) -> Told:
    question = {"query": query, "variables": orjson.dumps({"key": KEYS[0], **variables}).decode()}
    return await desk.served.ask(client, SINCE, receipt=receipt, question=question)


def told_of(told: Told) -> dict[str, str]:
    return {each["path"]: each["since"] for each in told.data["changedSince"]["sections"]}


async def test_what_changed_since_an_answer_is_told_by_its_receipt(desk: Watching, city: Departments) -> None:
    answer = await desk.served.ask("bank", ASKED, key=KEYS[0])
    court = f"subject.{COURT}"
    told = await since(desk, answer.receipt)
    assert told_of(told) == {"subject.name": "UNCHANGED", "subject.penalties": "UNCHANGED", court: "UNCHANGED"}
    assert told.data["changedSince"]["receipt"] == answer.receipt
    entry = await desk.served.gateway.desk.ledger.get(told.data["changedSince"]["askedAgain"])
    assert entry is not None
    assert entry.kind == "WATCH"
    await desk.repair()
    city.fault("court_enforcement", "error")
    told = await since(desk, answer.receipt)
    assert told_of(told) == {"subject.name": "UNCHANGED", "subject.penalties": "CHANGED", court: "UNKNOWN"}


async def test_a_receipt_of_another_or_another_question_tells_nothing(desk: Watching) -> None:
    answer = await desk.served.ask("bank", ASKED, key=KEYS[0])
    for told in (await since(desk, answer.receipt, "portal"), await since(desk, "0" * 32), await since(desk, "x")):
        assert told.data == {"changedSince": None}
        assert told.errors[0]["extensions"]["code"] == "RECEIPT_UNKNOWN"
    other = {"value": "91230881TJ0000019A", "scheme": "USCC"}
    for told in (
        await since(desk, answer.receipt, query=ASKED + " "),
        await since(desk, answer.receipt, query="{ __typename }"),
        await since(desk, answer.receipt, key=other),
    ):
        assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"
    for variables in ("[]", "{", "x" * 300_000, '{"a":' * 100 + "1" + "}" * 100):
        question = {"query": ASKED, "variables": variables}
        told = await desk.served.ask("bank", SINCE, receipt=answer.receipt, question=question)
        assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"
