"""What the registry holds beside registrations: former names, changes, shareholders, reports with flags, filings."""

from collections.abc import AsyncIterator
from decimal import Decimal

import asyncpg
import pytest

from gateway.demo import Departments
from gateway.demo.registry_events import FIGURES, FORMER_NAMES, REPORT_COLUMNS, WITHHELD, reports
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named
from tests.demo.sources import Asked, asked

SUBJECTS = {subject.number: subject for subject in named()}
FLAGS = {
    "total_assets": "assgro",
    "owners_equity": "totequ",
    "liabilities": "liagro",
    "revenue": "vendinc",
    "main_revenue": "maibusinc",
    "total_profit": "progro",
    "net_profit": "netinc",
    "taxes_paid": "ratgro",
    "employees": "empnum",
}


@pytest.fixture(scope="module")
async def registry(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("market_registry", demo_departments.environment) as source:
        yield source


async def test_a_subject_is_found_by_every_name_it_had(registry: Asked) -> None:
    for number, former in FORMER_NAMES.items():
        for name in former.split(";"):
            (pair,) = await registry.records("Crosswalk_former_name", "NAME", name)
            assert pair["uscc"] == SUBJECTS[number].uscc
            assert await registry.records("Crosswalk", "NAME", name) == []
        (pair,) = await registry.records("Crosswalk", "NAME", SUBJECTS[number].name)
        assert pair["uscc"] == SUBJECTS[number].uscc


async def test_changes_lead_from_the_first_name_to_that_of_today(registry: Asked) -> None:
    changes = await registry.records("RegistrationChange", "USCC", SUBJECTS[26].uscc)
    names = sorted((change["changed_on"], change["before"], change["after"]) for change in changes)
    first, second = FORMER_NAMES[26].split(";")
    assert [(before, after) for _, before, after in names] == [(first, second), (second, SUBJECTS[26].name)]


async def test_a_company_can_be_the_shareholder(registry: Asked) -> None:
    (parent,) = await registry.records("Shareholder", "USCC", SUBJECTS[26].uscc)
    assert (parent["kind"], parent["organization_uscc"], parent["masked_id_no"]) == (
        "ENTERPRISE",
        SUBJECTS[3].uscc,
        None,
    )
    people = await registry.records("Shareholder", "USCC", SUBJECTS[2].uscc)
    assert sum(Decimal(person["share_percent"]) for person in people) == 100
    assert all("*" in person["masked_id_no"] for person in people)


async def test_what_a_subject_withholds_is_told_to_nobody(registry: Asked, demo_departments: Departments) -> None:
    withheld = 0
    for known in everyone(60):
        written = {row[2]: dict(zip(REPORT_COLUMNS, row, strict=True)) for row in reports(known.subject)}
        shown = await registry.records("AnnualReport", "USCC", known.subject.uscc) if known.subject.registered else []
        for report in shown:
            row = written[str(report["report_year"])]
            for field, column in FLAGS.items():
                public = row[f"{column}dis"] != WITHHELD
                assert report[f"{field}_public"] is public
                assert (report[field] is not None) is public
                assert row[column] is not None, "it stands in the registry all the same"
                withheld += not public
    assert withheld > 50
    assert set(FLAGS.values()) == set(FIGURES)


async def test_who_did_not_report_has_no_report(registry: Asked) -> None:
    for number in (7, 27):
        assert await registry.records("AnnualReport", "USCC", SUBJECTS[number].uscc) == []


async def test_a_credit_service_agency_is_filed(registry: Asked) -> None:
    (filing,) = await registry.records("CreditServiceFiling", "USCC", SUBJECTS[25].uscc)
    assert filing["name"] == SUBJECTS[25].name
    assert filing["valid_until"] > "2026-11-01"


async def test_pledges_and_what_courts_froze_stand_in_one_view(registry: Asked) -> None:
    (frozen,) = await registry.records("EquityEncumbrance", "USCC", SUBJECTS[26].uscc)
    assert (frozen["kind"], frozen["status"], frozen["until"]) == ("FREEZE", "IN_FORCE", "2029-04-19")
    assert frozen["holder"] == SUBJECTS[3].name, "the debtor holds these shares"
    (pledged,) = await registry.records("EquityEncumbrance", "USCC", SUBJECTS[22].uscc)
    assert (pledged["kind"], pledged["status"], pledged["released_on"]) == ("PLEDGE", "IN_FORCE", None)
    assert Decimal(pledged["amount"].amount) * 4 == Decimal(22 * 13 % 500 + 5) / 2 * 10_000
    (released,) = await registry.records("EquityEncumbrance", "USCC", SUBJECTS[25].uscc)
    assert (released["status"], released["released_on"] is not None) == ("RELEASED", True)
    assert await registry.records("EquityEncumbrance", "USCC", SUBJECTS[1].uscc) == []


async def test_key_personnel_are_those_who_do_not_represent(registry: Asked) -> None:
    (supervisor,) = await registry.records("KeyPersonnel", "USCC", SUBJECTS[5].uscc)
    assert (supervisor["title"], supervisor["legal_representative"]) == ("监事", False)


async def test_the_gateway_cannot_even_read_what_is_withheld(demo_departments: Departments) -> None:
    database = await asyncpg.connect(demo_departments.environment["MARKET_REGISTRY_URL"].replace("+asyncpg", ""))
    try:
        assert await database.fetchval("SELECT count(*) FROM scjdgl.v_annual_report WHERE netincdis = '2'") > 20
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.fetchval("SELECT count(*) FROM scjdgl.an_baseinfo")
    finally:
        await database.close()
