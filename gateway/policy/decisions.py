"""The decision: the caller's rights against a field's scope, disclosure level and owner (`domain.md` §4.2, §4.6).

Rules of this file: pure, no clock, no I/O. Nothing but the arguments counts; of the caller only what its fingerprint
covers. A scope more, a consent more, a department more, a duty or an approval more never closes a field; a closure
never opens one.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from connectors.spec import FieldSpec, SourceSpec
from gateway.caller import ANYBODY, Caller, Standing
from gateway.policy.model import OWNER_PREFIX, RECORDS_PREFIX, Decision, Place, Policy, Reason, Way, Ways

EVALUABLE: Final = frozenset({"PUBLIC", "GOV", "GOV_CONDITIONAL"})
"""Levels of fields that a rule may evaluate without its caller seeing them; never what takes a subject's consent."""


def decide(
    policy: Policy, caller: Caller, source: SourceSpec, field: FieldSpec, place: Place, standing: Standing = ANYBODY
) -> Decision:
    """Return whether ``caller`` may see ``field`` of ``source``, at ``place``, why, and what would open it.

    ``standing`` is how the caller stands to the subject of the records. Of several ways the first that is open counts:
    as owner of the source, as a rule that evaluates the field on a legal ground, as the department that decided the
    records, by the field's own scope, as the subject itself, by its consent.
    """
    owner = OWNER_PREFIX + source.name
    ways = policy.fields.get((field.scope, field.disclosure))
    if ways is None and field.scope != owner:
        return _unknown(field.scope)
    # INVARIANT: an owner's scope opens the source of that name to the owning department alone, for OWNER alone.
    if owns(policy, caller, source):
        return _granted(owner, Reason.OWNER_GRANTED)
    if policy.departmental.closes(source.name, place.field):
        return _closed(owner)
    if place.field in caller.evaluates and not place.person and not field.approval and field.disclosure in EVALUABLE:
        return _granted(field.scope, Reason.EVALUATION_GRANTED)
    if place.mine and reads_own_records(policy, caller, source):
        return _granted(RECORDS_PREFIX + source.name, Reason.RECORDS_GRANTED)
    direct = ways.direct if ways is not None else None
    lack: Decision | None = None
    if direct is not None and opens(direct, caller):
        lack = _withheld(policy, caller, source, field, place, direct)
        if lack is None:
            return direct.granted
    if place.person:  # no organization is a person itself, or can consent for one
        standing, ways = ANYBODY, ways and Ways(ways.direct, None)
    if standing.own and is_own(policy, caller) and field.disclosure in policy.own_levels:
        return _granted(policy.own.scopes[0], Reason.SELF_GRANTED)
    if ways is None or (direct is None and ways.consent is None):
        return _owner_only(policy, caller, owner, source.department)
    if ways.consent is not None and opens(ways.consent, caller) and standing.consents_to(place.entity, place.name):
        return _granted(ways.consent.scopes[0], Reason.CONSENT_GRANTED)
    lack = lack or _denied(ways, caller.scopes, caller.purpose, bool(caller.department), caller.consent is not None)
    return replace(lack, needs={**lack.needs, "consent": place.field}) if "consent" in lack.needs else lack


def decide_scope(policy: Policy, caller: Caller, scope: str) -> Decision:
    """Return whether ``caller`` may use ``scope`` now: follow a link, read provenance, run a check."""
    # An owner's scope is none of these: it opens the fields of its source and nothing besides.
    way = policy.links.get(scope)
    if way is None:
        return _unknown(scope)
    if opens(way, caller):
        return way.granted
    return _refusal(way, caller.scopes, caller.purpose, bool(caller.department), None)


def is_on_duty(policy: Policy, caller: Caller, entity: str) -> bool:
    """Return whether ``caller`` asks for a statutory task of its department, which needs records of ``entity``."""
    if not policy.purposes.get(caller.purpose) or caller.department is None:
        return False
    return policy.departmental.has_duty(caller.department, caller.purpose, entity)


def is_own(policy: Policy, caller: Caller) -> bool:
    """Return whether ``caller`` asks as a subject about itself: with its scope, and for that purpose."""
    return opens(policy.own, caller)


def reads_own_records(policy: Policy, caller: Caller, source: SourceSpec) -> bool:
    """Return whether ``caller`` asks at ``source``, which is another's, for what its own department decided."""
    if caller.purpose not in policy.owner_purposes or not caller.department:
        return False
    return RECORDS_PREFIX + source.name in caller.scopes


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


def _withheld(
    policy: Policy, caller: Caller, source: SourceSpec, field: FieldSpec, place: Place, way: Way
) -> Decision | None:
    """Return what still keeps ``field`` closed to one whose scopes and purpose open it; None when nothing does."""
    scope, departmental = way.scopes[0], policy.departmental
    if place.person and field.disclosure != "PUBLIC" and caller.purpose not in policy.persons:
        return _lacking(scope, Reason.PERSON_PURPOSE, "purpose", tuple(sorted(way.purposes & policy.persons)))
    if field.disclosure == "GOV_CONDITIONAL":
        department = caller.department or ""
        if not is_on_duty(policy, caller, place.entity):
            return _lacking(scope, Reason.DUTY_NOT_LISTED, "duty", place.entity)
        if field.approval and not departmental.approves(source.name, place.field, department, caller.purpose):
            return _lacking(scope, Reason.APPROVAL_MISSING, "approval", source.department)
    return None


# The arguments are what a caller's registration allows, never what it writes: few, so that remembering them is bounded.
@lru_cache(maxsize=8192)
def _denied(ways: Ways, scopes: frozenset[str], purpose: str, department: bool, consent: bool) -> Decision:
    """Return the refusal along the way that is nearest: the consent's for one who holds that scope and no other."""
    by_consent, direct = ways.consent, ways.direct
    if by_consent is None or (direct is not None and (not _missing(direct, scopes) or _missing(by_consent, scopes))):
        assert direct is not None, "a field without a way belongs to its owner"
        return _refusal(direct, scopes, purpose, department, None)
    lack = Reason.CONSENT_NOT_COVERING if consent else Reason.CONSENT_MISSING
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


@lru_cache(maxsize=1024)
def _lacking(scope: str, reason: Reason, need: str, what: str | tuple[str, ...]) -> Decision:
    needs: dict[str, object] = {need: list(what) if isinstance(what, tuple) else what} if what else {}
    return Decision(False, scope, reason, needs)


@lru_cache(maxsize=1024)
def _closed(owner: str) -> Decision:
    return Decision(False, owner, Reason.OWNER_CLOSED)


def _unknown(scope: str) -> Decision:
    return Decision(False, scope, Reason.SCOPE_UNKNOWN)
