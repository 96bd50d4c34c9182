"""Subscriptions through the front door: real WebSockets and event streams, the ledger, and everything that ends one."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey

from gateway.configuration import load_configuration
from gateway.errors import BadQuery, LedgerUnavailable
from gateway.ledger import Ledger
from gateway.ledger.entry import decode_entry
from gateway.ledger.tables import LEDGER
from gateway.own import Untold
from tests.end_to_end.subscribing import WATCH, events, socket
from tests.end_to_end.ticking import BOUND, NARROW, Ticking, ticking
from tests.gateway.cities import change, copy_city
from tests.gateway.proofs import proof

BANK = "bank"
PLAIN = 'subscription { watchSubjects(keys: [{value: "plain"}], sections: []) { at } }'


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ticking]:
    async with ticking(tmp_path_factory.mktemp("ticking")) as running:
        yield running


# ---- both ways ------------------------------------------------------------------------------------------------------


async def test_events_come_in_order_and_each_is_in_the_ledger_before_it_comes(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        await client.subscribe("order")
        receipts = []
        for at in ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"):
            place.ticker.tell("order", at)
            told = await client.next("order")
            assert told["data"]["watchSubjects"] == {"at": at, "nextAt": None, "news": []}
            receipts.append(told["extensions"]["receipt"]["id"])
            start = told["extensions"]["subscription"]["receipt"]
            assert await place.served.gateway.desk.ledger.get(receipts[-1]) is not None, "no entry, no event"
        place.ticker.of("order").put_nowait(None)
        assert await client.receive() == {"id": "order", "type": "complete"}
    first, second, begun = await place.entries(*receipts, start)
    assert [each.kind for each in (begun, first, second)] == ["SUBSCRIPTION", "EVENT", "EVENT"]
    assert [each.changes[0].after for each in (begun, first, second)] == ["OPEN", "event 1", "event 2"]
    assert {each.changes[0].name for each in (begun, first, second)} == {start}
    assert (first.client, first.purpose, len(first.subjects)) == (BANK, "BANK_CREDIT", 1)
    assert BOUND[1] not in repr(first)


async def test_the_end_is_in_the_ledger_with_its_reason(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        await client.subscribe("ending")
        place.ticker.tell("ending")
        start = (await client.next("ending"))["extensions"]["subscription"]["receipt"]
        await client.send("complete", "ending")
        await place.ticker.until_closed("ending")
    await place.until("ending")
    assert await ends(place, start) == ["CLIENT_LEFT"]


async def ends(place: Ticking, start: str) -> list[str]:
    """Return the reasons of the ends that the ledger has of the subscription ``start``."""
    rows = await place.served.gateway.desk.ledger.rows(sa.select(LEDGER.c.entry))
    found = [decode_entry(text) for (text,) in rows]
    changes = [each.changes[0] for each in found if each.kind == "SUBSCRIPTION"]
    return [each.after or "" for each in changes if each.name == start and each.before == "OPEN"]


async def test_an_event_stream_tells_the_same(place: Ticking) -> None:
    async with events(place.served, BANK, variables={"keys": [{"value": "sse"}]}) as stream:
        assert stream.response.status == 200
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        place.ticker.tell("sse")
        name, told = await stream.next()
        assert (name, told["data"]["watchSubjects"]["at"]) == ("next", "2026-11-01T00:00:00Z")
        assert await place.served.gateway.desk.ledger.get(told["extensions"]["receipt"]["id"]) is not None
        place.ticker.of("sse").put_nowait(None)
        assert await stream.next() == ("complete", None)
        assert await stream.response.content.read() == b""


async def test_the_stream_is_closed_when_the_client_goes(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        await client.subscribe("gone")
        await place.ticker.until_begun("gone")
    await place.ticker.until_closed("gone")
    async with events(place.served, BANK, variables={"keys": [{"value": "gone too"}]}):
        await place.ticker.until_begun("gone too")
    await place.ticker.until_closed("gone too")
    await place.until("gone too")


async def test_what_cannot_be_told_is_null_with_its_reason(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        await client.subscribe("untold")
        place.ticker.of("untold").put_nowait(Untold({"code": "FIELD_FORBIDDEN", "reason": "NO_SCOPE"}))
        told = await client.next("untold")
        assert told["data"] == {"watchSubjects": None}
        assert told["errors"][0]["extensions"] == {"code": "FIELD_FORBIDDEN", "reason": "NO_SCOPE"}
        (entry,) = await place.entries(told["extensions"]["receipt"]["id"])
        assert [(each.field, each.reason) for each in entry.denied] == [("Subscription.watchSubjects", "NO_SCOPE")]


async def test_an_error_of_the_stream_ends_it_and_a_fault_tells_nothing(
    place: Ticking, caplog: pytest.LogCaptureFixture
) -> None:
    async with socket(place.served, BANK) as client:
        await client.subscribe("refused")
        place.ticker.of("refused").put_nowait(BadQuery("`keys` must not be empty"))
        assert (await client.error("refused"))["message"] == "`keys` must not be empty"
        await client.subscribe("fault")
        place.ticker.of("fault").put_nowait(ValueError("secret 91230881TJ00000350"))
        error = await client.error("fault")
        assert error["extensions"]["code"] == "INTERNAL"
        assert "91230881TJ00000350" not in caplog.text
        await client.subscribe("fault")
        place.ticker.tell("fault")
        await client.next("fault")


async def test_several_at_a_time_on_one_connection(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        for name in ("one", "two"):
            await client.subscribe(name)
        for name in ("two", "one", "two"):
            place.ticker.tell(name)
            await client.next(name)
        await client.send("complete", "one")
        await client.send("complete", "nobody")
        await place.ticker.until_closed("one")
        place.ticker.tell("two")
        await client.next("two")


# ---- who asks -------------------------------------------------------------------------------------------------------


async def test_the_token_may_come_with_the_handshake_or_in_headers_of_the_payload(place: Ticking) -> None:
    token = {"Authorization": f"Bearer {place.served.token(BANK)}"}
    async with socket(place.served, additional_headers=token) as client:
        await client.init()
    async with socket(place.served) as client:
        await client.init({"headers": {"authorization": token["Authorization"], "Credit-Case": "项目 1"}})
        await client.subscribe("case")
        place.ticker.tell("case")
        receipt = (await client.next("case"))["extensions"]["receipt"]["id"]
    (entry,) = await place.entries(receipt)
    assert entry.case == "项目 1"


async def test_one_subscription_may_declare_another_case(place: Ticking) -> None:
    token = place.served.token("procurement")
    async with socket(place.served) as client:
        said = {"Authorization": f"Bearer {token}", "Credit-Purpose": "BIDDING", "Credit-Case": "1"}
        await client.init(said)
        await client.subscribe("own case", extensions={"headers": {"Credit-Case": "2"}})
        place.ticker.tell("own case")
        receipt = (await client.next("own case"))["extensions"]["receipt"]["id"]
        (entry,) = await place.entries(receipt)
        assert (entry.purpose, entry.case) == ("BIDDING", "2")
        await client.subscribe("other", extensions={"headers": {"Credit-Purpose": "BANK_CREDIT"}})
        assert (await client.error("other"))["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (None, 4401),
        ({"Authorization": "Bearer x"}, 4401),
        ({"Authorization": "Basic x"}, 4401),
        ({"Authorization": 1}, 4400),
        ({"headers": []}, 4400),
        ({"Authorization": "Bearer \ud83d"}, 4400),
    ],
    ids=["no token", "bad token", "other scheme", "no text", "no headers", "half a character"],
)
async def test_who_is_not_known_is_closed(place: Ticking, payload: Any, code: int) -> None:
    async with socket(place.served) as client:
        await client.send("connection_init", payload=payload)
        assert (await client.closed())[0] == code


async def test_a_purpose_that_is_not_the_clients_is_closed(place: Ticking) -> None:
    async with socket(place.served) as client:
        said = {"Authorization": f"Bearer {place.served.token(BANK)}", "Credit-Purpose": "OWNER"}
        await client.send("connection_init", payload=said)
        code, reason = await client.closed()
        assert (code, "OWNER" in reason) == (4403, True)


async def test_a_token_that_stands_twice_is_refused(place: Ticking) -> None:
    token = {"Authorization": f"Bearer {place.served.token(BANK)}"}
    async with socket(place.served, additional_headers=token) as client:
        await client.send("connection_init", payload=token)
        assert (await client.closed())[0] == 4400


async def test_a_bound_token_needs_its_proof_once_per_connection(place: Ticking) -> None:
    key = ECKey.generate_key("P-256")
    assert place.served.gateway.issuer is not None
    token = place.served.gateway.issuer.mint(BANK, bound_to=key.thumbprint())
    shown = proof(token, key, htu=place.served.url, htm="GET")
    said = {"Authorization": f"DPoP {token}", "DPoP": shown}
    async with socket(place.served) as client:
        await client.init(said)
        for name in ("bound", "bound again"):
            await client.subscribe(name)
            place.ticker.tell(name)
            await client.next(name)
    for payload in (said, {"Authorization": f"DPoP {token}"}, {"Authorization": f"Bearer {token}"}):
        async with socket(place.served) as client:
            await client.send("connection_init", payload=payload)
            assert (await client.closed())[0] == 4401, "replayed, or without a proof"


async def test_an_event_stream_is_refused_with_a_status(place: Ticking) -> None:
    for headers, query, status, code in (
        ({"Authorization": "Bearer x"}, WATCH, 401, "UNAUTHENTICATED"),
        ({"Credit-Purpose": "OWNER"}, WATCH, 403, "FORBIDDEN"),
        ({}, "{ __typename }", 200, "BAD_QUERY"),
        ({}, "subscription {", 200, "BAD_QUERY"),
        ({"Content-Type": "text/plain"}, WATCH, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ):
        async with events(place.served, BANK, query, headers=headers) as stream:
            told = orjson.loads(await stream.response.read())
            assert (stream.response.status, told["errors"][0]["extensions"]["code"]) == (status, code)
            assert "data" not in told


async def test_a_subscription_by_an_ordinary_post_is_told_where_to_go(place: Ticking) -> None:
    told = await place.served.ask(BANK, PLAIN)
    assert told.errors[0]["extensions"]["code"] == "BAD_QUERY"
    assert "text/event-stream" in told.errors[0]["message"]


# ---- the protocol ---------------------------------------------------------------------------------------------------


async def test_a_ping_is_answered_before_and_after_the_init(place: Ticking) -> None:
    async with socket(place.served) as client:
        await client.send("ping")
        assert await client.receive() == {"type": "pong"}
        await client.init({"Authorization": f"Bearer {place.served.token(BANK)}"})
        await client.send("pong")
        await client.send("ping", payload={"at": 1})
        assert await client.receive() == {"type": "pong"}


async def test_a_subscription_before_the_ack_is_unauthorized(place: Ticking) -> None:
    async with socket(place.served) as client:
        await client.subscribe("early")
        assert (await client.closed())[0] == 4401


async def test_a_second_init_is_too_many(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        await client.send("connection_init", payload={"Authorization": f"Bearer {place.served.token(BANK)}"})
        assert (await client.closed())[0] == 4429


async def test_an_id_in_use_is_a_conflict_and_may_be_used_again_later(place: Ticking) -> None:
    async with socket(place.served, BANK) as client:
        await client.subscribe("again")
        place.ticker.of("again").put_nowait(None)
        assert (await client.receive())["type"] == "complete"
        await client.subscribe("again")
        await client.subscribe("again")
        assert (await client.closed())[0] == 4409


async def test_another_subprotocol_is_closed(place: Ticking) -> None:
    async with socket(place.served, subprotocols=["graphql-ws"]) as client:
        assert (await client.closed())[0] == 4406


async def test_no_init_in_time_is_closed(tmp_path: Path) -> None:
    async with ticking(tmp_path, NARROW) as narrow, socket(narrow.served) as client:
        assert (await client.closed())[0] == 4408


async def test_what_is_no_subscription_is_an_error_of_its_id_alone(place: Ticking) -> None:
    skipped = WATCH.replace("everySeconds: $every)", "everySeconds: $every) @skip(if: true)")
    async with socket(place.served, BANK) as client:
        for id_, query in (("parse", "subscription {"), ("skipped", skipped)):
            await client.subscribe(id_, query, variables={"keys": [{"value": "none"}]})
            error = await client.error(id_)
            assert error["extensions"]["code"] == "BAD_QUERY"
            assert error["extensions"]["receipt"]["id"], "a refusal has its entry"
        await client.subscribe("still")
        place.ticker.tell("still")
        await client.next("still")


async def test_trusted_documents_bind_subscriptions_too(tmp_path: Path) -> None:
    config = copy_city(tmp_path)
    change(config / "clients.toml", "[clients.bank]", '[clients.bank]\nlimits = {documents = "trusted"}')
    (config / "documents").mkdir()
    (config / "documents" / "plain.graphql").write_text(f"# 关注\n{PLAIN}\n")
    loaded = load_configuration(config)
    (known,) = loaded.trusted.by_id
    async with ticking(tmp_path, configured=loaded) as running, socket(running.served, BANK) as client:
        await client.subscribe("own")
        assert (await client.error("own"))["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        await client.send("subscribe", "plain", {"documentId": f"sha256:{known}"})
        running.ticker.tell("plain")
        assert (await client.next("plain"))["data"]["watchSubjects"]["at"]


# ---- what ends one --------------------------------------------------------------------------------------------------


async def test_the_end_of_the_token_closes_the_connection(tmp_path: Path) -> None:
    async with ticking(tmp_path) as running, socket(running.served, BANK) as client:
        await client.subscribe("expires")
        running.ticker.tell("expires")
        start = (await client.next("expires"))["extensions"]["subscription"]["receipt"]
        async with events(running.served, BANK, variables={"keys": [{"value": "expires too"}]}) as stream:
            await running.ticker.until_begun("expires too")
            running.clock.ahead = 10 * 86_400
            assert await client.closed() == (4403, "forbidden: the token has expired")
            name, told = await stream.next()
            assert (name, told["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
            assert await stream.next() == ("complete", None)
        await running.until("expires")
        assert await ends(running, start) == ["UNAUTHENTICATED"]


async def test_a_reload_without_the_client_ends_it_and_others_go_on(tmp_path: Path) -> None:
    config = copy_city(tmp_path)
    async with (
        ticking(tmp_path, configured=load_configuration(config)) as running,
        socket(running.served) as gone,
        socket(running.served, "portal") as portal,
    ):
        token = running.served.token("procurement")
        await gone.init({"Authorization": f"Bearer {token}", "Credit-Purpose": "BIDDING", "Credit-Case": "1"})
        await gone.subscribe("gone")
        await portal.subscribe("portal")
        for name in ("gone", "portal"):
            await running.ticker.until_begun(name)
        change(config / "clients.toml", "[clients.procurement]", "[clients.other]")
        settings = running.served.gateway.front.loaded.configuration.settings
        assert await running.served.gateway.reload(lambda: with_settings(load_configuration(config), settings))
        code, reason = await gone.closed()
        assert (code, "not registered" in reason) == (4403, True)
        running.ticker.tell("portal")
        await portal.next("portal")


def with_settings(loaded: Any, settings: Any) -> Any:
    return replace(loaded, settings=settings)


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        ("clients.toml", '"credit.check.run", "credit.consent"', '"credit.consent"', "RIGHTS_CHANGED"),
        ("disclosure.toml", "max_months = 36", "max_months = 35", "RULES_CHANGED"),
    ],
    ids=["a scope is withdrawn", "the rules change"],
)
async def test_other_rights_end_it_and_it_may_be_opened_again(
    tmp_path: Path, file: str, before: str, after: str, reason: str
) -> None:
    config = copy_city(tmp_path)
    async with (
        ticking(tmp_path, configured=load_configuration(config)) as running,
        socket(running.served, BANK) as client,
    ):
        await client.subscribe("changed")
        await running.ticker.until_begun("changed")
        change(config / file, before, after)
        settings = running.served.gateway.front.loaded.configuration.settings
        assert await running.served.gateway.reload(lambda: with_settings(load_configuration(config), settings))
        error = await client.error("changed")
        assert error["extensions"] == {"code": "SUBSCRIPTION_ENDED", "reason": reason}
        await client.subscribe("changed")
        running.ticker.tell("changed")
        await client.next("changed")


async def test_a_ledger_that_is_away_tells_no_event(place: Ticking, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> None:
        raise LedgerUnavailable("the ledger cannot be written now")

    async with socket(place.served, BANK) as client:
        await client.subscribe("unsealed")
        await place.ticker.until_begun("unsealed")
        with monkeypatch.context() as patch:
            patch.setattr(Ledger, "append", away)
            place.ticker.tell("unsealed")
            assert (await client.error("unsealed"))["extensions"]["code"] == "LEDGER_UNAVAILABLE"
            await client.subscribe("unopened")
            assert (await client.error("unopened"))["extensions"]["code"] == "LEDGER_UNAVAILABLE"
        assert "unopened" not in place.ticker.begun, "no entry, no stream"


async def test_the_end_of_the_server_is_told(tmp_path: Path) -> None:
    stack = ticking(tmp_path)
    running = await stack.__aenter__()
    async with socket(running.served, BANK) as client, events(running.served, BANK) as stream:
        await client.subscribe("last")
        await running.ticker.until_begun("last")
        await running.ticker.until_begun("1")
        running.served.gateway.readiness.drain()
        assert (await client.closed())[0] == 1012
        name, told = await stream.next()
        assert (name, told["errors"][0]["extensions"]["code"]) == ("next", "SHUTTING_DOWN")
        assert await stream.next() == ("complete", None)
    await stack.__aexit__(None, None, None)


async def test_nothing_of_it_is_logged(place: Ticking, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = place.served.token(BANK)
    async with socket(place.served, BANK) as client:
        await client.subscribe("91230881TJ00000350")
        place.ticker.tell("91230881TJ00000350")
        await client.next("91230881TJ00000350")
    ours = "\n".join(each.getMessage() for each in caplog.records if not each.name.startswith("websockets.client"))
    assert token not in ours
    assert "91230881TJ00000350" not in ours
