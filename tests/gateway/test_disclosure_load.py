"""Reading of `config/disclosure.toml`: what is compiled from it, and every mistake told at once with its place."""

from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest

from connectors.errors import ConfigError
from gateway.configuration import load_configuration
from gateway.disclosure import Known, Rules, load_disclosure
from gateway.disclosure.model import Condition
from gateway.policy import Audience
from schema.entities import ENTITY_FIELDS
from tests.gateway.disclosures import RULES
from tests.gateway.policies import CONFIG, toml

PUBLIC = dict.fromkeys(get_args(Audience), "SHOWN")
OWN = {**dict.fromkeys(get_args(Audience), "HIDDEN"), "SUBJECT": "SHOWN", "OWNER": "SHOWN"}
STANDING = {"title": "记录", "tone": "BLACK", "until_removed": True}
LISTS = ENTITY_FIELDS["ListEntry"]["kind"].enum
DOMAINS = ENTITY_FIELDS["AdministrativePenalty"]["domain"].enum
SOUND: dict[str, Any] = {
    "rule_sets": {
        "OLD": {
            "title": "旧",
            "basis": ["LAW_1"],
            "windows": {
                "MINOR": {"published": False},
                "GENERAL": {"min_months": 3, "max_months": 12},
                "SERIOUS": {"min_months": 6, "max_months": 36, "verified": False},
            },
            "rules": [
                {"name": "WARNED", "when": {"only": ["WARNING"]}, "severities": ["MINOR"], "basis": "LAW_1"},
                {"name": "HUGE", "when": {"fine_from": "5000000"}, "severities": ["SERIOUS"], "basis": "LAW_1"},
            ],
            "otherwise": "GENERAL",
        },
    },
    "domains": {"FIRE": {"departments": ["fire_rescue"], "citations": ["消防法"]}},
    "severity_overrides": [
        {
            "name": "FIRE_1",
            "rule_sets": ["OLD"],
            "domain": "FIRE",
            "over": ["GENERAL"],
            "when": {"fine_from": "1000"},
            "severity": "SERIOUS",
            "basis": "LAW_2",
            "verified": False,
        }
    ],
    "lists": {
        **{name: dict(STANDING) for name in LISTS},
        "WORK_SAFETY": {"title": "安全", "tone": "BLACK", "min_months": 12, "max_months": 36, "basis": ["LAW_1"]},
        "HONOR": {"title": "荣誉", "tone": "RED", "until_removed": True},
    },
    "records": {name: dict(STANDING) for name in ("TaxArrears", "TaxAnomaly", "ProfessionBan")},
    "showing": {
        **{state: dict(OWN) for state in ("NOT_PUBLISHABLE", "PUBLICITY_ENDED", "REPAIRED", "REVOKED", "SHIELDED")},
        **{state: dict(PUBLIC) for state in ("PUBLISHED", "ALTERED", "UNDER_OBJECTION")},
        "UNJUDGED": {**OWN, **dict.fromkeys(("PUBLIC", "DEPARTMENT", "BUSINESS", "AUDITOR"), "WITHHELD")},
    },
}
KNOWN = Known(departments=["fire_rescue", "court"], legal_bases=["LAW_1", "LAW_2"])


def load(tmp_path: Path, table: Any, known: Known = KNOWN) -> Rules:
    path = tmp_path / "disclosure.toml"
    path.write_text(toml(table), encoding="utf-8")
    return load_disclosure(path, known)


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the sound file with ``changes``, dotted place -> value; a value of None takes the key away."""
    table = deepcopy(SOUND)
    for place, value in changes.items():
        *folders, last = (int(part) - 1 if part.isdigit() else part for part in place.split("."))
        into: Any = table
        for folder in folders:
            into = into[folder]
        if value is None:
            del into[last]
        elif isinstance(into, list) and last == len(into):
            into.append(value)
        else:
            into[last] = value
    return table


def mistakes(tmp_path: Path, table: Any, known: Known = KNOWN) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, table, known)
    assert {each.file for each in refused.value.mistakes} == {"disclosure.toml"}
    return sorted(f"{each.place}: {each.message}" for each in refused.value.mistakes)


def test_the_rules_of_a_sound_file(tmp_path: Path) -> None:
    rules = load(tmp_path, changed({"rule_sets.NEW": {**SOUND["rule_sets"]["OLD"], "since": "2026-04-01"}}))
    new, old = rules.rule_sets
    assert (new.name, new.since, old.name, old.since) == ("NEW", "2026-04-01", "OLD", "")
    assert [rules.rule_set(day).name for day in ("2026-04-01", "2026-03-31", "1999-01-01")] == ["NEW", "OLD", "OLD"]
    assert [str(amount) for amount in old.amounts] == ["1000", "5000000"]
    assert [str(amount) for amount in new.amounts] == ["5000000"], "the standard is not of this rule set"
    assert old.rules[0].condition == Condition(only=frozenset({"WARNING"}))
    assert (old.overrides[0].weight, new.overrides) == ((("SERIOUS",), "OVERRIDE FIRE_1 LAW_2"), ())
    assert set(rules.periods) == {*LISTS, "TaxArrears", "TaxAnomaly", "ProfessionBan"}
    assert rules.periods["WORK_SAFETY"].basis == ("LAW_1",)
    assert rules.unverified == (
        *("rule_sets.OLD.windows.SERIOUS", "rule_sets.NEW.windows.SERIOUS", "severity_overrides.1"),
    )


def test_a_duty_opens_what_is_conditional(tmp_path: Path) -> None:
    rules = load(tmp_path, changed({"showing.PUBLICITY_ENDED.DEPARTMENT": "DUTY"}))
    assert rules.showing("PUBLICITY_ENDED", "DEPARTMENT") == "HIDDEN"
    assert rules.showing("PUBLICITY_ENDED", "DEPARTMENT", duty=True) == "SHOWN"
    assert rules.showing(None, "DEPARTMENT", duty=True) == "WITHHELD"


def test_the_version_is_the_digest_of_the_file(tmp_path: Path) -> None:
    first, second = load(tmp_path, SOUND), load(tmp_path, SOUND)
    assert first.version == second.version != load(tmp_path, changed({"rule_sets.OLD.title": "新"})).version
    assert len(first.version) == 16


def test_names_that_are_not_known_are_not_checked(tmp_path: Path) -> None:
    table = changed({"domains.FIRE.departments": ["nobody"], "lists.WORK_SAFETY.basis": ["ANY_LAW"]})
    assert set(load(tmp_path, table, Known()).domains) == {"FIRE"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"rule_sets.OLD.since": "2020-01-01", "rule_sets.OLD.windows.MINOR": None},
            [
                "rule_sets.OLD.windows.MINOR: missing",
                "rule_sets: expected one rule set without `since`, for the oldest decisions; found 0",
            ],
        ),
        (
            {
                "rule_sets.A": {**SOUND["rule_sets"]["OLD"], "since": "2026-4-1"},
                "rule_sets.B": {**SOUND["rule_sets"]["OLD"], "since": "2026-04-01"},
                "rule_sets.C": {**SOUND["rule_sets"]["OLD"], "since": "2026-04-01"},
                "rule_sets.D": {**SOUND["rule_sets"]["OLD"], "basis": []},
            },
            [
                "rule_sets.A.since: expected a date in quotes, e.g. `2026-04-01`",
                "rule_sets.C.since: `2026-04-01` is repeated",
                "rule_sets.D.basis: empty: a rule set rests on law",
                "rule_sets: expected one rule set without `since`, for the oldest decisions; found 2",
            ],
        ),
        (
            {
                "rule_sets.OLD.windows.MINOR": {"published": False, "min_months": 1},
                "rule_sets.OLD.windows.GENERAL": {"min_months": 3},
                "rule_sets.OLD.windows.SERIOUS": {"min_months": 48, "max_months": 36, "years": 3},
                "rule_sets.OLD.windows.GRAVE": {"max_months": 36},
            },
            [
                "rule_sets.OLD.windows.GENERAL.max_months: missing",
                "rule_sets.OLD.windows.GRAVE: unknown key `GRAVE`; known: MINOR, GENERAL, SERIOUS",
                "rule_sets.OLD.windows.MINOR.min_months: not published as a rule: it has no shortest term",
                "rule_sets.OLD.windows.SERIOUS.min_months: longer than `max_months`",
                "rule_sets.OLD.windows.SERIOUS.years: unknown key `years`; known: published, min_months, max_months, "
                "verified",
            ],
        ),
        (
            {"rule_sets.OLD.windows.GENERAL.max_months": 0, "rule_sets.OLD.otherwise": "SERIUS"},
            [
                "rule_sets.OLD.otherwise: unknown value `SERIUS`; known: GENERAL, MINOR, SERIOUS; "
                "did you mean `SERIOUS`?",
                "rule_sets.OLD.windows.GENERAL.max_months: expected a whole number, more than 0 and at most 1200, "
                "found 0",
            ],
        ),
        (
            {
                "rule_sets.OLD.rules.1.when": {},
                "rule_sets.OLD.rules.1.name": "HUGE",
                "rule_sets.OLD.rules.2.when": {"fine_from": "5百万", "any_of": [], "procedure": "SIMPEL"},
                "rule_sets.OLD.rules.2.severities": ["SERIOUS", "SERIOUS"],
                "rule_sets.OLD.rules.2.basis": "LAW_9",
                "rule_sets.OLD.rules.3": {"name": "X", "when": {"all_of": ["FIN"]}, "severities": [], "basis": "LAW_1"},
            },
            [
                "rule_sets.OLD.rules.1.when: empty: it would hold for every decision; say `otherwise` instead",
                "rule_sets.OLD.rules.2.basis: unknown legal basis `LAW_9`; known: LAW_1, LAW_2; did you mean `LAW_2`?",
                "rule_sets.OLD.rules.2.name: `HUGE` is repeated",
                "rule_sets.OLD.rules.2.severities: expected one severity, or several different ones",
                "rule_sets.OLD.rules.2.when.any_of: empty: it would never hold",
                "rule_sets.OLD.rules.2.when.fine_from: expected an amount in yuan, in quotes, e.g. `5000000`",
                "rule_sets.OLD.rules.2.when.procedure: unknown procedure `SIMPEL`; known: SIMPLE, ORDINARY; "
                "did you mean `SIMPLE`?",
                "rule_sets.OLD.rules.3.severities: expected one severity, or several different ones",
                "rule_sets.OLD.rules.3.when.all_of: unknown category `FIN`; known: WARNING, CIRCULATED_CRITICISM, "
                "FINE, CONFISCATE_GAINS, CONFISCATE_PROPERTY, SUSPEND_LICENSE, LOWER_QUALIFICATION, REVOKE_LICENSE, "
                "RESTRICT_ACTIVITY, ORDER_SUSPENSION, ORDER_CLOSURE, RESTRICT_PROFESSION, ADMINISTRATIVE_DETENTION, "
                "OTHER; did you mean `FINE`?",
            ],
        ),
        (
            {"rule_sets.OLD.rules.1.when.fine_from": "0", "rule_sets.OLD.rules.2.when.fine_from": "NaN"},
            [
                "rule_sets.OLD.rules.1.when.fine_from: expected an amount in yuan, in quotes, e.g. `5000000`",
                "rule_sets.OLD.rules.2.when.fine_from: expected an amount in yuan, in quotes, e.g. `5000000`",
            ],
        ),
        (
            {"domains.FOOD": {}, "domains.TAX": {"departments": ["courts"], "citations": [""]}},
            [
                "domains.FOOD: empty: no decision would belong to it",
                f"domains.FOOD: unknown domain `FOOD`; known: {', '.join(DOMAINS)}; did you mean `FOOD_DRUG`?",
                "domains.TAX.citations.1: expected a text that is not empty",
                "domains.TAX.departments: unknown department `courts`; known: court, fire_rescue; "
                "did you mean `court`?",
            ],
        ),
        (
            {
                "severity_overrides.1.rule_sets": [],
                "severity_overrides.1.over": [],
                "severity_overrides.2": {**SOUND["severity_overrides"][0], "rule_sets": ["NEW"], "domain": "FIRES"},
            },
            [
                "severity_overrides.1.over: empty: it would never apply",
                "severity_overrides.1.rule_sets: empty: it would never apply",
                "severity_overrides.2.domain: unknown domain `FIRES`; known: FIRE; did you mean `FIRE`?",
                "severity_overrides.2.name: `FIRE_1` is repeated",
                "severity_overrides.2.rule_sets: unknown rule set `NEW`; known: OLD",
            ],
        ),
        (
            {
                "lists.WORK_SAFETY.until_removed": True,
                "lists.HONOR": {"title": "荣誉", "tone": "RED", "min_months": 1, "max_months": 3},
                "lists.WORK_SAFTY": {"title": "安全", "tone": "BLACK"},
                "records.TaxArrears": {"title": "欠税", "tone": "GREY", "min_months": 3, "max_months": 2},
                "records.TaxAnomaly": None,
            },
            [
                "lists.HONOR: RED tells for the subject: it has no term",
                "lists.WORK_SAFETY: expected either `max_months` or `until_removed = true`",
                "lists.WORK_SAFTY: expected either `max_months` or `until_removed = true`",
                f"lists.WORK_SAFTY: unknown kind `WORK_SAFTY`; known: {', '.join(LISTS)}; did you mean `WORK_SAFETY`?",
                "records.TaxAnomaly: missing",
                "records.TaxArrears.min_months: longer than `max_months`",
                "records.TaxArrears.tone: unknown value `GREY`; known: BLACK, RED, WATCH",
            ],
        ),
        (
            {"lists.HONOR": None, "lists.WORK_SAFETY.basis": ["LAW_1", "LAW_3"], "lists.WORK_SAFETY.max_months": "3"},
            [
                "lists.HONOR: missing",
                "lists.WORK_SAFETY.basis: unknown legal basis `LAW_3`; known: LAW_1, LAW_2; did you mean `LAW_2`?",
                "lists.WORK_SAFETY.max_months: expected a whole number, more than 0 and at most 1200, found a text",
            ],
        ),
        (
            # A state or an audience that is not there is told, and so is what no city may show.
            {
                "showing.SHIELDED": None,
                "showing.PUBLISHED.AUDITOR": None,
                "showing.PUBLISHED.BANK": "SHOWN",
                "showing.STALE": OWN,
                "showing.REPAIRED.DEPARTMENT": "DUTY",
                "showing.REVOKED.BUSINESS": "META",
                "showing.NOT_PUBLISHABLE.PUBLIC": "MARKED",
                "showing.ALTERED.OWNER": "MARKED",
                "showing.UNDER_OBJECTION.AUDITOR": "META",
                "showing.PUBLICITY_ENDED.AUDITOR": "WITHHELD",
                "showing.UNJUDGED.PUBLIC": "HIDDEN",
                "showing.UNJUDGED.DEPARTMENT": "DUTY",
            },
            [
                "showing.ALTERED.OWNER: expected SHOWN: owners see their own records whole",
                "showing.NOT_PUBLISHABLE.AUDITOR: shows less than to PUBLIC",
                "showing.NOT_PUBLISHABLE.BUSINESS: shows less than to PUBLIC",
                "showing.NOT_PUBLISHABLE.DEPARTMENT: shows less than to PUBLIC",
                "showing.NOT_PUBLISHABLE.PUBLIC: expected HIDDEN: what is repaired, revoked or no longer public is "
                "not shown",
                "showing.PUBLICITY_ENDED.AUDITOR: WITHHELD is for UNJUDGED records alone",
                "showing.PUBLISHED.AUDITOR: missing",
                "showing.PUBLISHED.BANK: unknown key `BANK`; known: PUBLIC, DEPARTMENT, BUSINESS, SUBJECT, OWNER, "
                "AUDITOR",
                "showing.REPAIRED.DEPARTMENT: expected HIDDEN: what is repaired, revoked or no longer public is not "
                "shown",
                "showing.REVOKED.BUSINESS: expected HIDDEN: what is repaired, revoked or no longer public is not shown",
                "showing.SHIELDED: missing",
                "showing.STALE: unknown key `STALE`; known: NOT_PUBLISHABLE, PUBLISHED, PUBLICITY_ENDED, REPAIRED, "
                "REVOKED, ALTERED, UNDER_OBJECTION, SHIELDED, UNJUDGED",
                "showing.UNDER_OBJECTION.AUDITOR: shows less than to PUBLIC",
                "showing.UNJUDGED.DEPARTMENT: expected WITHHELD: what cannot be judged must not read as none",
                "showing.UNJUDGED.PUBLIC: expected WITHHELD: what cannot be judged must not read as none",
            ],
        ),
        (
            # A mistake in one table hides none in another, and is not told twice.
            {"rule_sets": 3, "showing.PUBLISHED.PUBLIC": "SHOW", "lists.HONOR.tone": 1},
            [
                "lists.HONOR.tone: expected one of BLACK, RED, WATCH, found 1",
                "rule_sets: expected a table, found 3",
                "showing.PUBLISHED.PUBLIC: unknown value `SHOW`; known: DUTY, HIDDEN, MARKED, META, SHOWN, WITHHELD; "
                "did you mean `SHOWN`?",
            ],
        ),
    ],
)
def test_every_mistake_is_told_at_once(tmp_path: Path, changes: dict[str, Any], expected: list[str]) -> None:
    assert mistakes(tmp_path, changed(changes)) == sorted(expected)


def test_an_empty_file_misses_everything(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {}) == sorted(f"{key}: missing" for key in SOUND)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"disclosure\.toml: cannot be read"):
        load_disclosure(tmp_path / "disclosure.toml", Known())


def test_the_city_s_file_is_part_of_the_configuration() -> None:
    assert load_configuration(CONFIG).disclosure.version == RULES.version
    assert [each.name for each in RULES.rule_sets] == ["R2026", "R2023", "R2018"]
    assert [each.since for each in RULES.rule_sets] == ["2026-04-01", "2023-05-01", ""]
    assert "rule_sets.R2023.windows.GENERAL" in RULES.unverified
    assert "rule_sets.R2026.windows.GENERAL" not in RULES.unverified
