"""Every part of the interfaces and small departments, counted: what comes out is what the demo's subjects have."""

from collections.abc import Callable, Sized
from typing import Any

import pytest

from gateway.demo import Departments, center, codes, customs, environment, safety, tax
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
    ("upper_platform", "AdministrativePenalty", "USCC", punishment_rows),
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
    ("work_safety", "WorkSafetyRecord_standard", "USCC", _one(safety.standard)),
    ("work_safety", "WorkSafetyRecord_accident", "USCC", _one(safety.accident)),
    ("work_safety", "WorkSafetyRecord_danger", "USCC", _one(safety.danger)),
    ("work_safety", "WorkSafetyRecord_office", "USCC", _of(safety.restriction_rows)),
    ("work_safety", "ListEntry_serious", "USCC", _of(safety.serious)),
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
