"""One request as the guard sees it: what costs, what is refused, which canaries are noticed on the way."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.hours import CHINA_TIME
from gateway.caller import Caller
from gateway.errors import SubjectBudgetExceeded
from gateway.guard import Alarm, Counts, Guard, GuardRules, Inquiry
from gateway.guard.model import Counted
from gateway.ledger import Secret
from gateway.subject import Person, Subject
from schema.identifiers import Identifier
from tests.gateway.world import uscc_of

CALLER = Caller("court", "court", frozenset({"person.link"}), "LAW_ENFORCEMENT")
NOON = datetime(2026, 11, 26, 12, tzinfo=CHINA_TIME)
CANARY = uscc_of(41)
ONE, TWO, THREE = (uscc_of(number) for number in (1, 3, 5))


def guard(budgets: Mapping[tuple[Counted, str, str], int] | None = None, most: int = 2, now: datetime = NOON) -> Guard:
    unlimited: dict[tuple[Counted, str, str], int] = {("subjects", "", ""): 0, ("persons", "", ""): 0}
    rules = GuardRules(most, unlimited | dict(budgets or {}), {CANARY: "ferry"})
    return Guard(rules, Secret(b"s" * 32), Counts(), Alarm(), lambda: now)


def inquiry(made: Guard | None = None) -> Inquiry:
    return (made or guard()).inquiry(CALLER, "r-1")


def organization(uscc: str) -> Subject:
    return Subject(Identifier("USCC", uscc, "OK"), uscc, "EXACT")


def keys(*usccs: str) -> list[tuple[str, str]]:
    return [("USCC", uscc) for uscc in usccs]


async def test_a_canary_behind_a_link_is_noticed_once_whether_its_records_are_asked_for_or_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = guard()
    with caplog.at_level(logging.WARNING, "gateway.guard"):
        followed, shown = inquiry(made), inquiry(made)
        assert await followed.follow([organization(CANARY)], through_persons=False)
        followed.settle([], [organization(CANARY), organization(ONE)])
        shown.settle([], [organization(CANARY)])
    assert made.alarm.touched["ferry"] == 2
    assert CANARY not in caplog.text


async def test_a_link_to_an_organization_costs_a_subject_and_one_to_a_person_a_person() -> None:
    made = guard({("subjects", "court", ""): 2, ("persons", "court", ""): 1})
    first = inquiry(made)
    await first.admit(keys(ONE))
    assert await first.follow([organization(ONE), organization(TWO)], through_persons=False)
    assert await first.follow([Person("230881189001010019")], through_persons=False)
    assert not await first.follow([Person("230881189001010027")], through_persons=False)
    with pytest.raises(SubjectBudgetExceeded) as raised:
        first.require()
    assert raised.value.extensions == {
        "budget": 1, "used": 1, "purpose": "LAW_ENFORCEMENT", "counted": "persons"
    }  # fmt: skip
    assert "2308" not in f"{raised.value} {raised.value.extensions}"
    second = inquiry(made)
    assert not await second.follow([organization(THREE)], through_persons=False)


async def test_after_a_refusal_nothing_more_is_followed_or_counted() -> None:
    made = guard({("persons", "court", ""): 1, ("subjects", "court", ""): 1}, most=1)
    asked = inquiry(made)
    assert not await asked.follow([organization(each) for each in (ONE, TWO)], through_persons=True)
    assert not await asked.follow([Person("230881189001010019")], through_persons=False)
    assert [members for day in made.counts._days.values() for members in day.values()] == []


async def test_the_subjects_asked_about_are_no_other_enterprises() -> None:
    asked = inquiry()
    await asked.admit(keys(ONE, TWO, THREE))
    assert await asked.follow([organization(each) for each in (ONE, TWO, THREE)], through_persons=True)
    assert await asked.follow([organization(uscc_of(7)), organization(uscc_of(9))], through_persons=True)
    assert await asked.follow([organization(uscc_of(7))], through_persons=True)
    assert await asked.follow([organization(uscc_of(11))], through_persons=False)
    assert not await asked.follow([organization(uscc_of(11))], through_persons=True)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (NOON, 43_200),
        (NOON.replace(hour=0), 86_400),
        (NOON.replace(hour=23, minute=59, second=59, microsecond=999_999), 1),
        (NOON.replace(hour=23, minute=59, second=58, microsecond=1), 2),
    ],
)
async def test_the_day_ends_at_midnight_in_china(now: datetime, seconds: int) -> None:
    made = guard({("subjects", "", ""): 1}, now=now)
    await inquiry(made).admit(keys(ONE))
    with pytest.raises(SubjectBudgetExceeded) as raised:
        await inquiry(made).admit(keys(TWO))
    assert raised.value.headers == {"Retry-After": str(seconds)}
    assert (now + timedelta(seconds=seconds)).date() > now.date()


@pytest.mark.parametrize("name", ["同江〔示例〕公司", "同江(示例)公司", "同江（示例） 公司"])
async def test_a_name_in_any_spelling_is_one_key(name: str) -> None:
    made = guard({("subjects", "", ""): 1})
    await inquiry(made).admit([("NAME", "同江(示例)公司")])
    await inquiry(made).admit([("NAME", name)])


numbers = st.lists(st.integers(0, 6), max_size=5)


@settings(max_examples=60, deadline=None)
@given(budget=st.integers(1, 5), requests=st.lists(numbers, max_size=8))
async def test_a_client_never_knows_of_more_subjects_than_its_budget(budget: int, requests: list[list[int]]) -> None:
    made = guard({("subjects", "", ""): budget})
    known: set[int] = set()
    for asked in requests:
        each = inquiry(made)
        half = len(asked) // 2
        try:
            await each.admit(keys(*(uscc_of(number) for number in asked[:half])))
            linked: list[Any] = [organization(uscc_of(number)) for number in asked[half:]]
            await each.follow(linked, through_persons=False)
            each.settle([], [])
        except SubjectBudgetExceeded:
            continue
        known.update(asked)
        assert len(known) <= budget
