"""As whom a caller meets the negative records of one source: declared by the purpose, borne out by its rights.

Decided 2026-11: the purpose names the audience, and the scopes have to bear it out; a caller that lacks them is PUBLIC,
for whom least is shown. SUBJECT is a caller only towards the one subject that its token names, PUBLIC towards every
other. An owner is OWNER at its own source, towards what it decided itself at one of several departments, and DEPARTMENT
at every other. Rules that look back by statute, and show nobody what they find, meet records as a department on duty.

Rules of this file: as in `decisions`; of the caller only what its fingerprint covers counts.
"""

from collections.abc import Iterable

from connectors.spec import SourceSpec
from gateway.caller import ANYBODY, Caller, Standing
from gateway.policy.decisions import is_on_duty, is_own, opens, owns, reads_own_records
from gateway.policy.model import Audience, Policy


def audience_of(
    policy: Policy, caller: Caller, source: SourceSpec, entity: str, standing: Standing = ANYBODY, *, mine: bool = False
) -> tuple[Audience, bool]:
    """Return as whom ``caller`` meets records of ``entity`` at ``source``, and whether its duty needs such records.

    ``standing`` is how it stands to their subject, ``mine`` whether its own department decided them.
    """
    # INVARIANT: fewer scopes, or no department, never lead to an audience that is shown more.
    if owns(policy, caller, source) or (mine and reads_own_records(policy, caller, source)):
        return "OWNER", is_on_duty(policy, caller, entity)
    if standing.own and is_own(policy, caller):
        return "SUBJECT", False
    if entity in caller.looks_back:  # rules judge for themselves which of these a statute lets count, and show none
        return "DEPARTMENT", True
    match policy.audience(caller.purpose):
        case "DEPARTMENT" | "OWNER" if _holds(policy, caller, policy.government):
            return "DEPARTMENT", is_on_duty(policy, caller, entity)
        case ("BUSINESS" | "AUDITOR") as declared if _holds(policy, caller, policy.links):
            return declared, False
        case _:
            return "PUBLIC", False


def _holds(policy: Policy, caller: Caller, scopes: Iterable[str]) -> bool:
    """Return whether one of ``scopes`` is open to ``caller`` for its purpose."""
    ways = (policy.links.get(scope) for scope in scopes)
    return any(way is not None and opens(way, caller) for way in ways)
