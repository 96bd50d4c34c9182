"""What departments decide themselves: the city's own files load, and a wrong one is told every mistake at once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError
from gateway.configuration import load_configuration
from gateway.departmental import Known, PolicyFile, load_departmental, read_policies
from gateway.policy.departmental import Approval, Closure, Departmental, Duty
from tests.gateway.policies import CONFIG, toml

CITY = load_configuration(CONFIG)
KNOWN = Known(CITY.departments, CITY.policy, CITY.catalogue.sources, CITY.legal_bases)
DUTY: dict[str, Any] = {"purpose": "HONOR", "entities": ["SocialInsurance", "HousingFund"], "basis": "company_law"}
APPROVAL: dict[str, Any] = {
    "source": "tax_credit",
    "fields": ["TaxCreditRating.level", "TaxRegistration.*"],
    "departments": ["finance"],
    "purposes": ["FISCAL_FUNDS"],
    "document": "税函〔2026〕1号",
    "since": "2026-01-01",
    "until": "2026-12-31",
}
CLOSURE: dict[str, Any] = {"source": "tax_notices", "fields": ["TaxArrears.*"], "document": "税函〔2026〕2号"}

DUTIES = "ADMIN_APPROVAL, FISCAL_FUNDS, HONOR, LAW_ENFORCEMENT, MARKET_ACCESS, QUALIFICATION_REVIEW, SUPERVISION"
TAXATION = [
    "notes: unknown key `notes`",
    "duties.5.entity: unknown key `entity`",
    "duties.5.entities: missing",
    "duties.5.basis: expected a text that is not empty",
    "closures.1.document: expected a text that is not empty",
    "author: expected the name of a post, printable and without blanks around it",
    "duties.1.purpose: unknown purpose `HONOUR`",
    f"duties.2.purpose: `BANK_CREDIT` is no duty of a department; duties: {DUTIES}",
    "duties.2.entities: unknown entity `Honor`",
    "duties.2.entities: `*` is every entity: it stands alone",
    "duties.3.basis: unknown legal basis `company_laws`",
    "duties.3.entities: empty: it could never mean anything",
    "duties.3.since: expected a date in quotes, e.g. `2019-01-11`",
    "duties.4.entities: `HousingFund` is repeated",
    "duties.4.until: is before `since`",
    "approvals.1.source: unknown source `tax_credits`",
    "approvals.2.source: source `court_enforcement` belongs to `court`, which alone decides about it; "
    "own: tax_credit, tax_notices",
    "approvals.3.fields: expected `Entity.field` or `Entity.*`, found `TaxCreditRating`",
    "approvals.3.fields: expected `Entity.field` or `Entity.*`, found `*`",
    "approvals.3.fields: expected `Entity.field` or `Entity.*`, found `TaxCreditRating.`",
    "approvals.3.fields: unknown entity `Tax`",
    "approvals.3.fields: unknown field of TaxCreditRating `levels`",
    "approvals.4.departments: unknown department `fiance`",
    "approvals.4.departments: `state_taxation` has ended: its successor is `taxation`",
    "approvals.4.departments: `heat_water_utilities` is no government body: what departments share is not for it",
    f"approvals.4.purposes: `OWNER` is no duty of a department; duties: {DUTIES}",
    "closures.1.until: expected a date in quotes, e.g. `2019-01-11`",
]
"""What is wrong with the file of `test_every_mistake_is_told_at_once`; what is known is left out here."""


def write(folder: Path, department: str = "taxation", **tables: Any) -> Path:
    (folder / f"{department}.toml").write_text(toml({"author": "股长", **tables}), encoding="utf-8")
    return folder


def mistakes(folder: Path, known: Known = KNOWN) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load_departmental(folder, known)
    return [str(each) for each in refused.value.mistakes]


def test_every_client_of_a_department_has_the_duties_that_it_may_declare() -> None:
    for client in CITY.clients.values():
        declared = {purpose for purpose in client.purposes if CITY.policy.purposes[purpose]}
        duties = {duty.purpose for duty in CITY.departmental.duties if duty.department == client.department}
        assert duties == declared, client.id


def test_what_a_file_says(tmp_path: Path) -> None:
    write(tmp_path, duties=[DUTY], approvals=[APPROVAL], closures=[CLOSURE])
    entities = frozenset({"SocialInsurance", "HousingFund"})
    assert read_policies(tmp_path, KNOWN) == {
        "taxation": PolicyFile(
            "taxation",
            "股长",
            Departmental(
                duties=(Duty("taxation", "HONOR", entities, "company_law"),),
                approvals=(
                    Approval(
                        source="tax_credit",
                        fields=frozenset({"TaxCreditRating.level", "TaxRegistration.*"}),
                        departments=frozenset({"finance"}),
                        purposes=frozenset({"FISCAL_FUNDS"}),
                        document="税函〔2026〕1号",
                        since="2026-01-01",
                        until="2026-12-31",
                    ),
                ),
                closures=(Closure("tax_notices", frozenset({"TaxArrears.*"}), "税函〔2026〕2号"),),
            ),
        )
    }


def test_files_are_one_and_the_version_tells_when_one_says_something_else(tmp_path: Path) -> None:
    empty = load_departmental(tmp_path / "nowhere", KNOWN)
    assert (empty.duties, empty.approvals, empty.closures) == ((), (), ())
    write(tmp_path, duties=[DUTY])
    one = load_departmental(tmp_path, KNOWN)
    write(tmp_path, duties=[{**DUTY, "entities": ["HousingFund", "SocialInsurance"]}])
    assert load_departmental(tmp_path, KNOWN) == one, "the order in which entities are listed says nothing"
    write(tmp_path, "finance", duties=[DUTY])
    both = load_departmental(tmp_path, KNOWN)
    assert [duty.department for duty in both.duties] == ["finance", "taxation"]
    assert len({empty.version, one.version, both.version}) == 3
    assert all(len(each.version) == 16 for each in (empty, one, both))


def test_what_is_in_force_on_a_day(tmp_path: Path) -> None:
    found = load_departmental(write(tmp_path, approvals=[APPROVAL], closures=[CLOSURE]), KNOWN)
    days = ["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"]
    assert [len(found.on(day).approvals) for day in days] == [0, 1, 1, 0]
    assert [len(found.on(day).closures) for day in days] == [1, 1, 1, 1]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        author="股 长 ",
        duties=[
            {**DUTY, "purpose": "HONOUR"},
            {**DUTY, "purpose": "BANK_CREDIT", "entities": ["Honor", "*"]},
            {**DUTY, "entities": [], "basis": "company_laws", "since": "2026-02-30"},
            {**DUTY, "entities": ["HousingFund", "HousingFund"], "since": "2026-02-02", "until": "2026-02-01"},
            {"purpose": "HONOR", "entity": "HousingFund", "basis": ""},
        ],
        approvals=[
            {**APPROVAL, "source": "tax_credits"},
            {**APPROVAL, "source": "court_enforcement"},
            {**APPROVAL, "fields": ["TaxCreditRating", "*", "TaxCreditRating.", "Tax.level", "TaxCreditRating.levels"]},
            {**APPROVAL, "departments": ["fiance", "state_taxation", "heat_water_utilities"], "purposes": ["OWNER"]},
        ],
        closures=[{**CLOSURE, "document": "", "until": "ever"}],
        notes="none",
    )
    write(tmp_path, "state_taxation")
    write(tmp_path, "tax", duties=[DUTY])
    write(tmp_path, "heat_water_utilities", duties=[DUTY])
    (tmp_path / "court.toml").write_text("author = [", encoding="utf-8")
    told = [each.partition("; known: ")[0].removeprefix("policies/") for each in mistakes(tmp_path)]
    assert told == [
        "court.toml: line 1: is not TOML: invalid value",
        "heat_water_utilities.toml: duties.1.purpose: "
        "`heat_water_utilities` is no government body: it has no statutory duties",
        "state_taxation.toml: `state_taxation` has ended: its successor is `taxation`",
        "tax.toml: unknown department `tax`",
        *(f"taxation.toml: {each}" for each in TAXATION),
    ]


def test_names_that_are_known_are_told(tmp_path: Path) -> None:
    write(tmp_path, approvals=[{**APPROVAL, "source": "tax_credits"}])
    assert mistakes(tmp_path) == [
        "policies/taxation.toml: approvals.1.source: unknown source `tax_credits`; "
        "known: tax_credit, tax_notices; did you mean `tax_credit`?"
    ]


def test_what_could_not_be_read_is_not_checked(tmp_path: Path) -> None:
    write(tmp_path, "nobody", duties=[{**DUTY, "purpose": "NONE", "basis": "none"}], approvals=[APPROVAL])
    found = load_departmental(tmp_path, Known(None, None, None, None))
    assert [duty.purpose for duty in found.duties] == ["NONE"]
    assert any("unknown purpose" in each for each in mistakes(tmp_path, replace(KNOWN, departments=None)))
