"""The social insurance platform: asked by its own numbers, a row a kind below a row a unit, a month behind."""

from collections.abc import AsyncIterator
from datetime import datetime

import asyncpg
import pytest
from msgspec.structs import replace

from connectors.base import Batch
from connectors.errors import SourceClosed
from connectors.gate import Gate
from connectors.hours import CHINA_TIME
from gateway.demo import Departments
from gateway.demo.facts import REFERENCE
from gateway.demo.scenarios import everyone
from gateway.demo.social_insurance import KINDS, LAST_MONTH, MONTHS, month, units
from gateway.demo.subjects import DEFAULT_SIZE, named
from tests.demo.sources import Asked, asked

SUBJECTS = {subject.number: subject for subject in named()}
UNIT = {number: [unit.number for unit in units(subject)] for number, subject in SUBJECTS.items()}


@pytest.fixture(scope="module")
async def insurance(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("social_insurance", demo_departments.environment) as source:
        yield source


async def test_the_platform_can_be_read_and_not_written(demo_departments: Departments) -> None:
    database = await asyncpg.connect(demo_departments.environment["SOCIAL_INSURANCE_URL"].replace("+asyncpg", ""))
    try:
        kinds = await database.fetch("SELECT DISTINCT aae140 FROM ab02 ORDER BY 1")
        assert [row["aae140"] for row in kinds] == list(KINDS)
        rows = await database.fetchval("SELECT count(*) FROM ab02")
        assert rows > 4 * await database.fetchval("SELECT count(*) FROM v_dwcb"), "a row a kind, a row a unit"
        assert await database.fetchval("SELECT count(*) FROM ab01 WHERE aab998 IS NULL") > 5, "old units have no code"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("DELETE FROM ab01")
    finally:
        await database.close()


async def test_every_unit_is_found_by_organization_code(insurance: Asked) -> None:
    for known in everyone(DEFAULT_SIZE):
        pairs = await insurance.records("Crosswalk", "ORG_CODE", known.subject.org_code)
        assert {pair["unit_no"] for pair in pairs} == {unit.number for unit in units(known.subject)}
        assert {pair["uscc"] for pair in pairs} <= {known.subject.uscc, None}
    assert len(UNIT[6]) == 2, "one subject with two numbers"


async def test_a_unit_that_is_behind_says_since_when_and_how_much(insurance: Asked) -> None:
    (behind,) = await insurance.records("SocialInsurance", "UNIT_NO", UNIT[3][0])
    assert (behind["pension_paid_to"], behind["arrears_months"]) == ("2026-03", 6)
    assert behind["arrears_amount"].amount == str(behind["insured_total"] * 2100 * 6)
    (clean,) = await insurance.records("SocialInsurance", "UNIT_NO", UNIT[1][0])
    assert (clean["pension_paid_to"], clean["arrears_amount"]) == ("2026-09", None)
    assert clean["month"] == "2026-09"
    assert REFERENCE.strftime("%Y%m") > LAST_MONTH, "the newest month is not there yet"


async def test_an_individual_business_insures_two_kinds(insurance: Asked) -> None:
    (stall,) = await insurance.records("SocialInsurance", "UNIT_NO", UNIT[7][0])
    assert {name for name in stall if name.endswith("_paid_to") and stall[name]} == {
        "unemployment_paid_to",
        "injury_paid_to",
    }


async def test_payments_are_those_of_a_year(insurance: Asked) -> None:
    payments = await insurance.records("SocialInsurancePayment", "UNIT_NO", UNIT[1][0])
    assert len(payments) == MONTHS * len(KINDS)
    assert {payment["kind"] for payment in payments} == {"PENSION", "UNEMPLOYMENT", "MEDICAL", "INJURY", "MATERNITY"}
    assert min(payment["month"] for payment in payments) == "2025-10"
    assert {payment["insured"] for payment in payments} == {units(SUBJECTS[1])[0].staff}


async def test_the_list_and_the_housing_fund_are_asked_by_the_same_number(insurance: Asked) -> None:
    (entry,) = await insurance.records("ListEntry_fraud", "UNIT_NO", UNIT[26][0])
    assert (entry["kind"], entry["name"], entry["removed_on"]) == ("SOCIAL_INSURANCE", SUBJECTS[26].name, None)
    (fund,) = await insurance.records("HousingFund", "UNIT_NO", UNIT[1][0])
    assert (fund["paid_to"], fund["status"]) == ("2026-09", "ACTIVE")
    assert await insurance.records("HousingFund", "UNIT_NO", UNIT[7][0]) == []


@pytest.mark.parametrize(("day", "until"), [(1, "2026-12-04"), (3, "2026-12-04"), (4, None), (30, None)])
async def test_it_is_not_asked_while_the_month_is_closed(insurance: Asked, day: int, until: str | None) -> None:
    """The real platform closes from the 1st to the 3rd; the demo answers every day, so its file only mentions it."""
    spec = replace(insurance.spec, quiet_days="1-3")
    gate = Gate(spec, insurance.connector, now=lambda: datetime(2026, 12, min(day, 30), 9, tzinfo=CHINA_TIME))
    batch = Batch("SocialInsurance", "UNIT_NO", (UNIT[1][0],), ("unit_no",))
    if until is None:
        assert (await gate.fetch(batch, 10.0)).rows
        return
    with pytest.raises(SourceClosed) as caught:
        await gate.fetch(batch, 10.0)
    assert str(caught.value.until).startswith(until)


def test_months_count_back_over_the_year() -> None:
    assert [month(behind) for behind in (0, 8, 9, 21)] == ["202609", "202601", "202512", "202412"]
