"""An objection as it is kept, what becomes of its delivery, and what is kept of a repaired record. Frozen values.

Terms
    ticket     one objection; it names a record by the pseudonym of its key and holds nothing of the record
    message    what its owner is told: with the key of the record, so it is sealed, and gone once it has arrived
    mark       what counts at every reading of a record: open objections to it, the notice of its repair
"""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.bilingual import Bilingual
from gateway.objections.states import State

FiledAs = Literal["SUBJECT", "WINDOW"]
Ground = Literal["NOT_MINE", "VALUE_WRONG", "EXPIRED", "REPAIRED_NOT_UPDATED", "DUPLICATE", "OTHER"]
Delivery = Literal["WAITING", "DELIVERED", "QUEUED", "DEAD", "CANCELED"]
"""WAITING: to be sent, or sent again. QUEUED: the department has no address for it and reads its queue. DEAD: given up,
and it stands in the queue. CANCELED: withdrawn before it was sent. An objection that
is withdrawn later has one message more, which tells the owner so, and these are then about that."""

WITHDRAWN: Final = "withdrawn"
"""What is left to say of an objection that was withdrawn after its owner may have heard of it; no seal looks so."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One objection. ``subject`` and ``record`` are pseudonyms; days are ISO dates, times ISO 8601 in UTC.

    ``path`` leads to what is objected to in the answer of ``receipt``; ``entity`` and ``field`` say what that is.
    ``evidence`` are SHA-256 in hex, ``contact`` is a reference of the filer's own. ``accept_by`` and ``due_on`` are
    None until it is routed.
    """

    id: str
    filed_at: str
    filed_by: str
    filed_as: FiledAs
    subject: str
    receipt: str
    path: str
    source: str
    department: str
    entity: str
    field: str
    record: str
    ground: Ground
    statement: str
    evidence: tuple[str, ...]
    contact: str | None
    state: State = "SUBMITTED"
    changed_at: str = ""
    accept_by: str | None = None
    due_on: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ticket: ``by`` is the client, or empty for the gateway; ``note`` what it said."""

    at: str
    before: State
    after: State
    by: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What becomes of a message; ``sealed`` is None once it is gone, and `WITHDRAWN` for a withdrawal.

    Times are UNIX seconds.
    """

    id: str
    objection: str
    state: Delivery
    attempts: int
    due_at: float
    error: str | None
    sealed: str | None


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket with its steps, the oldest first, and its message."""

    ticket: Ticket
    steps: tuple[Step, ...]
    sending: Sending


@dataclass(frozen=True, slots=True)
class Notice:
    """That a record was repaired, as its owner says: ``record`` is a pseudonym, ``repaired_on`` an ISO date."""

    source: str
    entity: str
    record: str
    repaired_on: str
    basis: str
    noticed_by: str
    noticed_at: str


class Bar(Bilingual):
    """Why a caller may not file, advance or notify."""

    NOT_OWNER = "NOT_OWNER", "只有归属部门可以办理", "only the owning department may do this"
    NOT_ITS_OWN = "NOT_ITS_OWN", "只能对本主体的信息提出异议", "a subject may object to its own data only"
