"""Who may run a check: the scope for it, open for the declared purpose, and a rule set made for that purpose. Pure."""

from typing import Final

from gateway.caller import Caller
from gateway.consents.rights import Denied
from gateway.policy import Policy, Reason, decide_scope
from gateway.rules.model import RuleSet

RUN: Final = "credit.check.run"


def may_not_run(policy: Policy, caller: Caller, rule_set: RuleSet | None = None) -> Denied | None:
    """Return why ``caller`` may run no check, or not by ``rule_set``; None where it may."""
    decision = decide_scope(policy, caller, RUN)
    if not decision.allowed:
        return Denied(decision.reason.value, decision.needs)
    if rule_set is not None and caller.purpose not in rule_set.purposes:
        return Denied(Reason.PURPOSE_NOT_ALLOWED.value, {"purpose": list(rule_set.purposes)})
    return None
