"""How old an answer may be: hours against times, days against days, and what says no time is never young."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.hours import CHINA_TIME
from gateway.checks.kept import KeptCheck
from gateway.rules import RuleSet
from gateway.rules.evidence import Section
from gateway.rules.moment import Moment
from gateway.rules.periods import Period, period_of
from tests.gateway.rulesets import NEEDS, evaluated, evidence, read, rule, tables

DAY = "2026-06-01"
NOON = f"{DAY}T04:00:00Z"
"""Noon in China."""


def aged(max_age: str) -> RuleSet:
    need = {**NEEDS["registration"], "max_age": max_age}
    hits = rule("GP-01", {"need": "registration", "when": "e.status == 'REVOKED'"})
    return read(tables(hits, needs={"registration": need}))


def result(max_age: str, asked_at: str | None = NOON, **told: Any) -> str:
    """Return what the rule comes to over an answer that tells nothing against the subject, by when it is from."""
    entry = {"source": "a", "status": "ANSWERED", "matchConfidence": 1.0, **told}
    known = evidence(registration=Section(coverage=[entry]))
    found = evaluated(aged(max_age), known, as_of=DAY, asked_at=asked_at)
    (outcome,) = found.subjects[0].outcomes
    assert {each.status for each in outcome.missing} <= {"STALE"}
    return outcome.result


@pytest.mark.parametrize(
    ("max_age", "told", "expected"),
    [
        ("PT24H", {"fetchedAt": "2026-05-31T04:00:00Z"}, "CLEAN"),
        ("PT24H", {"fetchedAt": "2026-05-31T03:59:59Z"}, "UNKNOWN"),
        ("PT1H", {"fetchedAt": "2026-06-01T03:00:00Z"}, "CLEAN"),
        ("PT1H", {"fetchedAt": "2026-06-01T02:59:00Z"}, "UNKNOWN"),
        ("PT24H", {"asOf": "2026-05-31", "asOfTime": "2026-05-31T11:59:00+08:00", "fetchedAt": NOON}, "UNKNOWN"),
        ("PT24H", {"asOf": "2026-05-31", "asOfTime": "2026-05-31T12:01:00+08:00", "fetchedAt": NOON}, "CLEAN"),
        ("PT24H", {"asOf": "2026-05-31", "fetchedAt": NOON}, "CLEAN"),
        ("PT24H", {"asOf": "2026-05-30", "fetchedAt": NOON}, "UNKNOWN"),
        ("PT24H", {"asOf": "2026-05-31", "asOfTime": None, "fetchedAt": NOON}, "CLEAN"),
        ("P1D", {"asOf": "2026-05-31", "asOfTime": "2026-05-31T00:00:00+08:00", "fetchedAt": NOON}, "CLEAN"),
        ("P1D", {"fetchedAt": "2026-05-30T16:00:00Z"}, "CLEAN"),
        ("P1D", {"fetchedAt": "2026-05-30T15:59:59Z"}, "UNKNOWN"),
        ("P1DT1H", {"fetchedAt": "2026-05-31T02:59:59Z"}, "UNKNOWN"),
        ("P1DT1H", {"fetchedAt": "2026-05-31T03:00:00Z"}, "CLEAN"),
        ("PT24H", {}, "UNKNOWN"),
        ("PT24H", {"fetchedAt": "yesterday"}, "UNKNOWN"),
        ("PT24H", {"fetchedAt": 20260601}, "UNKNOWN"),
        ("PT24H", {"fetchedAt": "2026-07-01T00:00:00Z"}, "CLEAN"),
    ],
    ids=str,
)
def test_an_answer_counts_as_long_as_it_is_young(max_age: str, told: dict[str, Any], expected: str) -> None:
    assert result(max_age, **told) == expected


@pytest.mark.parametrize(
    ("asked_at", "expected"),
    [(NOON, "CLEAN"), (None, "UNKNOWN"), ("2026-06-02T04:00:00Z", "UNKNOWN"), ("no time", "UNKNOWN")],
)
def test_of_what_is_not_known_of_the_moment_the_end_of_the_day_counts(asked_at: str | None, expected: str) -> None:
    assert result("PT24H", asked_at, fetchedAt="2026-05-31T05:00:00Z") == expected


def test_the_moment_is_of_the_day_in_china() -> None:
    late = Moment.of(DAY, "2026-05-31T16:30:00Z")
    assert late.at.isoformat() == "2026-06-01T00:30:00+08:00"
    assert Moment.of(DAY, "2026-06-01T16:30:00Z").at == datetime(2026, 6, 1, 23, 59, 59, 999999, CHINA_TIME)


@given(
    some.integers(0, 9_999),
    some.integers(0, 99_999),
    some.integers(1, 99_999),
    some.datetimes(timezones=some.just(UTC)),
)
def test_a_period_is_counted_back_from_any_moment(months: int, days: int, hours: int, end: datetime) -> None:
    period = Period(months, days, hours)
    assert period.since(end) <= end
    if not months and end.year > 400:
        assert end - period.since(end) == timedelta(days=days, hours=hours)


def test_a_period_of_months_and_hours_goes_by_the_calendar() -> None:
    period = period_of("P1MT2H")
    assert period is not None
    assert period.since(datetime(2026, 3, 31, 1, 0, tzinfo=CHINA_TIME)).isoformat() == "2026-02-27T23:00:00+08:00"
    assert period.before(date(2026, 3, 31)) == date(2026, 2, 28)


def test_evidence_that_was_kept_before_times_were_is_still_read() -> None:
    rules = {"code": "GP", "version": "1", "digest": "d"}
    old = {"format": "f", "ruleSet": rules, "asOf": DAY, "purpose": "p", "verdict": "PASS", "subjects": []}
    assert msgspec.convert(old, KeptCheck).queried_at is None
    assert msgspec.convert({**old, "queriedAt": NOON}, KeptCheck).queried_at == NOON
