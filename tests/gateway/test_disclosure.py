"""Judgments by tables of cases: facts and a day to state, severity, days of publicity, and who is shown the record."""

from typing import get_args

import pytest

from gateway.disclosure import (
    EntryFacts,
    PenaltyFacts,
    Reason,
    Severity,
    State,
    active,
    judge,
    public_until_difference,
    strictest,
)
from schema.entities import ENTITY_FIELDS
from tests.gateway.disclosures import LETTERS, RULES, TO, Case, cases, read

ALL = list(cases())
IDS = [f"{each.table}-{at}-{each.state}-{each.today}" for at, each in enumerate(ALL)]
REASONS = {str(reason) for reason in Reason}


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_what_is_made_of_a_record(case: Case) -> None:
    found = judge(RULES, case.facts, case.today)
    days = " ".join(day or "-" for day in (found.public_from, found.min_public_until, found.public_until))
    assert (found.state or found.reason) == case.state
    assert (found.state is None) == (found.reason is not None) == (case.state in REASONS)
    assert (found.severity or "-", days) == (case.severity, case.days)
    assert found.under_objection == (case.facts.under_objection or case.facts.source_state == "UNDER_OBJECTION")


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_who_is_shown_it(case: Case) -> None:
    state = judge(RULES, case.facts, case.today).state
    assert "".join(LETTERS[RULES.showing(state, audience, duty=duty)] for audience, duty in TO) == case.shown


@pytest.mark.parametrize("case", list(cases("severity")))
def test_what_gave_the_severity(case: Case) -> None:
    assert (judge(RULES, case.facts, case.today).severity_basis or "-",) == case.rest


@pytest.mark.parametrize("case", list(cases("entries")))
def test_whether_an_entry_is_active(case: Case) -> None:
    assert isinstance(case.facts, EntryFacts)
    assert {True: "yes", False: "no", None: "?"}[active(RULES, case.facts, case.today)] == case.rest[0]


def test_every_state_and_reason_has_a_case() -> None:
    assert {case.state for case in ALL} == {*get_args(State), *REASONS}
    assert {case.table for case in ALL} == {
        *("terms_2018", "terms_2023", "terms_2026", "severity", "claims", "unjudged", "entries")
    }


def test_what_sources_may_say_of_states_and_severities_is_what_can_be_judged() -> None:
    fields = ENTITY_FIELDS["AdministrativePenalty"]
    assert set(fields["source_state"].enum) == set(get_args(State))
    assert set(fields["source_severity"].enum) == {*get_args(Severity), "UNCLASSIFIED"}


def test_every_status_of_a_penalty_can_be_judged() -> None:
    for status in ENTITY_FIELDS["AdministrativePenalty"]["status"].enum:
        found = judge(RULES, PenaltyFacts(decided_on="2026-05-10", status=status), "2026-11-23")
        assert found.state == {"IN_FORCE": "PUBLISHED"}.get(status, status)


@pytest.mark.parametrize("reason", Reason)
def test_reasons_are_said_in_words(reason: Reason) -> None:
    assert reason.zh
    assert reason.en[0].islower()


@pytest.mark.parametrize(
    ("decided_on", "source", "days"),
    [
        ("2026-05-10", "2027-05-10", 0),
        ("2026-05-10", "2027-05-09", -1),
        ("2026-05-10", "2029-05-10", 731),
        ("2026-05-10", "1900-01-01", -46515),
        ("2026-05-10", None, None),
        (None, "2027-05-10", None),
    ],
)
def test_how_far_the_source_is_from_us(decided_on: str | None, source: str | None, days: int | None) -> None:
    judgment = judge(RULES, PenaltyFacts(decided_on=decided_on), "2026-11-23")
    assert public_until_difference(judgment, source) == days


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        (["decided_on=2026-05-10", "decided_on=2026-05-10 repaired_on=2026-09-01"], "REPAIRED"),
        (["decided_on=2026-05-10 status=REVOKED", "repaired_on=2026-09-01"], "REVOKED"),
        (["decided_on=2026-05-10", "decided_on=2026-05-10 categories=WARNING"], "NOT_PUBLISHABLE"),
        (["decided_on=2026-05-10", "decided_on=2025-05-10 source_state=PUBLICITY_ENDED"], "PUBLICITY_ENDED"),
        (["decided_on=2026-05-10 source_state=SHIELDED", "decided_on=2026-05-10 objection"], "SHIELDED"),
        (["decided_on=2026-05-10 source_state=SHIELDED", "decided_on=2026-05-10 status=ALTERED"], "SHIELDED"),
        (["decided_on=2026-05-10 status=ALTERED", "decided_on=2026-05-10"], "ALTERED"),
        (["decided_on=2026-05-10 status=ALTERED", "decided_on=2026-05-10 objection"], "UNDER_OBJECTION"),
        # what one source told and nobody could read may be a repair
        (["decided_on=2026-05-10 unread=status", "decided_on=2026-05-10"], "STATE_UNREADABLE"),
        (["decided_on=2026-05-10 unread=status", "decided_on=2026-05-10 source_state=SHIELDED"], "STATE_UNREADABLE"),
        (["decided_on=2026-05-10 unread=status", "decided_on=2026-05-10 repaired_on=2026-09-01"], "REPAIRED"),
        # what one source lacks is another's to tell
        (["", "decided_on=2026-05-10"], "PUBLISHED"),
        (["decided_on=2026-05-10 unread=categories", "decided_on=2026-05-10 objection"], "UNDER_OBJECTION"),
        (["", "objection"], "START_UNKNOWN"),
    ],
)
def test_what_governs_a_record_of_several_sources(reports: list[str], state: str) -> None:
    found = strictest([judge(RULES, read("penalty", facts), "2026-11-23") for facts in reports])
    assert (found.state or found.reason) == state
    assert found.under_objection == any("objection" in facts for facts in reports)


@pytest.mark.parametrize(
    ("serious", "general", "severity", "until"),
    [
        ("2026-05-10", "2026-05-10", "GENERAL", "2027-05-10"),
        ("2024-01-10", "2026-05-10", "SERIOUS", "2027-01-10"),
    ],
)
def test_of_two_terms_the_one_that_ends_first_governs(serious: str, general: str, severity: str, until: str) -> None:
    reports = [f"decided_on={serious} source_severity=SERIOUS", f"decided_on={general} source_severity=GENERAL"]
    found = strictest([judge(RULES, read("penalty", facts), "2026-11-23") for facts in reports])
    assert (found.severity, found.public_until) == (severity, until)
