"""Interfaces and small departments through their source files: what comes out is what the demo's subjects have."""

from collections.abc import AsyncIterator, Callable, Iterator, Sized
from typing import Any

import pytest

from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceUnavailable
from gateway.demo import Departments, center, codes, customs, environment, professions, tax
from gateway.demo.bureaus import energy, finance, medical, patents, rural, statistics, tourism, transport
from gateway.demo.platform_data import listed_rows, punishment_rows
from gateway.demo.scenarios import Known, everyone
from gateway.demo.subjects import DEFAULT_SIZE, Subject
from schema.identifiers import canonical_name
from tests.demo.sources import Asked, asked

EVERYONE = list(everyone(DEFAULT_SIZE))
BY_NUMBER = {known.subject.number: known for known in EVERYONE}
SUBJECT = {number: known.subject for number, known in BY_NUMBER.items()}
Held = Callable[[Known], Sized]


def _of(held: Callable[[Subject], Any]) -> Held:
    return lambda known: list(found) if (found := held(known.subject)) is not None else ()


def _one(held: Callable[[Subject], object | None]) -> Held:
    return lambda known: () if held(known.subject) is None else (1,)


def _commitments(publication: str) -> Held:
    return lambda known: [each for each in center.commitments(known.subject) if each.publication == publication]


def _trader(grade: str | None = None, *, aeo: bool = False) -> Held:
    def held(known: Known) -> Sized:
        found = customs.trader(known.subject)
        return () if found is None or (grade and found.grade != grade) or (aeo and not found.aeo) else (1,)

    return held


KEYS: dict[str, Callable[[Subject], str]] = {
    "USCC": lambda subject: subject.uscc,
    "TAX_NO": lambda subject: subject.uscc,
    "ORG_CODE": lambda subject: subject.org_code,
    "NAME": lambda subject: canonical_name(subject.name),
    "CUSTOMS_CODE": lambda subject: codes.customs_code(subject.number),
}
PARTS: list[tuple[str, str, str, Held]] = [
    ("tax_credit", "TaxAnomaly", "TAX_NO", _of(tax.anomalies)),
    ("tax_credit", "TaxRegistration", "TAX_NO", lambda known: () if known.subject.kind == "11" else (1,)),
    (
        "court_enforcement",
        "Judgment",
        "USCC",
        lambda known: [each for each in known.facts.executions if "E" in each.lists],
    ),
    ("environment_credit", "EnvironmentalRating", "USCC", _of(environment.grades)),
    (
        "environment_credit",
        "AdministrativeLicense_permit",
        "USCC",
        lambda known: [each for each in known.facts.licenses if each.letters == "PW"],
    ),
    ("customs_credit", "Crosswalk", "USCC", _trader()),
    ("customs_credit", "CustomsCredit", "CUSTOMS_CODE", _trader()),
    ("customs_credit", "ListEntry_serious", "CUSTOMS_CODE", _trader("严重失信")),
    ("customs_credit", "ListEntry_advanced", "CUSTOMS_CODE", _trader(aeo=True)),
    ("upper_platform", "ListEntry", "USCC", _of(listed_rows)),
    (
        "upper_platform",
        "AdministrativePenalty",
        "USCC",
        lambda known: [each for each in punishment_rows(known) if each["state"] != "REPAIRED"],
    ),
    ("credit_center", "CreditCommitment", "USCC", _commitments(center.PUBLIC)),
    ("credit_center", "CreditCommitment_limited", "USCC", _commitments(center.LIMITED)),
    ("credit_center", "CreditCommitment_closed", "USCC", _commitments(center.CLOSED)),
    ("credit_center", "ListEntry_honor", "USCC", _of(center.honors)),
    ("credit_center", "GovernmentIntegrity", "USCC", _of(center.matters)),
    ("credit_center", "ThirdPartyReport", "USCC", _of(center.reports)),
    ("credit_center", "CreditRating", "USCC", _one(center.grade_of)),
    ("transport_credit", "CreditRating", "USCC", _of(transport.assessments)),
    ("transport_credit", "ListEntry_overload", "USCC", _of(transport.overloaded)),
    ("culture_tourism", "ListEntry_serious", "USCC", _of(tourism.serious)),
    ("culture_tourism", "CreditRating", "USCC", _of(tourism.evaluations)),
    ("culture_tourism", "Complaint", "NAME", _of(tourism.complaints)),
    ("statistics_credit", "ListEntry_serious", "ORG_CODE", _of(statistics.serious)),
    ("statistics_credit", "CreditCommitment", "ORG_CODE", _of(statistics.commitments)),
    ("energy_assessment", "CreditRating", "USCC", _of(energy.assessments)),
    ("intellectual_property", "IntellectualProperty", "ORG_CODE", _of(patents.rights)),
    (
        "intellectual_property",
        "IntellectualProperty_pledge",
        "ORG_CODE",
        lambda known: [each for each in patents.rights(known.subject) if each.pledged_to],
    ),
    ("intellectual_property", "ListEntry_serious", "ORG_CODE", _of(patents.serious)),
    ("rural_credit", "RuralCredit", "USCC", _of(rural.recognitions)),
    ("finance_supervision", "AdministrativeLicense", "USCC", _of(finance.lenders)),
    ("finance_supervision", "CreditRating", "USCC", _of(finance.lenders)),
    ("medical_insurance", "Qualification", "USCC", _of(medical.agreements)),
    ("medical_insurance", "ListEntry_serious", "USCC", _of(medical.serious)),
]


@pytest.mark.parametrize(("source", "part", "scheme", "held"), PARTS, ids=[f"{each[0]}-{each[1]}" for each in PARTS])
async def test_every_subject_has_what_the_department_holds(
    demo_departments: Departments, source: str, part: str, scheme: str, held: Held
) -> None:
    due = {KEYS[scheme](known.subject): len(found) for known in EVERYONE if (found := held(known))}
    asking = [known for known in EVERYONE if not (source == "tax_credit" and known.facts.tax_closed)]
    async with asked(source, demo_departments.environment) as open_source:
        found = await _counts(open_source, part, scheme, [KEYS[scheme](known.subject) for known in asking])
    keys = {KEYS[scheme](known.subject) for known in asking}
    assert found == {key: count for key, count in due.items() if key in keys}
    assert found, "somebody has something, even in the small demo"


async def _counts(source: Asked, part: str, scheme: str, keys: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for at in range(0, len(keys), source.spec.batch_size):
        answer = await source.answer(part, scheme, keys[at : at + source.spec.batch_size])
        assert not answer.unreadable
        rows = [row for found in answer.rows.values() for row in found]
        assert not [issue for row in rows for issue in row.issues if issue.misread]
        counts |= {key: len(found) for key, found in answer.rows.items()}
    return counts


@pytest.fixture(scope="module")
async def professionals(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("profession_registry", demo_departments.environment) as source:
        yield source


async def test_professionals_are_found_by_their_number_and_shown_without_it(professionals: Asked) -> None:
    who = SUBJECT[3].representative
    held = sorted(row["profession"] for row in await professionals.records("PersonQualification", "PERSON", who.id_no))
    led = [subject for subject in SUBJECT.values() if subject.representative == who]
    groups = {"06": "CONSTRUCTOR", "09": "REVIEW_EXPERT"}
    assert held == sorted(groups[code] for subject in led if (code := professions.profession_of(subject)))
    (ban,) = await professionals.records("ProfessionBan", "PERSON", who.id_no)
    assert (ban["banned_until"], ban["life_long"]) == ("2030-07-15", False)
    (entry,) = await professionals.records("PersonListEntry", "PERSON", who.id_no)
    assert (entry["kind"], entry["masked_id_no"]) == ("WAGE_ARREARS", f"{who.id_no[:6]}********{who.id_no[14:]}")
    (life_long,) = await professionals.records("ProfessionBan", "PERSON", SUBJECT[24].representative.id_no)
    assert (life_long["banned_until"], life_long["life_long"]) == (None, True)


@pytest.fixture(scope="module")
async def court(demo_departments: Departments) -> AsyncIterator[Asked]:
    async with asked("court_enforcement", demo_departments.environment) as source:
        yield source


@pytest.fixture
def faulty(demo_departments: Departments) -> Iterator[Departments]:
    yield demo_departments
    demo_departments.fault("court_enforcement")


async def test_a_restricted_person_is_found_by_number_through_every_company(court: Asked) -> None:
    who = SUBJECT[25].representative
    orders = await court.records("PersonConsumptionRestriction", "PERSON", who.id_no)
    assert {each["related_organization"] for each in orders} == {SUBJECT[number].name for number in (3, 26)}
    assert {each["masked_id_no"] for each in orders} == {who.masked}
    assert await court.records("ConsumptionRestriction", "USCC", SUBJECT[25].uscc) == [], "its company has none itself"


async def test_the_number_of_a_person_never_stands_in_an_address(court: Asked, faulty: Departments) -> None:
    faulty.forget_calls("court_enforcement")
    await court.records("PersonConsumptionRestriction", "PERSON", SUBJECT[3].representative.id_no)
    assert faulty.calls("court_enforcement")["paths"] == {"/api/person/restriction": 1}


@pytest.mark.parametrize("fault", ["captcha", "captcha_json"])
async def test_a_request_for_a_captcha_is_no_answer_and_says_so(court: Asked, faulty: Departments, fault: str) -> None:
    faulty.fault("court_enforcement", fault)
    for part in ("DishonestDebtorEntry", "Judgment"):
        with pytest.raises(SourceUnavailable, match="captcha"):
            await court.records(part, "USCC", SUBJECT[3].uscc)


async def test_too_many_questions_are_told_with_the_time_to_wait(court: Asked, faulty: Departments) -> None:
    faulty.fault("court_enforcement", "limited")
    with pytest.raises(SourceUnavailable, match="pause") as caught:
        await court.records("EnforcementCase", "USCC", SUBJECT[3].uscc)
    assert caught.value.until is not None


async def test_a_flaky_court_fails_for_some_and_answers_the_others(court: Asked, faulty: Departments) -> None:
    faulty.fault("court_enforcement", "flaky", share=0.5)
    came: set[int | str] = set()
    for _ in range(20):
        try:
            came.add(len(await court.records("DishonestDebtorEntry", "USCC", SUBJECT[3].uscc)))
        except SourceUnavailable as error:
            came.add(error.reason)
    assert came == {2, "the source failed with HTTP status 502"}


async def test_customs_grades_of_both_orders_are_told_apart(demo_departments: Departments) -> None:
    async with asked("customs_credit", demo_departments.environment) as source:
        (pair,) = await source.records("Crosswalk", "USCC", SUBJECT[5].uscc)
        (older,) = await source.records("CustomsCredit", "CUSTOMS_CODE", pair["customs_code"])
        (newer,) = await source.records("CustomsCredit", "CUSTOMS_CODE", codes.customs_code(1))
        assert (older["level"], older["level_as_written"]) == ("LEGACY_GENERAL_CREDIT", "一般信用企业")
        assert (newer["level"], newer["aeo_code"]) == ("ADVANCED", "AEOCN2300000001")


async def test_environmental_colors_of_two_cities(demo_departments: Departments) -> None:
    async with asked("environment_credit", demo_departments.environment) as source:
        ratings = await source.records("EnvironmentalRating", "USCC", SUBJECT[3].uscc)
        assert [(each["level"], each["evaluation_year"], each["published_on"]) for each in ratings] == [
            ("RED", 2025, "2026-03-20"),
            ("BLACK", 2024, "2025-03-08"),
        ]
        (yellow, _) = await source.records("EnvironmentalRating", "USCC", SUBJECT[6].uscc)
        assert (yellow["level"], yellow["level_as_written"]) == ("YELLOW", "黄")


async def test_the_platform_refuses_another_token_and_what_costs_too_much(demo_departments: Departments) -> None:
    wrong = {**demo_departments.environment, "UPPER_PLATFORM_TOKEN": "other"}
    async with asked("upper_platform", wrong) as source:
        with pytest.raises(SourceRejected):
            await source.records("ListEntry", "USCC", SUBJECT[3].uscc)
    async with asked("upper_platform", demo_departments.environment) as source:
        with pytest.raises(SourceRejected, match="COST_LIMIT_EXCEEDED"):
            await source.answer("AdministrativePenalty", "USCC", [known.subject.uscc for known in EVERYONE])


async def test_a_wrong_ticket_or_signature_is_refused(demo_departments: Departments) -> None:
    for source, variable, part, scheme in (
        ("customs_credit", "CUSTOMS_CREDIT_TICKET", "Crosswalk", "USCC"),
        ("environment_credit", "ENVIRONMENT_CREDIT_SECRET", "EnvironmentalRating", "USCC"),
    ):
        async with asked(source, {**demo_departments.environment, variable: "other"}) as open_source:
            with pytest.raises(SourceError) as caught:
                await open_source.records(part, scheme, SUBJECT[1].uscc)
        assert isinstance(caught.value, SourceRejected)
        assert not isinstance(caught.value, SourceMisread)
