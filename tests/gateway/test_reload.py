"""A reload swaps all of the configuration between two requests, or nothing; requests in flight end as they began."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Answer, Batch
from gateway.cli.serve import reloading
from gateway.configuration import Configuration, load_configuration
from gateway.desk import Desk
from gateway.reload import renewed
from tests.gateway.cities import BANK_SCOPES, NARROWER, City, change, city

KEPT = {"schema", "documents", "ledger", "consents", "marks", "own", "streams", "refusals", "deadline_seconds"}
"""Fields of the desk that do not come from the configuration folder, or from `gateway.toml`, which a reload leaves."""
KEY = '{value: "91230881TJ00000350", scheme: USCC}'
PENALTIES = f"{{ subject(key: {KEY}) {{ ... on Enterprise {{ penalties {{ state items {{ decisionNo }} }} }} }} }}"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[City]:
    async with city(tmp_path) as found:
        yield found


async def test_every_field_of_the_desk_is_renewed_or_kept(running: City) -> None:
    """A field that is new must be put into `renewed`, or among KEPT here: nothing may stay half old by oversight."""
    before = running.gateway.desk
    loaded = running.gateway.front.loaded
    changed = type(loaded)(running.load(), loaded.environ, loaded.register, loaded.opened)
    after = renewed(before, changed, before.seal._secret)
    same = {each.name for each in fields(Desk) if getattr(before, each.name) is getattr(after, each.name)}
    assert same == {*KEPT, "sources"}, "sources are those of `loaded`, which are the same here"


async def test_a_new_client_may_ask_and_one_that_is_gone_may_not(running: City) -> None:
    gone = running.token("procurement")
    clients = running.config / "clients.toml"
    change(clients, "[clients.procurement]", "[clients.doorway]")
    assert await running.reload()
    assert await running.code(gone) == "FORBIDDEN"
    assert await running.code(running.token("doorway"), Credit_Purpose="BIDDING", Credit_Case="1") == "ANSWERED"


async def test_a_client_can_be_shut_out_before_its_overlay_is_removed(
    running: City, caplog: pytest.LogCaptureFixture
) -> None:
    token = running.token("rural_bank")
    change(running.config / "clients.toml", "[clients.rural_bank]", "[clients.another]")
    assert await running.reload()
    assert await running.code(token) == "FORBIDDEN"
    (told,) = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert told.startswith("rules/overlays/rural_bank.toml: out of use, unknown client `rural_bank`; known: another, ")
    assert told.endswith("remove the file, or name it for the client that it is of")
    (running.config / "rules" / "overlays" / "rural_bank.toml").unlink()
    caplog.clear()
    assert await running.reload()
    assert "out of use" not in caplog.text


async def test_the_policy_the_rules_the_departments_and_the_catalogue_are_swapped(running: City) -> None:
    before = running.gateway.desk
    versions = await running.versions()
    with (running.config / "scopes.toml").open("a", encoding="utf-8") as file:
        file.write("# another day\n")
    change(running.config / "departments.toml", 'name = "同江市人民法院(示例)"', 'name = "同江市法院(示例)"')
    change(running.config / "disclosure.toml", "max_months = 36", "max_months = 35")
    change(running.config / "clients.toml", 'title = "税务局"', 'title = "国家税务总局同江市税务局"')
    assert await running.reload()
    after = running.gateway.desk
    assert after.departments["court"].name == "同江市法院(示例)"
    assert after.policy.version != before.policy.version
    assert after.rules.version != before.rules.version
    told = await running.versions()
    assert {name for name in told if told[name] != versions[name]} == {"policy", "clients", "catalogue"}
    assert told["policy"] == after.policy.version


async def test_a_bad_reload_keeps_everything_and_tells_every_mistake(
    running: City, caplog: pytest.LogCaptureFixture
) -> None:
    before, versions = running.gateway.front.loaded, await running.versions()
    change(running.config / "clients.toml", "[clients.procurement]", "[clients.doorway]")
    change(running.config / "clients.toml", '"BANK_CREDIT"', '"BANK_LENDING"')
    change(running.config / "sources" / "fire_penalties.toml", "batch_size", "batchsize")
    portal = running.token("portal")
    assert not await running.reload()
    assert running.gateway.front.loaded is before
    assert await running.versions() == versions
    assert await running.code(portal) == "ANSWERED"
    said = [record.getMessage() for record in caplog.records if record.name == "gateway.reload"]
    assert any("clients.toml: clients.bank.purposes: unknown purpose `BANK_LENDING`" in each for each in said)
    assert any("fire_penalties.toml: batchsize: unknown key" in each for each in said)
    assert said[-1].endswith("the one before stays, whole")
    assert running.gateway.reload.outcomes == {"RELOADED": 0, "REFUSED": 1}


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("# deadline_seconds = 8.0", "deadline_seconds = 3.0", "limits"),
        ("# enabled = true", "enabled = false", "metrics"),
        ('# audience = "credit-gateway"', 'audience = "another"', "tokens"),
    ],
)
async def test_what_is_read_at_the_start_only_is_told_and_nothing_is_swapped(
    running: City, caplog: pytest.LogCaptureFixture, before: str, after: str, place: str
) -> None:
    loaded = running.gateway.front.loaded
    change(running.config / "gateway.toml", before, after)
    change(running.config / "clients.toml", "[clients.procurement]", "[clients.doorway]")
    assert not await running.reload()
    assert running.gateway.front.loaded is loaded
    assert f"gateway.toml: {place}: has changed, and is read at the start only" in caplog.text


async def test_only_sources_that_changed_are_opened_anew(running: City, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.reload")
    before = dict(running.gateway.desk.sources)
    sources = running.config / "sources"
    change(sources / "court_enforcement.toml", "timeout_seconds = ", "timeout_seconds = 1")
    wsdl = sources / "tax_credit.wsdl"
    wsdl.write_bytes(wsdl.read_bytes() + b"<!-- another edition -->\n")
    assert await running.reload()
    after = running.gateway.desk.sources
    assert {name for name in after if after[name] is not before[name]} == {"court_enforcement", "tax_credit"}
    timeouts = [each["court_enforcement"].gate.spec.timeout_seconds for each in (before, after)]
    assert timeouts[1] > timeouts[0]
    assert "sources opened anew: court_enforcement, tax_credit" in caplog.text


async def test_a_source_that_is_taken_away_is_closed_when_nobody_uses_it(running: City) -> None:
    gate = running.gateway.desk.sources["statistics_credit"].gate
    (running.config / "sources" / "statistics_credit.toml").unlink()
    change(running.config / "clients.toml", '"owner.statistics_credit", ', "")
    for policy in (running.config / "policies").glob("*.toml"):
        if "statistics" in policy.read_text(encoding="utf-8"):
            policy.unlink()
    assert await running.reload()
    assert "statistics_credit" not in running.gateway.desk.sources
    await asyncio.gather(*running.gateway.reload._retiring)
    assert gate._closing


async def test_a_request_in_flight_ends_under_the_configuration_it_began_with(
    running: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bank's right is taken away, and the source it waits for changes, while its request is at the source."""
    desk = running.gateway.desk
    source = desk.sources["court_enforcement"]
    asked, answer_now = asyncio.Event(), asyncio.Event()

    async def wait_for_it(batch: Batch, timeout_seconds: float) -> Answer:
        asked.set()
        await answer_now.wait()
        return Answer({key: [] for key in batch.keys}, "2026-11-23T04:00:00.000Z", "0" * 64)

    monkeypatch.setattr(source.gate, "fetch", wait_for_it)
    query = (
        f"{{ subject(key: {KEY}) {{ ... on Enterprise {{ courtEnforcement {{ enforcementCases {{ state }} }} }} }} }}"
    )
    token = running.token("bank")
    asking = asyncio.create_task(running.ask(token, query))
    await asked.wait()
    change(running.config / "clients.toml", BANK_SCOPES, NARROWER)
    change(running.config / "sources" / "court_enforcement.toml", "timeout_seconds = ", "timeout_seconds = 1")
    assert await running.reload()
    assert await running.code(token, query) == "FIELD_FORBIDDEN"
    assert not source.gate._closing, "a request is still at it"
    answer_now.set()
    told: Any = (await asking).json()
    assert "FIELD_FORBIDDEN" not in str(told)
    await asyncio.gather(*running.gateway.reload._retiring)
    assert source.gate._closing


async def test_a_scope_that_is_taken_away_counts_for_the_next_request_though_its_plan_is_cached(running: City) -> None:
    token = running.token("bank")
    assert "FIELD_FORBIDDEN" not in (await running.ask(token, PENALTIES)).text
    change(running.config / "clients.toml", BANK_SCOPES, NARROWER)
    assert await running.reload()
    assert "FIELD_FORBIDDEN" in (await running.ask(token, PENALTIES)).text


async def test_a_scope_that_closes_in_the_policy_counts_for_the_next_request_though_its_plan_is_cached(
    running: City,
) -> None:
    token = running.token("bank")
    assert "FIELD_FORBIDDEN" not in (await running.ask(token, PENALTIES)).text
    scopes = running.config / "scopes.toml"
    text = scopes.read_text(encoding="utf-8")
    head, mark, tail = text.partition('[scopes."credit.public"]')
    assert mark
    assert '"BANK_CREDIT"' in tail
    scopes.write_text(head + mark + tail.replace('"BANK_CREDIT", ', "", 1), encoding="utf-8")
    change(running.config / "clients.toml", BANK_SCOPES, NARROWER)
    change(running.config / "clients.toml", '"credit.check.run", "credit.public"', '"credit.check.run"')
    assert await running.reload()
    assert "FIELD_FORBIDDEN" in (await running.ask(token, PENALTIES)).text


async def test_a_folder_that_is_gone_is_a_bad_reload(running: City) -> None:
    loaded = running.gateway.front.loaded
    shutil.rmtree(running.config)
    assert not await running.reload()
    assert running.gateway.front.loaded is loaded


async def test_a_fault_of_ours_is_a_bad_reload(running: City, caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> Configuration:
        raise ZeroDivisionError

    assert not await running.gateway.reload(fails)
    assert "it could not be read: ZeroDivisionError" in caplog.text


async def test_reloads_are_counted_in_the_metrics(running: City) -> None:
    assert await running.reload()
    assert not await running.gateway.reload(lambda: load_configuration(running.config / "none"))
    text = (await running.client.get("/metrics")).text
    assert 'credit_gateway_configuration_reloads_total{outcome="RELOADED"} 1.0' in text
    assert 'credit_gateway_configuration_reloads_total{outcome="REFUSED"} 1.0' in text


async def test_reloads_that_are_asked_for_meanwhile_are_one(running: City) -> None:
    asked, loaded = asyncio.Event(), 0
    loading, go_on = asyncio.Event(), asyncio.Event()

    async def reload(_load: Any) -> bool:
        nonlocal loaded
        loaded += 1
        loading.set()
        await go_on.wait()
        return True

    async with reloading(reload, running.load, asked):
        asked.set()
        await loading.wait()
        for _ in range(5):
            asked.set()
        loading.clear()
        go_on.set()
        await loading.wait()
    assert loaded == 2
