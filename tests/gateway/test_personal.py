"""Which texts hold a citizen's number, and which only look like a project or case number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.personal import holds_personal_number, holds_written_number
from gateway.demo import codes


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "440524188001010014",
        "110105194912310021",  # a wrong check character, but the birth date of an adult
        "230881202403150012",  # a child's: the check character is right
        "110105491231002",  # the old form
        "110105491231002XYZ",
        "采购项目11010519491231002X号",
        "ID11010519491231002Xabc",
        "110105 19491231 002X",
        "110105-1949-12-31-002-X",
        "110105/19491231/002x",
        "110105、19491231、002X",
        "110105_19491231_002X",
        "1101051949\u200b1231002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "٢٣٠٨٨١١٩٩٠٠١٠١٠٠١٢",  # digits of another script
        "2024 11010519491231002X",  # beside other digits
        "2024-110105-19491231-0021",
        "11010519491231002X 2024",
        "110105194912310021 7",
        "7 110105491231002 7",
        "202411010519491231002X",  # within other digits
        "99911010519491231002X",
        "360426199101010071999",
    ],
)
def test_texts_with_a_personal_number(text: str) -> None:
    assert holds_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TJZC-2026-0315",
        "[230881]TJZC[GK]20260001",
        "（2023）黑0881执恢123号",
        "2301-230881-04-01-123456",  # code of an investment project
        "230881202403150013",  # division, date of this century, serial number: no check character
        "99230881202403150012",  # within more digits, only the check character is right
        "99110105194912310021",  # and here only the date
        "91230881TJ0000019A",
        "914403001922038216",
        "230881900000019",
        "110105491331002",  # no such month
        "11010519490230002X",  # no such day
        "110105250101002",  # the old form, a year before 1930
        "3302140000185548",
        "1104051101",
        "20261123235959123456",
        "d290f1ee-6c54-4b01-90e6-d701748f0851",
    ],
)
def test_texts_without(text: str) -> None:
    assert not holds_personal_number(text)


citizens = st.builds(codes.citizen_id, st.integers(0, 999_999), female=st.booleans())


@given(citizens, st.text("ABCD案（）号", max_size=6), st.text("ABCD案（）号", max_size=6))
def test_words_around_a_number_do_not_hide_it(number: str, before: str, after: str) -> None:
    assert holds_personal_number(f"{before}{number}{after}")


@given(citizens, st.lists(st.sampled_from([" ", "-", "/", "．", "·", "　", "\u200b", ""]), min_size=18, max_size=18))
def test_punctuation_within_a_number_does_not_hide_it(number: str, between: list[str]) -> None:
    assert holds_personal_number("".join(each + mark for each, mark in zip(number, between, strict=True)))


@given(citizens, st.text("0123456789", max_size=8), st.text("0123456789", max_size=8), st.sampled_from(["", " ", "-"]))
def test_digits_around_a_number_do_not_hide_it(number: str, before: str, after: str, between: str) -> None:
    assert holds_personal_number(f"{before}{between}{number}{between}{after}")


@given(st.dates(date(1850, 1, 1), date(2009, 12, 31)), st.integers(100_000, 999_999), st.integers(0, 9_999))
def test_every_birth_date_of_an_adult_counts(born: date, division: int, order: int) -> None:
    assert holds_personal_number(f"{division}{born:%Y%m%d}{order:04d}")


@given(st.text(st.characters(exclude_categories=["Nd", "No", "Nl", "So", "Cs"]), max_size=60))
def test_text_without_digits_never_counts(text: str) -> None:
    assert not holds_personal_number(text)


@given(st.text(), st.text())
def test_more_text_never_hides_a_number(before: str, after: str) -> None:
    assert isinstance(holds_personal_number(before), bool)
    assert holds_personal_number(f"{before}案11010519491231002X案{after}")


def escaped(text: str, form: str) -> str:
    return "".join(form % ord(each) for each in text)


@pytest.mark.parametrize("form", ["\\u%04x", "\\u%04X", "\\u{%x}", "\\u{0000%X}"])
@pytest.mark.parametrize("number", ["11010519491231002X", "110105491231002"])
def test_an_escaped_number_is_a_number(form: str, number: str) -> None:
    assert holds_written_number(f'{{ subject(key: "{escaped(number, form)}") }}')
    assert holds_written_number(f'{{"value": "{number[:9]}{escaped(number[9:], form)}"}}')
    assert not holds_written_number(escaped("91230881TJ00000350", form))


@given(st.text() | st.text("\\u{}0123456789abcdef"))
def test_no_text_breaks_the_reader_of_escapes(text: str) -> None:
    assert holds_written_number(text) >= holds_personal_number(text)
