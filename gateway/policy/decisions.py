"""The decision: the caller's rights against a field's scope, disclosure level and owner (`domain.md` §4.2, §4.6).

Rules of this file: pure, no clock, no I/O. Nothing but the arguments counts; of the caller only what its fingerprint
covers. A scope more, a consent more, a department more never closes a field.
"""

from functools import lru_cache

from connectors.spec import FieldSpec, SourceSpec
from gateway.caller import Caller
from gateway.policy.model import OWNER_PREFIX, Decision, Policy, Reason, Way, Ways


def decide(policy: Policy, caller: Caller, source: SourceSpec, field: FieldSpec) -> Decision:
    """Return whether ``caller`` may see ``field`` of ``source``, why, and what would open it."""
    owner = OWNER_PREFIX + source.name
    ways = policy.fields.get((field.scope, field.disclosure))
    if ways is None and field.scope != owner:
        return _unknown(field.scope)
    # INVARIANT: an owner's scope opens the source of that name to the owning department alone, for OWNER alone.
    if owner in caller.scopes and owns(policy, caller, source):
        return _granted(owner, Reason.OWNER_GRANTED)
    if ways is None or (ways.direct is None and ways.consent is None):
        return _owner_only(policy, caller, owner, source.department)
    if ways.direct is not None and opens(ways.direct, caller):
        return ways.direct.granted
    return _denied(ways, caller.scopes, caller.purpose, bool(caller.department), bool(caller.consent))


def decide_scope(policy: Policy, caller: Caller, scope: str) -> Decision:
    """Return whether ``caller`` may use ``scope`` now: follow a link, read provenance, run a check."""
    # An owner's scope is none of these: it opens the fields of its source and nothing besides.
    way = policy.links.get(scope)
    if way is None:
        return _unknown(scope)
    if opens(way, caller):
        return way.granted
    return _refusal(way, caller.scopes, caller.purpose, bool(caller.department), None)


def owns(policy: Policy, caller: Caller, source: SourceSpec) -> bool:
    """Return whether ``caller`` asks as the owner of ``source``: its scope, its department, and for that purpose."""
    of_owner = caller.purpose in policy.owner_purposes and caller.department == source.department
    return of_owner and OWNER_PREFIX + source.name in caller.scopes


def opens(way: Way, caller: Caller) -> bool:
    """Return whether scopes, purpose and department of ``caller`` satisfy ``way``."""
    if caller.purpose not in way.purposes or (way.department and not caller.department):
        return False
    for holders in way.holders:  # noqa: SIM110  `all` over a generator costs more than the rest of a decision
        if holders.isdisjoint(caller.scopes):
            return False
    return True


# The arguments are what a caller's registration allows, never what it writes: few, so that remembering them is bounded.
@lru_cache(maxsize=8192)
def _denied(ways: Ways, scopes: frozenset[str], purpose: str, department: bool, consent: bool) -> Decision:
    """Return the refusal along the way that is nearest: the consent's for one who holds that scope and no other."""
    by_consent, direct = ways.consent, ways.direct
    if by_consent is None or (direct is not None and (not _missing(direct, scopes) or _missing(by_consent, scopes))):
        assert direct is not None, "a field without a way belongs to its owner"
        return _refusal(direct, scopes, purpose, department, None)
    lack = Reason.CONSENT_UNVERIFIED if consent else Reason.CONSENT_MISSING
    return _refusal(by_consent, scopes, purpose, department, lack)


def _missing(way: Way, scopes: frozenset[str]) -> list[str]:
    held = zip(way.scopes, way.holders, strict=True)
    return [scope for scope, holders in held if holders.isdisjoint(scopes)]


def _refusal(way: Way, scopes: frozenset[str], purpose: str, department: bool, consent: Reason | None) -> Decision:
    """Return what ``way`` still needs; the first thing lacking is the reason, ``consent`` the last of them."""
    needs: dict[str, object] = {}
    reasons: list[Reason] = []
    if missing := _missing(way, scopes):
        needs["scope"] = " ".join(missing)
        reasons.append(Reason.SCOPE_MISSING)
    if way.department and not department:
        needs["department"] = True
        reasons.append(Reason.DEPARTMENT_REQUIRED)
    if purpose not in way.purposes:
        needs["purpose"] = sorted(way.purposes)
        reasons.append(Reason.PURPOSE_NOT_ALLOWED)
    if consent is not None:
        needs["consent"] = True
        reasons.append(consent)
    return Decision(False, way.scopes[0], reasons[0], needs)


def _owner_only(policy: Policy, caller: Caller, owner: str, department: str) -> Decision:
    lacks_department = caller.department != department
    lacks_purpose = caller.purpose not in policy.owner_purposes
    purposes = tuple(sorted(policy.owner_purposes)) if lacks_purpose else ()
    return _owners(owner, owner not in caller.scopes, department if lacks_department else None, purposes)


@lru_cache(maxsize=1024)
def _owners(owner: str, scope: bool, department: str | None, purposes: tuple[str, ...]) -> Decision:
    needs: dict[str, object] = {}
    if scope:
        needs["scope"] = owner
    if department is not None:
        needs["department"] = department
    if purposes:
        needs["purpose"] = list(purposes)
    return Decision(False, owner, Reason.OWNER_ONLY, needs)


@lru_cache(maxsize=1024)
def _granted(scope: str, reason: Reason) -> Decision:
    return Decision(True, scope, reason)


def _unknown(scope: str) -> Decision:
    return Decision(False, scope, Reason.SCOPE_UNKNOWN)
