"""What an auditor may ask entries to have in common: what is read from it, and what is refused without being quoted."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.cursor import decode_cursor, encode_cursor
from gateway.audit.filters import Wanted, field_names, page_size, period, read_filter, subject_keys
from gateway.errors import BadQuery
from gateway.ledger import Denial
from gateway.ledger.facets import day_of, facets_of, milliseconds
from gateway.resolve import UNSTATED
from tests.gateway.audited import OTHER, SUBJECT, asked, called, pseudonyms, refused, use

PERSON = "230881198501010013"


def refusal_of(call: Callable[[], object]) -> str | None:
    """Return what is said when ``call`` is refused, None when it is not."""
    try:
        call()
    except BadQuery as refused_:
        return refused_.message
    return None


def wanted(**given_: Any) -> Wanted:
    return read_filter(given_, pseudonyms)[0]


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ({}, True),
        ({"client": "bank"}, True),
        ({"client": "court"}, False),
        ({"client": "ban"}, False),
        ({"department": "fire_rescue"}, False),
        ({"owner": "fire_rescue"}, True),
        ({"owner": "taxation"}, False),
        ({"source": "fire_penalties"}, True),
        ({"source": "tax_credit"}, False),
        ({"purpose": "BANK_CREDIT"}, True),
        ({"purpose": "SUPERVISION"}, False),
        ({"kind": "QUERY"}, True),
        ({"kind": "MUTATION"}, False),
        ({"outcome": "ANSWERED"}, True),
        ({"outcome": "FAILED"}, False),
        ({"field": "AdministrativePenalty"}, True),
        ({"field": "AdministrativePenalty.fineAmount"}, True),
        ({"field": "AdministrativePenalty.fine_amount"}, True),
        ({"field": "AdministrativePenalty.facts"}, False),
        ({"field": "TaxArrears"}, False),
        ({"subject": {"value": SUBJECT}}, True),
        ({"subject": {"value": SUBJECT.lower(), "scheme": "USCC"}}, True),
        ({"subject": {"value": f" {SUBJECT[:8]}-{SUBJECT[8:]}", "scheme": "TAX_NO"}}, True),
        ({"subject": {"value": OTHER}}, False),
        ({"from": "2026-11-20T00:00:00+08:00", "to": "2026-11-21T00:00:00+08:00"}, True),
        ({"from": "2026-11-20T10:00:00.000+08:00"}, True),
        ({"from": "2026-11-20T10:00:00.001+08:00"}, False),
        ({"to": "2026-11-20T02:00:00Z"}, False),
        ({"receipt": "0" * 32}, False),
        ({"client": "bank", "purpose": "SUPERVISION"}, False),
        ({"client": "bank", "source": "fire_penalties", "field": "AdministrativePenalty.decisionNo"}, True),
    ],
)
def test_an_entry_fits_when_it_has_all_that_is_wanted(said: dict[str, Any], fits: bool) -> None:
    assert wanted(**said).matches(asked(at="2026-11-20T02:00:00.000Z")) is fits


def test_a_denied_field_counts_as_asked_for() -> None:
    denied = asked(sources={}, denied=(Denial(field="TaxCreditRating.*", reason="CONSENT_MISSING"),))
    assert wanted(field="TaxCreditRating").matches(denied)
    assert wanted(field="TaxCreditRating.level").matches(denied)
    link = asked(denied=(Denial(field="PersonRole.person", reason="SCOPE_MISSING"),))
    assert wanted(field="PersonRole.person").matches(link)
    own = asked(denied=(Denial(field="Query.auditTrail", reason="SCOPE_MISSING"),))
    assert wanted(field="Query.auditTrail").matches(own)


def test_a_subject_becomes_pseudonyms_and_is_told_on_for_the_ledger() -> None:
    found, about = read_filter({"subject": {"value": SUBJECT}}, pseudonyms)
    assert ("USCC", SUBJECT) in about
    assert found.pseudonyms is not None
    assert called(SUBJECT) in found.pseudonyms
    assert SUBJECT not in repr(found)


def test_a_key_that_led_to_nobody_is_found_as_it_was_read() -> None:
    assert (UNSTATED, "NOBODY1") in list(subject_keys("nobody-1", None))
    assert next(subject_keys("E12345678", "PRIPID")) == ("PRIPID", "E12345678")
    assert ("NAME", "同江市某某公司") in list(subject_keys("同江市某某公司", "NAME"))


@pytest.mark.parametrize(
    "said",
    [
        {"subject": {"value": ""}},
        {"subject": {"value": "  "}},
        {"subject": {"value": "9" * 1001}},
        {"subject": {"value": f"{PERSON}\x00"}},
        {"subject": {"value": f"{PERSON}\ud800"}},
        {"client": ""},
        {"client": "b" * 201},
        {"client": f"{PERSON}\x00"},
        {"owner": f"{PERSON}\n"},
        {"field": PERSON},
        {"field": f"Enterprise.{PERSON}'; DROP TABLE ledger; --"},
        {"field": "AdministrativePenalty.fine_amount.more"},
        {"field": "NoSuchThing"},
        {"receipt": PERSON},
        {"receipt": "G" * 32},
        {"from": PERSON},
        {"from": "2026-11-20T00:00:00"},
        {"from": "2026-11-21T00:00:00Z", "to": "2026-11-20T00:00:00Z"},
        {"from": "2026-11-20T00:00:00Z", "to": "2026-11-20T00:00:00Z"},
        {"to": "0001-01-01T00:00:00+23:59"},
    ],
    ids=lambda said: "-".join([*said, str(len(str(said)))]),
)
def test_what_cannot_be_meant_is_refused_and_not_quoted(said: dict[str, Any]) -> None:
    with pytest.raises(BadQuery) as refusal:
        read_filter(said, pseudonyms)
    assert PERSON not in refusal.value.message
    assert "DROP" not in refusal.value.message


@given(st.text(max_size=60), st.sampled_from([None, "USCC", "NAME", "PERSON", "TAX_NO"]))
def test_any_text_is_read_or_refused(value: str, scheme: str | None) -> None:
    keys: list[tuple[str, str]] = []
    message = refusal_of(lambda: keys.extend(subject_keys(value, scheme)))
    if message is not None:
        assert len(value) < 4 or value not in message
    else:
        assert len(keys) == len(set(keys)) > 0
        assert all(value_.encode() is not None for _, value_ in keys)


@given(st.text(max_size=80))
def test_any_field_is_read_or_refused(text: str) -> None:
    message = refusal_of(lambda: field_names(text))
    assert message is None or len(text) < 12 or text not in message


@pytest.mark.parametrize(("first", "fits"), [(-1, False), (0, False), (1, True), (1000, True), (1001, False)])
def test_a_page_has_so_many(first: int, fits: bool) -> None:
    message = refusal_of(lambda: page_size(first, "inquiries"))
    assert (message is None) is fits
    assert fits or message == f"`first` of `inquiries` must be between 1 and 1000, got {first}"


@given(st.integers(0, 2**63 - 1))
def test_a_cursor_leads_back_to_its_place(index: int) -> None:
    assert decode_cursor(encode_cursor(index), "auditTrail") == index


@given(st.one_of(st.text(max_size=120), st.binary(max_size=40).map(lambda raw: raw.hex())))
def test_any_other_cursor_is_refused(cursor: str) -> None:
    message = refusal_of(lambda: decode_cursor(cursor, "auditTrail"))
    if message is None:
        assert encode_cursor(decode_cursor(cursor, "auditTrail")) == cursor
    else:
        assert len(cursor) < 8 or cursor not in message


@pytest.mark.parametrize(
    "index", ["-1", "9223372036854775808", "1e3", "01", " 1", "1_0", "٣", "", "999999999999999999999999999999"]
)
def test_a_cursor_of_our_form_with_a_place_that_cannot_be_is_refused(index: str) -> None:
    forged = urlsafe_b64encode(b"ledger:" + index.encode()).decode().rstrip("=")
    with pytest.raises(BadQuery):
        decode_cursor(forged, "inquiries")


def test_facets_are_the_same_for_all_entries_of_a_plan_and_name_what_they_have() -> None:
    one, other = asked(), asked(OTHER, elapsed_ms=99, sources={"fire_penalties": (use(records=7, elapsed_ms=3),)})
    assert facets_of(one).number == facets_of(other).number
    assert facets_of(one).number != facets_of(asked(outcome="FAILED")).number
    assert {"client bank", "department ", "owner fire_rescue", "field AdministrativePenalty.fine_amount"} <= set(
        facets_of(one).names
    )
    assert "code RATE_LIMITED" in facets_of(refused()).names
    assert -(2**63) <= facets_of(one).number < 2**63


def test_days_are_those_of_china() -> None:
    late, next_day = milliseconds("2026-11-20T15:59:59.999Z"), milliseconds("2026-11-20T16:00:00.000Z")
    assert day_of(next_day) == day_of(late) + 1
    assert period("2026-11-20T16:00:00Z", "2026-11-21T00:00:00.001+08:00") == (next_day, next_day + 1)
