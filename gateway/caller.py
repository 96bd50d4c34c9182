"""Who asks, and what for. Frozen values; made by `gateway.auth`, read by the policy, the plan and the ledger."""

from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated client for one request.

    ``scopes`` are granted by the token; ``purpose`` comes from `Credit-Purpose` (checked against the client's
    list); ``case`` from `Credit-Case`, ``consent`` from `Credit-Consent`. ``fingerprint`` stands for everything a
    policy decision may depend on: callers with equal fingerprints get equal plans.
    """

    client: str
    department: str | None
    scopes: frozenset[str]
    purpose: str
    case: str | None = None
    consent: str | None = None
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        parts = (self.department or "", self.purpose, self.consent or "", *sorted(self.scopes))
        object.__setattr__(self, "fingerprint", sha256("\x1f".join(parts).encode()).hexdigest()[:32])
