"""May this caller see this field? Pure decisions over the declared scopes, purposes and disclosure levels."""

from gateway.policy.audience import audience_of
from gateway.policy.decisions import decide, decide_scope
from gateway.policy.load import load_policy
from gateway.policy.model import Audience, Decision, Policy, Reason

__all__ = ["Audience", "Decision", "Policy", "Reason", "audience_of", "decide", "decide_scope", "load_policy"]
