"""May this caller see this field? Pure decisions over the declared scopes, purposes and disclosure levels."""

from gateway.policy.audience import audience_of
from gateway.policy.decisions import decide, decide_scope, reads_own_records
from gateway.policy.load import load_policy
from gateway.policy.model import Audience, Decision, Place, Policy, Reason
from gateway.policy.places import place_of

__all__ = [
    "Audience",
    "Decision",
    "Place",
    "Policy",
    "Reason",
    "audience_of",
    "decide",
    "decide_scope",
    "load_policy",
    "place_of",
    "reads_own_records",
]
