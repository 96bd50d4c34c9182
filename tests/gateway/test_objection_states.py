"""The state machine of an objection: which steps there are, who makes them, and by when."""

from itertools import product
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.objections.outbox import Retries
from gateway.objections.rules import Review, Rules
from gateway.objections.states import DECIDED, OPEN, STATES, STEPS, Actor, IllegalStep, State, actor_of, next_states
from gateway.returns.working_days import WorkingDays

ACTORS: tuple[Actor, ...] = get_args(Actor)
LINE = {
    ("SUBMITTED", "ROUTED", "GATEWAY"),
    ("ROUTED", "NOT_ACCEPTED", "OWNER"),
    ("ROUTED", "INVESTIGATING", "OWNER"),
    ("NOT_ACCEPTED", "INVESTIGATING", "OWNER"),
    ("NOT_ACCEPTED", "CLOSED", "OWNER"),
    *(("INVESTIGATING", each, "OWNER") for each in DECIDED),
    *((each, "CLOSED", "OWNER") for each in DECIDED),
    *((each, "CLOSED", "FILER") for each in STATES if each != "CLOSED"),
}
"""Every step there is (`domain.md` §4.7), written down a second time."""


def test_there_are_these_steps_and_no_others() -> None:
    for before, after, actor in product(STATES, STATES, ACTORS):
        if (before, after, actor) in LINE:
            assert actor_of(before, after, {actor}) == actor
        else:
            with pytest.raises(IllegalStep):
                actor_of(before, after, {actor})


def test_nothing_leads_out_of_closed_and_nothing_back_to_submitted() -> None:
    assert not any(before == "CLOSED" or after == "SUBMITTED" for before, after in STEPS)


def test_a_record_is_under_objection_from_routing_to_closing() -> None:
    assert set(STATES) - OPEN == {"SUBMITTED", "CLOSED"}


@given(st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from(ACTORS)), max_size=30))
def test_whatever_is_tried_the_line_is_kept(tried: list[tuple[State, Actor]]) -> None:
    """However often anybody tries anything: an owner decides only what it has taken up, and only once."""
    state, seen = STATES[0], [STATES[0]]
    for to, actor in tried:
        if to not in next_states(state, {actor}):
            with pytest.raises(IllegalStep, match=f"`{state}`"):
                actor_of(state, to, {actor})
            continue
        assert actor_of(state, to, {actor}) == actor
        state = to
        seen.append(to)
    decided = [each for each in seen if each in DECIDED]
    assert len(decided) <= 1
    if decided:
        assert seen[seen.index(decided[0]) - 1] == "INVESTIGATING"
    assert seen.count("CLOSED") <= 1
    if "CLOSED" in seen:
        assert seen[-1] == "CLOSED"
    if len(seen) > 1:
        assert seen[1] in {"ROUTED", "CLOSED"}


def test_an_illegal_step_tells_what_is_open() -> None:
    with pytest.raises(IllegalStep, match=r"`ROUTED` does not become `UPHELD` .* `NOT_ACCEPTED`, `INVESTIGATING`$"):
        actor_of("ROUTED", "UPHELD", {"OWNER"})
    with pytest.raises(IllegalStep, match=r"open to it: nothing$"):
        actor_of("CLOSED", "ROUTED", {"OWNER", "FILER"})


# ---- deadlines -----------------------------------------------------------------------------------------------------

WORKING = WorkingDays({"2026-10-01", "2026-10-02"}, {"2026-10-10"}, (2026,), 7, "2018-01-01", "x")


@pytest.mark.parametrize(
    ("unit", "day", "terms"),
    [
        ("calendar", "2026-11-20", ("2026-11-25", "2026-12-10")),
        ("working", "2026-11-20", ("2026-11-27", "2026-12-18")),
        ("working", "2026-09-30", ("2026-10-09", "2026-10-29")),
    ],
    ids=["calendar days", "over weekends", "over holidays and a weekend that is worked"],
)
def test_a_term_ends_on_the_day(unit: Literal["calendar", "working"], day: str, terms: tuple[str, str]) -> None:
    assert Rules(review=Review(unit=unit)).terms(day, WORKING) == terms


def test_retries_come_ever_later_and_end() -> None:
    retries = Retries(5, 10.0, 60.0)
    assert [retries.wait(each) for each in range(1, 7)] == [10.0, 20.0, 40.0, 60.0, None, None]
