"""Objections as the graph shows them; the attributes are those of the schema's type `Objection`.

The filer sees its own, the owner its queue, an auditor all of them without what anybody said.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import BadQuery, ObjectionsUnavailable
from gateway.ledger import is_receipt
from gateway.objections.message import Named, unseal
from gateway.objections.model import WITHDRAWN, Filed, Ticket
from gateway.objections.names import Names
from gateway.objections.objections import Objections
from gateway.objections.rights import SELF, Sight, standing_of
from gateway.objections.states import DECIDED
from gateway.objections.tables import OBJECTIONS
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.policy import decide_scope
from gateway.sealing import SealBroken

FIELD: Final = "Query.objections"
MAXIMUM_FIRST: Final = 1000
_SETTLED: Final = frozenset({*DECIDED, "CLOSED"})

_log = logging.getLogger("gateway.objections")


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step; ``by`` is None for the gateway."""

    at: str
    before: str
    after: str
    by: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ShownObjection:
    """One objection as one caller sees it."""

    id: str
    state: str
    filed_at: str
    filed_by: str
    filed_as: str
    receipt: str
    path: str
    source: str
    department: str
    entity: str
    field: str
    ground: str
    statement: str | None
    evidence: list[str] | None
    contact: str | None
    subject: str | None
    record_key: str | None
    part: str | None
    delivery: str
    delivery_attempts: int
    accept_by: str | None
    due_on: str | None
    overdue: bool
    history: list[ShownStep]


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice of repair as it counts."""

    source: str
    entity: str
    repaired_on: str
    basis: str
    noticed_at: str


def show(filed: Filed, sight: Sight, names: Names, today: str) -> ShownObjection:
    """Return ``filed`` as it is shown to a caller with ``sight`` of it on the day ``today``."""
    ticket, sending = filed.ticket, filed.sending
    audited = sight == "AUDITOR"
    named = _named(filed, names) if sight == "OWNER" else None
    steps = [
        ShownStep(each.at, each.before, each.after, each.by or None, None if audited else each.note)
        for each in filed.steps
    ]
    return ShownObjection(
        id=ticket.id,
        state=ticket.state,
        filed_at=ticket.filed_at,
        filed_by=ticket.filed_by,
        filed_as=ticket.filed_as,
        receipt=ticket.receipt,
        path=ticket.path,
        source=ticket.source,
        department=ticket.department,
        entity=ticket.entity,
        field=ticket.field,
        ground=ticket.ground,
        statement=None if audited else ticket.statement,
        evidence=None if audited else list(ticket.evidence),
        contact=None if audited else ticket.contact,
        subject=named.subject if named else None,
        record_key=named.record_key if named else None,
        part=named.part if named else None,
        delivery=sending.state,
        delivery_attempts=sending.attempts,
        accept_by=ticket.accept_by,
        due_on=ticket.due_on,
        overdue=is_overdue(ticket, today),
        history=steps,
    )


def is_overdue(ticket: Ticket, today: str) -> bool:
    """Return whether a day for ``ticket`` has passed: to take it up, or to decide it."""
    if ticket.state in _SETTLED:
        return False
    late = ticket.due_on is not None and ticket.due_on < today
    return late or (ticket.state == "ROUTED" and ticket.accept_by is not None and ticket.accept_by < today)


async def shown_objections(
    objections: Objections, names: Names, rights: Rights, arguments: Mapping[str, Any], today: str
) -> Told | Untold:
    """Return the objections that concern the caller, newest first, or why there are none to see.

    Raises `BadQuery` for an argument that is out of range.
    """
    first, after, one = arguments.get("first", 100), arguments.get("after"), arguments.get("id")
    if not 1 <= first <= MAXIMUM_FIRST:
        raise BadQuery(f"`first` of `objections` must be between 1 and {MAXIMUM_FIRST}, got {first}")
    for name, given in (("after", after), ("id", one)):
        if given is not None and not is_receipt(given):
            raise BadQuery(f"`{name}` of `objections` is not the id of an objection")
    standing = standing_of(rights.policy, rights.caller, rights.catalogue, names)
    if standing.is_nobody:
        denied = decide_scope(rights.policy, rights.caller, SELF)
        return Untold(
            {"code": "FIELD_FORBIDDEN", "field": FIELD, "reason": denied.reason.value, "needs": dict(denied.needs)}
        )
    condition = standing.within()
    for column, value in ((OBJECTIONS.c.state, _name(arguments.get("state"))), (OBJECTIONS.c.id, one)):
        condition = condition & (column == value) if value is not None else condition
    for column, value in ((OBJECTIONS.c.source, arguments.get("source")),):
        condition = condition & (column == value) if value is not None else condition
    if after is not None:
        condition = condition & (OBJECTIONS.c.id < after)
    try:
        found = await objections.found(condition, first)
    except ObjectionsUnavailable as error:
        return Untold({"code": error.code, "field": FIELD})
    values = [show(each, standing.sight(each.ticket) or "AUDITOR", names, today) for each in found]
    about = [standing.subject] if standing.subject is not None and values else []
    about += [each.subject for each in values if each.subject is not None]
    return Told(values, [("USCC", each) for each in dict.fromkeys(about)])


def _named(filed: Filed, names: Names) -> Named | None:
    """Return what the message tells the owner, as long as there is one."""
    if filed.sending.sealed in {None, WITHDRAWN}:
        return None
    try:
        return unseal(names.secrets, filed.sending.id, filed.sending.sealed or "")
    except SealBroken:
        _log.error("a message cannot be opened: id=%s", filed.sending.id)
        return None


def _name(state: Any) -> str | None:
    return None if state is None else str(getattr(state, "name", state))
