"""A consent as it counts in a decision. Frozen values, no I/O."""

from dataclasses import dataclass


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

    def live(self, client: str, purpose: str, day: str) -> bool:
        """Return whether it holds for ``client`` and ``purpose`` on ``day`` (ISO 8601)."""
        if self.revoked_at is not None or self.grantee != client or purpose not in self.purposes:
            return False
        return self.not_before <= day <= self.not_after
