"""Cells that hold numbers, years and amounts of money: exact, or misread."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.spec import CurrencySpec, ValueType
from schema.values import Money
from tests.connectors.cells import MISREAD, read, value_of

CURRENCY = CurrencySpec(column="cur", codes={"156": "CNY", "840": "USD", "hkd": "HKD"})


def amount(type_: ValueType, cell: Any) -> str:
    money = value_of(type_, cell)
    assert isinstance(money, Money)
    assert (money.currency, money.unit_assumed) == ("CNY", False)
    return money.amount


@pytest.mark.parametrize(
    ("cell", "yuan", "wan_yuan"),
    [
        ("2000", "2000", "20000000"),
        ("0.200000", "0.2", "2000"),
        (".5", "0.5", "5000"),
        (" 1,234,567.80 ", "1234567.8", "12345678000"),
        ("1，234", "1234", "12340000"),
        ("１２０００", "12000", "120000000"),
        ("0", "0", "0"),
        ("0.00", "0", "0"),
        ("-0", "0", "0"),
        ("00012", "12", "120000"),
        ("0.000001", "0.000001", "0.01"),
        ("123456789012345678.000001", "123456789012345678.000001", "1234567890123456780000.01"),
        ("1." + "0" * 20, "1", "10000"),
        (2000, "2000", "20000000"),
        (0.2, "0.2", "2000"),
        (1e15, "1000000000000000", "10000000000000000000"),
        (Decimal("252.5"), "252.5", "2525000"),
        (Decimal("1E+2"), "100", "1000000"),
        (Decimal("0E+5"), "0", "0"),
    ],
)
def test_amounts_are_exact(cell: Any, yuan: str, wan_yuan: str) -> None:
    assert amount("yuan", cell) == yuan
    assert amount("wan_yuan", cell) == wan_yuan
    assert value_of("decimal", cell) == yuan


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("罚款2000元", "2000"),
        ("2000元", "2000"),
        ("罚款人民币2,000.50元整", "2000.5"),
        ("3万元", "30000"),
        ("0.2 万元", "2000"),
        ("１．５亿元", "150000000"),
        ("￥2000", "2000"),
        ("¥ 2,000.00", "2000"),
    ],
)
@pytest.mark.parametrize("type_", ["yuan", "wan_yuan"])
def test_unit_in_the_text_is_believed_and_noted(type_: ValueType, cell: str, yuan: str) -> None:
    found = read(type_, cell)
    assert found.value == Money(amount=yuan, currency="CNY", unit_assumed=True)  # type: ignore[arg-type]
    assert found.codes == ["UNIT_ASSUMED"]


NO_NUMBERS = [
    "NaN", "inf", "1e5", "1E+5", "1,23", "12,34,567", "1,234,5", "1 234", "1.2.3", "+5", "5.", "约2000", "0x10", "٢",
    "9" * 25, "两千", float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"),
    Decimal("1E-30"), Decimal("1E+999999"), 0.1 + 0.2, 1e24, 10**24,
    pytest.param(10**5000, id="long"), True, b"5", ["5"], {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("cell", NO_NUMBERS)
@pytest.mark.parametrize("type_", ["yuan", "wan_yuan", "decimal", "integer", "year"])
def test_what_is_no_number_is_misread(type_: ValueType, cell: Any) -> None:
    found = read(type_, cell)
    assert (found.value, found.codes) == (None, MISREAD)


@pytest.mark.parametrize(
    "cell",
    [
        "-2000",
        -2000,
        Decimal("-0.01"),
        "-2000元",
        "罚款2000元,没收违法所得500元",
        "2000美元",
        "3万",
        "2000元以上",
        "元",
    ],
)
def test_amount_that_cannot_be_meant_or_is_not_only_one(cell: Any) -> None:
    found = read("yuan", cell)
    assert (found.value, found.codes) == (None, MISREAD)


@pytest.mark.parametrize("cell", [None, "", "—", "— —", "暂无", "无", "\\N", "null", " \n"])
@pytest.mark.parametrize("type_", ["yuan", "wan_yuan", "decimal", "integer", "year", "boolean"])
def test_blank_is_no_number(type_: ValueType, cell: str | None) -> None:
    assert value_of(type_, cell) is None


@pytest.mark.parametrize(
    ("code", "currency"), [("156", "CNY"), (" 840 ", "USD"), ("HKD", "HKD"), (156, "CNY"), ("８４０", "USD")]
)
def test_currency_column_names_the_currency(code: Any, currency: str) -> None:
    found = value_of("wan_yuan", (Decimal("1.5"), code), currency=CURRENCY)
    assert found == Money(amount="15000", currency=currency)  # type: ignore[arg-type]  # Decimal is a NewType of str


@pytest.mark.parametrize("code", ["392", "", None, "无", "cn", 1.56, ["156"]])
def test_amount_of_unknown_currency_is_never_shown(code: Any) -> None:
    found = read("wan_yuan", (Decimal("1.5"), code), currency=CURRENCY)
    assert (found.value, found.codes) == (None, MISREAD)


@pytest.mark.parametrize("code", ["156", "392", None])
@pytest.mark.parametrize("cell", [None, "", "—"])
def test_no_amount_needs_no_currency(cell: str | None, code: str | None) -> None:
    assert value_of("yuan", (cell, code), currency=CURRENCY) is None


@pytest.mark.parametrize("code", ["", None, "无", "  "])
def test_blank_currency_is_what_the_source_file_says(code: str | None) -> None:
    listed = CurrencySpec(column="cur", codes={"": "CNY"})
    assert value_of("yuan", ("5", code), currency=listed).currency == "CNY"


def test_yuan_in_the_text_beside_another_currency_is_a_contradiction() -> None:
    assert read("yuan", ("2000元", "156"), currency=CURRENCY).codes == ["UNIT_ASSUMED"]
    assert read("yuan", ("2000元", "840"), currency=CURRENCY).codes == MISREAD


@pytest.mark.parametrize(
    ("cell", "number"),
    [("35", 35), (35, 35), ("1,234", 1234), ("３５", 35), (3.0, 3), (Decimal("3.00"), 3), ("-7", -7), ("0", 0)],
)
def test_integers(cell: Any, number: int) -> None:
    assert value_of("integer", cell) == number


@pytest.mark.parametrize("cell", ["3.5", 3.5, Decimal("0.001"), "2147483648", -(2**31), 2**63, "12人"])
def test_what_an_integer_field_cannot_hold(cell: Any) -> None:
    assert read("integer", cell).codes == MISREAD


@pytest.mark.parametrize("cell", ["2025", 2025, 2025.0, "2025年", "2025年度", "２０２５年度", Decimal(2025)])
def test_years(cell: Any) -> None:
    assert value_of("year", cell) == 2025


@pytest.mark.parametrize("cell", ["25", 25, "1899", "2101", "2025-2026", "2025年12月", "202512", "年度"])
def test_what_is_no_year(cell: Any) -> None:
    assert read("year", cell).codes == MISREAD
