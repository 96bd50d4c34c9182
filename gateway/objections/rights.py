"""Who may file, see and decide objections, and give notice of repairs. Pure; of the caller only its rights count.

credit.self          the subject itself: files for its credit code, which its token states, and sees what concerns it
objection.file.any   a service window: files for the subjects that come to it, and sees what it filed
owner.<source>       the owning department, under the purpose OWNER: its own queue, decisions and notices
audit.read           an auditor: all of them, states and times alone
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa

from gateway.caller import Caller
from gateway.catalogue import Catalogue
from gateway.consents.rights import Denied
from gateway.objections.model import Bar, Ticket
from gateway.objections.names import Names
from gateway.objections.states import Actor
from gateway.objections.tables import OBJECTIONS
from gateway.policy import Policy, decide_scope
from gateway.policy.decisions import owns
from gateway.policy.model import OWNER_PREFIX

WINDOW: Final = "objection.file.any"
SELF: Final = "credit.self"
AUDIT: Final = "audit.read"
Sight = Literal["FILER", "OWNER", "AUDITOR"]


@dataclass(frozen=True, slots=True)
class Standing:
    """As whom a caller meets objections.

    ``subject`` is its own credit code, with the ``pseudonyms`` of that; ``window`` tells whether it files for others;
    ``sources`` are those that it owns.
    """

    client: str
    subject: str | None
    pseudonyms: tuple[str, ...]
    window: bool
    sources: frozenset[str]
    auditor: bool

    @property
    def is_nobody(self) -> bool:
        """Whether no objection concerns the caller."""
        return not (self.subject or self.window or self.sources or self.auditor)

    def sight(self, ticket: Ticket) -> Sight | None:
        """Return as whom the caller sees ``ticket``; None: it does not."""
        if ticket.source in self.sources:
            return "OWNER"
        if ticket.subject in self.pseudonyms or self._filed(ticket):
            return "FILER"
        return "AUDITOR" if self.auditor else None

    def actors(self, ticket: Ticket) -> frozenset[Actor]:
        """Return as whom the caller may step ``ticket`` on; none where it may not."""
        owner: frozenset[Actor] = frozenset({"OWNER"} if ticket.source in self.sources else ())
        filer: frozenset[Actor] = frozenset(
            {"FILER"} if ticket.subject in self.pseudonyms or self._filed(ticket) else ()
        )
        return owner | filer

    def within(self) -> sa.ColumnElement[bool]:
        """Return the condition that the caller sees a ticket."""
        columns = OBJECTIONS.c
        if self.auditor:
            return sa.true()
        either: list[sa.ColumnElement[bool]] = [columns.source.in_(sorted(self.sources))] if self.sources else []
        either += [columns.subject.in_(self.pseudonyms)] if self.pseudonyms else []
        if self.window:
            either.append(sa.and_(columns.filed_by == self.client, columns.filed_as == "WINDOW"))
        return sa.or_(sa.false(), *either)

    def _filed(self, ticket: Ticket) -> bool:
        return self.window and ticket.filed_as == "WINDOW" and ticket.filed_by == self.client


def standing_of(policy: Policy, caller: Caller, catalogue: Catalogue, names: Names) -> Standing:
    """Return as whom ``caller`` meets objections for its declared purpose."""
    own = caller.subject if decide_scope(policy, caller, SELF).allowed else None
    return Standing(
        client=caller.client,
        subject=own,
        pseudonyms=names.subjects(own) if own is not None else (),
        window=decide_scope(policy, caller, WINDOW).allowed,
        sources=frozenset(name for name, source in catalogue.sources.items() if owns(policy, caller, source)),
        auditor=decide_scope(policy, caller, AUDIT).allowed,
    )


def filer(standing: Standing, subject: str | None, policy: Policy, caller: Caller) -> Denied | None:
    """Return why the caller may not file for ``subject`` (None: for itself); None when it may."""
    if standing.window or (standing.subject is not None and subject in {None, standing.subject}):
        return None
    if standing.subject is not None:
        return Denied(Bar.NOT_ITS_OWN.value, {"scope": WINDOW})
    decision = decide_scope(policy, caller, SELF)
    needs: Mapping[str, object] = decision.needs or {"subject": "a token that states the caller's own subject"}
    return Denied(decision.reason.value, needs)


def not_owner(source: str) -> Denied:
    """Return the refusal of one that does not own ``source``."""
    return Denied(Bar.NOT_OWNER.value, {"scope": OWNER_PREFIX + source, "purpose": "OWNER"})
