"""What came of asking: the status of one source for some keys, and where its rows are.

`Reached` has the attributes of the schema's `Coverage`, so the projector reads it as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from connectors.base import Answer, Row
from connectors.errors import SourceError
from gateway.departments import Department
from gateway.plan.model import Ask

if TYPE_CHECKING:
    from gateway.subject import Person, Subject


class Reached(Struct, frozen=True):
    """The outcome of one call to one source, or of not making it.

    ``status`` is a `CoverageStatus` name. ``whole`` tells whether the section can still be COMPLETE: the source
    answered for every key it was due to be asked by, or is declared not to cover the subject at all.
    """

    source: str
    department: Department
    status: str
    reason: str | None = None
    until: str | None = None
    answer: Answer | None = None
    fetched_at: str | None = None
    elapsed_ms: int | None = None
    whole: bool = False
    part: str | None = None
    """The name of the table, where the source holds several of the entity."""
    match_confidence: float | None = None
    """How sure it is that the source was asked about the right subject, 0 to 1; None when it was not asked."""

    @property
    def as_of(self) -> str | None:
        """The source's own date of the whole answer, where it has one."""
        return self.answer.as_of if self.answer else None

    @property
    def as_of_time(self) -> str | None:
        """The same to the second, where the source tells it."""
        return self.answer.as_of_time if self.answer else None

    @property
    def answered(self) -> bool:
        """True when rows can be read from the answer."""
        return self.answer is not None

    def by(self, answer: Answer, elapsed_ms: int) -> "Reached":
        """Return this outcome as what ``answer`` says."""
        return Reached(
            self.source,
            self.department,
            "ANSWERED",
            answer=answer,
            fetched_at=answer.fetched_at,
            elapsed_ms=elapsed_ms,
            whole=True,
            part=self.part,
            match_confidence=1.0,
        )

    def failed(self, error: SourceError, elapsed_ms: int) -> "Reached":
        """Return this outcome as the failure ``error``."""
        return replace(self, status=error.status, reason=error.reason, until=error.until, elapsed_ms=elapsed_ms)

    def but(self, status: str, reason: str) -> "Reached":
        """Return this outcome with a reservation: its rows stay, the section is no longer complete."""
        return replace(self, status=status, reason=reason, whole=False)


@dataclass(slots=True)
class AskResult:
    """The outcomes of one ask for all subjects of a need.

    ``by_key`` holds the outcome of each key that was asked; ``otherwise`` that of subjects without a key;
    ``apart`` that of single subjects (not covered, not identified); ``caveats`` why a subject could not be asked by
    all its codes.
    """

    ask: Ask
    otherwise: Reached
    by_key: dict[str, Reached] = field(default_factory=dict)
    apart: dict["Subject | Person", Reached] = field(default_factory=dict)
    caveats: dict["Subject | Person", str] = field(default_factory=dict)

    def outcome(self, subject: "Subject | Person") -> Reached:
        """Return what coverage says of this source for ``subject``, before its rows are looked at."""
        if subject in self.apart:
            return self.apart[subject]
        keys = subject.keys(self.ask.scheme)
        outcomes = [self.by_key.get(key, self.otherwise) for key in keys]
        if not outcomes:
            return self.otherwise
        reached = next((each for each in outcomes if not each.whole), outcomes[0])
        caveat = self.caveats.get(subject)
        if caveat and reached.whole:
            reached = reached.but("IDENTITY_UNRESOLVED", caveat)
        confidence = subject.confidence(self.ask.scheme)
        return replace(reached, match_confidence=confidence) if confidence != 1.0 and reached.answered else reached

    def rows(self, subject: "Subject | Person") -> Iterator[tuple[Reached, Sequence[Row]]]:
        """Yield the rows of ``subject`` with the outcome that brought them."""
        for key in subject.keys(self.ask.scheme):
            reached = self.by_key.get(key)
            if reached is not None and reached.answer is not None:
                rows = reached.answer.rows.get(key)
                if rows:
                    yield reached, rows

    def unreadable(self, subject: "Subject | Person") -> str | None:
        """Return why rows of ``subject`` had to be left out, or None."""
        for key in subject.keys(self.ask.scheme):
            reached = self.by_key.get(key)
            if reached is not None and reached.answer is not None and key in reached.answer.unreadable:
                return reached.answer.unreadable[key]
        return None
