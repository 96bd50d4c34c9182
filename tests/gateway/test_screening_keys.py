"""Which subject a cell names, and that no number of a person is ever taken for one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.keys import HEADERS, guess_column, read_key
from gateway.screening.model import Fault, Missing, RowOutcome, closed_until
from schema.identifiers import SCHEMES, Identifier, is_citizen_number
from schema.identifiers.checks import citizen_check
from tests.gateway.portfolios import uscc

CODE = uscc(1)
PERSON = "23088119900307001"
PERSON += next(each for each in "0123456789X" if citizen_check(PERSON + each))


@pytest.mark.parametrize(
    ("cell", "scheme", "expected"),
    [
        (CODE, "USCC", "USCC"),
        (f"\u3000{CODE[:8]}-{CODE[8:].lower()} ", None, "USCC"),
        (CODE[8:17], None, "ORG_CODE"),
        ("同江市第一公司", None, "NAME"),
        (230881000000001.0, "USCC", Fault.KEY_UNREAD),
        (None, None, Fault.KEY_EMPTY),
        (" \u200b", "USCC", Fault.KEY_EMPTY),
        (9.12308811234e17, "USCC", Fault.KEY_NUMBER),
        (float(PERSON[:17] + "0"), None, Fault.PERSONAL_NUMBER),
        (float(PERSON[:17] + "0"), "USCC", Fault.PERSONAL_NUMBER),
        (1.5, None, Fault.KEY_NUMBER),
        (True, None, Fault.KEY_UNREAD),
        (CODE[:17] + ("0" if CODE[17] != "0" else "1"), "USCC", Fault.CHECK_FAILED),
        ("not a code", None, Fault.KEY_UNREAD),
        ("x" * 500, None, Fault.KEY_UNREAD),
        (PERSON, "USCC", Fault.PERSONAL_NUMBER),
        (PERSON, "NAME", Fault.PERSONAL_NUMBER),
        (f"张三 {PERSON}", None, Fault.PERSONAL_NUMBER),
        (int(PERSON) if PERSON.isdigit() else PERSON, None, Fault.PERSONAL_NUMBER),
    ],
    ids=[
        *("code", "code-with-noise", "organization-code", "name", "number-in-code-column", "none", "blank"),
        *(
            "lost-digits",
            "person-with-lost-digits",
            "person-with-lost-digits-in-code-column",
            "fraction",
            "truth",
            "wrong-check",
            "words",
            "long",
        ),
        *("person-in-code-column", "person-in-name-column", "person-within-words", "person-as-number"),
    ],
)
def test_cells_are_read(cell: object, scheme: str | None, expected: str) -> None:
    found = read_key(cell, scheme)
    assert (found.scheme if isinstance(found, Identifier) else found) == expected


@given(
    st.dates(date(1900, 1, 1), date(2009, 12, 31)),
    st.integers(100_000, 899_999),
    st.integers(0, 999),
    st.sampled_from([None, *SCHEMES]),
)
def test_no_number_of_a_person_is_ever_asked(day: date, division: int, order: int, scheme: str | None) -> None:
    head = f"{division}{str(day).replace('-', '')}{order:03d}"
    number = head + next(each for each in "0123456789X" if citizen_check(head + each))
    assert is_citizen_number(number)
    assert read_key(number, scheme) is Fault.PERSONAL_NUMBER


@given(st.text(), st.sampled_from([None, *SCHEMES]))
def test_any_text_is_a_key_or_a_fault(text: str, scheme: str | None) -> None:
    found = read_key(text, scheme)
    assert isinstance(found, Fault) or found.check != "FAILED"


def test_headers_tell_the_column() -> None:
    assert guess_column(["名称", "统一社会信用代码"]) == ("统一社会信用代码", "USCC")
    assert guess_column(["Credit_Code ", "x"]) == ("Credit_Code ", "USCC")
    assert guess_column(["subject", "name"]) == ("subject", None)
    assert guess_column(["a", "b"]) is None
    assert all(
        guess_column([header]) == (header, scheme or None) for scheme, them in HEADERS.items() for header in them
    )


def test_only_closed_sources_are_waited_for() -> None:
    first, last = Missing("a", "CLOSED", "2026-11-27T05:30:00.000Z"), Missing("b", "CLOSED", "2026-11-27T06:00:00.000Z")
    down, later = Missing("c", "UNAVAILABLE"), Missing("d", "UNAVAILABLE", "2026-11-28T00:00:00.000Z")
    assert closed_until([first, last]) == last.until
    assert closed_until([first, down]) is closed_until([first, later]) is closed_until([]) is None
    assert closed_until([first, down], some=True) == first.until
    assert RowOutcome("REJECT", missing=(first, down)).until == first.until
    assert RowOutcome("UNDETERMINED", missing=(down,)).until is None
