"""Interfaces of departments through their source files: their oddities are read, their refusals told apart."""

from collections.abc import AsyncIterator, Iterator

import pytest
from msgspec.structs import replace

from connectors import open_connector
from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceUnavailable
from gateway.demo import Departments, codes, procurement, professions
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE, Subject, person
from schema.identifiers import canonical_name
from tests.demo.sources import CONFIG, Asked, asked, source_specs

EVERYONE = list(everyone(DEFAULT_SIZE))
SUBJECT = {known.subject.number: known.subject for known in EVERYONE}


def _marks(subject: Subject) -> dict[str, dict[str, str]]:
    """Return the further codes of a subject, as the gateway tells them beside its unified one."""
    marks = {
        "ORG_CODE": subject.org_code,
        "REG_NO": subject.registration_number,
        "TAX_NO": subject.tax15,
        "NAME": canonical_name(subject.name),
    }
    return {scheme: {code: subject.uscc} for scheme, code in marks.items() if code}


async def test_suppliers_are_found_by_whatever_stands_in_the_one_field(demo_departments: Departments) -> None:
    counted: dict[str, tuple[int, int]] = {}
    async with asked("procurement_records", demo_departments.environment) as source:
        for known in EVERYONE:
            uscc, marks = known.subject.uscc, _marks(known.subject)
            entries = await source.records("ListEntry", "USCC", uscc, marks)
            contracts = await source.records("ContractPerformance", "USCC", uscc, marks)
            counted[uscc] = len(entries), len(contracts)
        alone = await source.records("ListEntry", "USCC", SUBJECT[26].uscc)
    due = {
        known.subject.uscc: (len(procurement.bans(known.subject)), len(procurement.contracts(known.subject)))
        for known in EVERYONE
    }
    assert counted == due
    assert alone == [], "by the unified code alone it is not found"


async def test_a_batch_of_suppliers_costs_few_calls_and_mixes_none(demo_departments: Departments) -> None:
    aliases: dict[str, dict[str, str]] = {}
    for number in (3, 7, 24, 26):
        for scheme, codes_of in _marks(SUBJECT[number]).items():
            aliases.setdefault(scheme, {}).update(codes_of)
    demo_departments.forget_calls("procurement_records")
    async with asked("procurement_records", demo_departments.environment) as source:
        keys = [SUBJECT[number].uscc for number in (3, 7, 24, 26)]
        answer = await source.answer("ListEntry", "USCC", keys, aliases)
    assert {key: [row.key_scheme for row in rows] for key, rows in answer.rows.items()} == dict(
        zip(keys, (["NAME"], ["REG_NO"], ["ORG_CODE"], ["ORG_CODE"]), strict=True)
    )
    assert demo_departments.calls("procurement_records")["calls"] == 1


async def test_the_police_tell_match_mismatch_and_not_found(demo_departments: Departments) -> None:
    who, nobody = SUBJECT[3].representative, person(290_000)
    demo_departments.forget_calls("police_verification")

    async def result(number: str, name: str) -> str:
        (check,) = await source.records("PersonVerification", "PERSON", number, {"NAME": {name: number}})
        return str(check["result"])

    async with asked("police_verification", demo_departments.environment) as source:
        assert await result(who.id_no, who.name) == "MATCH"
        assert await result(who.id_no, "张三") == "MISMATCH"
        assert await result(nobody.id_no, nobody.name) == "NOT_FOUND"
        with pytest.raises(SourceRejected, match="NAME"):
            await source.records("PersonVerification", "PERSON", who.id_no)
    assert set(demo_departments.calls("police_verification")["paths"]) == {"/rkhy/verify"}


async def test_the_police_refuse_who_does_not_say_who_asks(demo_departments: Departments) -> None:
    who = SUBJECT[3].representative
    async with asked(
        "police_verification", {**demo_departments.environment, "POLICE_VERIFICATION_UNIT": "x"}
    ) as source:
        with pytest.raises(SourceRejected, match="403"):
            await source.records("PersonVerification", "PERSON", who.id_no, {"NAME": {who.name: who.id_no}})


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
    everybody = [known.subject.uscc for known in EVERYONE]
    greedy = replace(source_specs()["upper_platform"], batch_size=len(everybody))
    connector = open_connector(greedy, demo_departments.environment, CONFIG / "sources")
    with pytest.raises(SourceRejected, match="COST_LIMIT_EXCEEDED"):
        await Asked(greedy, connector).answer("AdministrativePenalty", "USCC", everybody)
    await connector.close()


async def test_repaired_decisions_are_read_with_their_state(demo_departments: Departments) -> None:
    async with asked("upper_platform", demo_departments.environment) as source:
        (national,) = await source.records("AdministrativePenalty", "USCC", SUBJECT[23].uscc)
        assert (national["source_state"], national["repaired_on"]) == ("REPAIRED", "2026-10-15")
    async with asked("double_publicity", demo_departments.environment) as source:
        local = await source.records("AdministrativePenalty", "USCC", SUBJECT[23].uscc)
        (repaired,) = await source.records("AdministrativePenalty", "USCC", SUBJECT[4].uscc)
    assert national["decision_no"].translate(str.maketrans("（）", "〔〕")) in {each["decision_no"] for each in local}
    assert {each["status"] for each in local} == {"IN_FORCE"}, "double publicity still shows it"
    assert (repaired["status"], repaired["repaired_on"]) == ("REPAIRED", "2026-10-26")


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
