"""Decisions by tables of cases against the city's scopes file, and what its reader refuses."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from connectors.errors import ConfigError
from connectors.spec import Disclosure
from gateway.caller import Standing
from gateway.policy import Decision, Policy, Reason, decide, decide_scope, load_policy
from gateway.policy.departmental import Departmental
from tests.gateway.policies import PLACE, caller, city_policy, field, source, toml

CASES = sorted((Path(__file__).parents[1] / "cases" / "policy").glob("*.toml"))
POLICY = city_policy()
LEVELS = get_args(Disclosure)


def rows() -> Iterator[Any]:
    for path in CASES:
        case = tomllib.loads(path.read_text(encoding="utf-8"))
        for at, row in enumerate(case["rows"]):
            yield pytest.param(case, row, id=f"{path.stem}-{at}-{row[0]}-{row[1]}-{row[2]}")


@pytest.mark.parametrize(("case", "row"), list(rows()))
def test_cases(case: dict[str, Any], row: list[str]) -> None:
    name, scope, level, *reasons = row
    found = [decision(case, purpose, name, scope, level) for purpose in case["purposes"]]
    assert [str(each.reason) for each in found] == reasons
    assert [each.allowed for each in found] == [reason.endswith("GRANTED") for reason in reasons]


def decision(case: dict[str, Any], declared: str, name: str, scope: str, level: str) -> Decision:
    """Return the decision of a row under what one of its columns says; the words are explained in the case files."""
    purpose, *words = declared.split("+")
    assert {*words} <= {"consent", "consented", "own", "person", "mine", "evaluated"}
    asking = caller(
        *case["scopes"],
        purpose=purpose,
        department=case["department"] or None,
        consent="reference" if {"consent", "consented"} & {*words} else None,
        evaluates=frozenset({PLACE.field} if "evaluated" in words else ()),
    )
    standing = Standing("own" in words, frozenset({PLACE.field} if "consented" in words else ()))
    place = PLACE._replace(person="person" in words, mine="mine" in words)
    what = replace(field(scope, level.removesuffix("*")), approval=level.endswith("*"))
    policy = POLICY
    if "departmental" in case:
        policy = POLICY.with_departmental(msgspec.convert(case["departmental"], Departmental))
    return decide(policy, asking, source(name), what, place, standing)


def test_every_reason_has_a_case() -> None:
    seen = {
        reason for path in CASES for row in tomllib.loads(path.read_text(encoding="utf-8"))["rows"] for reason in row
    }
    assert {str(each) for each in Reason} <= seen


def test_every_reason_is_explained_and_no_other() -> None:
    readme = (Path(__file__).parents[2] / "config" / "README.md").read_text(encoding="utf-8")
    section = readme[readme.index(" · Why a field is open or not\n") :].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE)) == sorted(map(str, Reason))


@pytest.mark.parametrize(
    ("scopes", "purpose", "department", "scope", "reason", "needs"),
    [
        (["person.link"], "SUPERVISION", "court", "person.link", "GRANTED", {}),
        (["person.link"], "SUPERVISION", None, "person.link", "DEPARTMENT_REQUIRED", {"department": True}),
        (
            ["person.link"],
            "HONOR",
            "court",
            "person.link",
            "PURPOSE_NOT_ALLOWED",
            {"purpose": ["LAW_ENFORCEMENT", "MARKET_ACCESS", "SUPERVISION"]},
        ),
        (["credit.gov"], "SUPERVISION", "court", "person.link", "SCOPE_MISSING", {"scope": "person.link"}),
        (
            ["credit.public"],
            "PUBLIC_DISCLOSURE",
            None,
            "person.link",
            "SCOPE_MISSING",
            {
                "scope": "person.link",
                "department": True,
                "purpose": ["LAW_ENFORCEMENT", "MARKET_ACCESS", "SUPERVISION"],
            },
        ),
        (["credit.gov"], "BANK_CREDIT", None, "credit.public", "GRANTED", {}),
        (["audit.read"], "AUDIT", None, "audit.read", "GRANTED", {}),
        (["credit.check.run"], "BIDDING", None, "credit.check.run", "GRANTED", {}),
        (["no.such"], "AUDIT", None, "no.such", "SCOPE_UNKNOWN", {}),
        # An owner's scope opens fields of its source, never a link.
        (["owner.tax_credit"], "OWNER", "taxation", "owner.tax_credit", "SCOPE_UNKNOWN", {}),
        (["owner.tax_credit"], "OWNER", "taxation", "person.link", "SCOPE_MISSING", None),
    ],
)
def test_scopes_of_links(
    scopes: list[str], purpose: str, department: str | None, scope: str, reason: str, needs: dict[str, object] | None
) -> None:
    found = decide_scope(POLICY, caller(*scopes, purpose=purpose, department=department), scope)
    assert (found.reason, found.scope, found.allowed) == (reason, scope, reason == "GRANTED")
    assert needs is None or found.needs == needs


@pytest.mark.parametrize("level", LEVELS)
def test_an_auditor_sees_no_content(level: str) -> None:
    everything = [*POLICY.scopes, "owner.tax_credit"]
    auditor = caller(*everything, purpose="AUDIT", department="taxation", consent="reference")
    for scope in [*POLICY.field_scopes, "owner.tax_credit"]:
        assert not decide(POLICY, auditor, source("tax_credit"), field(scope, level), PLACE).allowed


def test_nothing_opens_what_no_purpose_could() -> None:
    # No purpose is common to the consent scope and the government scope.
    everything = caller(*POLICY.scopes, purpose="SUPERVISION", department="court")
    found = decide(POLICY, everything, source("tax_credit"), field("credit.consent", "GOV"), PLACE)
    assert found.reason is Reason.OWNER_ONLY
    assert found.needs == {"scope": "owner.tax_credit", "department": "taxation", "purpose": ["OWNER"]}


def test_what_scopes_a_field_may_carry() -> None:
    assert POLICY.field_mistake("tax_credit", "credit.gov.tax") is None
    assert POLICY.field_mistake("tax_credit", "owner.tax_credit") is None
    other = POLICY.field_mistake("tax_credit", "owner.market_registry")
    assert other == f"unknown scope `owner.market_registry`; known: {', '.join(POLICY.field_scopes)}, owner.tax_credit"
    fieldless = POLICY.field_mistake("tax_credit", "audit.read")
    assert fieldless is not None
    assert fieldless.startswith("scope `audit.read` opens no fields; known: ")


def test_what_scopes_are_known() -> None:
    assert POLICY.knows("credit.public")
    assert POLICY.knows("owner.any_source")
    assert not any(POLICY.knows(scope) for scope in ("owner.", "owner.a b", "owner.a.b", "owner", "no.such", ""))
    assert POLICY.purposes_of("owner.tax_credit") == {"OWNER"}
    assert POLICY.purposes_of("audit.read") == {"AUDIT"}
    assert POLICY.purposes_of("no.such") == frozenset()


SOUND: dict[str, Any] = {
    "government_scope": "gov",
    "consent_scope": "consent",
    "owner": {"zh": "归属", "en": "owner", "purposes": ["OWNER"]},
    "subject": {"scope": "consent", "levels": ["PUBLIC"]},
    "persons": {"purposes": ["DUTY"]},
    "purposes": {
        "OWNER": {"zh": "归属", "en": "owner", "audience": "OWNER"},
        "DUTY": {"zh": "职责", "en": "duty", "audience": "DEPARTMENT", "duty": True},
        "LOAN": {"zh": "信贷", "en": "loan", "audience": "BUSINESS"},
    },
    "scopes": {
        "gov": {"zh": "共享", "en": "shared", "purposes": ["DUTY"], "government": True},
        "consent": {"zh": "授权", "en": "consented", "purposes": ["LOAN"]},
    },
}


def load(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "scopes.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def mistakes(tmp_path: Path, changes: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, toml({**SOUND, **changes}))
    return sorted(str(each).removeprefix("scopes.toml: ") for each in refused.value.mistakes)


def test_the_version_is_the_digest_of_the_file(tmp_path: Path) -> None:
    first, second = load(tmp_path, toml(SOUND)), load(tmp_path, toml(SOUND))
    changed = load(tmp_path, toml(SOUND) + "# a comment\n")
    assert first.version == second.version != changed.version
    assert len(first.version) == 16


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"government_scope": "consent"}, ["government_scope: scope `consent` is not marked `government = true`"]),
        (
            {"government_scope": "no.such", "consent_scope": 3},
            [
                "consent_scope: expected a text, found 3",
                "government_scope: unknown scope `no.such`; known: consent, gov",
            ],
        ),
        (
            {"owner": {"zh": "归属", "en": "owner", "purposes": []}, "extra": 1},
            [
                "extra: unknown key `extra`; known: government_scope, consent_scope, owner, subject, persons, "
                "purposes, scopes",
                "owner.purposes: empty: it could never open anything",
            ],
        ),
        (
            {
                "scopes": {
                    **SOUND["scopes"],
                    "a": {"zh": "", "en": "", "purposes": ["DUTY", "LONE"], "implies": ["b", "no.such"]},
                    "b": {"zh": "", "en": "", "purposes": [], "implies": ["a"], "level": True},
                    "c": {"zh": "", "purposes": ["DUTY"]},
                    "d": 3,
                    "owner.x": {"zh": "", "en": "", "purposes": ["DUTY"], "implies": ["c", "d"]},
                    "no name": {"zh": "", "en": "", "purposes": "DUTY"},
                }
            },
            [
                "scopes.a.implies: implies itself, directly or through others",
                "scopes.a.implies: unknown scope `no.such`; known: a, b, c, consent, d, gov, no name, owner.x",
                "scopes.a.purposes: unknown purpose `LONE`; known: DUTY, LOAN, OWNER; did you mean `LOAN`?",
                "scopes.b.implies: implies itself, directly or through others",
                "scopes.b.level: unknown key `level`; known: zh, en, purposes, implies, government, fields, by_consent",
                "scopes.b.purposes: empty: it could never open anything",
                "scopes.c.en: missing",
                "scopes.d: expected a table, found 3",
                "scopes.no name.purposes: expected a list, found a text",
                "scopes.no name: not a scope name: words joined by dots, the first not `owner` or `records`",
                "scopes.owner.x: not a scope name: words joined by dots, the first not `owner` or `records`",
            ],
        ),
        (
            # What cannot be read is not said to be missing as well.
            {"scopes": {**SOUND["scopes"], "gov": {**SOUND["scopes"]["gov"], "government": "yes"}}},
            ["scopes.gov.government: expected true or false, found a text"],
        ),
        (
            # A mistake in one purpose does not make the scopes that use it mistaken.
            {"purposes": {**SOUND["purposes"], "DUTY": {"zh": "职责", "audience": "DEPARTMNT", "duty": "yes"}}},
            [
                "purposes.DUTY.audience: unknown value `DEPARTMNT`; known: AUDITOR, BUSINESS, DEPARTMENT, "
                "OWNER, PUBLIC, SUBJECT; did you mean `DEPARTMENT`?",
                "purposes.DUTY.duty: expected true or false, found a text",
                "purposes.DUTY.en: missing",
            ],
        ),
    ],
)
def test_every_mistake_is_told_at_once(tmp_path: Path, changes: dict[str, Any], expected: list[str]) -> None:
    found = mistakes(tmp_path, changes)
    assert found == sorted(expected)


def test_an_empty_file_misses_everything(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, "")
    assert {each.place for each in refused.value.mistakes} == SOUND.keys()
    assert {each.message for each in refused.value.mistakes} == {"missing"}
