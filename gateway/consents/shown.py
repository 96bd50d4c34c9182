"""Consents as the graph shows them; the attributes are those of the schema's type `Consent`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.consents.checks import subject_mistake
from gateway.consents.consents import Consents
from gateway.consents.input import canonical_subject
from gateway.consents.model import Recorded
from gateway.consents.references import is_recorded
from gateway.consents.rights import authority_of, is_nobody, refused
from gateway.errors import BadQuery, ConsentsUnavailable
from gateway.own import Told, Untold
from gateway.plan.asks import Rights

FIELD: Final = "Query.consents"
MAXIMUM_FIRST: Final = 1000


@dataclass(frozen=True, slots=True)
class ShownConsent:
    """One recorded consent, with whether it holds on the day."""

    id: str
    subject: str
    grantee: str
    purposes: list[str]
    fields: list[str]
    not_before: str
    not_after: str
    form: str
    evidence: str
    recorded_by: str
    recorded_as: str
    recorded_at: str
    revoked_at: str | None
    revoked_by: str | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class ShownRevocation:
    """A revocation; ``consent`` is None for a token."""

    revoked_at: str
    consent: ShownConsent | None


def show(recorded: Recorded, today: str) -> ShownConsent:
    """Return ``recorded`` as it is shown on the day ``today``."""
    consent = recorded.consent
    return ShownConsent(
        id=consent.id,
        subject=consent.subject,
        grantee=consent.grantee,
        purposes=sorted(consent.purposes),
        fields=sorted(consent.fields),
        not_before=consent.not_before,
        not_after=consent.not_after,
        form=consent.form,
        evidence=consent.evidence,
        recorded_by=recorded.recorded_by,
        recorded_as=recorded.recorded_as,
        recorded_at=recorded.recorded_at,
        revoked_at=consent.revoked_at,
        revoked_by=recorded.revoked_by,
        in_force=consent.revoked_at is None and consent.not_before <= today <= consent.not_after,
    )


async def shown_consents(consents: Consents, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
    """Return the consents that concern the caller, or why there are none to see.

    Raises `BadQuery` for an argument that is out of range.
    """
    first, after, subject = arguments.get("first", 100), arguments.get("after"), arguments.get("subject")
    if not 1 <= first <= MAXIMUM_FIRST:
        raise BadQuery(f"`first` of `consents` must be between 1 and {MAXIMUM_FIRST}, got {first}")
    if after is not None and not is_recorded(after):
        raise BadQuery("`after` of `consents` is not the id of a recorded consent")
    if subject is not None:
        subject = canonical_subject(subject)
        if (mistake := subject_mistake(subject)) is not None:
            raise BadQuery(f"`subject` of `consents` {mistake}")
    authority = authority_of(rights.policy, rights.caller)
    if is_nobody(authority):
        denied = refused(rights.policy, rights.caller)
        return Untold({"code": "FIELD_FORBIDDEN", "field": FIELD, "reason": denied.reason, "needs": denied.needs})
    try:
        shown = [show(each, today) for each in await consents.held(authority, subject, first, after)]
    except ConsentsUnavailable as error:
        return Untold({"code": error.code, "field": FIELD})
    return Told(shown, [("USCC", each.subject) for each in shown])
