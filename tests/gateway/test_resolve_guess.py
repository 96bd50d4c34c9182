"""A key without a stated scheme: taken when it reads in one way, asked back when it may be a citizen's number."""

from typing import Any

import pytest

from gateway.resolve import Unresolved, _key
from gateway.subject import Subject
from schema.identifiers import Identifier

BOTH = "11110119900101157X"
"""Valid as a USCC and as a citizen's number."""


def key(value: str, scheme: str | None = None) -> Any:
    return _key({"value": value, "scheme": scheme})


@pytest.mark.parametrize("value", ["91230881TJ0000019A", "91230881tj0000019a ", "L91230881TJ0000019A"])
def test_a_uscc_is_taken(value: str) -> None:
    # It reads as a TAX_NO too, but that follows from it.
    subject = key(value)
    assert isinstance(subject, Subject)
    assert subject.uscc == "91230881TJ0000019A"


@pytest.mark.parametrize(
    ("value", "scheme"), [("230881900000019", "REG_NO"), ("TJ000001-9", "ORG_CODE"), ("230881TJ0000019", "TAX_NO")]
)
def test_one_reading_is_looked_up(value: str, scheme: str) -> None:
    assert key(value) == Identifier(scheme, value.replace("-", ""), "OK")


@pytest.mark.parametrize(
    ("value", "schemes"),
    [(BOTH, ["USCC"]), (f"L{BOTH}", ["TAX_NO"]), ("11010519491231002X01", ["TAX_NO"]), ("230881000000350", None)],
)
def test_what_may_be_meant_otherwise_is_asked_back(value: str, schemes: list[str] | None) -> None:
    answer = key(value)
    assert isinstance(answer, Unresolved)
    assert answer.type_name == "SubjectAmbiguous"
    assert [each.scheme for each in answer.candidates] == (schemes or ["REG_NO", "TAX_NO"])
    assert value not in repr(answer)


def test_a_stated_scheme_is_no_guess() -> None:
    subject = key(BOTH, "USCC")
    assert isinstance(subject, Subject)
    assert subject.uscc == BOTH


@pytest.mark.parametrize(
    ("value", "check"),
    [("91230881TJ00000190", "FAILED"), ("11010519491231002X", "FAILED"), ("nothing", None), ("", None)],
)
def test_what_reads_as_nothing_is_invalid(value: str, check: str | None) -> None:
    answer = key(value)
    assert isinstance(answer, Unresolved)
    assert (answer.type_name, answer.check) == ("SubjectKeyInvalid", check)
    assert not value or value not in repr(answer)


@pytest.mark.parametrize("scheme", [None, "NAME", "USCC"])
@pytest.mark.parametrize("letter", ["ﷺ", "公", "\u0000", " ", "1"])
def test_a_text_too_long_for_a_key_is_not_read(letter: str, scheme: str | None) -> None:
    """Each of the first becomes eighteen when it is brought into one form: a megabyte of them took half a minute."""
    answer = key(letter * 1_000_000, scheme)
    assert isinstance(answer, Unresolved)
    assert (answer.type_name, answer.scheme) == ("SubjectKeyInvalid", scheme)
    assert "longer than 1,000 characters" in answer.message
    assert isinstance(key(f"{'x' * 100}{letter}" * 9), Unresolved)


def test_blanks_around_a_key_do_not_matter_up_to_its_length() -> None:
    assert isinstance(key("91230881TJ0000019A".center(1_000)), Subject)
