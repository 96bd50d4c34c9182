"""As whom callers meet negative records: a table of cases, and that fewer rights never show more."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.caller import Caller, Standing
from gateway.policy import Audience, audience_of
from tests.gateway.policies import DEPARTMENTS, caller, city_policy, source

CASES = Path(__file__).parents[1] / "cases" / "audience" / "callers.toml"
ROWS: list[list[str]] = tomllib.loads(CASES.read_text(encoding="utf-8"))["rows"]
POLICY = city_policy()

ABOVE: dict[Any, set[Any]] = {
    ("OWNER", False): {("DEPARTMENT", False), ("PUBLIC", False)},
    ("DEPARTMENT", True): {("PUBLIC", False)},
    ("DEPARTMENT", False): {("PUBLIC", False)},
    ("BUSINESS", False): {("PUBLIC", False)},
    ("AUDITOR", False): {("PUBLIC", False)},
    ("PUBLIC", False): set(),
}
"""What an audience may become when rights are taken away, besides itself."""

callers = st.builds(
    lambda scopes, department, purpose: Caller("client", department, scopes, purpose),
    st.frozensets(st.sampled_from([*POLICY.scopes, *(f"owner.{name}" for name in DEPARTMENTS)])),
    st.sampled_from([None, *DEPARTMENTS.values()]),
    st.sampled_from(sorted(POLICY.purposes)),
)


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row[:-1]) for row in ROWS])
def test_cases(row: list[str]) -> None:
    scopes, department, purpose, name, expected = row
    asking = caller(*scopes.split(), purpose=purpose, department=None if department == "-" else department)
    audience, duty = audience_of(POLICY, asking, source(name), "AdministrativePenalty")
    assert audience + "+" * duty == expected


def test_every_purpose_and_audience_has_a_case() -> None:
    assert set(POLICY.purposes) - {row[2] for row in ROWS} == {
        "QUALIFICATION_REVIEW",
        "FISCAL_FUNDS",
        "CONSENT_SERVICE",
    }
    # Nobody is SUBJECT by rights alone: it takes a token that names the subject, see below.
    assert {row[4].rstrip("+") for row in ROWS} == set(get_args(Audience)) - {"SUBJECT"}


@pytest.mark.parametrize(
    ("scopes", "purpose", "own", "expected"),
    [
        (["credit.public", "credit.self"], "SELF_QUERY", True, "SUBJECT"),
        (["credit.public", "credit.self"], "SELF_QUERY", False, "PUBLIC"),
        (["credit.public"], "SELF_QUERY", True, "PUBLIC"),
        (["credit.public", "credit.self"], "PUBLIC_DISCLOSURE", True, "PUBLIC"),
        (["credit.public", "credit.self", "credit.consent"], "BANK_CREDIT", True, "BUSINESS"),
    ],
)
def test_a_subject_is_one_to_itself_alone_with_its_scope_and_purpose(
    scopes: list[str], purpose: str, own: bool, expected: str
) -> None:
    asking = caller(*scopes, purpose=purpose)
    found = audience_of(POLICY, asking, source("tax_credit"), "AdministrativePenalty", Standing(own=own))
    assert found == (expected, False)


@pytest.mark.parametrize(
    ("purpose", "mine", "expected"),
    [("OWNER", True, "OWNER"), ("OWNER", False, "DEPARTMENT"), ("SUPERVISION", True, "DEPARTMENT")],
)
def test_who_decided_a_record_is_its_owner_for_that_purpose(purpose: str, mine: bool, expected: str) -> None:
    asking = caller("credit.public", "credit.gov", "records.tax_credit", purpose=purpose, department="court")
    audience, _ = audience_of(POLICY, asking, source("tax_credit"), "AdministrativePenalty", mine=mine)
    assert audience == expected


@given(callers, callers, st.sampled_from(sorted(DEPARTMENTS)))
def test_fewer_rights_never_lead_to_more(asking: Caller, other: Caller, name: str) -> None:
    had = audience_of(POLICY, asking, source(name), "AdministrativePenalty")
    fewer = replace(asking, scopes=asking.scopes & other.scopes)
    for less in (fewer, replace(asking, department=None), replace(fewer, department=None)):
        assert audience_of(POLICY, less, source(name), "AdministrativePenalty") in {had} | ABOVE[had]


@given(callers, st.sampled_from(sorted(DEPARTMENTS)), st.text(max_size=5))
def test_the_audience_depends_on_the_fingerprint_alone(asking: Caller, name: str, text: str) -> None:
    other = replace(asking, client=text, case=text)
    assert other.fingerprint == asking.fingerprint
    assert audience_of(POLICY, other, source(name), "AdministrativePenalty") == audience_of(
        POLICY, asking, source(name), "AdministrativePenalty"
    )


def test_rules_that_look_back_meet_what_they_look_back_at_as_a_department_on_duty() -> None:
    asking = replace(
        caller("credit.public", "credit.check.run", purpose="BIDDING"), looks_back=frozenset({"ListEntry"})
    )
    assert audience_of(POLICY, asking, source("tax_credit"), "ListEntry") == ("DEPARTMENT", True)
    assert audience_of(POLICY, asking, source("tax_credit"), "AdministrativePenalty") == ("BUSINESS", False)
    assert asking.fingerprint != replace(asking, looks_back=frozenset()).fingerprint
