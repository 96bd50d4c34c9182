"""The figures of the return against months whose numbers are known; what adds up, adds up; no figure from nothing."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger import Denial, Pseudonym, SourceUse
from gateway.ledger.entry import encode_entry
from gateway.objections.counts import ObjectionCounts as Counted
from gateway.returns.columns import ASKED, OWNED, RANKED
from gateway.returns.figures import AskedFigures, Figures, percentile, share
from gateway.returns.month import read_month
from gateway.returns.report import DepartmentReport, DepartmentReports, Shown
from gateway.returns.tally import Tally
from schema.schema import SCHEMA
from tests.gateway.returned import AT, OWNERS, asked, invented, reports, tallied, use

SUBJECT = Pseudonym(f"01234567:{'b' * 64}")
OF_COURT = use(
    "court_enforcement",
    "EnforcementCase",
    calls=2,
    statuses={"ANSWERED": 3, "TIMED_OUT": 1, "DENIED": 5},
    elapsed_ms=40,
    records=7,
    misread=2,
    as_of="2026-10-05T08:00:00+08:00",
)
OF_TAX = use("tax_credit", "TaxCreditRating", statuses={"CLOSED": 1}, elapsed_ms=5)
MONTH = (
    asked(sources=OF_COURT, subjects=(SUBJECT,), denied=(Denial(field="TaxCreditRating.level", reason="X"),)),
    asked(department="court", purpose="LAW_ENFORCEMENT", sources={**OF_COURT, **OF_TAX}, subjects=(SUBJECT, SUBJECT)),
    asked(department="court", purpose="SUPERVISION", sources=use("court_enforcement", calls=0, statuses={"DENIED": 1})),
    asked(department="court", kind="REFUSAL", outcome="REFUSED", code="TOO_COSTLY", count=3),
    asked(department="court", kind="EXPLAIN", outcome="EXPLAINED", denied=(Denial(field="TaxArrears.*", reason="X"),)),
    asked(outcome="EXPLAINED", denied=(Denial(field="TaxArrears.*", reason="X"),)),
    asked(kind="MUTATION"),
    asked(kind="CHANGE", client=""),
)


def of(found: DepartmentReports, code: str) -> DepartmentReport:
    (one,) = [each for each in found.departments if each.department.code == code]
    return one


def test_the_figures_of_an_owner() -> None:
    assert of(reports(MONTH), "court").figures == Figures(
        queries=2,
        calls=4,
        records=14,
        denials=0,
        answers=8,
        availability="0.7500",
        unavailable=0,
        timed_out=2,
        closed=0,
        misread_answers=0,
        stale_answers=0,
        latency_p50_ms=40,
        latency_p95_ms=40,
        age_p50_days=10,
        age_max_days=10,
        misread_records=4,
        readable="0.7142",
        timely=0,
        overdue=0,
        timeliness=None,
    )


def test_a_department_that_was_refused_and_closed() -> None:
    figures = of(reports(MONTH), "taxation").figures
    assert (figures.denials, figures.closed, figures.availability, figures.records) == (1, 1, "0.0000", 0)
    assert (figures.readable, figures.age_p50_days) == (None, None), "no record was shown, no date was given"


def test_the_figures_of_who_asks() -> None:
    court = of(reports(MONTH), "court").asking
    assert [each.purpose for each in court.purposes] == ["LAW_ENFORCEMENT", "SUPERVISION"]
    assert (court.queries, court.subjects, court.records, court.denials, court.refused) == (2, 2, 7, 0, 3)
    others = reports(MONTH).others
    assert others is not None
    assert (others.queries, others.subjects, others.records, others.denials) == (1, 1, 7, 1)


def test_the_total_counts_a_query_of_several_departments_once() -> None:
    total = reports(MONTH).total
    assert total is not None
    assert (total.queries, total.calls, total.denials) == (2, 5, 1)
    assert sum(each.figures.queries for each in reports(MONTH).departments) == 3


def test_a_department_that_was_not_asked_has_no_shares() -> None:
    figures = of(reports(MONTH), "statistics").figures
    assert (figures.queries, figures.availability, figures.latency_p95_ms, figures.timeliness) == (0, None, None, None)


def test_publicity_and_ages() -> None:
    double = {"statuses": {"ANSWERED": 1}, "records": 10}
    month = [
        asked(sources=use("double_publicity", "AdministrativePenalty", timely=7, overdue=1, as_of=day, **double))
        for day in ("2026-10-15T12:00:00+08:00", "2026-10-14", "2026-09-15", "2026-10-16")
    ]
    figures = of(reports(month), "business_environment").figures
    assert (figures.timely, figures.overdue, figures.timeliness) == (28, 4, "0.8750")
    assert (figures.age_p50_days, figures.age_max_days) == (0, 30)


def test_a_decision_counts_for_who_decided_and_adds_up_once() -> None:
    uses = {"timely": 5, "overdue": 3, "deciders": {"housing_construction": (1, 2), "fire_rescue": (3, 0)}}
    found = reports([asked(sources=use("double_publicity", "AdministrativePenalty", **uses))] * 2)
    told = {each.department.code: (each.figures.timely, each.figures.overdue) for each in found.departments}
    assert {code: said for code, said in told.items() if said != (0, 0)} == {
        "housing_construction": (2, 4),
        "fire_rescue": (6, 0),
        "business_environment": (2, 2),
    }
    assert found.total is not None
    assert (found.total.timely, found.total.overdue) == (10, 6)
    ranked = {rank.column: rank.rank for rank in of(found, "housing_construction").ranks}
    assert ranked["timeliness"] == 3, "a department without a source of its own is judged too"


def test_entries_that_tell_no_department_are_assigned_by_their_source() -> None:
    before = [asked(sources=use("tax_credit", department="")), asked(sources=use("no_such_source", department=""))]
    found = reports(before)
    assert of(found, "taxation").figures.queries == 1
    assert of(found, "").department.name == "未登记的部门"
    assert of(found, "").figures.queries == 1


def test_an_entry_that_was_altered_is_counted_apart() -> None:
    tally = Tally(OWNERS)
    tally.add([(0, encode_entry(MONTH[0])), (1, "{"), (2, '{"at": 5}'), (3, encode_entry(MONTH[1]))])
    assert (tally.entries, tally.unreadable, tally.upto) == (2, 2, 3)


def test_objections_are_told_only_where_they_are_kept() -> None:
    assert of(reports(MONTH), "court").objections is None
    counted = [Counted("court", 3, 1, {"ROUTED": 2, "CLOSED": 1})]
    told = of(reports(MONTH, objected=counted), "court").objections
    assert told is not None
    assert (told.filed, told.overdue, [(each.state, each.count) for each in told.states]) == (
        *(3, 1),
        [("ROUTED", 2), ("CLOSED", 1)],
    )
    nothing = of(reports(MONTH, objected=counted), "taxation").objections
    assert nothing is not None
    assert (nothing.filed, nothing.states) == (0, [])


def test_a_department_is_told_no_figure_of_others() -> None:
    found = reports(MONTH, shown=Shown("court", all=False))
    assert [each.department.code for each in found.departments] == ["court"]
    assert (found.total, found.others, found.read, found.unreadable) == (None, None, None, None)
    assert found.departments[0].ranks == []
    assert found.departments[0].figures == of(reports(MONTH), "court").figures


def test_an_auditor_who_wants_one_department_is_told_its_ranks() -> None:
    found = reports(MONTH, shown=Shown("court"))
    assert [each.department.code for each in found.departments] == ["court"]
    assert found.departments[0].ranks == of(reports(MONTH), "court").ranks != []


def test_departments_stand_in_the_order_of_the_register_and_unknown_ones_last() -> None:
    found = reports([*MONTH, asked(department="nobody_here"), *invented(200)])
    codes = [each.department.code for each in found.departments]
    assert codes[-1] == "nobody_here"
    assert codes[:4] == ["market_regulation", "business_environment", "taxation", "court"]


@pytest.mark.parametrize(("today", "complete"), [("2026-10-31", False), ("2026-11-01", True), ("2026-10-01", False)])
def test_a_month_that_is_not_over_says_so(today: str, complete: bool) -> None:
    assert reports(MONTH, today=today).complete is complete


def test_ranks_are_of_one_column_each_and_equals_share_a_place() -> None:
    month = [
        asked(
            sources={
                **use("court_enforcement", elapsed_ms=10),
                **use("tax_credit", elapsed_ms=10),
                **use("fire_penalties", elapsed_ms=90),
            }
        )
    ]
    found = reports(month)
    places = {
        each.department.code: [(rank.rank, rank.of) for rank in each.ranks if rank.column == "latencyP95Ms"]
        for each in found.departments
    }
    assert {code: place for code, place in places.items() if place} == {
        "court": [(1, 3)],
        "taxation": [(1, 3)],
        "fire_rescue": [(3, 3)],
    }


COUNTS = st.integers(0, 50)
SOURCES = ("court_enforcement", "tax_credit", "tax_notices", "fire_penalties")
USES = st.builds(
    SourceUse,
    entity=st.just("Registration"),
    fields=st.just(()),
    calls=st.integers(0, 3),
    statuses=st.dictionaries(
        st.sampled_from(("ANSWERED", "NOT_COVERED", "DENIED", "CLOSED", "STALE", "TIMED_OUT")), COUNTS
    ),
    department=st.just(""),
    elapsed_ms=st.integers(0, 9000),
    records=COUNTS,
    timely=COUNTS,
    overdue=COUNTS,
    as_of=st.none() | st.dates().map(lambda day: day.isoformat()),
)
ENTRIES = st.builds(
    asked,
    department=st.sampled_from((None, "court", "taxation", "nobody_here")),
    kind=st.sampled_from(("QUERY", "REFUSAL", "MUTATION", "EXPLAIN")),
    sources=st.dictionaries(st.sampled_from(SOURCES), st.lists(USES, min_size=1, max_size=3).map(tuple)),
    denied=st.lists(
        st.sampled_from(("TaxArrears.*", "Registration.name", "Unknown.x")).map(
            lambda field: Denial(field=field, reason="X")
        )
    ).map(tuple),
    count=st.integers(1, 4),
)


@given(st.lists(ENTRIES, max_size=12))
def test_what_is_summable_adds_up_to_the_total(month: list[Any]) -> None:
    found = reports(month)
    assert found.total is not None
    assert found.others is not None
    for column in OWNED:
        parts = [getattr(each.figures, column.name) for each in found.departments]
        if column.summable:
            assert sum(parts) == getattr(found.total, column.name), column.name
        elif column.form == "COUNT":
            assert max(parts) <= getattr(found.total, column.name) or column.name == "denials"
    for column in ASKED:
        parts = [getattr(each.asking, column.name) for each in found.departments]
        whole = tallied(month).asked
        assert sum(parts) + getattr(found.others, column.name) == sum(
            getattr(each, column.name) for each in whole.values()
        )
    assert sum(each.asking.queries for each in found.departments) + found.others.queries == sum(
        each.kind == "QUERY" for each in month
    )


@given(st.lists(ENTRIES, max_size=12), st.integers(0, 12))
def test_a_month_added_up_in_two_parts_is_the_same(month: list[Any], cut: int) -> None:
    rows = list(enumerate(map(encode_entry, month)))
    tally = Tally(OWNERS)
    tally.add(rows[:cut])
    tally.add(rows[cut:])
    whole = tallied(month)
    assert [vars_of(each) for each in tally.owned.values()] == [vars_of(each) for each in whole.owned.values()]
    assert tally.upto == whole.upto


def vars_of(counts: Any) -> dict[str, Any]:
    return {name: getattr(counts, name) for name in type(counts).__slots__}


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_value_that_so_many_are_not_above(values: list[int], percent: int) -> None:
    counts = {value: values.count(value) for value in values}
    found = percentile(counts, percent)
    assert found in values
    assert found is not None
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_share_is_never_rounded_up_to_the_whole(part: int, more: int) -> None:
    found = share(part, part + more)
    assert found is not None
    assert float(found) <= 0.9999
    assert share(more, more) == "1.0000"
    assert share(0, 0) is None


@pytest.mark.parametrize(
    ("text", "start", "end", "last"),
    [
        ("2026-10", "2026-09-30T16:00:00.000Z", "2026-10-31T16:00:00.000Z", "2026-10-31"),
        ("2026-12", "2026-11-30T16:00:00.000Z", "2026-12-31T16:00:00.000Z", "2026-12-31"),
        ("2024-02", "2024-01-31T16:00:00.000Z", "2024-02-29T16:00:00.000Z", "2024-02-29"),
        ("2026-01", "2025-12-31T16:00:00.000Z", "2026-01-31T16:00:00.000Z", "2026-01-31"),
    ],
)
def test_a_month_is_of_days_in_china(text: str, start: str, end: str, last: str) -> None:
    month = read_month(text)
    assert (month.text, month.start, month.end, month.last_day) == (text, start, end, last)


@given(st.integers(2000, 2998), st.integers(1, 12))
def test_every_moment_belongs_to_one_month(year: int, number: int) -> None:
    month = read_month(f"{year}-{number:02}")
    after = read_month(f"{year + number // 12}-{number % 12 + 1:02}")
    assert month.end == after.start
    assert month.start < month.end
    assert not month.is_over(month.last_day)
    assert month.is_over(after.first_day)
    assert not after.has_begun(month.last_day)


def test_every_column_is_a_figure_of_the_schema_and_the_other_way_round() -> None:
    for columns, type_name, values in ((OWNED, "ReportFigures", Figures), (ASKED, "AskingFigures", AskedFigures)):
        shown = {name for name in SCHEMA.type_map[type_name].fields if name != "purposes"}  # type: ignore[attr-defined]
        assert {column.field for column in columns} == shown
        assert {column.name for column in columns} == {each.name for each in fields(values)} - {"purposes"}
    assert AT.startswith("2026-10")
    assert all(not column.summable for column in RANKED), "what is ranked is a share or an age, not a count"
