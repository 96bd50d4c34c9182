"""May a watch go on? Its client, scopes, purpose and consents as they are now, without any token.

The client's token is not needed any more once a watch has started, as little as it is for a report that was ordered;
what it granted then, cut down to what the client may hold now, is what the watch may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.auth import Client
from gateway.caller import Caller
from gateway.consents.model import Named, Refusal
from gateway.watch.tables import Watch


@dataclass(frozen=True, slots=True)
class Kept:
    """What is sealed with a watch: keys of its subjects, the consents it names, the own subject that its token told."""

    keys: Sequence[Mapping[str, Any]]
    consent: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a watch may not go on."""

    reason: str


def caller_of(watch: Watch, kept: Kept, client: Client | None) -> Caller | Stopped:
    """Return as whom ``watch`` asks now; ``client`` is its registration, None where there is none any more."""
    if client is None:
        return Stopped("CLIENT_REMOVED")
    if watch.purpose not in client.purposes:
        return Stopped("PURPOSE_WITHDRAWN")
    if not client.scopes.issuperset(watch.scopes):
        return Stopped("SCOPE_WITHDRAWN")
    if kept.subject is not None and client.subject not in {None, kept.subject}:
        return Stopped("SUBJECT_CHANGED")
    scopes = frozenset(watch.scopes)
    return Caller(
        watch.client, client.department, scopes, watch.purpose, watch.case_number, kept.consent, subject=kept.subject
    )


def consented(caller: Caller, named: Named) -> Caller | Stopped | None:
    """Return ``caller`` with its consents that count; None where that cannot be told now."""
    if not named.refused:
        return replace(caller, consents=named.live)
    if Refusal.UNAVAILABLE.value in named.refused.values():
        return None
    return Stopped("CONSENT_ENDED")
