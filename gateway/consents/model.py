"""A consent as it counts in a decision, as it was recorded, and what becomes of those that a request names.

Frozen values, no I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.bilingual import Bilingual

Recorder = Literal["GRANTEE", "WINDOW", "SUBJECT"]
"""As whom a consent was recorded: the client that it is for, a service window, or the subject itself."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What one subject lets one client see, for some purposes and some time (`domain.md` §4.6).

    ``subject`` is the USCC it concerns, ``grantee`` the client. ``fields`` are `Entity.field` or `Entity.*`, in the
    names of source files. ``not_before`` and ``not_after`` are days (ISO 8601), both included. ``evidence`` is the
    SHA-256 (hex) of the document that was signed; ``revoked_at`` is ISO 8601 in UTC.
    """

    id: str
    subject: str
    grantee: str
    purposes: frozenset[str]
    fields: frozenset[str]
    not_before: str
    not_after: str
    form: str
    evidence: str
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A consent in the store, with who recorded it and who revoked it; both are names of clients, never of people.

    ``recorded_at`` is ISO 8601 in UTC.
    """

    consent: Consent
    recorded_by: str
    recorded_as: Recorder
    recorded_at: str
    revoked_by: str | None = None


class Refusal(Bilingual):
    """Why a consent that a request names does not count. A stranger's consent and none at all look the same."""

    UNKNOWN = "UNKNOWN", "没有授予本查询者的此项授权", "this client holds no such consent"
    REVOKED = "REVOKED", "授权已撤回", "it has been revoked"
    OTHER_PURPOSE = "OTHER_PURPOSE", "授权不适用于所申报的查询目的", "it is for another purpose"
    NOT_YET_VALID = "NOT_YET_VALID", "授权尚未生效", "it does not hold yet"
    EXPIRED = "EXPIRED", "授权已过期", "it holds no longer"
    TOKEN_INVALID = "TOKEN_INVALID", "授权令牌无效", "the consent token is not good here"
    UNAVAILABLE = "UNAVAILABLE", "暂时无法核验授权", "it cannot be checked now"


@dataclass(frozen=True, slots=True)
class Named:
    """What becomes of the references of one request.

    ``live`` are the consents that count now, for this client, purpose and day; ``refused`` tells by reference, as the
    header has it, the code of a `Refusal`.
    """

    live: tuple[Consent, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def refusal(consent: Consent, client: str, purpose: str, day: str) -> Refusal | None:
    """Return why ``consent`` does not count for ``client`` and ``purpose`` on ``day``, None when it does.

    # INVARIANT: nothing more is told of it to a client that it does not name.
    """
    if consent.grantee != client:
        return Refusal.UNKNOWN
    if consent.revoked_at is not None:
        return Refusal.REVOKED
    if purpose not in consent.purposes:
        return Refusal.OTHER_PURPOSE
    if day < consent.not_before:
        return Refusal.NOT_YET_VALID
    return Refusal.EXPIRED if day > consent.not_after else None
