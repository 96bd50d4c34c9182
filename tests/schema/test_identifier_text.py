"""What people and departments write around a code, and what may be a citizen's number."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schema.identifiers import might_be_personal, normalize


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("11110119900101157X", True),  # a USCC as well
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


@given(st.text() | st.text("aiIﬀ1´‐-'\u200b\u0301\u0307\u0331"))
@example("i\u0307")  # composes only in upper case
def test_normalize_is_idempotent(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
