"""The roots of the auditors' graph, as `gateway.app` registers them: rights first, then the ledger, then the words."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from gateway.audit.filters import Pseudonyms
from gateway.audit.hiding import Hiding, Notes
from gateway.audit.inquiries import Titles, read_inquiries
from gateway.audit.pages import Reader
from gateway.audit.rights import refused_audit, refused_self
from gateway.audit.stats import read_stats
from gateway.audit.traced import trace_field
from gateway.audit.trail import read_trail, show_trail
from gateway.errors import LedgerUnavailable
from gateway.own import Own, Told, Untold
from gateway.plan.asks import Rights

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Audit:
    """What the roots need; ``hiding`` and ``titles`` are those of the configuration of the moment."""

    rows: Reader
    pseudonyms: Pseudonyms
    notes: Notes
    hiding: Callable[[], Hiding]
    titles: Titles
    deadline_seconds: float

    @property
    def roots(self) -> Mapping[str, Own]:
        """Each root by its kind."""
        return {
            "audit_trail": self.trail,
            "field_trace": self.trace,
            "disclosure_stats": self.stats,
            "inquiries": self.inquiries,
        }

    async def trail(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return the entries that an auditor asks for."""
        refused = refused_audit(rights, "Query.auditTrail")
        if refused is not None:
            return refused
        page, about = await self._in_time(read_trail(self.rows, self.pseudonyms, arguments))
        return Told([show_trail(page, self.notes, self.hiding())], about)

    async def trace(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return where a field of an answer came from."""
        refused = refused_audit(rights, "Query.fieldTrace")
        if refused is not None:
            return refused
        trace = trace_field(self.rows, rights.catalogue, arguments["receipt"], arguments["path"])
        return Told([await self._in_time(trace)])

    async def stats(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return how much was disclosed."""
        refused = refused_audit(rights, "Query.disclosureStats")
        if refused is not None:
            return refused
        return Told([await self._in_time(read_stats(self.rows, arguments))])

    async def inquiries(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return who asked about the caller's own subject; what was withheld goes into the entry of this answer."""
        refused = refused_self(rights, "Query.inquiries")
        subject = rights.caller.subject
        if refused is not None or subject is None:
            return refused or Untold({})
        hiding = self.hiding()
        reading = read_inquiries(self.rows, self.pseudonyms, hiding, self.titles, subject, arguments, today)
        shown, withheld = await self._in_time(reading)
        return Told([shown], [("USCC", subject)], [self.notes.seal(hiding, withheld)])

    async def _in_time(self, reading: Coroutine[Any, Any, T]) -> T:
        """Return what ``reading`` returns; raises `LedgerUnavailable` when the request's time is over before."""
        try:
            async with asyncio.timeout(self.deadline_seconds):
                return await reading
        except TimeoutError:
            raise LedgerUnavailable(TOO_SLOW) from None


TOO_SLOW: Final = "the ledger could not be read in the time of a request: ask for a shorter period or fewer entries"
