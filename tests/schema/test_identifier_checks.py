"""Check digits: the worked examples of the standards, and that no single slip of the pen passes."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo import codes
from schema.identifiers import (
    Identifier,
    citizen_check,
    classify,
    derive,
    is_citizen_number,
    org_code_check,
    parse,
    reg_no_check,
    uscc_check,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCCS = [
    "914403001922038216",
    "9144030071526726XG",
    "91110108551385082Q",
    "91100000100003962T",
    "91440300192317458F",
    "12100000400000624D",
    "91230500MA1B3N1N2M",
    "11230500001755309F",
    "N2230881TJ0000094J",  # a letter at the head, refused by python-stdnum
    "91230881TJ0000019A",
    "91230881TJ00000275",
    "91230881TJ00000350",
    "91230881TJ0000043T",
    "91230881TJ0000051M",
    "91230881TJ000006XD",
    "92230881TJ0000078A",
    "93230881TJ00000862",
    "52230881TJ00000944",
    "12230881TJ0000115Q",
    "11230881TJ0000123N",
    "N2230881TJ000014XG",
]

usccs = st.builds(
    codes.uscc, st.sampled_from(["11", "12", "52", "91", "92", "93", "N2", "A1", "Y1"]), st.integers(0, 999_999)
)
heads = st.builds(
    lambda registrar, division, body: registrar + division + body,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text(string.digits, min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", USCCS)
def test_real_and_demo_usccs(code: str) -> None:
    assert parse("USCC", code) == Identifier("USCC", code, "OK")
    assert derive(parse("USCC", code)) == [Identifier("ORG_CODE", code[8:17], "OK"), Identifier("TAX_NO", code, "OK")]


@given(heads)
def test_one_check_character_fits_a_uscc(head: str) -> None:
    assert [uscc_check(head + each) for each in ALPHABET].count(True) == 1


@pytest.mark.parametrize("code", USCCS)
def test_every_substitution_in_a_uscc_is_caught(code: str) -> None:
    for place, own in enumerate(code):
        for other in (each for each in ALPHABET if each != own):
            assert_not_ok("USCC", code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("code", USCCS)
def test_every_adjacent_transposition_in_a_uscc_is_caught(code: str) -> None:
    for place in range(17):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            assert_not_ok("USCC", swapped)


@given(usccs, st.data())
def test_substitutions_and_transpositions_in_any_uscc_are_caught(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([each for each in ALPHABET if each != code[place]]))
    assert_not_ok("USCC", code[:place] + other + code[place + 1 :])
    place = data.draw(st.sampled_from([at for at in range(17) if code[at] != code[at + 1]]))
    assert_not_ok("USCC", code[:place] + code[place + 1] + code[place] + code[place + 2 :])


def assert_not_ok(scheme: str, text: str) -> None:
    assert all(each.check != "OK" for each in classify(text) if each.scheme == scheme)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("91440300192203821 6", "OK"),
        ("91330282l07196379d", "OK"),  # as sources write it
        ("914403001922038272", "FAILED"),  # what Excel makes of the first
        ("914403001922038210", "FAILED"),
        ("G123456707196379DA", "FAILED"),  # a registrar that no table knows has the form
    ],
)
def test_usccs_as_written(text: str, check: str) -> None:
    assert parse("USCC", text).check == check


@pytest.mark.parametrize("code", ["19220382-1", "71526726-X", "55138508-2", "10000396-2", "MA1B3N1N-2", "TJ000006-X"])
def test_organization_codes(code: str) -> None:
    bare = code.replace("-", "")
    assert parse("ORG_CODE", code) == parse("ORG_CODE", bare) == Identifier("ORG_CODE", bare, "OK")
    assert [org_code_check(bare[:8] + each) for each in "0123456789X"].count(True) == 1
    assert derive(parse("ORG_CODE", code)) == []


def test_letters_outside_the_alphabet_stand_in_organization_codes_only() -> None:
    body = "IOSVZ000"
    assert [parse("ORG_CODE", body + each).check for each in "0123456789X"].count("OK") == 1
    assert all(each.scheme == "ORG_CODE" for each in classify(body + "0"))


@pytest.mark.parametrize(
    ("number", "check"),
    [
        ("440301103448669", "OK"),
        ("440301103097413", "OK"),
        ("110108012660422", "OK"),
        ("110108000000016", "OK"),
        ("230881900000019", "OK"),
        ("230881900000060", "OK"),
        ("110108000000017", "FAILED"),
        ("4403011034486", "NONE"),  # before 2007
    ],
)
def test_registration_numbers(number: str, check: str) -> None:
    assert parse("REG_NO", number) == Identifier("REG_NO", number, check)  # type: ignore[arg-type]
    assert derive(parse("REG_NO", number)) == []


@given(st.text(string.digits, min_size=14, max_size=14))
def test_one_check_digit_fits_a_registration_number(head: str) -> None:
    assert [reg_no_check(head + each) for each in string.digits].count(True) == 1


@given(st.integers(0, 999_999), st.booleans())
def test_generated_codes_pass(number: int, female: bool) -> None:
    assert parse("ORG_CODE", codes.org_code(number)).check == "OK"
    assert parse("REG_NO", codes.registration_number(number)).check == "OK"
    assert parse("TAX_NO", codes.DIVISION + codes.org_code(number)).check == "OK"
    citizen = codes.citizen_id(number, female=female)
    assert is_citizen_number(citizen)
    assert citizen_check(citizen)
