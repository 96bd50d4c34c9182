"""How a key became a subject: what the schema's `Resolution` shows."""

from dataclasses import dataclass

from gateway.subject import CONFIDENCE, Subject
from gateway.told import Hit


@dataclass(frozen=True, slots=True)
class Resolution:
    """How the key that was given led to a subject."""

    scheme: str
    check: str
    method: str
    via: str | None

    @property
    def confidence(self) -> float:
        """How sure it is that the key means the subject."""
        return CONFIDENCE[self.method]

    @classmethod
    def of(cls, subject: Subject) -> "Resolution":
        """Return how ``subject`` was identified."""
        method = subject.methods["USCC"]
        return cls(subject.given.scheme, subject.given.check, method, subject.resolved_by)

    @classmethod
    def through(cls, hit: Hit) -> "Resolution":
        """Return how a person was reached from the role record of ``hit``."""
        return cls("PERSON", "NONE", "EXACT", hit.reached.source)
