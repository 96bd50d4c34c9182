"""Who asks, and what for. Frozen values; made by `gateway.auth`, read by the policy, the plan and the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from gateway.consents.model import Consent


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands to one subject: whether it is that subject itself, and what the subject consented to.

    ``consented`` are `Entity.field` or `Entity.*`, as in a `Consent`.
    """

    own: bool = False
    consented: frozenset[str] = frozenset()

    def consents_to(self, entity: str, name: str) -> bool:
        """Return whether the subject lets the caller see field ``name`` of ``entity``."""
        return f"{entity}.{name}" in self.consented or f"{entity}.*" in self.consented


ANYBODY = Standing()
"""To a subject that is not the caller and consented to nothing."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated client for one request.

    ``scopes`` are granted by the token; ``purpose`` comes from `Credit-Purpose` (checked against the client's
    list); ``case`` from `Credit-Case`, ``consent`` from `Credit-Consent` as it was sent; ``consents`` are those of it
    that are live for this client, purpose and day. ``subject`` is the USCC of the caller's own subject, told by the
    token's issuer. ``evaluates`` are fields, `Entity.field`, that rules read on a legal ground of their own and show to
    nobody: a check alone asks so, for itself; ``looks_back`` are entities whose records such rules count by statute
    when their publicity has ended. ``standings`` are the different ways in which the caller stands to
    subjects, ANYBODY first.
    ``fingerprint`` stands for everything a policy decision may depend on: callers with equal fingerprints get equal
    plans. It does not tell whose consents they are: `standing` does, subject by subject.
    """

    client: str
    department: str | None
    scopes: frozenset[str]
    purpose: str
    case: str | None = None
    consent: str | None = None
    subject: str | None = field(default=None, repr=False)
    consents: tuple[Consent, ...] = field(default=(), repr=False)
    evaluates: frozenset[str] = frozenset()
    looks_back: frozenset[str] = frozenset()
    standings: tuple[Standing, ...] = field(init=False)
    fingerprint: str = field(init=False)
    _by_subject: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = self._stood() if self.consents or self.subject is not None else {}
        different = sorted(set(found.values()), key=lambda each: (each.own, sorted(each.consented))) if found else ()
        standings = (ANYBODY, *different)
        shapes = (f"{each.own}:{','.join(sorted(each.consented))}" for each in different)
        parts = (
            self.department or "",
            self.purpose,
            str(self.consent is not None),
            *shapes,
            "",
            *sorted(self.scopes),
            "",
            *sorted(self.evaluates),
            "",
            *sorted(self.looks_back),
        )
        object.__setattr__(self, "standings", standings)
        object.__setattr__(self, "_by_subject", {one: standings.index(standing) for one, standing in found.items()})
        object.__setattr__(self, "fingerprint", sha256("\x1f".join(parts).encode()).hexdigest()[:32])

    def _stood(self) -> dict[str, Standing]:
        """Return how the caller stands to its own subject and to those that consented, by their USCC."""
        consented: dict[str, frozenset[str]] = {}
        for each in self.consents:
            consented[each.subject] = consented.get(each.subject, frozenset()) | each.fields
        subjects = {*consented, *((self.subject,) if self.subject is not None else ())}
        found = {one: Standing(one == self.subject, consented.get(one, frozenset())) for one in subjects}
        return {one: standing for one, standing in found.items() if standing != ANYBODY}

    def standing(self, uscc: str) -> int:
        """Return the place in ``standings`` of how the caller stands to the subject ``uscc``."""
        return self._by_subject.get(uscc, 0)
