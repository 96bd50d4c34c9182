"""Administrative changes in the ledger: the start, reloads that count and that do not, clients that come and go."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clients.table import ClientTable
from gateway.ledger import Change, Entry, Ledger
from tests.gateway.cities import BANK_SCOPES, NARROWER, City, change, city
from tests.gateway.test_reload_table import SPEC, tabled, until, url


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[City]:
    async with city(tmp_path) as found:
        yield found


async def changes(running: City) -> list[Entry]:
    """Return the entries of administrative changes, oldest first."""
    entries = await running.gateway.desk.ledger.entries(1_000)
    return [entry for entry in reversed(entries) if entry.kind == "CHANGE"]


def of(entry: Entry, what: str) -> dict[str, Change]:
    return {each.name: each for each in entry.changes if each.what == what}


async def test_the_start_tells_by_what_the_gateway_answers_and_who_may_ask(running: City) -> None:
    (start,) = await changes(running)
    configuration = running.gateway.front.loaded.configuration
    assert start.changes[0] == Change(what="gateway", name="start")
    assert of(start, "policy")["policy"].after == configuration.policy.version
    assert of(start, "catalogue")["catalogue"].after == configuration.catalogue.version == start.catalogue_version
    assert set(of(start, "client")) == set(configuration.clients)
    (own,) = configuration.rule_book.overlays
    assert of(start, "rule overlay") == {
        "rural_bank BK": Change(what="rule overlay", name="rural_bank BK", after=own.digest)
    }
    assert {each.after for each in of(start, "rule set").values()} == {each.digest for each in configuration.rule_book}
    (signing,), (pseudonyms,) = of(start, "signing key"), of(start, "pseudonym key")
    assert running.gateway.desk.ledger.keys[0].startswith(f"{signing}+")
    assert pseudonyms == running.gateway.desk.seal._secret.key_id
    assert (start.client, start.outcome, start.policy_version) == ("", "ANSWERED", configuration.rules_version)


async def test_a_reload_tells_what_changed_and_nothing_else(running: City) -> None:
    before = running.gateway.front.loaded.configuration
    change(running.config / "clients.toml", BANK_SCOPES, NARROWER)
    assert await running.reload()
    entry = (await changes(running))[-1]
    assert [(each.what, each.name) for each in entry.changes] == [("gateway", "reload"), ("client", "bank")]
    bank = of(entry, "client")["bank"]
    assert bank.before is not None
    assert bank.after is not None
    assert bank.before.split()[0] == bank.after.split()[0] == "active"
    assert bank.before != bank.after
    assert (entry.outcome, entry.catalogue_version) == ("ANSWERED", before.catalogue.version)


async def test_a_client_that_is_taken_away_is_told(running: City) -> None:
    change(running.config / "clients.toml", "[clients.procurement]", "[clients.doorway]")
    assert await running.reload()
    told = of((await changes(running))[-1], "client")
    assert (told["procurement"].after, told["doorway"].before) == (None, None)


async def test_another_rule_set_and_another_overlay_are_told(running: City) -> None:
    before = running.gateway.front.loaded.configuration.rule_book
    change(running.config / "rules" / "overlays" / "rural_bank.toml", 'rule = "BK-01"', 'rule = "BK-03"')
    change(running.config / "rules" / "gp.toml", 'verdict = "REJECT"', 'verdict = "ATTENTION"')
    assert await running.reload()
    after = running.gateway.front.loaded.configuration.rule_book
    entry = (await changes(running))[-1]
    (own,), (set_,) = of(entry, "rule overlay").values(), of(entry, "rule set").values()
    digests = [book.overlays[0].digest for book in (before, after)]
    assert (own.name, own.before, own.after) == ("rural_bank BK", *digests)
    sets = [next(each for each in book if each.code == "GP") for book in (before, after)]
    assert (set_.name, set_.before, set_.after) == (f"GP {sets[0].version}", *(each.digest for each in sets))
    assert set_.before != set_.after


async def test_a_changed_source_is_told(running: City) -> None:
    name = next(iter(running.gateway.front.loaded.opened.sources))
    path = running.config / "sources" / f"{name}.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    change(path, 'title = "', 'title = "新')
    assert await running.reload()
    entry = (await changes(running))[-1]
    assert set(of(entry, "source")) == {name}
    told = of(entry, "source")[name]
    assert (told.before, told.after) == (
        of(entry, "catalogue")["catalogue"].before,
        of(entry, "catalogue")["catalogue"].after,
    )


async def test_a_reload_that_is_refused_is_told_too(running: City) -> None:
    change(running.config / "clients.toml", BANK_SCOPES, 'scopes = ["no.such.scope"]')
    assert not await running.reload()
    entry = (await changes(running))[-1]
    assert (entry.outcome, [each.name for each in entry.changes]) == ("REFUSED", ["reload"])
    assert entry.changes[0].after == "1 mistakes"


async def test_a_reload_that_cannot_be_recorded_does_not_count(running: City, monkeypatch: pytest.MonkeyPatch) -> None:
    version = running.gateway.front.loaded.register.version
    change(running.config / "clients.toml", BANK_SCOPES, NARROWER)
    await running.gateway.desk.ledger.close()
    assert not await running.reload()
    assert running.gateway.front.loaded.register.version == version


async def test_a_suspended_client_of_a_table_is_told_when_it_begins_to_count(tmp_path: Path) -> None:
    table = await ClientTable.open(url(tmp_path))
    await table.insert("bank", json.dumps(SPEC), "li")
    async with city(tmp_path, tabled(tmp_path), {"CREDIT_CLIENTS_URL": url(tmp_path)}) as running:
        bank = running.token("bank")
        await table.update("bank", "li", state="SUSPENDED")
        await until(running, bank, "FORBIDDEN")
        told = of((await changes(running))[-1], "client")["bank"]
        assert told.before is not None
        assert told.after is not None
        assert (told.before.split()[0], told.after.split()[0]) == ("active", "suspended")
    await table.close()


async def test_every_start_is_told(tmp_path: Path) -> None:
    async with city(tmp_path):
        pass
    async with city(tmp_path, tmp_path / "config") as running:
        assert [entry.changes[0].name for entry in await changes(running)] == ["start", "start"]
    ledger = await Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}")
    assert len(await ledger.entries()) == 2
    await ledger.close()
