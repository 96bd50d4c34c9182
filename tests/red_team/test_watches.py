"""Attacks on watches: another's watch, message or receipt, messages to where they do not belong, rights that ended."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError
from gateway.auth.clients import WebhookSpec
from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger import Secret
from gateway.watch.declared import WatchRules
from gateway.watch.endpoints import check_endpoints
from gateway.watch.shown import owner_of
from tests.end_to_end.subscribing import socket
from tests.end_to_end.watching import KEYS, REQUEUE, START, Watching, watching
from tests.gateway.receiver import SECRET, receiver
from tests.gateway.tokens import BANK
from tests.gateway.watches import CALLER

SLOW = WatchRules(minimum_seconds=3_600, max_watches=3, max_subjects=5, max_watched=7)


@pytest.fixture(scope="module")
async def desk(
    demo_departments: Departments, key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Watching]:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    async with (
        receiver() as hook,
        watching(environment, tmp_path_factory.mktemp("watched"), hook, SLOW) as running,
    ):
        yield running


# Everything that names a watch or a message asks for the caller's own (`owner_of`).
async def test_a_watch_of_another_is_as_none(desk: Watching) -> None:
    id_ = await desk.started()
    for client in ("portal", "enterprise", "tax_department"):
        assert await desk.watch(id_, client) is None
        told = await desk.stop(id_, client)
        unknown = await desk.stop("0" * 32, client)
        assert told.codes == unknown.codes == {"stopWatch": "WATCH_UNKNOWN"}
        assert told.said == unknown.said
        again = await desk.served.ask(client, REQUEUE, given={"ids": [f"msg_{id_}"]})
        assert again.data["requeueWatchMessages"] == []
    assert (await desk.watch(id_))["state"] == "ACTIVE"
    await desk.stop(id_)


# The owner is the client with the subject of its token: a portal's subjects do not see each other's.
def test_subjects_of_one_client_do_not_share_watches() -> None:
    secret = Secret(b"s" * 32)
    owners = [owner_of(secret, replace(CALLER, subject=each))[0] for each in (None, "a", "b")]
    assert len(set(owners)) == 3
    assert len({*owner_of(secret, replace(CALLER, client="bank\x1fa")), *owners}) == 4


# An address comes from the registration: a request has no place to say one.
@pytest.mark.parametrize("name", ["url", "webhook", "endpoint", "callback"], ids=str)
async def test_a_request_cannot_say_where_to_send(desk: Watching, name: str) -> None:
    given = {"keys": KEYS, "sections": ["penalties"], name: "http://169.254.169.254/"}
    told = await desk.served.ask("bank", START, given=given)
    assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"


# `endpoint_of`: of the operator's addresses those of the machine itself and its link are refused in production.
@pytest.mark.parametrize(
    ("url", "production"),
    [
        ("http://bank.example/hook", False),
        ("ftp://bank.example/hook", False),
        ("file:///etc/passwd", False),
        ("https:///hook", False),
        ("https://127.0.0.1/hook", True),
        ("http://localhost/hook", True),
        ("https://[::ffff:169.254.169.254]/", True),
        ("https://0.0.0.0/", True),
    ],
    ids=["plain", "ftp", "file", "no host", "loopback", "localhost", "metadata", "any"],
)
def test_an_address_that_leads_home_stops_the_start(url: str, production: bool) -> None:
    hooked = replace(BANK, webhook=WebhookSpec(url_env="URL", secret_env="HOOK"))
    with pytest.raises(ConfigError) as refused:
        check_endpoints([hooked], {"URL": url, "HOOK": SECRET}, production=production)
    assert url not in str(refused.value)


# `max_watches`, `max_subjects`: bounds of one client, whatever it sends at once.
async def test_a_flood_of_watches_is_held_off(desk: Watching) -> None:
    told = await asyncio.gather(*(desk.start("portal") for _ in range(8)))
    started = [each.data["startWatch"]["id"] for each in told if each.data["startWatch"]]
    assert len(started) == SLOW.max_watches
    assert {code for each in told for code in each.codes.values()} == {"WATCHES_TOO_MANY"}
    many = await desk.start("portal", keys=KEYS * 6)
    assert many.codes == {"startWatch": "INPUT_INVALID"}
    for each in started:
        await desk.stop(each, "portal")


# `max_watched`: the subjects of all watches of a client together, whatever they are called.
async def test_a_flood_of_subjects_is_held_off(desk: Watching) -> None:
    told = [await desk.start("enterprise", keys=KEYS * count) for count in (5, 3, 2)]
    assert [each.codes for each in told] == [{}, {"startWatch": "WATCHES_TOO_MANY"}, {}]
    assert "are about 5 subjects already, and 7 may be" in told[1].content["errors"][0]["message"]
    for each in (told[0], told[2]):
        await desk.stop(each.data["startWatch"]["id"], "enterprise")


# `max_watched`: likewise of all that a client listens to at once, at all replicas.
async def test_a_flood_of_listened_subjects_is_held_off(desk: Watching) -> None:
    async with socket(desk.served, "tax_department") as one, socket(desk.served, "tax_department") as two:
        for client, count in ((one, 5), (two, 2)):
            await client.subscribe("open", variables={"keys": KEYS * count, "sections": ["penalties"]})
            assert (await client.next("open"))["data"]["watchSubjects"]
        await two.subscribe("flood", variables={"keys": KEYS, "sections": ["penalties"]})
        refused = (await two.error("flood"))["extensions"]
        assert (refused["code"], refused["budget"], refused["allowed"]) == ("RATE_LIMITED", "watched", 7)
    told = await desk.start("tax_department", keys=KEYS * 5)
    assert told.codes == {"startWatch": "WEBHOOK_MISSING"}, "what is listened to does not count for lasting watches"


# The pace is the gateway's: a client that wants to ask every second asks every hour.
async def test_no_client_sets_a_faster_pace_than_the_owners_allow(desk: Watching) -> None:
    told = await desk.start(everySeconds=1)
    assert told.data["startWatch"]["everySeconds"] == SLOW.minimum_seconds
    await desk.stop(told.data["startWatch"]["id"])


# A section that is closed is not watched: that it changed would tell of what the watcher may not see.
@pytest.mark.parametrize(
    ("client", "section"),
    [("portal", "utilityArrears"), ("portal", "socialInsurancePayments"), ("portal", "housingFund")],
    ids=["utilities", "insurance", "fund"],
)
async def test_that_a_closed_section_changed_is_not_told(desk: Watching, client: str, section: str) -> None:
    told = await desk.start(client, sections=["penalties", section])
    assert told.codes == {"startWatch": "FIELD_FORBIDDEN"}
    async with socket(desk.served, client) as listening:
        await listening.subscribe("sly", variables={"keys": KEYS, "sections": ["penalties", section]})
        answer = await listening.next("sly")
        assert answer["data"] == {"watchSubjects": None}


# What is kept of a personal number is nothing, and it is not told back.
@pytest.mark.parametrize("value", ["110101199003070038", "11010119900307003８", "1101 0119 9003 0700 38"], ids=str)
async def test_a_persons_number_is_no_subject_of_a_watch(desk: Watching, value: str) -> None:
    told = await desk.start(keys=[{"value": value}])
    assert told.codes == {"startWatch": "INPUT_INVALID"}
    assert value.encode() not in told.body
    for path in desk.served.data.glob("*"):
        if path.is_file():
            assert b"110101199003070038" not in path.read_bytes(), path.name


# `changedSince`: only the client that got an answer compares with it, and only by the question it was given to.
async def test_a_receipt_of_another_opens_no_comparison(desk: Watching) -> None:
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties { state } } } }"
    answer = await desk.served.ask("bank", query, key=KEYS[0])
    since = "query($r: String!, $q: QuestionInput!) { changedSince(receipt: $r, question: $q) { receipt } }"
    nested = {"query": since, "variables": "{}"}
    question: Any = {"query": query, "variables": '{"key": {"value": "91230881TJ00000350", "scheme": "USCC"}}'}
    told = await desk.served.ask("portal", since, r=answer.receipt, q=question)
    assert told.codes == {"changedSince": "RECEIPT_UNKNOWN"}
    mine = await desk.served.ask("bank", since, r=answer.receipt, q=question)
    assert mine.data["changedSince"] == {"receipt": answer.receipt}
    again = await desk.served.ask("bank", since, r=mine.receipt, q=nested)
    assert again.codes == {"changedSince": "RECEIPT_UNKNOWN"}, "an answer of the gateway about itself compares nothing"
