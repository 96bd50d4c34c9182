"""Who may read the ledger: an auditor everybody's, a subject what concerns itself. Pure."""

from typing import Final

from gateway.own import Untold
from gateway.plan.asks import Rights
from gateway.policy import decide_scope

SCOPE: Final = "audit.read"
SELF: Final = "credit.self"


def refused_audit(rights: Rights, field: str) -> Untold | None:
    """Return why the caller may not read the ledger by ``field`` of `Query`; None if it may."""
    return _refused(rights, field, SCOPE)


def refused_self(rights: Rights, field: str) -> Untold | None:
    """Return why the caller may not ask by ``field`` about its own subject; None if it may."""
    refused = _refused(rights, field, SELF)
    if refused is None and rights.caller.subject is None:
        return _untold(field, "SUBJECT_NOT_STATED", {"subject": True})
    return refused


def _refused(rights: Rights, field: str, scope: str) -> Untold | None:
    decision = decide_scope(rights.policy, rights.caller, scope)
    return None if decision.allowed else _untold(field, decision.reason.value, decision.needs)


def _untold(field: str, reason: str, needs: object) -> Untold:
    return Untold({"code": "FIELD_FORBIDDEN", "field": field, "reason": reason, "needs": needs})
