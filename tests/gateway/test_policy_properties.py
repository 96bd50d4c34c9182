"""What holds for every policy, caller and field: random scopes files against the rules written out plainly."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from connectors.spec import Disclosure
from gateway.caller import Caller
from gateway.policy import Policy, Reason, decide, decide_scope, load_policy
from tests.gateway.policies import field, source, toml

LEVELS = get_args(Disclosure)
PURPOSES = ["OWNER", "DUTY", "TASK", "LOAN", "SHOW"]
SCOPES = ["public", "gov", "gov.tax", "consent", "link"]
SOURCES = {"tax_credit": "taxation", "court_enforcement": "court"}
OWNERS = [f"owner.{name}" for name in SOURCES]
DEPARTMENTS = [None, "taxation", "court", "fire_rescue"]

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
        "purposes": {
            name: {"zh": name, "en": name, "audience": "PUBLIC", "duty": draw(st.booleans())} for name in PURPOSES
        },
        "scopes": scopes,
    }


callers = st.builds(
    lambda scopes, purpose, department, consent: Caller("client", department, scopes, purpose, consent=consent),
    st.frozensets(st.sampled_from([*SCOPES, *OWNERS])),
    st.sampled_from(PURPOSES),
    st.sampled_from(DEPARTMENTS),
    st.sampled_from([None, "reference"]),
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("policies")


def compiled(folder: Path, table: Table) -> Policy:
    path = folder / "scopes.toml"
    path.write_text(toml(table), encoding="utf-8")
    return load_policy(path)


def asked() -> Iterator[tuple[str, str, str]]:
    """Yield every source, scope of a field and disclosure level."""
    return product(SOURCES, [*SCOPES, *OWNERS, "no.such"], LEVELS)


def allowed(policy: Policy, asking: Caller, name: str, scope: str, level: str) -> bool:
    return decide(policy, asking, source(name, SOURCES[name]), field(scope, level)).allowed


def opened(policy: Policy, asking: Caller) -> set[tuple[str, ...]]:
    """Return every field and link that ``policy`` opens to ``asking``."""
    links = {(scope,) for scope in [*SCOPES, *OWNERS] if decide_scope(policy, asking, scope).allowed}
    return links | {each for each in asked() if allowed(policy, asking, *each)}


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


def expected(table: Table, asking: Caller, name: str, scope: str, level: str) -> bool:
    spec, owner = table["scopes"].get(scope), f"owner.{name}"
    if scope != owner and (spec is None or not spec["fields"]):
        return False
    of_owner = owner in asking.scopes and asking.department == SOURCES[name]
    if of_owner and asking.purpose in table["owner"]["purposes"]:
        return True
    if spec is None or level in {"CONSENT", "OWNER"} or not may_use(table, asking, scope):
        return False
    if level == "GOV_CONDITIONAL" and not table["purposes"][asking.purpose]["duty"]:
        return False
    return level == "PUBLIC" or bool(spec["government"]) or may_use(table, asking, table["government_scope"])


quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(tables(), callers)
def test_decisions_follow_the_rules(folder: Path, table: Table, asking: Caller) -> None:
    policy = compiled(folder, table)
    for each in asked():
        assert allowed(policy, asking, *each) == expected(table, asking, *each), each
    for scope in SCOPES:
        assert decide_scope(policy, asking, scope).allowed == may_use(table, asking, scope)


@quick
@given(tables(), callers, callers)
def test_more_rights_never_close(folder: Path, table: Table, asking: Caller, other: Caller) -> None:
    policy = compiled(folder, table)
    more = replace(asking, scopes=asking.scopes | other.scopes)
    consented = replace(asking, consent="reference")
    assert opened(policy, asking) <= opened(policy, more)
    assert opened(policy, asking) == opened(policy, consented), "no consent can be verified yet"
    if asking.department is None:
        assert opened(policy, asking) <= opened(policy, replace(asking, department=other.department))


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
@given(tables(), callers)
def test_a_caller_that_gets_what_it_needs_is_let_in(folder: Path, table: Table, asking: Caller) -> None:
    policy = compiled(folder, table)
    for name, scope, level in asked():
        of, what = source(name, SOURCES[name]), field(scope, level)
        decision = decide(policy, asking, of, what)
        if decision.allowed or decision.reason is Reason.SCOPE_UNKNOWN:
            assert decision.needs == {}
        elif "consent" not in decision.needs:
            assert decision.needs, "what can be opened says how"
            for better in improved(asking, decision.needs):
                assert decide(policy, better, of, what).allowed
    for scope in SCOPES:
        for better in improved(asking, decide_scope(policy, asking, scope).needs):
            assert decide_scope(policy, better, scope).allowed


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
    for name, scope, level in asked():
        needs: Any = decide(policy, asking, source(name, SOURCES[name]), field(scope, level)).needs
        assert not any(holds(table, asking, each) for each in needs.get("scope", "").split() if each in SCOPES)
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
    for name, scope, level in asked():
        of, what = source(name, SOURCES[name]), field(scope, level)
        assert decide(policy, other, of, what) == decide(policy, asking, of, what)


@given(callers, callers)
def test_callers_with_other_rights_have_other_fingerprints(one: Caller, other: Caller) -> None:
    rights = [(each.scopes, each.purpose, each.department, each.consent) for each in (one, other)]
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
    assert decide(policy, alone, of, what).allowed == (for_owner and asking.department == SOURCES[name])
    others = replace(asking, scopes=frozenset({f"owner.{each}" for each in SOURCES if each != name}))
    assert not decide(policy, others, of, what).allowed
    elsewhere = source(name, "fire_rescue")
    assert decide(policy, alone, elsewhere, what).allowed == (for_owner and asking.department == "fire_rescue")
