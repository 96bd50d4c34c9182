"""Which measures apply: lists held against the register, with what is not known never read as none."""

from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.configuration import load_configuration
from gateway.measures import Applicable, Entry, Listed, applicable, court_entry, list_entry
from schema.enums import RecordState
from schema.records.lists import ListKind

CONFIGURED: Final = load_configuration(Path(__file__).parents[2] / "config")
REGISTER: Final = CONFIGURED.measures
DAY: Final = "2026-11-01"
PURPOSES: Final = sorted(CONFIGURED.policy.purposes)
STANDING: Final = {"PUBLISHED", "UNDER_OBJECTION"}
WAGES: Final[dict[str, Any]] = {
    "recordId": "labor_inspection:1",
    "source": "labor_inspection",
    "kind": "WAGE_ARREARS",
    "state": "PUBLISHED",
    "includedOn": "2026-04-02",
    "removedOn": None,
    "validUntil": "2029-04-01",
    "underObjection": False,
}


def found(*items: dict[str, Any], purpose: str = "FISCAL_FUNDS", state: str = "COMPLETE", day: str = DAY) -> Applicable:
    return applicable(REGISTER, [Listed(state=state, entries=[list_entry(each) for each in items])], purpose, day)


def codes(told: Applicable) -> list[str]:
    return [each.measure.code for each in told.measures]


def test_wage_arrears_bar_from_public_money() -> None:
    told = found(WAGES)
    assert codes(told) == ["N02"]
    assert told.complete
    (measure,) = told.measures
    assert [each.record_id for each in measure.because] == ["labor_inspection:1"]
    assert {each.base for each in measure.bases} == {
        "measures_list",
        "dishonest_debtor_memo",
        "wage_payment_regulation",
    }
    assert not measure.objected


def test_nothing_on_complete_lists_is_an_attested_none() -> None:
    told = found()
    assert (codes(told), told.complete) == ([], True)


def test_what_banks_may_do_is_marked_autonomous() -> None:
    told = found(WAGES, purpose="BANK_CREDIT")
    assert {each.measure.code: each.measure.autonomous for each in told.measures} == {"N10": True, "N11": True}


def test_a_measure_names_every_entry_that_leads_to_it() -> None:
    other = WAGES | {"recordId": "upper_platform:2", "source": "upper_platform", "includedOn": "2026-03-30"}
    (measure,) = found(WAGES, other).measures
    assert [each.source for each in measure.because] == ["labor_inspection", "upper_platform"]


def test_a_dishonest_debtor_comes_from_the_court() -> None:
    item = {"recordId": "court_enforcement:1", "source": "court_enforcement", "publishedOn": "2026-04-13"}
    told = applicable(REGISTER, [Listed(state="COMPLETE", entries=[court_entry(item)])], "LAW_ENFORCEMENT", DAY)
    assert codes(told) == ["N01", "N07", "N08", "N09"]


def test_incentives_come_from_red_lists() -> None:
    told = found(WAGES | {"kind": "A_LEVEL_TAXPAYER", "validUntil": None}, purpose="ADMIN_APPROVAL")
    assert codes(told) == ["P01", "P02"]


@pytest.mark.parametrize(
    ("change", "day"),
    [
        ({"state": "REPAIRED"}, DAY),
        ({"state": "REVOKED"}, DAY),
        ({"state": "PUBLICITY_ENDED"}, DAY),
        ({"state": "SHIELDED"}, DAY),
        ({"state": "NOT_PUBLISHABLE"}, DAY),
        ({"removedOn": DAY}, DAY),
        ({"validUntil": "2026-10-31"}, DAY),
        ({"includedOn": "2026-11-02"}, DAY),
        ({}, "2029-04-02"),
    ],
    ids=str,
)
def test_what_no_longer_stands_leads_to_nothing(change: dict[str, Any], day: str) -> None:
    told = found(WAGES | change, day=day)
    assert (codes(told), told.complete) == ([], True)


@pytest.mark.parametrize("change", [{"validUntil": DAY}, {"removedOn": "2026-11-02"}, {"includedOn": DAY}], ids=str)
def test_the_last_and_the_first_day_count(change: dict[str, Any]) -> None:
    assert codes(found(WAGES | change)) == ["N02"]


def test_an_entry_under_objection_stands_and_is_told_as_such() -> None:
    (measure,) = found(WAGES | {"state": "UNDER_OBJECTION", "underObjection": True}).measures
    assert measure.objected
    (measure,) = found(WAGES | {"underObjection": True}, WAGES).measures
    assert not measure.objected


# ---- what is not known -----------------------------------------------------------------------------------------------


def test_the_sources_that_did_not_answer_are_named() -> None:
    coverage: list[dict[str, Any]] = [
        {"source": "labor_inspection", "part": None, "status": "ANSWERED"},
        {"source": "civil_affairs", "part": None, "status": "NOT_COVERED"},
        {"source": "tax_notices", "part": "A级纳税人名单", "status": "CLOSED", "until": "2026-11-02T05:30:00+08:00"},
    ]
    told = applicable(REGISTER, [Listed(state="PARTIAL", coverage=coverage)], "FISCAL_FUNDS", DAY)
    assert not told.complete
    (missing,) = told.missing
    assert (missing.source, missing.status, missing.until) == ("tax_notices", "CLOSED", "2026-11-02T05:30:00+08:00")


@pytest.mark.parametrize("state", ["PARTIAL", "UNKNOWN", "NOT_COVERED", "DENIED", "UNAVAILABLE"])
def test_a_section_that_is_not_complete_is_never_read_as_none(state: str) -> None:
    told = found(state=state)
    assert codes(told) == []
    assert not told.complete
    assert [each.status for each in told.missing] == [state]


def test_without_any_section_nothing_is_known() -> None:
    assert not applicable(REGISTER, [], "FISCAL_FUNDS", DAY).complete


@pytest.mark.parametrize("key", ["kind", "state", "includedOn", "removedOn", "validUntil"])
def test_what_could_not_be_read_of_an_entry_leads_to_nothing_and_is_told(key: str) -> None:
    told = found({name: value for name, value in WAGES.items() if name != key})
    assert codes(told) == []
    assert [(each.source, each.status) for each in told.missing] == [("labor_inspection", "MISREAD")]


def test_a_repaired_entry_that_is_otherwise_unreadable_is_known_to_lead_to_nothing() -> None:
    assert found({"recordId": "a:1", "source": "a", "state": "REPAIRED"}).complete


# ---- properties ------------------------------------------------------------------------------------------------------

days = st.sampled_from(["2023-01-01", "2026-10-31", DAY, "2026-11-02", "2029-04-01"])
entries = st.builds(
    Entry,
    record_id=st.sampled_from(["a:1", "a:2", "b:1"]),
    source=st.sampled_from(["a", "b"]),
    kind=st.sampled_from([*ListKind.__members__, None, "ABSENT"]),
    state=st.sampled_from([*RecordState.__members__, None, "ABSENT"]),
    included_on=st.one_of(days, st.sampled_from([None, "ABSENT"])),
    removed_on=st.one_of(st.none(), days, st.just("ABSENT")),
    valid_until=st.one_of(st.none(), days, st.just("ABSENT")),
    under_objection=st.booleans(),
)
sections = st.builds(
    Listed,
    state=st.sampled_from(["COMPLETE", "PARTIAL", "UNKNOWN", "NOT_COVERED", "DENIED"]),
    entries=st.lists(entries, max_size=4),
    coverage=st.lists(
        st.fixed_dictionaries(
            {"source": st.sampled_from(["a", "b"]), "status": st.sampled_from(["ANSWERED", "CLOSED", "NOT_COVERED"])}
        ),
        max_size=2,
    ),
)
purposes = st.sampled_from(PURPOSES)


@given(st.lists(sections, max_size=3), purposes, days)
def test_no_measure_is_said_only_of_what_is_known_whole(lists: list[Listed], purpose: str, day: str) -> None:
    told = applicable(REGISTER, lists, purpose, day)
    if told.complete:
        assert lists
        assert all(each.state == "COMPLETE" for each in lists)
        assert all(entry.stands(day) is not None for each in lists for entry in each.entries)


@given(st.lists(sections, max_size=3), purposes, days)
def test_every_measure_rests_on_an_entry_that_stands_and_a_basis_in_force(
    lists: list[Listed], purpose: str, day: str
) -> None:
    for each in applicable(REGISTER, lists, purpose, day).measures:
        assert purpose in each.measure.purposes
        assert each.because
        assert all(entry.state in STANDING and entry.kind in each.measure.kinds for entry in each.because)
        assert each.bases
        assert all(CONFIGURED.legal_bases.in_force(basis.base, day) for basis in each.bases)


@given(st.lists(sections, max_size=2), entries, purposes, days)
def test_another_entry_takes_no_measure_away(lists: list[Listed], entry: Entry, purpose: str, day: str) -> None:
    before = set(codes(applicable(REGISTER, lists, purpose, day)))
    more = [*lists, Listed(state="COMPLETE", entries=[entry])]
    assert before <= set(codes(applicable(REGISTER, more, purpose, day)))


@given(st.lists(sections, min_size=1, max_size=3), purposes, days)
def test_a_section_that_goes_missing_takes_hits_away_only_for_an_incomplete_answer(
    lists: list[Listed], purpose: str, day: str
) -> None:
    lost = [Listed(state="UNKNOWN"), *lists[1:]]
    told = applicable(REGISTER, lost, purpose, day)
    assert set(codes(told)) <= set(codes(applicable(REGISTER, lists, purpose, day)))
    assert not told.complete
