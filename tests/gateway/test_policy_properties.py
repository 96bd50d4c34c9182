"""What holds for every policy, caller, field and subject: random scopes files and decisions of departments against
the rules written out plainly.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from connectors.spec import Disclosure
from gateway.caller import ANYBODY, Caller, Standing
from gateway.policy import Decision, Place, Policy, Reason, decide, decide_scope, load_policy
from gateway.policy.departmental import Approval, Closure, Departmental, Duty
from tests.drawn import examples
from tests.gateway.policies import field, source, toml

LEVELS = get_args(Disclosure)
PURPOSES = ["OWNER", "DUTY", "TASK", "LOAN", "SHOW"]
SCOPES = ["public", "gov", "gov.tax", "consent", "link"]
SOURCES = {"tax_credit": "taxation", "court_enforcement": "court"}
OWNERS = [f"owner.{name}" for name in SOURCES]
RECORDS = [f"records.{name}" for name in SOURCES]
DEPARTMENTS = [None, "taxation", "court", "fire_rescue"]
PLACES = [Place("Rating", "level"), Place("Rating", "year"), Place("Role", "held", person=True)]
MINE = Place("Rating", "level", mine=True)
FIELDS = ["Rating.level", "Rating.year", "Rating.*", "Role.held", "Role.*"]

Table = dict[str, Any]
"""A scopes file as tables."""

some_purposes = st.lists(st.sampled_from(PURPOSES), min_size=1, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a sound scopes file; a scope implies only earlier ones, so that none implies itself."""
    scopes: Table = {}
    for at, name in enumerate(SCOPES):
        scopes[name] = {
            "zh": name,
            "en": name,
            "purposes": draw(some_purposes),
            "implies": draw(st.lists(st.sampled_from(SCOPES[:at]), unique=True)) if at else [],
            "government": name == "gov" or draw(st.booleans()),
            "fields": draw(st.sampled_from([True, True, True, False])),
            "by_consent": draw(st.booleans()),
        }
    return {
        "government_scope": "gov",
        "consent_scope": "consent",
        "owner": {"zh": "", "en": "", "purposes": draw(some_purposes)},
        "subject": {"scope": "link", "levels": draw(st.lists(st.sampled_from(LEVELS), unique=True))},
        "persons": {"purposes": draw(some_purposes)},
        "purposes": {
            name: {"zh": name, "en": name, "audience": "PUBLIC", "duty": draw(st.booleans())} for name in PURPOSES
        },
        "scopes": scopes,
    }


some_fields = st.frozensets(st.sampled_from(FIELDS), min_size=1, max_size=2)
some_departments = st.frozensets(st.sampled_from(DEPARTMENTS[1:]), min_size=1)
duties = st.builds(
    Duty,
    st.sampled_from(DEPARTMENTS[1:]),
    st.sampled_from(PURPOSES),
    st.sampled_from([frozenset({"Rating"}), frozenset({"*"}), frozenset({"Role"})]),
    st.just("test"),
)
approvals = st.builds(
    Approval,
    st.sampled_from(sorted(SOURCES)),
    some_fields,
    some_departments,
    st.frozensets(st.sampled_from(PURPOSES), min_size=1),
    st.just("test"),
)
closures = st.builds(Closure, st.sampled_from(sorted(SOURCES)), some_fields, st.just("test"))
departmentals = st.builds(
    lambda duties, approvals, closures: Departmental("", tuple(duties), tuple(approvals), tuple(closures)),
    st.lists(duties, max_size=6),
    st.lists(approvals, max_size=4),
    st.lists(closures, max_size=1),
)
EVERY_DUTY = Departmental(
    duties=tuple(
        Duty(department, purpose, frozenset({"*"}), "test")
        for department, purpose in product(filter(None, DEPARTMENTS), PURPOSES)
    )
)
standings = st.builds(Standing, st.booleans(), st.frozensets(st.sampled_from(FIELDS), max_size=2))
callers = st.builds(
    lambda scopes, purpose, department, consent: Caller("client", department, scopes, purpose, consent=consent),
    st.frozensets(st.sampled_from([*SCOPES, *OWNERS, *RECORDS])),
    st.sampled_from(PURPOSES),
    st.sampled_from(DEPARTMENTS),
    st.sampled_from([None, "reference"]),
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("policies")


def compiled(folder: Path, table: Table, departmental: Departmental = EVERY_DUTY) -> Policy:
    path = folder / "scopes.toml"
    path.write_text(toml(table), encoding="utf-8")
    return load_policy(path).with_departmental(departmental)


Asked = tuple[str, str, str, bool, Place]
"""Source, scope and disclosure level of a field, whether the owner approves who sees it, and where it stands."""


def asked(places: list[Place] = PLACES[:1]) -> Iterator[Asked]:
    """Yield every field that there may be."""
    for name, scope, level, place in product(SOURCES, [*SCOPES, *OWNERS, "no.such"], LEVELS, places):
        yield name, scope, level, False, place
        if level == "GOV_CONDITIONAL" and len(places) > 1:
            yield name, scope, level, True, place


def decided(policy: Policy, asking: Caller, wanted: Asked, standing: Standing = ANYBODY) -> Decision:
    name, scope, level, approval, place = wanted
    of, what = source(name, SOURCES[name]), replaced(field(scope, level), approval=approval)
    return decide(policy, asking, of, what, place, standing)


def allowed(policy: Policy, asking: Caller, wanted: Asked, standing: Standing = ANYBODY) -> bool:
    return decided(policy, asking, wanted, standing).allowed


def opened(policy: Policy, asking: Caller, standing: Standing = ANYBODY) -> set[object]:
    """Return every field and link that ``policy`` opens to ``asking``."""
    links = {scope for scope in [*SCOPES, *OWNERS] if decide_scope(policy, asking, scope).allowed}
    return links | {each for each in asked([*PLACES, MINE]) if allowed(policy, asking, each, standing)}


# ---- the rules of `config/scopes.toml`, written out without ways ----------------------------------------------------


def holds(table: Table, asking: Caller, scope: str) -> bool:
    """Return whether ``asking`` has ``scope``, itself or by implication."""
    if scope in asking.scopes:
        return True
    return any(holds(table, asking, name) for name, spec in table["scopes"].items() if scope in spec["implies"])


def may_use(table: Table, asking: Caller, scope: str) -> bool:
    spec = table["scopes"][scope]
    department = asking.department is not None or not spec["government"]
    return holds(table, asking, scope) and asking.purpose in spec["purposes"] and department


def may_share(departmental: Departmental, asking: Caller, wanted: Asked) -> bool:
    """Return whether duty list and approval let the caller's department see a field that is shared on conditions."""
    name, _, _, approval, place = wanted
    listed = any(
        each.department == asking.department
        and each.purpose == asking.purpose
        and not each.entities.isdisjoint({"*", place.entity})
        for each in departmental.duties
    )
    approved = any(
        each.source == name
        and asking.department in each.departments
        and asking.purpose in each.purposes
        and not each.fields.isdisjoint({place.field, f"{place.entity}.*"})
        for each in departmental.approvals
    )
    return listed and (approved or not approval)


def expected(
    table: Table, departmental: Departmental, asking: Caller, wanted: Asked, standing: Standing = ANYBODY
) -> bool:
    name, scope, level, _, place = wanted
    spec, owner = table["scopes"].get(scope), f"owner.{name}"
    if scope != owner and (spec is None or not spec["fields"]):
        return False
    for_owner = asking.purpose in table["owner"]["purposes"]
    if for_owner and owner in asking.scopes and asking.department == SOURCES[name]:
        return True
    names = {place.field, f"{place.entity}.*"}
    if any(each.source == name and not each.fields.isdisjoint(names) for each in departmental.closures):
        return False
    if for_owner and place.mine and asking.department and f"records.{name}" in asking.scopes:
        return True
    if place.person:
        standing = ANYBODY
    if standing.own and level in table["subject"]["levels"] and may_use(table, asking, "link"):
        return True
    consents = level == "CONSENT" or (spec is not None and spec["by_consent"] and level != "OWNER")
    consented = not standing.consented.isdisjoint(names)
    if spec is not None and consents and consented and may_use(table, asking, "consent"):
        return True
    if spec is None or level in {"CONSENT", "OWNER"} or not may_use(table, asking, scope):
        return False
    if place.person and level != "PUBLIC" and asking.purpose not in table["persons"]["purposes"]:
        return False
    if level == "GOV_CONDITIONAL" and not table["purposes"][asking.purpose]["duty"]:
        return False
    if level == "GOV_CONDITIONAL" and not may_share(departmental, asking, wanted):
        return False
    return level == "PUBLIC" or bool(spec["government"]) or may_use(table, asking, table["government_scope"])


quick = settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(tables(), departmentals, callers, standings)
def test_decisions_follow_the_rules(
    folder: Path, table: Table, departmental: Departmental, asking: Caller, standing: Standing
) -> None:
    policy = compiled(folder, table, departmental)
    for each in asked([*PLACES, MINE]):
        assert allowed(policy, asking, each, standing) == expected(table, departmental, asking, each, standing), each
    for scope in SCOPES:
        assert decide_scope(policy, asking, scope).allowed == may_use(table, asking, scope)


@quick
@given(tables(), departmentals, callers, callers, standings)
def test_more_rights_never_close(
    folder: Path, table: Table, departmental: Departmental, asking: Caller, other: Caller, standing: Standing
) -> None:
    policy = compiled(folder, table, departmental)
    more = replace(asking, scopes=asking.scopes | other.scopes)
    assert opened(policy, asking, standing) <= opened(policy, more, standing)
    assert opened(policy, asking, standing) == opened(policy, replace(asking, consent="named"), standing)
    if asking.department is None:
        there = replace(asking, department=other.department)
        assert opened(policy, asking, standing) <= opened(policy, there, standing)


@quick
@given(tables(), departmentals, callers, standings, standings)
def test_what_a_subject_grants_only_opens(
    folder: Path, table: Table, departmental: Departmental, asking: Caller, standing: Standing, other: Standing
) -> None:
    policy = compiled(folder, table, departmental)
    more = Standing(standing.own or other.own, standing.consented | other.consented)
    assert opened(policy, asking) <= opened(policy, asking, standing) <= opened(policy, asking, more)


@quick
@given(tables(), departmentals, callers, standings, duties, approvals, closures)
def test_what_departments_decide_opens_or_closes_as_it_says(
    folder: Path,
    table: Table,
    departmental: Departmental,
    asking: Caller,
    standing: Standing,
    duty: Duty,
    approval: Approval,
    closure: Closure,
) -> None:
    policy = compiled(folder, table, departmental)
    before = opened(policy, asking, standing)
    for wider in (
        replace(departmental, duties=(*departmental.duties, duty)),
        replace(departmental, approvals=(*departmental.approvals, approval)),
        replace(departmental, closures=()),
    ):
        assert before <= opened(policy.with_departmental(wider), asking, standing)
    closed = replace(departmental, closures=(*departmental.closures, closure))
    assert opened(policy.with_departmental(closed), asking, standing) <= before


@quick
@given(tables(), callers, st.sampled_from([*SCOPES, "owner"]), st.sampled_from(PURPOSES), st.data())
def test_a_wider_policy_never_closes(
    folder: Path, table: Table, asking: Caller, scope: str, purpose: str, data: st.DataObject
) -> None:
    before = opened(compiled(folder, table), asking)
    spec = table["owner"] if scope == "owner" else table["scopes"][scope]
    spec["purposes"] = sorted({*spec["purposes"], purpose})
    wider = opened(compiled(folder, table), asking)
    assert before <= wider
    table["purposes"][purpose]["duty"] = True
    assert wider <= opened(compiled(folder, table), asking)
    if scope in SCOPES[1:]:
        spec["implies"] = sorted({*spec["implies"], data.draw(st.sampled_from(SCOPES[: SCOPES.index(scope)]))})
        assert wider <= opened(compiled(folder, table), asking)


@quick
@given(tables(), departmentals, callers, standings)
def test_a_caller_that_gets_what_it_needs_is_let_in(
    folder: Path, table: Table, departmental: Departmental, asking: Caller, standing: Standing
) -> None:
    policy = compiled(folder, table, departmental)
    final = {Reason.SCOPE_UNKNOWN, Reason.OWNER_CLOSED}
    for each in asked(PLACES):
        decision = decided(policy, asking, each, standing)
        if decision.allowed or decision.reason in final:
            assert decision.needs == {}
        elif decision.needs.keys() <= {"scope", "purpose", "department"}:
            assert decision.needs or decision.reason is Reason.PERSON_PURPOSE, "what can be opened says how"
            for better in improved(asking, decision.needs):
                after = decided(policy, better, each, standing)
                later = {Reason.DUTY_NOT_LISTED, Reason.APPROVAL_MISSING, Reason.PERSON_PURPOSE, Reason.OWNER_CLOSED}
                assert after.allowed or after.reason in later
    for scope in SCOPES:
        for better in improved(asking, decide_scope(policy, asking, scope).needs):
            assert decide_scope(policy, better, scope).allowed


@quick
@given(tables(), departmentals, callers)
def test_who_gets_duty_and_approval_is_let_in(
    folder: Path, table: Table, departmental: Departmental, asking: Caller
) -> None:
    policy = compiled(folder, table, departmental)
    for each in asked(PLACES):
        granted = departmental
        for _ in range(2):
            decision = decided(policy.with_departmental(granted), asking, each)
            if decision.reason is Reason.DUTY_NOT_LISTED:
                assert decision.needs == {"duty": each[-1].entity}
                duty = Duty(asking.department or "", asking.purpose, frozenset({each[-1].entity}), "test")
                granted = replace(granted, duties=(*granted.duties, duty))
            elif decision.reason is Reason.APPROVAL_MISSING:
                assert decision.needs == {"approval": SOURCES[each[0]]}
                whom = frozenset({asking.department or ""})
                approval = Approval(each[0], frozenset({each[-1].field}), whom, frozenset({asking.purpose}), "test")
                granted = replace(granted, approvals=(*granted.approvals, approval))
        assert granted is departmental or decided(policy.with_departmental(granted), asking, each).allowed


def improved(asking: Caller, needs: Any) -> Iterator[Caller]:
    """Yield ``asking`` with what it ``needs``, once per purpose and department that would do."""
    scopes = asking.scopes | set(needs.get("scope", "").split())
    wanted = needs.get("department", asking.department)
    departments = [each for each in DEPARTMENTS if each is not None] if wanted is True else [wanted]
    for purpose, department in product(needs.get("purpose", [asking.purpose]), departments):
        yield replace(asking, scopes=scopes, purpose=purpose, department=department)


@quick
@given(tables(), callers)
def test_needs_name_only_what_is_lacking(folder: Path, table: Table, asking: Caller) -> None:
    policy = compiled(folder, table)
    for each in asked(PLACES):
        needs: Any = decided(policy, asking, each).needs
        assert not any(holds(table, asking, scope) for scope in needs.get("scope", "").split() if scope in SCOPES)
        assert asking.scopes.isdisjoint(needs.get("scope", "").split())
        assert asking.purpose not in needs.get("purpose", [])
        assert needs.get("purpose") != []
        assert asking.department is None or needs.get("department") not in {True, asking.department}


@quick
@given(tables(), callers, st.text(max_size=5), st.text(max_size=5))
def test_decisions_depend_on_the_fingerprint_alone(
    folder: Path, table: Table, asking: Caller, client: str, case: str
) -> None:
    policy = compiled(folder, table)
    other = replace(asking, client=client, case=case)
    assert other.fingerprint == asking.fingerprint
    for each in asked(PLACES):
        assert decided(policy, other, each) == decided(policy, asking, each)


@given(callers, callers)
def test_callers_with_other_rights_have_other_fingerprints(one: Caller, other: Caller) -> None:
    rights = [(each.scopes, each.purpose, each.department, each.consent is None) for each in (one, other)]
    assert (one.fingerprint == other.fingerprint) == (rights[0] == rights[1])


@quick
@given(
    tables(), callers, st.sampled_from(sorted(SOURCES)), st.sampled_from([*SCOPES, "owner"]), st.sampled_from(LEVELS)
)
def test_an_owner_opens_its_own_source_only(
    folder: Path, table: Table, asking: Caller, name: str, scope: str, level: str
) -> None:
    table["owner"]["purposes"] = ["OWNER"]
    scope = f"owner.{name}" if scope == "owner" else scope
    assume(scope not in SCOPES or table["scopes"][scope]["fields"])
    policy, of, what = compiled(folder, table), source(name, SOURCES[name]), field(scope, level)
    alone = replace(asking, scopes=frozenset({f"owner.{name}"}))
    for_owner = asking.purpose == "OWNER"
    assert decide(policy, alone, of, what, PLACES[0]).allowed == (for_owner and asking.department == SOURCES[name])
    others = replace(asking, scopes=frozenset({f"owner.{each}" for each in SOURCES if each != name}))
    assert not decide(policy, others, of, what, PLACES[0]).allowed
    elsewhere = source(name, "fire_rescue")
    assert decide(policy, alone, elsewhere, what, PLACES[0]).allowed == (
        for_owner and asking.department == "fire_rescue"
    )
