"""What a change of decisions opens: cases, and laws that hold whatever departments decide."""

from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.departmental.spans import minus, union
from gateway.departmental.widening import Difference, wider
from gateway.policy.departmental import Approval, Closure, Departmental, Duty

exact = settings(deadline=None)
FIRST = date(2026, 1, 1)
DAYS = [(FIRST + timedelta(days)).isoformat() for days in range(5)]
ENTITIES = ["SocialInsurance", "HousingFund"]
FIELDS = ["Tax.level", "Tax.score", "Tax.*", "Arrears.amount"]
ANY = "whatever comes"
"""An entity, or a field, that no decision names: only `*` is about it."""

periods = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(lambda pair: (min(pair), max(pair)))
entities = st.one_of(st.just(frozenset({"*"})), st.frozensets(st.sampled_from(ENTITIES), min_size=1))
fields = st.frozensets(st.sampled_from(FIELDS), min_size=1, max_size=2)
duties = st.builds(
    lambda purpose, about, days: Duty("taxation", purpose, about, "basis", *days),
    st.sampled_from(["HONOR", "SUPERVISION"]),
    entities,
    periods,
)
approvals = st.builds(
    lambda about, who, days: Approval("tax", about, who, frozenset({"HONOR"}), "document", *days),
    fields,
    st.frozensets(st.sampled_from(["finance", "court"]), min_size=1),
    periods,
)
closures = st.builds(lambda about, days: Closure("tax", about, "document", *days), fields, periods)
decisions = st.builds(
    lambda *parts: Departmental("", *map(tuple, parts)),
    st.lists(duties, max_size=3),
    st.lists(approvals, max_size=3),
    st.lists(closures, max_size=3),
)


def effect(decided: Departmental) -> tuple[set[object], set[object]]:
    """Return what is open and what is closed, day by day and name by name, written out without any cleverness."""
    opened: set[object] = set()
    closed: set[object] = set()
    for day in DAYS:
        on = decided.on(day)
        for duty, entity in product(on.duties, [*ENTITIES, ANY]):
            if entity in duty.entities or "*" in duty.entities:
                opened.add((day, duty.purpose, entity))
        for field in ("Tax.level", "Tax.score", "Tax." + ANY, "Arrears.amount", "Arrears." + ANY):
            wild = field.partition(".")[0] + ".*"
            for approval in on.approvals:
                if {field, wild} & approval.fields:
                    opened |= {(day, field, who) for who in approval.departments}
            if any({field, wild} & closure.fields for closure in on.closures):
                closed.add((day, field))
    return opened, closed


def plus(one: Departmental, other: Departmental) -> Departmental:
    return Departmental("", one.duties + other.duties, one.approvals + other.approvals, one.closures + other.closures)


@exact
@given(decisions)
def test_nothing_is_wider_than_itself(decided: Departmental) -> None:
    assert wider(decided, decided) == []


@exact
@given(decisions, decisions)
def test_wider_is_what_opens_more_or_closes_less(old: Departmental, new: Departmental) -> None:
    opened, closed = effect(old)
    more, less = effect(new)
    assert (wider(old, new) == []) == (more <= opened and closed <= less)


@exact
@given(decisions, decisions)
def test_neither_is_wider_only_where_both_mean_the_same(one: Departmental, other: Departmental) -> None:
    if not wider(one, other) and not wider(other, one):
        assert effect(one) == effect(other)


@exact
@given(decisions, decisions, decisions)
def test_no_step_hides_another(first: Departmental, second: Departmental, third: Departmental) -> None:
    if not wider(first, second) and not wider(second, third):
        assert wider(first, third) == []


@exact
@given(decisions, decisions, duties)
def test_a_duty_more_never_makes_it_narrower(old: Departmental, new: Departmental, duty: Duty) -> None:
    more = Departmental(duties=(duty,))
    assert covered(wider(old, new)) <= covered(wider(old, plus(new, more)))
    assert covered(wider(plus(old, more), new)) <= covered(wider(old, new))


@exact
@given(decisions, decisions, closures)
def test_a_closure_more_never_makes_it_wider(old: Departmental, new: Departmental, closure: Closure) -> None:
    more = Departmental(closures=(closure,))
    assert covered(wider(old, plus(new, more))) <= covered(wider(old, new))
    assert covered(wider(old, new)) <= covered(wider(plus(old, more), new))


def covered(differences: list[Difference]) -> set[object]:
    return {(each.kind, each.names, day) for each in differences for day in DAYS if each.since <= day <= each.until}


def duty(*about: str, since: str = "2026-01-01", until: str = "2026-12-31", purpose: str = "HONOR") -> Duty:
    return Duty("taxation", purpose, frozenset(about), "basis", since, until)


def closure(*about: str, since: str = "2026-01-01", until: str = "2026-12-31") -> Closure:
    return Closure("tax", frozenset(about), "document", since, until)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param([duty("A")], [duty("A", since="2026-02-01")], [], id="a shorter period"),
        pytest.param([duty("A", "B")], [duty("B")], [], id="an entity less"),
        pytest.param([duty("*")], [duty("A", "B")], [], id="names of today instead of everything"),
        pytest.param([duty("A", "B")], [duty("A"), duty("B")], [], id="one duty in two pieces"),
        pytest.param(
            [duty("A", until="2026-06-30"), duty("A", since="2026-07-01")], [duty("A")], [], id="two halves of a year"
        ),
        pytest.param(
            [duty("A")],
            [duty("A", until="2027-01-01")],
            [("DUTY", ("taxation", "HONOR", "A"), "2027-01-01", "2027-01-01")],
            id="a day more",
        ),
        pytest.param(
            [duty("A", until="2026-06-29"), duty("A", since="2026-07-01")],
            [duty("A")],
            [("DUTY", ("taxation", "HONOR", "A"), "2026-06-30", "2026-06-30")],
            id="a day between two halves",
        ),
        pytest.param(
            [duty("A", "B")],
            [duty("*")],
            [("DUTY", ("taxation", "HONOR", "*"), "2026-01-01", "2026-12-31")],
            id="everything instead of names",
        ),
        pytest.param(
            [duty("A")],
            [duty("A", purpose="SUPERVISION", until="2026-01-01")],
            [("DUTY", ("taxation", "SUPERVISION", "A"), "2026-01-01", "2026-01-01")],
            id="another purpose, for less time",
        ),
        pytest.param([closure("Tax.level")], [closure("Tax.*")], [], id="a wider closure"),
        pytest.param([], [closure("Tax.*")], [], id="a closure more"),
        pytest.param(
            [closure("Tax.*")],
            [closure("Tax.level")],
            [("CLOSURE", ("tax", "Tax.*"), "2026-01-01", "2026-12-31")],
            id="a narrower closure",
        ),
        pytest.param(
            [closure("Tax.level")],
            [closure("Tax.level", until="2026-12-30")],
            [("CLOSURE", ("tax", "Tax.level"), "2026-12-31", "2026-12-31")],
            id="a closure that ends a day earlier",
        ),
    ],
)
def test_cases(old: list[Duty | Closure], new: list[Duty | Closure], expected: list[tuple[object, ...]]) -> None:
    assert wider(decided(*old), decided(*new)) == [Difference(*each) for each in expected]  # type: ignore[arg-type]


def decided(*each: Duty | Closure) -> Departmental:
    return Departmental(
        duties=tuple(one for one in each if isinstance(one, Duty)),
        closures=tuple(one for one in each if isinstance(one, Closure)),
    )


def test_approvals_take_every_name_apart() -> None:
    def approval(fields: str, departments: str, purposes: str) -> Departmental:
        about, who, why = (frozenset(each.split()) for each in (fields, departments, purposes))
        return Departmental(approvals=(Approval("tax", about, who, why, "document"),))

    old = approval("Tax.level", "court", "HONOR")
    assert [each.names for each in wider(old, approval("Tax.level Tax.score", "court finance", "HONOR"))] == [
        ("tax", "Tax.level", "finance", "HONOR"),
        ("tax", "Tax.score", "court", "HONOR"),
        ("tax", "Tax.score", "finance", "HONOR"),
    ]
    assert wider(approval("Tax.*", "court finance", "HONOR"), old) == []
    assert [each.names for each in wider(old, approval("*", "court", "HONOR"))] == [("tax", "*", "court", "HONOR")]


spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5)


def members(some: object) -> set[int]:
    return {day for first, last in some for day in range(first, last + 1)}  # type: ignore[attr-defined]


@exact
@given(spans, spans)
def test_sets_of_days(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    joined = union(some)
    assert members(joined) == members(some)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(joined))
    assert members(minus(joined, union(others))) == members(some) - members(others)
