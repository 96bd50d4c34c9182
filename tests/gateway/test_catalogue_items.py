"""Items of the catalogue: which item a field belongs to, what is never served, and that the shipped items are whole."""

from pathlib import Path

import pytest

from gateway.catalogue import Known, LegalBases, LegalBasis, load_items
from gateway.configuration import load_configuration
from gateway.departments import Department, Departments
from schema.entities import CROSSWALK, ENTITY_FIELDS, INTERNAL_FIELDS
from tests.gateway.items import DEPARTMENTS, ENTITIES, KNOWN, SOUND, UNSERVED, item, load, write

# ---- which item a field belongs to ----------------------------------------------------------------------------------


def test_a_field_belongs_to_the_item_that_is_nearest(tmp_path: Path) -> None:
    finer = item("C01-002", 'entities = ["Penalty"]', 'fields.Penalty = ["person"]')
    wages = item("C04-001", 'entities = ["Listed"]', 'only.kind = ["WAGES", "TAX"]')
    items = load(tmp_path, {1: SOUND[1] + finer, 4: wages})

    def code(*of: str | None) -> str | None:
        found = items.item_of(*of)  # type: ignore[arg-type]
        return found.code if found is not None else None

    assert code("Penalty") == "C01-001"
    assert code("Penalty", "number") == "C01-001"
    assert code("Penalty", "person") == "C01-002"
    assert code("Listed", "name") == "C03-001"
    assert code("Listed", "name", "WAGES") == "C04-001"
    assert code("Listed", None, "OTHER") == "C03-001"
    assert code(CROSSWALK, "uscc") is None
    assert (items.sort_of("Listed"), items.sort_of("Penalty")) == ("kind", None)
    assert [each.code for each in items.of_entity("Listed")] == ["C03-001", "C04-001"]
    names = list(ENTITIES["Penalty"])
    assert items.bound_fields(items.by_code["C01-001"], "Penalty", names) == ["number"]
    assert items.bound_fields(items.by_code["C01-002"], "Penalty", names) == ["person"]


def test_what_is_never_served_says_so_by_entity_and_by_kind_of_subject(tmp_path: Path) -> None:
    items = load(tmp_path, {})
    assert [each.code for each in items.unserved("Bribery")] == ["C02-001"]
    assert items.unserved("Penalty") == []
    assert [each.code for each in items.unserved_for("NATURAL_PERSON")] == ["C02-001"]
    assert items.unserved_for("ENTERPRISE") == []


def test_what_the_platform_does_not_serve_is_nothing_of_a_subject(tmp_path: Path) -> None:
    write(tmp_path, {0: UNSERVED.format(code="C00-001", more="")}, (0,))
    assert load(tmp_path, {}).unserved_for("ENTERPRISE") == []


def test_the_version_covers_items_bases_and_departments(tmp_path: Path) -> None:
    before = load(tmp_path, {}).version
    assert load(tmp_path, {}).version == before
    assert load(tmp_path, {1: SOUND[1].replace("每日", "每月")}).version != before
    renamed = Departments({**DEPARTMENTS, "office": Department(code="office", name="数据局")})
    bases = LegalBases({"law": LegalBasis(code="law", title="法", issuer="人大", level="LAW", verified=False)})
    write(tmp_path, SOUND)
    assert load_items(tmp_path, Known(renamed, KNOWN.legal_bases, ENTITIES)).version != before
    assert load_items(tmp_path, Known(DEPARTMENTS, bases, ENTITIES)).version != before


# ---- the shipped items ----------------------------------------------------------------------------------------------

CONFIGURATION = load_configuration(Path(__file__).parents[2] / "config")
SHIPPED = CONFIGURATION.items
SECTIONS = """
二(一)1 二(一)2 二(二) 二(三)1 二(三)2 二(四)1 二(四)2 二(四)3 二(四)4 二(四)5 二(四)6 二(五)1 二(五)2 二(五)3 二(五)4
二(六)1(1) 二(六)1(2) 二(六)2(1) 二(六)2(2) 二(六)2(3) 二(六)3 二(六)4 二(六)5 二(六)6 二(六)7 二(六)8 二(六)9 二(六)10
二(六)11 二(六)12 二(六)13 二(六)14 二(七)1 二(七)2(1) 二(七)2(2) 二(七)3 二(七)4 二(七)5 二(七)6 二(七)7(1)
二(七)7(2) 二(七)8 二(七)9 二(八)1 二(八)2 二(八)3 二(八)4 二(九)1 二(九)2 二(九)3 二(十) 二(十一)1 二(十一)2 二(十二)
"""
"""The sections of 同政发〔2018〕12号 that ask for information."""


def test_every_section_of_the_notice_is_met() -> None:
    sections = SECTIONS.split()
    assert [section for section in sections if not SHIPPED.of_section(section)] == []
    assert {section for each in SHIPPED for section in each.section} == {*sections, "附件"}


def test_every_field_of_the_schema_belongs_to_an_item() -> None:
    for entity, fields in ENTITY_FIELDS.items():
        for name in fields:
            internal = entity == CROSSWALK or name in INTERNAL_FIELDS.get(entity, ())
            assert internal or SHIPPED.item_of(entity, name) is not None, f"{entity}.{name}"


@pytest.mark.parametrize(
    ("entity", "field", "sort", "expected"),
    [
        ("Registration", "name", None, "PUBLIC"),
        ("AdministrativePenalty", "content", None, "PUBLIC"),
        ("AdministrativePenalty", "legal_rep_id_no", None, "OWNER"),
        ("AdministrativeLicense", "counterpart_tax_no", None, "GOV"),
        ("TaxCreditRating", "level", None, "GOV_CONDITIONAL"),
        ("TaxCreditRating", "score", None, "OWNER"),
        ("EnvironmentalRating", "score", None, "OWNER"),
        ("PersonRole", "title", None, "GOV_CONDITIONAL"),
        ("LegalRepresentative", "person_masked_id", None, "OWNER"),
        ("SocialInsurancePayment", "paid_amount", None, "CONSENT"),
        ("UtilityUsage", "quantity", None, "CONSENT"),
        ("ListEntry", "name", "WAGE_ARREARS", "PUBLIC"),
        ("CreditRating", "level", "RISK_CLASS", "GOV_CONDITIONAL"),
        ("RuralCredit", "level", "HOUSEHOLD", "CONSENT"),
        ("RuralCredit", "level", "VILLAGE", "PUBLIC"),
        ("BriberyRecord", "found", None, "OWNER"),
    ],
)
def test_how_widely_a_field_may_be_disclosed(entity: str, field: str, sort: str | None, expected: str) -> None:
    found = SHIPPED.item_of(entity, field, sort)
    assert found is not None
    assert found.disclosure == expected


def test_lists_go_to_the_categories_of_their_kinds() -> None:
    kinds = {"ABNORMAL_OPERATION": 5, "MAJOR_TAX_VIOLATION": 6, "HONOR": 11, "A_LEVEL_TAXPAYER": 11, "OTHER": 6}
    for kind, category in kinds.items():
        found = SHIPPED.item_of("ListEntry", None, kind)
        assert found is not None
        assert SHIPPED.categories[found.code].category == category


def test_what_is_never_served_has_a_reason_in_both_languages() -> None:
    unserved = {each.code: each for each in SHIPPED if not each.served}
    assert {each.unserved_status for each in unserved.values()} == {"DISCONTINUED", "NOT_COVERED"}
    assert [each.code for each in SHIPPED.unserved("BriberyRecord")] == ["C02-101"]
    for code, each in unserved.items():
        assert each.status == "NOT_CATALOGUED", code
        assert each.reason is not None
        assert each.reason.endswith("。")
        assert each.reason_en is not None
        assert each.reason_en.isascii()
    names = " ".join(each.name for each in SHIPPED.unserved_for("NATURAL_PERSON"))
    for word in (
        "公务员",
        "信贷",
        "计划生育",
        "救助受助",
        "居民水电",
        "学生",
        "治安",
        "政法干警",
        "信访",
        "评分",
        "逐月缴费",
    ):
        assert word in names


def test_no_item_rests_on_a_document_that_is_over() -> None:
    cited = {code for each in SHIPPED for code in each.legal_bases}
    assert [code for code in cited if not SHIPPED.bases.in_force(code, "2026-11-23")] == []


def test_the_catalogue_and_its_version_cover_the_items() -> None:
    catalogue = CONFIGURATION.catalogue
    assert catalogue.items is SHIPPED
    assert type(catalogue)(catalogue.sources).version != catalogue.version
    assert type(catalogue)(catalogue.sources, SHIPPED).version == catalogue.version
