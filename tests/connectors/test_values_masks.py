"""Cells about natural persons: what a mask promises to show is shown, and nothing else of a cell is."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.connectors.cells import MISREAD, read, value_of
from tests.drawn import examples

quickly = settings(max_examples=examples(60), deadline=None)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("张三", "张某某"),
        (" 欧阳娜娜\n", "欧某某"),
        ("张", "张某某"),
        ("张**", "张某某"),
        ("张某", "张某某"),
        ("张三、李四", "张某某"),
        ("阿依古丽·买买提", "阿某某"),
        ("Иван Иванов", "И某某"),
        ("𠮷田", "𠮷某某"),
        (None, None),
        ("无", None),
    ],
)
def test_names(cell: str | None, shown: str | None) -> None:
    assert value_of("masked_name", cell) == shown


@pytest.mark.parametrize("cell", ["*三", "230881199001010022", 7, "(张三)", True, ["张三"], "\ufffd三"])
def test_what_is_no_name(cell: Any) -> None:
    assert (read("masked_name", cell).value, read("masked_name", cell).codes) == (None, MISREAD)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("13800138000", "138****8000"),
        (13800138000, "138****8000"),
        (Decimal(13800138000), "138****8000"),
        ("+86 138-0013-8000", "138****8000"),
        ("008613800138000", "138****8000"),
        ("１３８００１３８０００", "138****8000"),
        ("138****8000", "138****8000"),
        ("1380013****", "138********"),
        ("0454-2920000", "045****0000"),
        ("(0454)2920000", "045****0000"),
        ("2920000", "****000"),
        ("62920000", "****0000"),
        ("8612345", "****345"),
        ("暂无", None),
    ],
)
def test_telephone_numbers(cell: Any, shown: str | None) -> None:
    assert value_of("masked_phone", cell) == shown


@pytest.mark.parametrize(
    "cell", ["110", "13800138000/13900139000", "张三13800138000", "13800138000转801", 1.38e10, True, "9" * 16, "1" * 6]
)
def test_what_is_no_telephone_number(cell: Any) -> None:
    assert (read("masked_phone", cell).value, read("masked_phone", cell).codes) == (None, MISREAD)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("黑龙江省同江市同江镇友谊路12号3单元", "黑龙江省同江市同江镇"),
        ("黑龙江省 佳木斯市 同江市 街津口赫哲族乡 渔业村12号", "黑龙江省佳木斯市同江市街津口赫哲族乡"),
        ("同江市繁荣街道通江社区5号楼", "同江市繁荣街道"),
        ("同江市友谊街12号", "同江市友谊街"),
        ("佳木斯市向阳区中山路33号", "佳木斯市向阳区"),
        ("同江市友谊路12号", "同江市"),
        ("同江市幸福小区3栋2单元", "同江市"),
        ("内蒙古自治区呼伦贝尔市鄂温克族自治旗巴彦托海镇1号", "内蒙古自治区呼伦贝尔市鄂温克族自治旗巴彦托海镇"),
        ("内蒙古自治区锡林郭勒盟东乌珠穆沁旗", "内蒙古自治区锡林郭勒盟东乌珠穆沁旗"),
        ("新疆维吾尔自治区伊犁哈萨克自治州霍城县清水河镇", "新疆维吾尔自治区伊犁哈萨克自治州霍城县清水河镇"),
        ("上海市浦东新区张江镇", "上海市浦东新区张江镇"),
        ("景德镇市珠山区新厂街道1号", "景德镇市珠山区新厂街道"),
        ("山西省临汾市乡宁县昌宁镇迎旺村", "山西省临汾市乡宁县昌宁镇"),
        ("北京市海淀区中关村大街27号", "北京市海淀区"),
        ("—", None),
    ],
)
def test_addresses(cell: str, shown: str | None) -> None:
    assert value_of("masked_address", cell) == shown


@pytest.mark.parametrize("cell", ["张三", "友谊路12号", "12号楼3单元同江镇", "3-2-501", "No. 7 Main Street", 12])
def test_address_without_a_township_or_county(cell: Any) -> None:
    assert (read("masked_address", cell).value, read("masked_address", cell).codes) == (None, MISREAD)


@quickly
@given(st.text() | st.text("张三李四·*某 1a\u200b"))
@example("张三 13800138000 同江镇12号")
def test_of_a_name_only_the_first_character_leaves(cell: str) -> None:
    shown = read("masked_name", cell).value
    if shown is not None:
        assert shown[1:] == "某某"
        assert shown[0] in cell
        assert shown[0].isalpha()


DIGITS = st.text("0123456789", min_size=7, max_size=15)


@quickly
@given(DIGITS, st.sampled_from(["", "+86", "0086 ", " "]), st.integers(0, 20))
def test_of_a_telephone_number_at_most_seven_digits_leave(number: str, before: str, cut: int) -> None:
    shown = value_of("masked_phone", f"{before}{number[:cut]}-{number[cut:]}")
    assert re.fullmatch(r"[0-9]{0,3}\*{4,}[0-9]{0,4}", shown)
    head, tail = shown.split("*")[0], shown.rpartition("*")[2]
    assert number.endswith(tail)
    assert not head or head in before + number


@quickly
@given(st.text() | st.text("0123456789+-*() 转", max_size=20))
def test_of_any_text_at_most_seven_digits_leave(cell: str) -> None:
    shown = read("masked_phone", cell).value
    assert shown is None or re.fullmatch(r"[0-9*]{0,3}\*{4,}[0-9*]{0,4}", shown)


REGIONS = st.sampled_from(["", "黑龙江省", "黑龙江省佳木斯市", "佳木斯市"])
COUNTIES = st.sampled_from(["同江市", "桦川县", "向阳区", "鄂温克族自治旗"])
TOWNSHIPS = st.sampled_from(["同江镇", "街津口赫哲族乡", "八岔乡", "繁荣街道", "青河苏木", "友谊街"])
DETAILS = st.text("路村号栋楼室组单元0123456789-#ABab张三李四家东头 ", max_size=30)


@quickly
@given(REGIONS, COUNTIES, TOWNSHIPS, DETAILS)
def test_of_an_address_nothing_below_the_township_leaves(region: str, county: str, town: str, details: str) -> None:
    assert value_of("masked_address", f"{region}{county}{town}{details}") == f"{region}{county}{town}"


@quickly
@given(REGIONS, COUNTIES, DETAILS)
def test_of_an_address_without_a_township_nothing_below_the_county_leaves(
    region: str, county: str, details: str
) -> None:
    assert value_of("masked_address", f"{region}{county}{details}") == f"{region}{county}"


@quickly
@given(st.text() | st.text("省市区县镇乡街道路村号同江友谊张三0123456789 A", max_size=40))
def test_of_any_text_no_number_house_or_road_leaves(cell: str) -> None:
    shown = read("masked_address", cell).value
    if shown is not None:
        assert "".join(cell.split()).find(shown) >= 0
        assert re.search(r"[0-9A-Za-z路村号栋楼室]", shown) is None
        assert shown[-1] in "省市州盟县区旗镇乡道木街"
        assert len(shown) <= 60


@pytest.mark.parametrize("type_", ["masked_name", "masked_phone", "masked_address", "birth_year"])
@pytest.mark.parametrize("cell", ["张三 230881199001010022", "13800138000,同江镇12号", "1990-01-0122"])
def test_no_message_quotes_a_cell(type_: Any, cell: str) -> None:
    found = read(type_, cell)
    assert not [part for part in re.findall(r"\d{3,}|张三", cell) if part in found.messages]
