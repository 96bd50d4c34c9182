"""Signs of a wrong encoding, and honest texts that have none."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.kit.encodings import Sign, signs_in

ROOT = Path(__file__).parents[2]
COURT = "同江市人民法院"
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        (COURT.encode().decode("gb18030", "replace"), {Sign.UTF8_AS_GBK, Sign.LOST}),
        ("鍚屾睙", {Sign.UTF8_AS_GBK}),
        ("处罚鍚屾睙已送达", {Sign.UTF8_AS_GBK}),
        ("处罚机关:鍚屾睙,金额2000元", {Sign.UTF8_AS_GBK}),
        (COURT.encode().decode("latin-1"), {Sign.UTF8_AS_LATIN}),
        (COURT.encode("gb18030").decode("latin-1"), {Sign.GBK_AS_LATIN}),
        ("王\ufffd明", {Sign.LOST}),
        ("王\ue123明", {Sign.PRIVATE_USE}),
        ("王?明", {Sign.QUESTION_MARK}),
        ("????", {Sign.QUESTION_MARK}),
        ("why?", set()),
        ("罚款2000元?是", {Sign.QUESTION_MARK}),
        ("北岸建筑工程有限公司(示例)", set()),
        ("《消防法》第五十八条", set()),
        ("联通", set()),
        ("Société Générale", set()),
        ("Ænglisc Þorn", set()),
        ("", set()),
    ],
)
def test_signs(text: str, signs: set[Sign]) -> None:
    assert set(signs_in(text)) == signs


@given(HAN)
def test_utf8_read_as_gbk_is_told(text: str) -> None:
    mixed = text.encode().decode("gb18030", "replace")
    assert set(signs_in(mixed)) & {Sign.UTF8_AS_GBK, Sign.LOST, Sign.PRIVATE_USE}


@given(HAN)
def test_chinese_text_has_no_signs(text: str) -> None:
    signs = set(signs_in(text))
    assert not signs - {Sign.UTF8_AS_GBK}
    if signs:  # three that by chance are two in UTF-8
        assert any(_reads_as_two(text[at : at + 3]) for at in range(len(text) - 2))


def _reads_as_two(text: str) -> bool:
    return re.fullmatch("[㐀-鿿、-】！-～]{2}", text.encode("gb18030").decode("utf-8", "replace")) is not None


def test_the_words_of_the_schema_have_no_signs() -> None:
    schema = (ROOT / "tests" / "schema" / "snapshots" / "schema.graphql").read_text(encoding="utf-8")
    texts = re.findall("[^\x00-\x7f][^\n]*", schema)
    assert len(texts) > 1000
    assert not [text for text in texts if set(signs_in(text))]
