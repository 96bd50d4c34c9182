"""What holds for every record, day and audience under the city's rules."""

from datetime import date, timedelta
from itertools import permutations, product
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from gateway.disclosure import EntryFacts, Facts, Judgment, PenaltyFacts, Severity, State, judge, strictest
from gateway.disclosure.facts import FIELDS
from gateway.disclosure.months import add_months, days_between
from gateway.policy import Audience
from schema.entities import ENTITY_FIELDS
from schema.values import Money
from tests.gateway.disclosures import RULES, TO

PENALTY = ENTITY_FIELDS["AdministrativePenalty"]
MORE = {"HIDDEN": 0, "WITHHELD": 0, "META": 1, "MARKED": 2, "SHOWN": 2}
CLOSED = {"REPAIRED", "REVOKED", "NOT_PUBLISHABLE", "PUBLICITY_ENDED", "SHIELDED"}

days = st.dates(date(2015, 1, 1), date(2035, 12, 31)).map(date.isoformat)
maybe_day = st.none() | days


def said(names: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(names)


penalties = st.builds(
    PenaltyFacts,
    decided_on=maybe_day,
    categories=st.none() | st.lists(st.sampled_from(PENALTY["categories"].enum), max_size=3, unique=True),
    procedure=said(PENALTY["procedure"].enum),
    fine_amount=st.none()
    | st.sampled_from(["0", "99999.99", "100000", "5000000"]).map(lambda each: Money(amount=each)),  # type: ignore[arg-type]
    domain=said(("FOOD_DRUG", "FIRE", "TAX", "OTHER")),
    legal_grounds=said(("《消防法》第六十条", "《建筑法》第六十四条")),
    status=said(PENALTY["status"].enum),
    source_state=said(get_args(State)),
    source_severity=said((*get_args(Severity), "UNCLASSIFIED")),
    repaired_on=maybe_day,
    department=st.sampled_from(["fire_rescue", "market_regulation"]),
    under_objection=st.booleans(),
)
entries = st.builds(
    EntryFacts,
    started_on=maybe_day,
    removed_on=maybe_day,
    valid_until=maybe_day,
    lifted=st.none() | st.booleans(),
    source_state=said(get_args(State)),
    source_severity=said(get_args(Severity)),
    repaired_on=maybe_day,
    kind=said(tuple(RULES.periods)),
    under_objection=st.booleans(),
)
records: st.SearchStrategy[Facts] = penalties | entries


def shown(judgment: Judgment) -> list[int]:
    """Return how much every audience is shown, in the order of `TO`."""
    return [MORE[RULES.showing(judgment.state, audience, duty=duty)] for audience, duty in TO]


def public(facts: Facts, today: str) -> bool:
    return shown(judge(RULES, facts, today))[0] > 0


def no_more(one: Judgment, other: Judgment) -> bool:
    """Return whether nobody is shown more of ``one`` than of ``other``."""
    return all(less <= more for less, more in zip(shown(one), shown(other), strict=True))


@given(records, days)
def test_the_public_sees_what_is_in_its_term_and_nothing_else(facts: Facts, today: str) -> None:
    found = judge(RULES, facts, today)
    if not public(facts, today):
        return
    assert found.state is not None
    assert found.state not in CLOSED
    assert facts.repaired_on is None
    assert facts.source_state not in CLOSED
    assert found.public_from is None or found.public_from <= today
    assert found.public_until is None or today <= found.public_until
    if isinstance(facts, PenaltyFacts):
        assert facts.decided_on is not None
        assert today <= add_months(facts.decided_on, 36), "the longest term of any rule set"
        assert facts.status not in {"REVOKED", "REPAIRED", "PUBLICITY_ENDED"}


@given(penalties, days)
def test_a_term_never_exceeds_that_of_its_rule_set(facts: PenaltyFacts, today: str) -> None:
    found = judge(RULES, facts, today)
    if found.public_until is None:
        return
    assert facts.decided_on is not None
    assert found.severity is not None
    window = RULES.rule_set(facts.decided_on).windows[found.severity]
    assert window.most is not None
    assert found.public_from == facts.decided_on
    assert found.public_until == add_months(facts.decided_on, window.most)
    assert found.min_public_until is None or found.min_public_until <= found.public_until


@given(records, st.lists(days, min_size=3, max_size=8))
def test_time_never_publishes_again(facts: Facts, on: list[str]) -> None:
    seen = [public(facts, day) for day in sorted(on)]
    if True in seen:
        first, last = seen.index(True), len(seen) - seen[::-1].index(True)
        assert all(seen[first:last])


@given(records, days, days)
def test_a_repair_never_shows_more(facts: Facts, today: str, repaired_on: str) -> None:
    repaired = judge(RULES, replace(facts, repaired_on=repaired_on), today)
    assert no_more(repaired, judge(RULES, facts, today))
    assert repaired.state in {"REPAIRED", "REVOKED"}


@given(records, days)
def test_an_objection_never_shows_more(facts: Facts, today: str) -> None:
    plain = judge(RULES, replace(facts, under_objection=False), today)
    objected = judge(RULES, replace(facts, under_objection=True), today)
    assert objected.under_objection
    assert shown(objected) == shown(plain)


@given(records, days, st.data())
def test_what_cannot_be_read_never_reads_as_none(facts: Facts, today: str, data: st.DataObject) -> None:
    told = sorted({fact for entity in FIELDS.values() for fact in entity} & asdict(facts).keys())
    lost = data.draw(st.sets(st.sampled_from(told), min_size=1))
    changes: dict[str, Any] = {**dict.fromkeys(lost), "unread": frozenset(lost)}
    after = judge(RULES, replace(facts, **changes), today)
    for audience, duty in TO:
        if MORE[RULES.showing(judge(RULES, facts, today).state, audience, duty=duty)] == 2:
            assert RULES.showing(after.state, audience, duty=duty) != "HIDDEN"


@given(records, days)
def test_what_has_no_state_is_withheld_for_a_reason(facts: Facts, today: str) -> None:
    found = judge(RULES, facts, today)
    assert (found.state is None) == (found.reason is not None)
    if found.state is None:
        assert {RULES.showing(None, audience) for audience in ("PUBLIC", "DEPARTMENT", "BUSINESS")} == {"WITHHELD"}


@given(records, days)
def test_owners_and_subjects_see_all_of_their_own(facts: Facts, today: str) -> None:
    state = judge(RULES, facts, today).state
    assert {RULES.showing(state, audience) for audience in ("OWNER", "SUBJECT")} == {"SHOWN"}


def test_no_audience_sees_less_than_the_public() -> None:
    states: list[State | None] = [None, *get_args(State)]
    for state, audience, duty in product(states, get_args(Audience), (False, True)):
        assert MORE[RULES.showing(state, "PUBLIC")] <= MORE[RULES.showing(state, audience, duty=duty)]
        assert MORE[RULES.showing(state, audience)] <= MORE[RULES.showing(state, audience, duty=True)]


def test_graver_terms_are_not_shorter() -> None:
    for rule_set in RULES.rule_sets:
        general, serious = rule_set.windows["GENERAL"], rule_set.windows["SERIOUS"]
        for less, more in ((general.least, serious.least), (general.most, serious.most)):
            assert less is not None
            assert more is not None
            assert less <= more


@given(st.lists(st.tuples(records, st.just("2026-11-23")), min_size=1, max_size=4))
def test_several_reports_show_no_more_than_each(reports: list[tuple[Facts, str]]) -> None:
    judgments = [judge(RULES, facts, today) for facts, today in reports]
    chosen = strictest(judgments)
    assert all(no_more(chosen, each) for each in judgments if each.state is not None)
    assert all(strictest(order) == chosen for order in permutations(judgments))
    assert strictest([chosen]) == chosen
    assert chosen.under_objection == any(each.under_objection for each in judgments)
    for final in ("REPAIRED", "REVOKED"):
        if final in {each.state for each in judgments}:
            assert chosen.state in {"REPAIRED", "REVOKED"}


@given(st.dates(date(1900, 1, 1), date(2990, 12, 31)), st.integers(1, 60))
def test_terms_end_on_the_same_day_of_the_month_or_its_last(start: date, months: int) -> None:
    end = date.fromisoformat(add_months(start.isoformat(), months))
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)
    assert days_between(start.isoformat(), end.isoformat()) == (end - start).days


def test_a_term_beyond_the_last_year_ends_with_it() -> None:
    assert add_months("9998-12-31", 12) == "9999-12-31"
    assert add_months("9999-06-30", 36) == "9999-12-31"
