"""The catalogue as the graph shows it: to every caller the same items, with fields as that caller may see them."""

from pathlib import Path
from typing import Any

import pytest

from gateway.caller import Caller
from gateway.catalogue.shown import (
    REGISTERS,
    ShownCatalogue,
    ShownItem,
    catalogue_items,
    departments,
    legal_bases,
)
from gateway.configuration import load_configuration
from gateway.errors import BadQuery
from gateway.plan.asks import Rights

CONFIGURATION = load_configuration(Path(__file__).parents[2] / "config")
TODAY = "2026-11-23"


def rights(client: str = "portal", purpose: str = "PUBLIC_DISCLOSURE") -> Rights:
    known = CONFIGURATION.clients[client]
    caller = Caller(known.id, known.department, known.scopes, purpose)
    return Rights(CONFIGURATION.policy, caller, CONFIGURATION.catalogue, CONFIGURATION.disclosure)


def items(**arguments: Any) -> list[ShownItem]:
    return catalogue_items(rights(), arguments, TODAY)


def test_an_item_is_shown_with_its_owner_and_what_it_rests_on() -> None:
    (item,) = [each for each in items(entity="TaxCreditRating") if each.code == "C09-013"]
    assert (item.name, item.name_en) == ("纳税缴费信用评价", "Tax and fee credit ratings")
    assert (item.category, item.category_name, item.edition) == (9, "信用评价结果信息", "2024")
    assert (item.status, item.sharing, item.disclosure) == ("NATIONAL", "有条件共享", "GOV_CONDITIONAL")
    assert item.owner is CONFIGURATION.departments["taxation"]
    assert (item.section, item.served, item.reason) == ("二(六)5", True, None)
    basis = item.legal_bases[1]
    assert (basis.document_no, basis.level, basis.in_force) == (
        "国家税务总局公告2025年第12号",
        "部门规章、规范性文件",
        True,
    )


def test_the_fields_of_an_item_are_the_callers_own() -> None:
    for client, purpose, allowed in (
        ("portal", "PUBLIC_DISCLOSURE", False),
        ("tax_department", "SUPERVISION", True),
    ):
        found = {each.code: each for each in catalogue_items(rights(client, purpose), {}, TODAY)}
        fields = found["C09-013"].fields
        assert {(each.source, each.entity, each.item) for each in fields} == {
            ("tax_credit", "TaxCreditRating", "C09-013")
        }
        assert {each.allowed for each in fields} == {allowed}
        scores = found["C09-002"].fields
        assert {each.field for each in scores} == {"score"}
        assert ("tax_credit", "TaxCreditRating") in {(each.source, each.entity) for each in scores}
        assert not any(each.allowed for each in scores)
        assert found["C02-101"].fields == []


@pytest.mark.parametrize("entity", ["AdministrativePenalty", "LegalRepresentative", "TaxCreditRating"])
def test_every_field_of_a_source_stands_under_one_item(entity: str) -> None:
    from_items = [
        (each.source, each.field) for item in items(entity=entity) for each in item.fields if each.entity == entity
    ]
    listed = REGISTERS["catalogue_fields"](rights(), {"entity": entity}, TODAY)
    assert sorted(from_items) == sorted((each.source, each.field) for each in listed)
    assert all(each.item for each in listed)


def test_parts_that_hold_lists_of_different_kinds_stand_under_different_items() -> None:
    found = {each.code: each for each in items(entity="ListEntry")}
    abnormal = {(each.source, each.field) for each in found["C05-001"].fields}
    serious = {(each.source, each.field) for each in found["C06-005"].fields}
    assert ("market_supervision", "includedOn") in abnormal & serious


def test_items_are_narrowed_by_arguments() -> None:
    everything = items()
    assert [each.code for each in everything] == sorted(CONFIGURATION.items.by_code)
    unserved = items(served=False)
    assert {each.code for each in unserved} == {each.code for each in everything if not each.served}
    assert {each.category for each in items(category=6)} == {6}
    assert {each.edition for each in items(edition="2024")} == {"2024"}
    assert items(served=True, category=2, entity="BriberyRecord") == []
    assert [each.code for each in items(entity="BriberyRecord")] == ["C02-101"]
    assert items(edition=None, category=None, served=None, entity=None) == everything


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"category": 14}, "`category` of `catalogue` must be one of 0, 1, 2"),
        ({"edition": "2023"}, "`edition` of `catalogue` must be one of 2024"),
        ({"entity": "Penalty"}, "`entity` of `catalogue` must be one of AdministrativeLicense"),
    ],
)
def test_what_is_not_there_cannot_be_asked_for(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(BadQuery, match=said):
        items(**arguments)


def test_what_is_not_served_says_why_in_both_languages() -> None:
    shown = ShownCatalogue(CONFIGURATION.items, TODAY)
    found = {each.item.code: each for each in shown.unserved_for("NATURAL_PERSON")}
    bribery = found["C02-101"]
    assert bribery.status == "DISCONTINUED"
    assert "2018 年 8 月" in bribery.reason
    assert "August 2018" in bribery.reason
    assert bribery.item.reason == bribery.reason
    assert not bribery.item.served
    assert found["C04-101"].status == "NOT_COVERED"
    assert "C04-101" not in {each.item.code for each in shown.unserved_for("ENTERPRISE")}
    assert not [code for code in found if code.startswith("C00")]


def test_a_record_is_shown_with_the_item_of_its_sort() -> None:
    shown = ShownCatalogue(CONFIGURATION.items, TODAY)
    codes = [shown.item_of("ListEntry", sort) for sort in ("HONOR", "WAGE_ARREARS", None)]
    assert [item and item.code for item in codes] == ["C11-001", "C06-006", "C06-001"]
    assert shown.item_of("ListEntry", "HONOR") is codes[0], "made once"
    assert shown.item_of("Crosswalk") is None


@pytest.mark.parametrize(("day", "expected"), [("2026-03-31", [True, False]), ("2026-04-01", [False, True])])
def test_legal_bases_are_shown_as_of_the_day(day: str, expected: list[bool]) -> None:
    found = {each.code: each for each in legal_bases(rights(), {}, day)}
    assert list(found) == list(CONFIGURATION.legal_bases)
    codes = ("credit_repair_measures_2023", "credit_repair_measures_2025")
    assert [found[code].in_force for code in codes] == expected
    assert found["dishonest_debtor_rules"].articles == "第一条、第六条"
    assert found["statistics_credit_measures"].articles is None


def test_departments_are_shown_as_of_a_day_or_all() -> None:
    then = departments(rights(), {"asOf": "2018-06-01"}, TODAY)
    now = departments(rights(), {"asOf": TODAY}, TODAY)
    assert {each.code for each in then} - {each.code for each in now} == {
        code for code, each in CONFIGURATION.departments.items() if each.successor is not None
    }
    everybody = departments(rights(), {}, TODAY)
    assert [each.code for each in everybody] == list(CONFIGURATION.departments)
    (old,) = [each for each in everybody if each.code == "state_taxation"]
    assert old.successor == "taxation"
