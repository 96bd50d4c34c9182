"""Who may record, see and revoke a consent. Pure; of the caller only its rights count.

consent.record       records consents that name the client itself, and revokes those it is the grantee or recorder of
consent.record.any   a service window: records consents for other clients too
credit.self          the subject itself: records and revokes for its own credit code, which its token states
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.bilingual import Bilingual
from gateway.caller import Caller
from gateway.consents.model import Recorder
from gateway.consents.tables import Authority
from gateway.policy import Policy, decide_scope

RECORD: Final = "consent.record"
WINDOW: Final = "consent.record.any"
SELF: Final = "credit.self"


class Bar(Bilingual):
    """Why a caller that may record some consents may not record this one."""

    GRANTEE_NOT_CALLER = (
        "GRANTEE_NOT_CALLER",
        "只能登记授予自身的授权",
        "this client may record only consents that are for itself",
    )
    SUBJECT_NOT_CALLER = (
        "SUBJECT_NOT_CALLER",
        "信用主体只能登记本主体的授权",
        "a subject may record only its own consents",
    )


@dataclass(frozen=True, slots=True)
class Denied:
    """A refusal: its ``reason`` (a code), and what the caller ``needs``."""

    reason: str
    needs: Mapping[str, object] = field(default_factory=dict)


def authority_of(policy: Policy, caller: Caller) -> Authority:
    """Return as whom ``caller`` meets consents for its declared purpose."""
    window = decide_scope(policy, caller, WINDOW).allowed
    records = window or decide_scope(policy, caller, RECORD).allowed
    own = caller.subject if decide_scope(policy, caller, SELF).allowed else None
    return Authority(caller.client if records else None, own, window)


def is_nobody(authority: Authority) -> bool:
    """Return whether no consent concerns the bearer of ``authority``."""
    return authority.client is None and authority.subject is None


def refused(policy: Policy, caller: Caller) -> Denied:
    """Return why ``caller``, who is nobody to consents, may neither see nor change any."""
    decision = decide_scope(policy, caller, RECORD)
    return Denied(decision.reason.value, decision.needs)


def recorder(policy: Policy, caller: Caller, authority: Authority, subject: str, grantee: str) -> Recorder | Denied:
    """Return as whom ``caller`` records a consent of ``subject`` for ``grantee``, or why it may not."""
    if is_nobody(authority):
        return refused(policy, caller)
    if authority.subject is not None and authority.subject == subject:
        return "SUBJECT"
    if authority.client is not None and authority.client == grantee:
        return "GRANTEE"
    if authority.window:
        return "WINDOW"
    if authority.client is None:
        return Denied(Bar.SUBJECT_NOT_CALLER.value)
    return Denied(Bar.GRANTEE_NOT_CALLER.value, {"scope": WINDOW})
