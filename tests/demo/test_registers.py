"""The registers of social organizations and of institutions: certificates in place of codes, bodies without either."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.demo import Departments
from gateway.demo.civil_affairs import founded, write_civil_affairs
from gateway.demo.codes import institution_certificate, social_certificate
from gateway.demo.facts import COURT, MARKET
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import named, subjects
from tests.demo.sources import Asked, asked

CARE_HOME, HOSPITAL, REGULATOR = (
    next(subject for subject in named() if subject.number == number) for number in (9, 11, 12)
)
CERTIFICATE = social_certificate(CARE_HOME.number)


@pytest.fixture(scope="module")
async def civil_affairs(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("civil_affairs", demo_departments.environment) as source:
        yield source


@pytest.fixture(scope="module")
async def institutions(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("institution_registry", demo_departments.environment) as source:
        yield source


def test_old_organizations_stand_in_the_registry_without_a_code(tmp_path: Path) -> None:
    path = tmp_path / "civil_affairs.sqlite"
    write_civil_affairs(path, everyone(2000))
    with closing(sqlite3.connect(path)) as database:
        without = {row[0] for row in database.execute("SELECT DJZH FROM shzz_jbxx WHERE TYSHXYDM IS NULL")}
        given = {row[0] for row in database.execute("SELECT DJZH FROM shzz_fm WHERE TYSHXYDM IS NOT NULL")}
    old = {
        social_certificate(each.number) for each in subjects(2000) if each.kind == "52" and founded(each).year < 2016
    }
    assert without == old
    assert CERTIFICATE in without
    assert without < given, "each was given a code later, which stands in a table of its own"


async def test_an_old_organization_is_found_by_its_certificate_alone(civil_affairs: Asked) -> None:
    assert await civil_affairs.records("Registration", "USCC", CARE_HOME.uscc) == []
    (pair,) = await civil_affairs.records("Crosswalk", "USCC", CARE_HOME.uscc)
    assert pair["social_org_cert"] == CERTIFICATE
    aliases = {"SOCIAL_ORG_CERT": {CERTIFICATE: CARE_HOME.uscc}}
    (registration,) = await civil_affairs.records("Registration", "USCC", CARE_HOME.uscc, aliases)
    assert (registration["name"], registration["uscc"]) == (CARE_HOME.name, None)
    assert registration["established_on"] == "2012-03-07"


async def test_its_lists_and_grades_are_keyed_by_the_certificate(civil_affairs: Asked) -> None:
    (entry,) = await civil_affairs.records("ListEntry_abnormal", "SOCIAL_ORG_CERT", CERTIFICATE)
    assert (entry["kind"], entry["removed_on"]) == ("ABNORMAL_OPERATION", "2023-02-20")
    (grade,) = await civil_affairs.records("CreditRating", "SOCIAL_ORG_CERT", CERTIFICATE)
    assert grade["level"] == "四级(4A)"
    (serious,) = await civil_affairs.records("ListEntry_serious", "SOCIAL_ORG_CERT", social_certificate(119))
    (charity,) = await civil_affairs.records("ListEntry_charity", "SOCIAL_ORG_CERT", social_certificate(139))
    assert (serious["kind"], charity["kind"]) == ("SOCIAL_ORGANIZATION", "CHARITY")


async def test_a_hospital_is_found_by_code_certificate_and_name(institutions: Asked) -> None:
    certificate = institution_certificate(HOSPITAL.number)
    for scheme, key in (("USCC", HOSPITAL.uscc), ("INSTITUTION_CERT", certificate), ("NAME", HOSPITAL.name)):
        (pair,) = await institutions.records("Crosswalk", scheme, key)
        assert pair == {"uscc": HOSPITAL.uscc, "institution_cert": certificate, "name": HOSPITAL.name}
    (registration,) = await institutions.records("Registration", "USCC", HOSPITAL.uscc)
    assert registration["registered_capital"].amount == "126910000"
    assert registration["term_to"] == "2031-03-31"


async def test_a_body_has_neither_certificate_nor_capital(institutions: Asked) -> None:
    (pair,) = await institutions.records("Crosswalk", "USCC", REGULATOR.uscc)
    assert pair["institution_cert"] is None
    (registration,) = await institutions.records("Registration", "USCC", MARKET.uscc)
    assert (registration["registered_capital"], registration["term_to"]) == (None, None)


async def test_departments_are_bodies_like_every_other(institutions: Asked) -> None:
    (court,) = await institutions.records("Registration", "USCC", COURT.uscc)
    assert (court["name"], court["status"]) == (COURT.name, "IN_BUSINESS")
