"""Forms, check digits and derivations of identifiers: the worked examples of the standards, then properties."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo import codes
from schema.identifiers import (
    SCHEMES,
    Identifier,
    IdentifierError,
    as_held,
    citizen_check,
    classify,
    derive,
    is_citizen_number,
    might_be_personal,
    normalize,
    org_code_check,
    parse,
    reg_no_check,
    subject_kind,
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
BOTH = "11110119900101157X"
"""Valid as a USCC, whose body passes too, and as a citizen's number."""

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


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("USCC", ""),
        ("USCC", "91440300192203821"),
        ("USCC", "9144030019220382166"),
        ("USCC", "91440300192203821I"),
        ("USCC", "9144O300192203821Q"),
        ("USCC", "91A40300192203821Q"),  # the division has digits only
        ("USCC", "九1440300192203821Q"),
        ("USCC", "٩١440300192203821Q"),  # digits of another script
        ("ORG_CODE", "19220382"),
        ("ORG_CODE", "19220382-A"),
        ("ORG_CODE", "19220382-11"),
        ("REG_NO", "44030110344866"),
        ("REG_NO", "44030110344866X"),
        ("TAX_NO", "1234567890"),
        ("TAX_NO", "L110108551385082"),
        ("PRIPID", "3302140000185548"),
        ("PERSON", "11010519491231002X"),
    ],
)
def test_texts_without_the_form(scheme: str, text: str) -> None:
    with pytest.raises(IdentifierError):
        parse(scheme, text)


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


@given(usccs)
def test_generated_usccs_pass_and_lead_to_their_parts(code: str) -> None:
    identifier = parse("USCC", code)
    assert identifier.check == "OK"
    assert [(each.scheme, each.value, each.check) for each in derive(identifier)] == [
        ("ORG_CODE", code[8:17], "OK"),
        ("TAX_NO", code, "OK"),
    ]
    for each in derive(identifier):
        assert identifier not in derive(identifier)
        assert identifier in derive(each) or each.scheme == "ORG_CODE"


@pytest.mark.parametrize(
    ("text", "check", "follows"),
    [
        ("914403001922038216", "OK", [("USCC", "914403001922038216"), ("ORG_CODE", "192203821")]),
        ("914403001922038210", "FAILED", []),
        ("110108551385082", "OK", [("ORG_CODE", "551385082")]),
        ("440301192203821", "OK", [("ORG_CODE", "192203821")]),
        ("100000100003962", "OK", [("ORG_CODE", "100003962")]),
        ("230881TJ000006X", "OK", [("ORG_CODE", "TJ000006X")]),
        ("110108551385083", "FAILED", []),
        ("230881188501010014" + "01", "FAILED", []),
        ("11010519491231002X" + "01", "OK", []),
        ("11010519491331002X" + "01", "FAILED", []),  # month 13
        ("110105491231002" + "01", "NONE", []),
        ("110105491331002" + "01", "FAILED", []),
        (
            "L914403001922038216",
            "OK",
            [("USCC", "914403001922038216"), ("ORG_CODE", "192203821"), ("TAX_NO", "914403001922038216")],
        ),
        ("L914403001922038210", "FAILED", []),
        ("L11010519491231002X", "OK", []),
        ("L" + BOTH, "OK", []),  # may be a citizen's number: no guess
    ],
)
def test_tax_numbers(text: str, check: str, follows: list[tuple[str, str]]) -> None:
    identifier = parse("TAX_NO", text)
    assert (identifier.value, identifier.check) == (text, check)
    assert [(each.scheme, each.value) for each in derive(identifier)] == follows


def test_a_body_that_fails_its_own_check_shows_in_the_derived_code() -> None:
    head = "91230881TJ0000018"  # the body's check should be 9
    code = next(head + each for each in ALPHABET if uscc_check(head + each))
    identifier = parse("USCC", code)
    assert identifier.check == "OK"
    assert derive(identifier)[0] == Identifier("ORG_CODE", "TJ0000018", "FAILED")


def test_a_body_without_the_form_of_an_organization_code_leads_to_none() -> None:
    head = "91230881TJ000001A"
    code = next(head + each for each in ALPHABET if uscc_check(head + each))
    assert [each.scheme for each in derive(parse("USCC", code))] == ["TAX_NO"]


@pytest.mark.parametrize(
    ("text", "schemes"),
    [
        ("914403001922038216", {"USCC": "OK", "TAX_NO": "OK"}),
        ("19220382-1", {"ORG_CODE": "OK"}),
        ("440301103448669", {"REG_NO": "OK", "TAX_NO": "FAILED"}),
        ("4403011034486", {"REG_NO": "NONE"}),
        ("11010519491231002X01", {"TAX_NO": "OK"}),
        ("11010519491231002X", {"USCC": "FAILED", "TAX_NO": "FAILED"}),
        (BOTH, {"USCC": "OK", "TAX_NO": "OK"}),
        ("三江口岸", {}),
        ("", {}),
    ],
)
def test_classify(text: str, schemes: dict[str, str]) -> None:
    assert {each.scheme: each.check for each in classify(text)} == schemes


def test_a_number_may_read_as_two_schemes() -> None:
    both = [number for n in range(2_000) if len(readings(number := f"230881{n:08d}")) == 2]
    assert both, "8.9 % of registration numbers also read as tax numbers"


def readings(head: str) -> list[Identifier]:
    number = next(head + each for each in string.digits if reg_no_check(head + each))
    return [each for each in classify(number) if each.check == "OK"]


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        (BOTH, True),
        ("11010519491231002X", True),
        ("440524188001010014", True),
        ("360426199101010071", True),
        ("１１０１０５ 19491231 002x", True),
        ("110105194912310021", False),  # check character
        ("11010519491331002X", False),  # month 13
        ("110105491231002", True),  # the old form has no check
        ("110105491331002", False),
        ("11010519491231002X01", True),
        ("11010549123100201", True),
        ("L11010519491231002X", True),
        ("914403001922038216", False),
        ("91230881TJ0000019A", False),
        ("440301103448669", False),
        ("230881900000019", False),
        ("", False),
    ],
)
def test_might_be_personal(text: str, personal: bool) -> None:
    assert might_be_personal(text) is personal


@given(st.dates(date(1850, 1, 1), date(2099, 12, 31)), st.integers(0, 999))
def test_one_check_character_makes_a_citizen_number(born: date, order: int) -> None:
    fitting = [might_be_personal(f"230881{born:%Y%m%d}{order:03d}{each}") for each in "0123456789X"]
    assert fitting.count(True) == 1


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("11", "GOVERNMENT_BODY"),
        ("12", "PUBLIC_INSTITUTION"),
        ("13", "MASS_ORGANIZATION"),
        ("31", "LEGAL_SERVICE_BODY"),
        ("35", "LEGAL_SERVICE_BODY"),
        ("51", "SOCIAL_ORGANIZATION"),
        ("52", "SOCIAL_ORGANIZATION"),
        ("53", "SOCIAL_ORGANIZATION"),
        ("81", "MASS_ORGANIZATION"),
        ("91", "ENTERPRISE"),
        ("92", "INDIVIDUAL_BUSINESS"),
        ("93", "FARMER_COOPERATIVE"),
        ("N1", "RURAL_COLLECTIVE"),
        ("N2", "RURAL_COLLECTIVE"),
        ("N3", "RURAL_COLLECTIVE"),
        *((prefix, "OTHER") for prefix in ("19", "21", "39", "41", "59", "62", "71", "89", "A1", "N9", "Y1", "G7")),
    ],
)
def test_subject_kind(prefix: str, kind: str) -> None:
    assert subject_kind(codes.uscc(prefix, 1)) == kind


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  91330282l07196379d\t\r\n", "91330282L07196379D"),
        ("'914403001922038216", "914403001922038216"),
        ('"914403001922038216"', "914403001922038216"),
        ("“914403001922038216”", "914403001922038216"),
        ("「192203821」", "192203821"),
        ("\ufeff914403001922038216", "914403001922038216"),
        ("9144\u200b0300\u200d1922\u20600382\u00ad16", "914403001922038216"),
        ("\u3000９１４４０３００１９２２０３８２１６\u00a0", "914403001922038216"),
        ("ｍａ１ｂ３ｎ１ｎ－２", "MA1B3N1N2"),
        *((f"19220382{dash}1", "192203821") for dash in "-‐‑‒–—―−－﹣─━ー"),
        ("", ""),
        ("-", ""),
    ],
)
def test_normalize(text: str, clean: str) -> None:
    assert normalize(text) == clean


@given(st.text())
def test_normalize_is_idempotent(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


written = st.one_of(
    st.text(),
    st.text(string.digits + "XL", min_size=9, max_size=20),
    st.text(ALPHABET, min_size=9, max_size=19),
    usccs,
    st.builds(codes.citizen_id, st.integers(0, 999_999), female=st.booleans()),
    st.builds("{}01".format, st.builds(codes.citizen_id, st.integers(0, 999_999), female=st.booleans())),
)


@given(st.sampled_from([*SCHEMES, "PRIPID", ""]), written)
def test_parse_and_classify_agree_and_never_quote(scheme: str, text: str) -> None:
    try:
        identifier = parse(scheme, text)
    except IdentifierError as error:
        assert scheme not in [each.scheme for each in classify(text)]
        assert len(text) < 9 or text not in str(error)
    else:
        assert identifier in classify(text)
        assert parse(scheme, identifier.value) == identifier == as_held(scheme, text)


@given(written)
def test_what_follows_is_sound_and_masked(text: str) -> None:
    for identifier in classify(text):
        assert identifier.value[:-2] not in f"{identifier} {identifier!r} {[identifier]}"
        for each in derive(identifier):
            assert each != identifier
            assert each in classify(each.value)


def test_a_value_as_held_is_never_refused() -> None:
    assert as_held("REG_NO", "企合粤深总字第110289号") == Identifier("REG_NO", "企合粤深总字第110289号", "FAILED")
    assert as_held("ORG_CODE", "tj000001-9") == Identifier("ORG_CODE", "TJ0000019", "OK")
