"""Sources that are down when the gateway starts, that go, and that come back: it starts, says so, and goes on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.demo import Departments
from tests.end_to_end.queries import COURT_LISTS, NAMED, WHOLE, column, sections, states, statuses, uscc_key
from tests.end_to_end.served import Served, serving
from tests.faults import FaultProxy, fault_proxy

TAX = "tax_department"
OLD_NUMBER = {"scheme": "REG_NO", "value": NAMED[7].registration_number}


@dataclass(frozen=True)
class Outage:
    """A gateway whose sources all lie behind something that can be taken away; at first everything is."""

    served: Served
    proxies: dict[str, FaultProxy]
    links: dict[Path, Path]

    async def come(self) -> None:
        for proxy in self.proxies.values():
            await proxy.accept()
        for link, target in self.links.items():
            link.symlink_to(target)

    async def go(self, variable: str) -> None:
        await self.proxies[variable].refuse()


@pytest.fixture
async def outage(demo_departments: Departments, tmp_path: Path) -> AsyncIterator[Outage]:
    environment = dict(demo_departments.environment)
    links: dict[Path, Path] = {}
    proxies: dict[str, FaultProxy] = {}
    async with AsyncExitStack() as stack:
        for variable, value in demo_departments.environment.items():
            if variable.endswith("_FOLDER"):
                links[tmp_path / variable] = Path(value)
                environment[variable] = str(tmp_path / variable)
            elif variable.endswith("_URL") and urlsplit(value).port is not None:
                proxies[variable] = await stack.enter_async_context(fault_proxy(value))
                environment[variable] = proxies[variable].before(value)
                await proxies[variable].refuse()
        database = Path(urlsplit(environment["DOUBLE_PUBLICITY_URL"]).path)
        links[tmp_path / "publicity"] = database.parent
        environment["DOUBLE_PUBLICITY_URL"] = f"sqlite+aiosqlite:///{tmp_path / 'publicity' / database.name}"
        running = await stack.enter_async_context(serving(environment, tmp_path / "gateway"))
        yield Outage(running, proxies, links)


async def test_with_every_source_down_it_starts_is_ready_and_knows_nothing(outage: Outage) -> None:
    ready = await outage.served.get("/health/ready")
    assert (ready.status, ready.content["ready"], ready.content["checks"]) == (200, True, {"ledger": "OK"})
    told = await outage.served.ask(TAX, WHOLE, key=uscc_key(1))
    assert set(states(told.subject).values()) == {"UNKNOWN"}
    for section in sections(told.subject).values():
        assert (section["items"], section["totalCount"]) == ([], None)
        assert set(statuses(section).values()) <= {"UNAVAILABLE", "IDENTITY_UNRESOLVED", "NOT_COVERED"}
    assert (told.subject["name"], told.codes) == (None, {"subject.name": "NOT_KNOWN"})
    assert told.receipt
    unresolved = (await outage.served.ask(TAX, WHOLE, key=OLD_NUMBER)).subject
    assert unresolved["__typename"] == "SubjectUnresolved"
    assert unresolved["coverage"] == [{"source": "market_registry", "status": "UNAVAILABLE"}]
    still = await outage.served.get("/health/ready")
    assert still.status == 200
    assert set(still.content["sources"].values()) == {"FAILING", "UNKNOWN"}


async def test_sources_that_come_back_answer_without_a_restart(outage: Outage, served: Served) -> None:
    await outage.served.ask(TAX, WHOLE, key=uscc_key(3))
    await outage.come()
    told = await outage.served.ask(TAX, WHOLE, key=uscc_key(3))
    assert told.data == (await served.ask(TAX, WHOLE, key=uscc_key(3))).data
    assert set(states(told.subject).values()) == {"COMPLETE"}


async def test_without_the_registry_everything_else_answers(outage: Outage) -> None:
    await outage.come()
    before = (await outage.served.ask(TAX, WHOLE, key=uscc_key(3))).subject
    await outage.go("MARKET_REGISTRY_URL")
    told = await outage.served.ask(TAX, WHOLE, key=uscc_key(3))
    subject = told.subject
    assert {name: states(subject)[name] for name in ("registration", "legalRepresentative")} == {
        "registration": "UNKNOWN",
        "legalRepresentative": "UNKNOWN",
    }
    for name in ("taxRatings", *COURT_LISTS):
        assert sections(subject)[name] == sections(before)[name]
    penalties = subject["penalties"]
    assert (penalties["state"], penalties["totalCount"]) == ("PARTIAL", None)
    assert set(column(penalties, "source")) == {"double_publicity", "environment_penalties", "fire_penalties"}
    assert statuses(penalties) == {
        "double_publicity": "IDENTITY_UNRESOLVED",
        "environment_penalties": "ANSWERED",
        "fire_penalties": "ANSWERED",
        "market_penalties": "IDENTITY_UNRESOLVED",
        "upper_platform": "ANSWERED",
    }
    assert told.codes == {"subject.name": "NOT_KNOWN"}


async def test_a_file_that_goes_is_not_remembered(outage: Outage) -> None:
    await outage.come()
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { penalties { %s } } } }"
    asked = query % "items { source } coverage { source status }"
    before = (await outage.served.ask(TAX, asked, key=uscc_key(3))).subject["penalties"]
    assert "fire_penalties" in column(before, "source")
    next(link for link in outage.links if link.name == "FIRE_PENALTIES_FOLDER").unlink()
    penalties = (await outage.served.ask(TAX, asked, key=uscc_key(3))).subject["penalties"]
    assert statuses(penalties)["fire_penalties"] == "UNAVAILABLE"
    assert "fire_penalties" not in column(penalties, "source")
