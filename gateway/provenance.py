"""Where a record came from, and how a key became a subject: what the schema's `Provenance` and `Resolution` show."""

from dataclasses import dataclass

from connectors.base import Row
from gateway.departments import Department
from gateway.plan.asks import AUTHORITY_FIELDS
from gateway.subject import CONFIDENCE, Person, Subject
from gateway.told import Hit


def as_written(row: Row, hit: Hit) -> str:
    """Return who decided, in the source's words; the owner's name where it says nothing, or was not asked."""
    said = (hit.value(row, field) for field in AUTHORITY_FIELDS)
    return next((name for name in said if name is not None), hit.reached.department.name)


class Provenance:
    """The origin of one record; attributes as in the schema's type of that name, found when they are asked for."""

    __slots__ = ("_hit", "_row")

    def __init__(self, row: Row, hit: Hit) -> None:
        self._row = row
        self._hit = hit

    @property
    def source(self) -> str:
        """The name of the source."""
        return self._hit.reached.source

    @property
    def system(self) -> str:
        """The name of the department's system."""
        return self._hit.ask.source.title

    @property
    def department(self) -> Department:
        """The department that owns the record."""
        return self._hit.reached.department

    @property
    def record_key(self) -> str:
        """How the department finds the record again."""
        return self._row.record_key

    @property
    def key_scheme(self) -> str:
        """The scheme of the code by which the record was found."""
        return self._row.key_scheme or self._hit.ask.scheme

    @property
    def match_method(self) -> str:
        """How that code of the subject is known."""
        subject = self._hit.subject
        return "CROSSWALK" if isinstance(subject, Person) else subject.methods.get(self.key_scheme, "DERIVED")

    @property
    def confidence(self) -> float:
        """How sure it is that the record is the subject's."""
        return self._hit.subject.confidence(self.key_scheme)

    @property
    def department_as_written(self) -> str:
        """The authority as the source wrote it, where it was asked for; else the department's name."""
        return as_written(self._row, self._hit)

    @property
    def source_updated_at(self) -> str | None:
        """When the department last touched the record."""
        return self._row.as_of

    @property
    def as_of(self) -> str | None:
        """The date of the whole delivery."""
        return self._hit.reached.as_of

    @property
    def fetched_at(self) -> str | None:
        """When the source was asked."""
        return self._hit.reached.fetched_at

    @property
    def digest(self) -> str | None:
        """The digest of what the source sent of the record."""
        return self._row.digest


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
