"""The source files of `config/sources` against the running departments: every connector, subject and field.

What must come out is worked out from the demo's facts, not from what a department sends.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors import open_connector
from connectors.base import Batch, Connector, Row
from connectors.errors import SourceClosed
from connectors.load import Known, load_sources, missing_variables
from connectors.spec import AnyEntity, SourceSpec
from gateway.demo import Departments
from gateway.demo.facts import Penalty
from gateway.demo.registry import PERSON_COLUMNS, person_rows
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE, SHARED_REG_NO
from gateway.departments import load_departments
from gateway.policy import load_policy
from schema.values import Money

CONFIG = Path(__file__).parents[2] / "config"
EVERYONE = list(everyone(DEFAULT_SIZE))
BY_NUMBER = {known.subject.number: known for known in EVERYONE}
USCCS = [known.subject.uscc for known in EVERYONE]
HIDDEN = {"D"}
"""States of penalties that are as if they were not there; others are read with their state."""
MISREAD = {("Registration", "status")}
"""What cannot be read: the state of subject 23, which the registry's own table does not list."""
Found = dict[str, list[dict[str, Any]]]


class Live:
    """The connectors of all sources, asked as the gateway asks them: at most a batch a call."""

    def __init__(self, specs: Mapping[str, SourceSpec], environment: Mapping[str, str]) -> None:
        self.specs = specs
        self.connectors: dict[str, Connector] = {
            name: open_connector(spec, environment, CONFIG / "sources") for name, spec in specs.items()
        }

    async def fetch(
        self,
        source: str,
        entity_name: str,
        keys: Iterable[str],
        scheme: str = "USCC",
        aliases: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Found:
        """Return all records of ``keys`` with all their fields; nothing but `MISREAD` may be unreadable."""
        spec = self.specs[source]
        entity: AnyEntity = spec.entities[entity_name]
        wanted, fields = list(dict.fromkeys(keys)), tuple(entity.fields)
        found: Found = {}
        for at in range(0, len(wanted), spec.batch_size):
            part = tuple(wanted[at : at + spec.batch_size])
            batch = Batch(entity_name, scheme, part, fields, digests=True, aliases=aliases or {})
            answer = await self.connectors[source].fetch(batch)
            assert not answer.unreadable
            assert set(answer.rows) <= set(part)
            found |= {key: [_record(entity_name, fields, row) for row in rows] for key, rows in answer.rows.items()}
        return found


def _record(entity: str, fields: tuple[str, ...], row: Row) -> dict[str, Any]:
    assert {(entity, issue.field) for issue in row.issues if issue.misread} <= MISREAD
    assert row.record_key
    assert row.digest
    return dict(zip(fields, row.values, strict=True))


@pytest.fixture(scope="module")
def specs() -> dict[str, SourceSpec]:
    policy = load_policy(CONFIG / "scopes.toml")
    return load_sources(CONFIG / "sources", Known(load_departments(CONFIG / "departments.toml"), policy.field_mistake))


@pytest.fixture(scope="module")
async def live(specs: dict[str, SourceSpec], demo_departments: Departments) -> AsyncIterator[Live]:
    live = Live(specs, demo_departments.environment)
    yield live
    for connector in live.connectors.values():
        await connector.close()


def test_the_departments_set_what_the_sources_need(specs: dict[str, SourceSpec], demo_departments: Departments) -> None:
    assert missing_variables(specs, demo_departments.environment) == []


async def test_every_source_is_there(live: Live) -> None:
    for connector in live.connectors.values():
        await connector.probe()


def _counts(found: Found) -> dict[str, int]:
    return {key: len(records) for key, records in found.items()}


def _due(count: Mapping[str, int]) -> dict[str, int]:
    return {key: number for key, number in count.items() if number}


@pytest.mark.parametrize("entity", ["Crosswalk", "Registration", "LegalRepresentative"])
async def test_the_registry_holds_whom_it_registers(live: Live, entity: str) -> None:
    found = await live.fetch("market_registry", entity, USCCS)
    registered = {
        known.subject.uscc: 1 for known in EVERYONE if known.subject.registered and known.subject.number != 24
    }
    assert _counts(found) == registered
    if entity == "Registration":
        assert {records[0]["name"] for records in found.values()} == {
            known.subject.name for known in EVERYONE if known.subject.uscc in registered
        }
        misread = [records[0] for records in found.values() if records[0]["status"] is None]
        assert [record["uscc"] for record in misread] == [BY_NUMBER[23].subject.uscc]


async def test_the_registry_is_asked_by_every_code(live: Live) -> None:
    subject = BY_NUMBER[6].subject
    keys = {"REG_NO": subject.registration_number, "ORG_CODE": subject.org_code, "PRIPID": subject.pripid}
    for scheme, key in keys.items():
        found = await live.fetch("market_registry", "Crosswalk", [key], scheme)
        assert [record["uscc"] for record in found[key]] == [subject.uscc]
    shared = await live.fetch("market_registry", "Crosswalk", [SHARED_REG_NO], "REG_NO")
    assert {record["uscc"] for record in shared[SHARED_REG_NO]} == {
        BY_NUMBER[21].subject.uscc,
        BY_NUMBER[22].subject.uscc,
    }


async def test_a_persons_roles_are_found_by_their_key(live: Live) -> None:
    rows = [dict(zip(PERSON_COLUMNS, row, strict=True)) for row in person_rows(EVERYONE)]
    deleted = {BY_NUMBER[24].subject.pripid}
    held = Counter(row["cerno"] for row in rows if row["s_ext_flag"] != "D" and row["pripid"] not in deleted)
    found = await live.fetch("market_registry", "PersonRole", [row["cerno"] for row in rows], "PERSON")
    assert _counts(found) == held
    third = found[BY_NUMBER[3].subject.representative.id_no]
    assert {record["organization_uscc"] for record in third} == {BY_NUMBER[at].subject.uscc for at in (3, 25, 26)}
    assert all("*" in record["person_masked_id"] for records in found.values() for record in records)


def _aliases() -> dict[str, dict[str, str]]:
    subjects = [known.subject for known in EVERYONE]
    return {
        "REG_NO": {each.registration_number: each.uscc for each in subjects if each.registered and each.number != 22},
        "ORG_CODE": {each.org_code: each.uscc for each in subjects},
        "TAX_NO": {each.uscc: each.uscc for each in subjects} | {each.tax15: each.uscc for each in subjects},
    }


async def test_publicity_finds_licenses_under_any_code(live: Live) -> None:
    found = await live.fetch("double_publicity", "AdministrativeLicense", USCCS, aliases=_aliases())
    assert _counts(found) == _due({known.subject.uscc: len(known.facts.licenses) for known in EVERYONE})
    for known in EVERYONE:
        records = found.get(known.subject.uscc, [])
        assert sorted(record["decided_on"] for record in records) == sorted(
            each.decided_on.isoformat() for each in known.facts.licenses
        )


def _penalty(each: Penalty) -> tuple[str, str, str]:
    return each.decision_no, each.decided_on.isoformat(), str(each.fine)


def _shown(record: Mapping[str, Any]) -> tuple[str, str, str]:
    fine: Money | None = record["fine_amount"]
    return record["decision_no"], record["decided_on"], str(fine.amount) if fine else "0"


@pytest.mark.parametrize(
    ("source", "facts"),
    [
        ("double_publicity", "published_penalties"),
        ("environment_penalties", "environment_penalties"),
        ("fire_penalties", "fire_penalties"),
        ("market_penalties", "market_penalties"),
    ],
)
async def test_penalties_come_whole_and_in_yuan(live: Live, source: str, facts: str) -> None:
    by_reg_no = source == "market_penalties"
    penalties: dict[str, tuple[Penalty, ...]] = {
        known.subject.registration_number if by_reg_no else known.subject.uscc: getattr(known.facts, facts)
        for known in EVERYONE
    }
    due = {key: sorted(_penalty(each) for each in own if each.status not in HIDDEN) for key, own in penalties.items()}
    aliases = _aliases() if source == "double_publicity" else None
    scheme = "REG_NO" if by_reg_no else "USCC"
    found = await live.fetch(source, "AdministrativePenalty", filter(None, penalties), scheme, aliases)
    shown = {key: sorted(map(_shown, records)) for key, records in found.items()}
    assert shown == {key: each for key, each in due.items() if each}
    records = [record for each in found.values() for record in each]
    assert all(record["categories"] and record["categories_as_written"] for record in records)
    placeholder = BY_NUMBER[23].subject.name
    assert all(record["source_public_until"] for record in records if record["counterpart_name"] != placeholder)


async def test_tax_rates_by_either_number(live: Live) -> None:
    closed = BY_NUMBER[5].subject
    asked = [known for known in EVERYONE if known.subject != closed]
    found = await live.fetch("tax_credit", "TaxCreditRating", [known.subject.uscc for known in asked], "TAX_NO")
    assert {key: [(each["evaluation_year"], each["level"]) for each in records] for key, records in found.items()} == {
        known.subject.uscc: [(each.year, each.level.upper()) for each in known.facts.ratings]
        for known in asked
        if known.facts.ratings
    }
    old = await live.fetch("tax_credit", "TaxCreditRating", [BY_NUMBER[1].subject.tax15], "TAX_NO")
    assert list(old.values()) == [found[BY_NUMBER[1].subject.uscc]]
    with pytest.raises(SourceClosed):
        await live.fetch("tax_credit", "TaxCreditRating", [closed.uscc], "TAX_NO")


@pytest.mark.parametrize(
    ("entity", "letter"),
    [
        ("DishonestDebtorEntry", "D"),
        ("EnforcementCase", "E"),
        ("TerminatedExecution", "T"),
        ("ConsumptionRestriction", "R"),
    ],
)
async def test_the_court_pages_to_the_end(live: Live, entity: str, letter: str) -> None:
    found = await live.fetch("court_enforcement", entity, USCCS)
    assert {key: sorted(record["case_no"] for record in records) for key, records in found.items()} == {
        known.subject.uscc: cases
        for known in EVERYONE
        if (cases := sorted(each.case_no for each in known.facts.executions if letter in each.lists))
    }
