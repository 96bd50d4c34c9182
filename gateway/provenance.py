"""Where a record came from, and how a key became a subject: what the schema's `Provenance` and `Resolution` show."""

from dataclasses import dataclass

from connectors.base import Row
from gateway.departments import Department
from gateway.page import Hit
from gateway.subject import Person, Subject


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of one record; attributes as in the schema's type of that name."""

    source: str
    system: str
    department: Department
    record_key: str
    key_scheme: str
    match_method: str
    source_updated_at: str | None
    as_of: str | None
    fetched_at: str
    digest: str | None

    @classmethod
    def of(cls, row: Row, hit: Hit) -> "Provenance":
        """Return the origin of ``row``."""
        answer = hit.reached.answer
        assert answer is not None, "a row came with an answer"
        scheme = row.key_scheme or hit.ask.scheme
        method = "CROSSWALK" if isinstance(hit.subject, Person) else hit.subject.methods.get(scheme, "DERIVED")
        return cls(
            hit.reached.source,
            hit.ask.source.title,
            hit.reached.department,
            row.record_key,
            scheme,
            method,
            row.as_of,
            answer.as_of,
            answer.fetched_at,
            row.digest,
        )


@dataclass(frozen=True, slots=True)
class Resolution:
    """How the key that was given led to a subject."""

    scheme: str
    check: str
    method: str
    via: str | None

    @classmethod
    def of(cls, subject: Subject) -> "Resolution":
        """Return how ``subject`` was identified."""
        method = subject.methods["USCC"]
        return cls(subject.given.scheme, subject.given.check, method, subject.resolved_by)

    @classmethod
    def through(cls, hit: Hit) -> "Resolution":
        """Return how a person was reached from the role record of ``hit``."""
        return cls("PERSON", "NONE", "EXACT", hit.reached.source)
