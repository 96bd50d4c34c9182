"""Names as keys: one form for all ways of writing a name, and no two names in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.identifiers import canonical_name, spellings

NAME = "三江口岸(同江)贸易有限公司"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("三江口岸（同江）贸易有限公司", NAME),
        ("三江口岸〔同江〕贸易有限公司", NAME),
        ("三江口岸【同江】贸易有限公司", NAME),
        ("三江口岸[同江]贸易有限公司", NAME),
        ("三江口岸［同江］贸易有限公司", NAME),
        ("三江口岸﹙同江﹚贸易有限公司", NAME),
        (" 三江口岸 (同江)\t贸易有限公司\r\n", NAME),
        ("三江\u200b口岸(同\ufeff江)贸易\u3000有限\x00公司", NAME),
        ("ａｂｃ Trading Co., Ltd.", "ABCTRADINGCO.,LTD."),
        ("三·江", "三·江"),
        ("七-11便利店", "七-11便利店"),
        ("“三江”商行", "“三江”商行"),
        ("同江市宏达商贸有限公司", "同江市宏达商贸有限公司"),
        ("", ""),
        ("\u3000", ""),
    ],
)
def test_canonical_names(text: str, name: str) -> None:
    assert canonical_name(text) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三江公司", "三江(公司)"),
        ("三江公司", "叁江公司"),
        ("宏達公司", "宏达公司"),
        ("A-1", "A1"),
        ("甲·乙", "甲乙"),
    ],
)
def test_similar_names_are_different(one: str, other: str) -> None:
    assert canonical_name(one) != canonical_name(other)


@given(st.text() | st.text("（）()[]【】〔〕 \u200bßſaａ甲é\u0301"))
def test_canonical_names_are_their_own_canonical_form_in_every_spelling(text: str) -> None:
    name = canonical_name(text)
    assert {canonical_name(each) for each in spellings(name)} <= {name}
    assert spellings(name)[0] == name
    assert not set(name) & set("（）[]【】〔〕 \t\n\u200b")


@pytest.mark.parametrize(
    ("name", "written"),
    [(NAME, (NAME, "三江口岸（同江）贸易有限公司")), ("甲公司", ("甲公司",)), ("", ("",))],
)
def test_spellings(name: str, written: tuple[str, ...]) -> None:
    assert spellings(name) == written
