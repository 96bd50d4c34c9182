"""Which tables a section cannot show: those all of whose records have a value that its filters let nothing pass by."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.plan.filters import TESTS, passes, rules_out
from schema.bindings import Filter, Fixed

WORDS = ("A", "B", "C")
TEXT = st.sampled_from(WORDS)
LIST = st.lists(TEXT, max_size=3, unique=True)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "kind": TEXT,
    "tone": TEXT,
    "day": st.sampled_from(("2024-01-01", "2025-01-01", "2026-01-01")),
    "year": st.integers(2024, 2026),
    "kinds": LIST,
}
"""Field -> the values that a record may have there."""
FILTERS = {
    Filter("kind", "kind", "equals"): TEXT,
    Filter("tones", "tone", "one_of"): LIST,
    Filter("since", "day", "at_or_after"): FIELDS["day"],
    Filter("years", "year", "one_of"): st.lists(st.integers(2024, 2026), max_size=2),
    Filter("holds", "kinds", "contains"): TEXT,
    Filter("any", "kinds", "overlaps"): LIST,
    Filter("only", "tone", "switch", ("A", "B")): st.booleans(),
    Filter("active", "", "active"): st.booleans(),
}
"""Filter -> the values that its argument may have."""

records = st.fixed_dictionaries(FIELDS)
fixings = st.lists(st.builds(Fixed, st.just("kind"), LIST.map(tuple)), max_size=1).map(tuple)
filters = st.lists(st.sampled_from(list(FILTERS)), unique=True).map(tuple)
arguments = st.fixed_dictionaries({}, optional={each.argument: st.none() | values for each, values in FILTERS.items()})


def shown(record: dict[str, Any], fixed: tuple[Fixed, ...], tested: tuple[Filter, ...], wanted: dict[str, Any]) -> bool:
    """Return whether a record passes: said once more, without the tables of the module."""
    if any(record[each.field] not in each.values for each in fixed):
        return False
    for each in tested:
        value, argument = record.get(each.field), wanted.get(each.argument)
        if argument is None or each.test == "active":
            continue
        if each.test == "equals" and value != argument:
            return False
        if each.test == "one_of" and value not in argument:
            return False
        if each.test == "at_or_after" and not value >= argument:
            return False
        if each.test == "contains" and argument not in value:  # type: ignore[operator]  # it is a list
            return False
        if each.test == "overlaps" and not [word for word in argument if word in value]:  # type: ignore[operator]
            return False
        if each.test == "switch" and argument and value not in each.values:
            return False
    return True


@given(records, st.sets(st.sampled_from(list(FIELDS))), fixings, filters, arguments)
def test_a_table_is_ruled_out_only_if_none_of_its_records_could_pass(
    record: dict[str, Any],
    constant: set[str],
    fixed: tuple[Fixed, ...],
    tested: tuple[Filter, ...],
    wanted: dict[str, Any],
) -> None:
    constants = {name: record[name] for name in constant}
    if rules_out(fixed, tested, wanted, constants):
        assert not shown(record, fixed, tested, wanted)


@given(records, fixings, filters, arguments)
def test_where_everything_is_constant_it_is_ruled_out_if_and_only_if_that_one_record_does_not_pass(
    record: dict[str, Any], fixed: tuple[Fixed, ...], tested: tuple[Filter, ...], wanted: dict[str, Any]
) -> None:
    assert rules_out(fixed, tested, wanted, record) is not shown(record, fixed, tested, wanted)


@pytest.mark.parametrize(
    ("constants", "fixed", "wanted", "ruled_out"),
    [
        ({}, (Fixed("kind", ("A",)),), {"kind": "B"}, False),
        ({"kind": "B"}, (Fixed("kind", ("A",)),), {}, True),
        ({"kind": "B"}, (), {}, False),
        ({"kind": "B"}, (), {"kind": None}, False),
        ({"kind": "B"}, (), {"kind": "A"}, True),
        ({"year": 2025}, (), {"years": [2025]}, False),
        ({"kinds": ["A", "B"]}, (), {"any": ["B", "C"]}, False),
        ({"kinds": ["A", "B"]}, (), {"any": ["C"]}, True),
        ({"tone": "C"}, (), {"only": False}, False),
        ({"tone": "C"}, (), {"only": True}, True),
    ],
)
def test_cases(constants: dict[str, Any], fixed: tuple[Fixed, ...], wanted: dict[str, Any], ruled_out: bool) -> None:
    assert rules_out(fixed, tuple(FILTERS), wanted, constants) is ruled_out


def test_every_kind_of_filter_has_a_test_but_the_judged_one() -> None:
    assert {each.test for each in FILTERS} == {*TESTS, "active"}


def test_a_value_passes() -> None:
    assert passes(Filter("since", "day", "at_or_after"), "2026-01-01", "2026-01-01")
    assert not passes(Filter("since", "day", "at_or_after"), "2025-12-31", "2026-01-01")
