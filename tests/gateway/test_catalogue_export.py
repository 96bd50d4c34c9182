"""The exported catalogue, read back: one row for each field of each item, every cell a text, nothing that runs."""

import csv
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from python_calamine import load_workbook

from gateway.catalogue import Catalogue, Items
from gateway.catalogue.export import COLUMNS, harmless, rows, write_csv, write_xlsx
from gateway.configuration import load_configuration
from schema.entities import CROSSWALK, ENTITY_FIELDS, INTERNAL_FIELDS

CATALOGUE = load_configuration(Path(__file__).parents[2] / "config").catalogue
TODAY = "2026-11-23"
HEADINGS = [heading for heading, _ in COLUMNS]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_xlsx(path: Path) -> list[dict[str, object]]:
    headings, *lines = load_workbook(path).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, headings), line, strict=True)) for line in lines]


def with_item(**changed: object) -> Catalogue:
    """Return a catalogue of few items, of which one says something else."""
    items = CATALOGUE.items
    listed = {item.code: (items.categories[item.code], item) for item in items if item.code.startswith("C03")}
    category, item = listed["C03-002"]
    listed["C03-002"] = category, replace(item, **changed)
    return Catalogue(CATALOGUE.sources, Items(listed, items.bases, items.departments))


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    count = len(list(rows(CATALOGUE, TODAY)))
    assert write_csv(tmp_path / "c.csv", CATALOGUE, TODAY) == count
    assert write_xlsx(tmp_path / "c.xlsx", CATALOGUE, TODAY) == count
    as_csv, as_xlsx = read_csv(tmp_path / "c.csv"), read_xlsx(tmp_path / "c.xlsx")
    assert as_csv == as_xlsx
    assert len(as_csv) == count
    assert list(as_csv[0]) == HEADINGS


def test_every_item_and_every_field_has_its_row() -> None:
    found = [(row.entity, row.field) for row in rows(CATALOGUE, TODAY) if row.field and not row.item.only]
    expected = {
        (entity, name)
        for entity, fields in ENTITY_FIELDS.items()
        for name in fields
        if entity != CROSSWALK and name not in INTERNAL_FIELDS.get(entity, ())
    }
    assert sorted(found) == sorted(expected), "each once"
    assert {row.item.code for row in rows(CATALOGUE, TODAY)} == set(CATALOGUE.items.by_code)


def test_a_row_says_what_the_standard_asks_for(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "c.xlsx", CATALOGUE, TODAY)
    (row,) = [
        each
        for each in read_xlsx(tmp_path / "c.xlsx")
        if (each["目录编码 Code"], each["对应字段 Field"]) == ("C09-013", "level")
    ]
    assert row["信息项名称 Item"] == "纳税缴费信用评价"
    assert row["类别 Category"] == "9 信用评价结果信息"
    assert row["数据来源单位 Owner"] == "国家税务总局同江市税务局(示例)"
    assert row["单位代码 Owner's code"] == "11230881TJ0000828X"
    assert "《纳税缴费信用管理办法》(国家税务总局公告2025年第12号)" in str(row["依据 Legal bases"])
    assert (row["共享属性 Sharing"], row["公开属性 Disclosure"]) == ("有条件共享", "政务共享（有条件）")
    assert (row["对应实体 Entity"], row["字段名称 Field in words"]) == ("TaxCreditRating", "信用级别")
    assert row["数据源 Sources"] == "tax_credit"
    assert row["适用主体 Subjects"] == "企业、个体工商户、农民专业合作社"


def test_what_is_said_of_a_person_is_named_as_the_graph_names_it() -> None:
    fields = {(row.entity, row.field): row for row in rows(CATALOGUE, TODAY)}
    row = fields["LegalRepresentative", "person_masked_id"]
    told = {heading: cell(row) for heading, cell in COLUMNS}
    assert told["对应字段 Field"] == "person.maskedIdNo"
    assert told["字段名称 Field in words"] == "证件号码（脱敏）"
    assert told["公开属性 Disclosure"] == "不予共享"


def test_codes_stay_texts(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "c.xlsx", with_item(name="0012", masking="1e5", update_cycle="2026-01-01"), TODAY)
    found = [each for each in read_xlsx(tmp_path / "c.xlsx") if each["目录编码 Code"] == "C03-002"]
    for row in found:
        told = (row["信息项名称 Item"], row["脱敏规则 Masking"], row["更新周期 Update cycle"])
        assert told == ("0012", "1e5", "2026-01-01")
    assert all(isinstance(value, str) for row in read_xlsx(tmp_path / "c.xlsx") for value in row.values())


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", " =1", "\u3000@x", '=HYPERLINK("x")']
)
def test_no_cell_is_run_when_the_sheet_is_opened(tmp_path: Path, text: str) -> None:
    dangerous = with_item(name=text)
    write_csv(tmp_path / "c.csv", dangerous, TODAY)
    write_xlsx(tmp_path / "c.xlsx", dangerous, TODAY)
    (name,) = {row["信息项名称 Item"] for row in read_csv(tmp_path / "c.csv") if row["目录编码 Code"] == "C03-002"}
    assert name == f"'{text}"
    (name_,) = {row["信息项名称 Item"] for row in read_xlsx(tmp_path / "c.xlsx") if row["目录编码 Code"] == "C03-002"}
    assert name_ == text
    with ZipFile(tmp_path / "c.xlsx") as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 2
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


@given(st.text(max_size=20))
def test_a_guarded_text_never_begins_as_a_formula(text: str) -> None:
    guarded = harmless(text)
    assert guarded.removeprefix("'") == text.removeprefix("'")
    assert not guarded.strip().startswith(tuple("=+-@＝＋－＠"))
