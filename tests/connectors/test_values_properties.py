"""What holds for every cell that a source could send, readable or not."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.spec import CurrencySpec, ValueType
from connectors.values.text import folded
from schema.values import Money
from tests.connectors.cells import Read, read, value_of

CODES: Final = {"罚款": "FINE", "警告": "WARNING", "没收": "CONFISCATE_GAINS;CONFISCATE_PROPERTY", "A": "A"}
TRUTHS: Final = {"是": "true", "否": "false"}
NAMES: Final = {"FINE", "WARNING", "CONFISCATE_GAINS", "CONFISCATE_PROPERTY", "A"}
QUOTING: Final = {"code", "code_list", "boolean"}
"""Types whose messages quote a code that cannot be personal."""
CURRENCY: Final = CurrencySpec(column="cur", codes={"156": "CNY", "840": "USD"})

TYPES: Final[tuple[ValueType, ...]] = get_args(ValueType)

quickly = settings(max_examples=60, deadline=None)

text = (
    st.text()
    | st.text(st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010))
    | st.text("0123456789-/年月日万元.,;、 Xx*:TZ+", max_size=30)
)
cells = st.recursive(
    st.none() | st.booleans() | text | st.integers() | st.floats() | st.decimals() | st.binary(max_size=20)
    | st.dates() | st.datetimes(timezones=st.none() | st.timezones()) | st.uuids() | st.sampled_from([*CODES, "无"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
citizens = st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True)
"""Texts of the form of a citizen's number; by chance one is somebody's, so no test shows more than it must."""


def read_any(type_: ValueType, cell: Any) -> Read:
    codes = {"boolean": TRUTHS, "code": CODES, "code_list": CODES}.get(type_)
    return read(type_, cell, codes=codes)


@settings(max_examples=200, deadline=None)
@given(cell=cells)
def test_every_cell_is_read_or_nothing_or_misread(cell: Any) -> None:
    for found in (read_any(type_, cell) for type_ in TYPES):
        assert len(found.issues) <= 1
        if found.codes == ["MISREAD"]:
            assert found.value is None
        if isinstance(found.value, str):
            found.value.encode()  # whatever is shown can be sent


@quickly
@given(cell=cells, code=cells)
def test_every_pair_of_amount_and_currency_is_read_or_misread(cell: Any, code: Any) -> None:
    found = read("yuan", (cell, code), currency=CURRENCY)
    assert found.value is None or (found.value.currency in {"CNY", "USD"} and found.codes in ([], ["UNIT_ASSUMED"]))


@quickly
@given(cell=st.text(min_size=4) | citizens)
def test_messages_do_not_quote_the_cell(cell: str) -> None:
    for type_ in set(TYPES) - QUOTING:
        message = read_any(type_, cell).messages
        assert cell not in message
        assert not cell.strip() or cell.strip().upper() not in message


@quickly
@given(
    number=citizens, before=st.sampled_from(["", "身份证", "罚款;", " "]), after=st.sampled_from(["", "号", ";罚款"])
)
def test_personal_number_is_in_no_message_and_in_no_masked_value(number: str, before: str, after: str) -> None:
    cell = f"{before}{number}{after}"
    for type_ in TYPES:
        assert number[6:14] not in repr(read_any(type_, cell).issues)
    masked = value_of("masked_id", cell)
    assert number[6:14] not in masked
    assert masked.count("*") >= 8


@quickly
@given(
    cell=citizens | st.text("0123456789X* -'", max_size=24) | st.text("0129TJXAE*", max_size=20) | st.text(max_size=20)
)
def test_of_a_personal_number_the_first_ten_and_the_last_four_leave_at_most(cell: str) -> None:
    masked = read_any("masked_id", cell).value
    if masked is not None:
        head, tail = masked[: masked.find("*")], masked[masked.rfind("*") + 1 :]
        assert masked.count("*") >= min(4, len(masked) - 2)
        assert set(masked[len(head) : len(masked) - len(tail)]) == {"*"}
        assert (len(head), len(tail)) <= (10, 4)
        assert len(head) <= 6 or len(masked) >= 18


@quickly
@given(
    type_=st.sampled_from(["masked_id", "masked_name", "masked_phone", "masked_address", "birth_year"]),
    cell=citizens
    | st.text("0123456789X*- 年月", max_size=20)
    | st.text("省市区县镇乡街道路村号同江友谊张三0123456789 A*", max_size=40)
    | st.text(),
)
def test_masking_what_is_masked_changes_nothing(type_: ValueType, cell: str) -> None:
    masked = read_any(type_, cell).value
    if masked is not None:
        assert read_any(type_, str(masked)).value == masked


@quickly
@given(day=st.dates(date(1901, 1, 1), date(2098, 12, 31)))
def test_every_day_reads_back_from_every_form(day: date) -> None:
    for form in (
        f"{day:%Y%m%d}",
        f"{day.year}-{day.month}-{day.day} 0:00:00",
        f"{day.year}年{day:%m}月{day:%d}日",
        day,
    ):
        assert value_of("date", form) == day.isoformat()


@quickly
@given(cell=cells)
def test_what_reads_as_a_date_or_time_is_one(cell: Any) -> None:
    day, time = read("date", cell).value, read("datetime", cell).value
    assert (day is None) == (time is None) or isinstance(cell, datetime)
    if day is not None:
        assert date.fromisoformat(day).isoformat() == day
    if time is not None:
        assert datetime.fromisoformat(time).tzinfo is not None


@quickly
@given(fen=st.integers(0, 10**20), places=st.integers(0, 6))
def test_amounts_are_exact(fen: int, places: int) -> None:
    amount = Decimal(fen).scaleb(-places)
    for type_, factor in (("yuan", 1), ("wan_yuan", 10_000)):
        for cell in (amount, f"{amount:f}", f"{amount:,f}", f"{amount:,f}".replace(",", "，")):
            money = value_of(type_, cell)  # type: ignore[arg-type]  # a value type of the two
            assert isinstance(money, Money)
            assert re.fullmatch(r"[0-9]+(\.[0-9]*[1-9])?", money.amount)
            assert Decimal(money.amount) == amount * factor


@quickly
@given(amount=st.floats(0, 1e9).map(lambda number: round(number, 2)))
def test_amount_in_a_float_is_the_decimal_that_it_was_written_as(amount: float) -> None:
    assert Decimal(value_of("yuan", amount).amount) == Decimal(repr(amount))


@quickly
@given(
    parts=st.lists(st.sampled_from([*CODES]) | st.text(max_size=4), max_size=5),
    separator=st.sampled_from([";", "；", ",", "，", "、", " ; "]),
)
def test_list_of_codes_never_loses_a_part(parts: list[str], separator: str) -> None:
    found = read("code_list", separator.join(parts), codes=CODES)
    given_parts = [each.strip() for part in parts for each in re.split("[;；,，、]", part) if each.strip()]
    if found.codes:
        assert any(part not in CODES for part in given_parts)
    elif found.value is not None:
        assert set(found.value) <= NAMES
        expected = [name for part in given_parts for name in CODES[folded(part).upper()].split(";")]
        assert found.value == list(dict.fromkeys(expected))


@quickly
@given(cell=st.text())
def test_text_that_is_read_holds_what_was_written_and_no_controls(cell: str) -> None:
    found = value_of("text", cell) if not read("text", cell).issues else None
    if found is not None:
        left = iter(cell)
        assert all(each in left for each in found), "the same characters in the same order"
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]", found)
