"""The number of a report leads back to the receipt of its issue, and to no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.entry import is_receipt, new_receipt
from gateway.reports.number import receipt_bounds, report_number
from tests.gateway.report_answers import ISSUE, report

RECEIPTS = st.integers(0, (1 << 41) - 1).flatmap(
    lambda at: st.integers(0, (1 << 80) - 1).map(lambda rest: f"{at << 80 | rest:032x}")
)


def test_it_tells_the_second_in_the_city_and_the_end_of_the_receipt() -> None:
    assert report().report_no == report_number(ISSUE) == "XYBG20261126110938FDAE35E015C1"


@given(RECEIPTS)
def test_a_receipt_lies_within_the_bounds_of_its_number(receipt: str) -> None:
    assert is_receipt(receipt)
    bounds = receipt_bounds(report_number(receipt))
    assert bounds is not None
    assert bounds.first <= receipt < bounds.last
    assert receipt.endswith(bounds.ending)


def test_a_receipt_of_another_second_does_not() -> None:
    bounds = receipt_bounds(report_number(ISSUE))
    assert bounds is not None
    later = f"{int(ISSUE[:12], 16) + 1000:012x}{ISSUE[12:]}"
    assert later >= bounds.last
    assert report_number(new_receipt()) != report_number(new_receipt())


@pytest.mark.parametrize(
    "number",
    [
        "",
        "XYBG",
        ISSUE,
        "XYBG20261126FDAE35E015C1",
        "xybg20261126110938fdae35e015c1",
        "XYBG20261126110938FDAE35E015C1 ",
        "XYBG20261126110938FDAE35E015C%",
        "XYBG20261326110938FDAE35E015C1",
        "XYBG00000000000000FDAE35E015C1",
        "XYBG00010101000000FDAE35E015C1",
        "XYBG２0261126110938FDAE35E015C1",
    ],
    ids=["empty", "prefix", "receipt", "day", "lower", "blank", "pattern", "month", "zeros", "year_one", "wide"],
)
def test_what_is_no_number_leads_nowhere(number: str) -> None:
    assert receipt_bounds(number) is None
