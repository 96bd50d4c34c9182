"""Cells that hold codes: of code tables, of organizations, of persons."""

from typing import Any
from uuid import UUID

import pytest

from connectors.spec import ValueType
from tests.connectors.cells import MISREAD, read, value_of

STATUS = {"1": "VALID", "2": "INVALID", "有效": "VALID", "A": "A", "x": "LOWER", "X": "UPPER"}
CATEGORIES = {
    "警告": "WARNING",
    "罚款": "FINE",
    "没收违法所得": "CONFISCATE_GAINS",
    "没收非法财物": "CONFISCATE_PROPERTY",
    "没收违法所得、没收非法财物": "CONFISCATE_GAINS;CONFISCATE_PROPERTY",
    "暂扣、吊销": "OTHER",
}
USCC = "91230881TJ0000019A"
CITIZEN = "23088118850101002X"
"""Synthetic: nobody registered now was born in 1885."""


def full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


@pytest.mark.parametrize(
    ("cell", "name"),
    [("1", "VALID"), (" 1 ", "VALID"), ("１", "VALID"), (1, "VALID"), ("有效", "VALID"), ("a", "A"), ("A", "A"),
     ("ａ", "A"), ("x", "LOWER"), ("X", "UPPER"), (None, None), ("", None), ("无", None), ("— —", None)],
)  # fmt: skip
def test_codes(cell: Any, name: str | None) -> None:
    assert value_of("code", cell, codes=STATUS) == name


@pytest.mark.parametrize("cell", ["3", "01", "其他", " X ", 3, -1, 1.0, float("nan"), b"1", ["1"], 10**30, True])
def test_code_that_is_not_listed(cell: Any) -> None:
    found = read("code", cell, codes=STATUS)
    assert (found.value, found.codes) == (None, MISREAD)


def test_code_table_comes_before_blanks() -> None:
    assert value_of("code", "无", codes={"无": "NONE"}) == "NONE"
    assert value_of("code", "", codes={"": "NONE"}) == "NONE"
    assert value_of("code_list", "无", codes={"无": "NONE"}) == ["NONE"]


@pytest.mark.parametrize(
    ("cell", "quoted"),
    [("77", True), ("其他处罚", True), ("12345", True), (CITIZEN, False), ("138 0000 0000", False),
     ("１２３４５６", False), ("12-34-56", False), ("a" * 21, False), ("a`b", False), ("a\x1bb", False),
     (230881, False)],
)  # fmt: skip
def test_unknown_code_is_quoted_only_when_it_cannot_be_personal(cell: Any, quoted: bool) -> None:
    message = read("code", cell, codes=STATUS).messages
    assert (f"`{cell}`" in message) is quoted
    assert (str(cell) in message) is quoted


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("罚款", ["FINE"]),
        ("罚款;没收违法所得", ["FINE", "CONFISCATE_GAINS"]),
        ("没收违法所得；罚款", ["CONFISCATE_GAINS", "FINE"]),
        ("警告、罚款,没收非法财物，警告", ["WARNING", "FINE", "CONFISCATE_PROPERTY"]),
        ("没收违法所得、没收非法财物", ["CONFISCATE_GAINS", "CONFISCATE_PROPERTY"]),
        ("暂扣、吊销", ["OTHER"]),
        ("警告；暂扣、吊销", ["WARNING", "OTHER"]),
        (" 罚款 ; 警告 ;", ["FINE", "WARNING"]),
        (["罚款", "警告"], ["FINE", "WARNING"]),
        (("罚款", ""), ["FINE"]),
        (";", None),
        ([], None),
        ("", None),
        ("无", None),
        (None, None),
    ],
)
def test_lists_of_codes(cell: Any, names: list[str] | None) -> None:
    assert value_of("code_list", cell, codes=CATEGORIES) == names


@pytest.mark.parametrize(
    "cell", ["罚款;拘留", "罚款、暂扣", "罚款;无", "罚款/警告", ["罚款", None], ["罚款", 5], 5, b"x"]
)
def test_list_with_a_part_that_is_not_listed_is_misread_as_a_whole(cell: Any) -> None:
    found = read("code_list", cell, codes=CATEGORIES)
    assert (found.value, found.codes) == (None, MISREAD)


def test_list_that_is_read_twice_is_not_shared() -> None:
    first = value_of("code_list", "罚款", codes=CATEGORIES)
    first.append("OTHER")
    assert value_of("code_list", "罚款", codes=CATEGORIES) == ["FINE"]


@pytest.mark.parametrize("cell", [True, 1, "1", "是", "true", "TRUE", "Y", "y"])
def test_yes(cell: Any) -> None:
    assert value_of("boolean", cell) is True


@pytest.mark.parametrize("cell", [False, 0, 2, "0", "2", "否", "false", "N", "n"])
def test_no(cell: Any) -> None:
    assert value_of("boolean", cell) is False


@pytest.mark.parametrize("cell", ["3", 3, "maybe", 1.0, b"1"])
def test_neither_yes_nor_no(cell: Any) -> None:
    assert read("boolean", cell).codes == MISREAD


def test_a_source_may_have_its_own_yes_and_no() -> None:
    codes = {"01": "false", "02": "true"}
    assert value_of("boolean", "02", codes=codes) is True
    assert value_of("boolean", "01", codes=codes) is False
    assert read("boolean", "1", codes=codes).codes == MISREAD


@pytest.mark.parametrize("cell", [USCC, USCC.lower(), " 91230881-TJ0000019A\t", full_width(USCC), f"'{USCC}"])
def test_unified_codes(cell: str) -> None:
    assert value_of("uscc", cell) == USCC


@pytest.mark.parametrize("cell", ["TJ000001-9", "tj0000019", "ＴＪ０００００１－９", " TJ000001 9 "])
def test_organization_codes(cell: str) -> None:
    assert value_of("org_code", cell) == "TJ0000019"


@pytest.mark.parametrize(("type_", "cell"), [("uscc", USCC[:-1] + "B"), ("org_code", "TJ000001-8")])
def test_failed_check_hides_nothing(type_: ValueType, cell: str) -> None:
    found = read(type_, cell)
    assert (found.value, found.codes) == (cell.replace("-", ""), ["CHECK_FAILED"])


@pytest.mark.parametrize("cell", [USCC[:-1], USCC + "1", "TJ000001-9", "某某公司", "9" * 200, USCC[:-1] + "�"])
def test_what_does_not_have_the_form_of_a_unified_code(cell: str) -> None:
    found = read("uscc", cell)
    assert (found.value, found.codes) == (None, MISREAD)


@pytest.mark.parametrize("type_", ["uscc", "org_code", "identifier"])
def test_masked_code_is_no_identifier(type_: ValueType) -> None:
    found = read(type_, "913302******531452")
    assert (found.value, found.codes) == (None, MISREAD)
    assert "masked" in found.messages


@pytest.mark.parametrize("cell", [914403001922038216, 9.14403001922038e17, 1, True, b"91", ["91"]])
@pytest.mark.parametrize("type_", ["uscc", "org_code", "identifier", "masked_id", "person_key"])
def test_number_in_place_of_a_code_is_never_repaired(type_: ValueType, cell: Any) -> None:
    found = read(type_, cell)
    assert (found.value, found.codes) == (None, MISREAD)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("230881900000019", "230881900000019"),
        (" l07196379 ", "L07196379"),
        ("3302140000-185548", "3302140000185548"),
        (UUID(int=7), "0" * 31 + "7"),
        ("登字第7号", "登字第7号"),
    ],
)
def test_other_identifiers(cell: Any, code: str) -> None:
    assert value_of("identifier", cell) == code


@pytest.mark.parametrize("cell", [None, "", "无", "暂无", "— —", "——", "\\N", "null", "\n", "　"])
@pytest.mark.parametrize("type_", ["uscc", "org_code", "identifier", "masked_id", "person_key"])
def test_blank_is_no_code(type_: ValueType, cell: str | None) -> None:
    assert value_of(type_, cell) is None


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("2308811885****002X", "2308811885****002X"),
        ("２３０８８１１８８５＊＊＊＊００２x", "2308811885****002X"),
        (CITIZEN, "230881********002X"),
        (CITIZEN.lower(), "230881********002X"),
        (f" {CITIZEN[:6]} {CITIZEN[6:14]} {CITIZEN[14:]} ", "230881********002X"),
        ("230881850101002", "230881*****1002"),
        ("E12345678", "E*******8"),
        (USCC, f"9{'*' * 16}A"),
        (f"{CITIZEN}(身份证)", f"2{'*' * 21})"),
        # Masks that hide nothing to speak of.
        (f"{CITIZEN[:17]}*", "230881********002*"),
        ("E1234567*", "E********"),
        # Whoever masked it so showed too much.
        ("230881199001****02", "2308811990******02"),
        ("23088119900101****", "2308811990********"),
        ("230881****0101****", "230881************"),
        ("230881850****02", "230881*******02"),
        ("E12****34", "E*******4"),
        ("91230881TJ****019A", "91230881TJ****019A"),
        ("230881****002X", "230881****002X"),
    ],
)
def test_personal_number_is_masked(cell: str, shown: str | None) -> None:
    assert value_of("masked_id", cell) == shown


@pytest.mark.parametrize("cell", ["*", "1234", "****", "无证件", "4 位 x"])
def test_what_is_too_short_to_be_masked_is_misread(cell: str) -> None:
    assert (read("masked_id", cell).value, read("masked_id", cell).codes) == (None, MISREAD)


@pytest.mark.parametrize("cell", [CITIZEN, CITIZEN.lower(), f"{CITIZEN[:6]} {CITIZEN[6:]}", f"'{CITIZEN}"])
def test_personal_number_as_a_key(cell: str) -> None:
    assert value_of("person_key", cell) == CITIZEN


def test_masked_number_is_no_key() -> None:
    assert value_of("person_key", "2308811885****002X") is None


@pytest.mark.parametrize("cell", ["无身份证", "0" * 18, "1" * 15, "121212121212", "12", "见附件", "9" * 40])
def test_what_many_persons_could_share_is_no_key(cell: str) -> None:
    assert read("person_key", cell).codes == MISREAD
