"""Identifiers by stated scheme, without one, and by derivation: examples, then properties."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo import codes
from schema.identifiers import (
    SCHEMES,
    Identifier,
    IdentifierError,
    as_held,
    classify,
    derive,
    parse,
    reg_no_check,
    spellings,
    subject_kind,
    uscc_check,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BOTH = "11110119900101157X"
"""Valid as a USCC, whose body passes too, and as a citizen's number."""

NEVER_GUESSED_BY_FORM = {"NAME", "INSTITUTION_CERT", "SOCIAL_ORG_CERT"}
"""What a text is taken for without a stated scheme only where something in it says so."""

usccs = st.builds(
    codes.uscc, st.sampled_from(["11", "12", "52", "91", "92", "93", "N2", "A1", "Y1"]), st.integers(0, 999_999)
)


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
        ("CUSTOMS_CODE", "230881001"),
        ("CUSTOMS_CODE", "A308810010"),
        ("INSTITUTION_CERT", "事证第号"),
        ("SOCIAL_ORG_CERT", "110105491231002"),  # may be personal
        ("NAME", ""),
        ("NAME", "甲"),
        ("NAME", "(12)"),
        ("NAME", "张三11010519491231002X"),  # a personal number is no part of a name
        ("PRIPID", "3302140000185548"),
        ("PERSON", "11010519491231002X"),
    ],
)
def test_texts_without_the_form(scheme: str, text: str) -> None:
    with pytest.raises(IdentifierError):
        parse(scheme, text)


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
        ("2308811234", {"CUSTOMS_CODE": "NONE"}),
        ("23088112ab", {"CUSTOMS_CODE": "NONE"}),
        ("事证第123088100001号", {"INSTITUTION_CERT": "NONE"}),
        ("社证字第4230881号", {"SOCIAL_ORG_CERT": "NONE"}),
        ("同民证字第010001号", {"SOCIAL_ORG_CERT": "NONE"}),
        ("三江口岸", {"NAME": "NONE"}),
        ("三江口岸（同江）ABC有限公司", {"NAME": "NONE"}),
        ("张三11010519491231002X", {}),
        ("Sanjiang Trading Co., Ltd.", {}),  # nothing tells that it is a name
        ("123088100001", {}),
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


names = st.text("三江口岸同民社证字第号（）()〔〕AaﬀßN0123 \u3000\u200b")
written = st.one_of(
    st.text(),
    names,
    st.text(string.digits + "XL", min_size=9, max_size=20),
    st.text(ALPHABET, min_size=9, max_size=19),
    usccs,
    st.builds(codes.citizen_id, st.integers(0, 999_999), female=st.booleans()),
    st.builds("{}01".format, st.builds(codes.citizen_id, st.integers(0, 999_999), female=st.booleans())),
)


@given(st.sampled_from([*SCHEMES, "PRIPID", ""]), written)
def test_parse_and_classify_agree_and_never_quote(scheme: str, text: str) -> None:
    fitting = [each for each in classify(text) if each.scheme == scheme]
    if fitting:
        assert [parse(scheme, text)] == fitting == [as_held(scheme, text)]
        assert parse(scheme, fitting[0].value) == fitting[0]
        return
    if scheme in NEVER_GUESSED_BY_FORM and as_held(scheme, text).check == "NONE":
        assert parse(scheme, text) == as_held(scheme, text) == parse(scheme, as_held(scheme, text).value)
        return
    with pytest.raises(IdentifierError) as refused:
        parse(scheme, text)
    assert len(text) < 9 or text not in str(refused.value)


@given(written)
def test_what_follows_is_sound_and_masked(text: str) -> None:
    for identifier in classify(text):
        if len(identifier.value) > len("SOCIAL_ORG_CERT"):  # a shorter name may be part of what is shown anyway
            assert identifier.value[:-2] not in f"{identifier} {identifier!r} {[identifier]}"
        for each in derive(identifier):
            assert each != identifier
            assert each in classify(each.value)


def test_a_value_as_held_is_never_refused() -> None:
    assert as_held("REG_NO", "企合粤深总字第110289号") == Identifier("REG_NO", "企合粤深总字第110289号", "FAILED")
    assert as_held("ORG_CODE", "tj000001-9") == Identifier("ORG_CODE", "TJ0000019", "OK")
    assert as_held("NAME", "三江（同江）公司") == Identifier("NAME", "三江(同江)公司", "NONE")


@given(written)
def test_a_name_is_guessed_only_where_a_chinese_character_stands_and_nothing_else_fits(text: str) -> None:
    schemes = {each.scheme for each in classify(text)}
    assert "NAME" not in schemes or (schemes == {"NAME"} and any(each >= "\u3400" for each in text))


@given(names)
def test_ways_of_writing_a_name_are_one_identifier(text: str) -> None:
    name = as_held("NAME", text)
    assert {as_held("NAME", each) for each in (name.value, text.upper(), f" {text}\u200b", *spellings(name.value))} == {
        name
    }


@pytest.mark.parametrize(
    ("scheme", "text", "value"),
    [
        ("CUSTOMS_CODE", " 2308-81 12ab", "23088112AB"),
        ("INSTITUTION_CERT", "事证第 123088100001 号", "事证第123088100001号"),
        ("SOCIAL_ORG_CERT", "社证字第4230881号", "社证字第4230881号"),
        ("NAME", "三江口岸 （同江）有限公司", "三江口岸(同江)有限公司"),
        ("NAME", "Sanjiang Co., Ltd.", "SANJIANGCO.,LTD."),
    ],
)
def test_schemes_without_a_check_digit_lead_nowhere_by_themselves(scheme: str, text: str, value: str) -> None:
    identifier = parse(scheme, text)
    assert (identifier.value, identifier.check) == (value, "NONE")
    assert derive(identifier) == []
