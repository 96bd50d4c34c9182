"""One request on its way through fetch and complete: the plan, the deadline, and what has come in so far."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic, time_ns
from typing import Any

from graphql.execution.values import VariableValues
from msgspec.structs import replace

from connectors.base import Batch
from connectors.errors import SourceError
from gateway.catalogue.shown import ShownCatalogue, ShownItem, ShownUnserved
from gateway.coalesce import Coalescer
from gateway.departments import Department
from gateway.guard import Inquiry
from gateway.names import PROVENANCE_SCOPE, unnamed, without_names
from gateway.objections.marks import Marking, Mirror
from gateway.page import Page, make_page
from gateway.plan.asks import Rights
from gateway.plan.model import Ask, Need, Plan, Use
from gateway.policy import decide_scope
from gateway.reach import AskResult, Reached
from gateway.subject import Person, Subject
from gateway.told import Teller
from schema.identifiers import Identifier

MAX_REPEATED_ERRORS = 10
"""Errors with the same cause are listed this often; the first then tells how many there were."""


class Run:
    """The state of one request; made by the desk, filled by `gateway.fetch`, read by the projector and the ledger."""

    def __init__(
        self,
        plan: Plan,
        rights: Rights,
        variables: VariableValues,
        sources: Mapping[str, Coalescer],
        departments: Mapping[str, Department],
        deadline_seconds: float,
        today: str,
        inquiry: Inquiry | None = None,
        *,
        patient: bool = False,
    ) -> None:
        self.plan = plan
        self.rights = rights
        self.caller = rights.caller
        self.patient = patient
        """Whether nobody waits for it: its calls leave turns of each source to others."""
        self.inquiry = inquiry
        """What the guard knows of this request; None where nobody outside asks."""
        self.named = decide_scope(rights.policy, rights.caller, PROVENANCE_SCOPE).allowed
        """Whether the caller is told what the departments call their tables and columns."""
        self.today = today
        self.variables = variables
        self.sources = sources
        self.departments = departments
        self.teller = Teller(rights.rules, today)
        self.shown_catalogue = ShownCatalogue(rights.catalogue.items, today, rights)
        self.begun_ms = time_ns() // 1_000_000
        """When this was, in milliseconds since 1970: what was fetched earlier was not asked for this request."""
        self._marking: Marking | None = None
        self._until = asyncio.get_running_loop().time() + deadline_seconds
        self.results: dict[int, list[AskResult]] = {}
        self.absent: dict[tuple[Subject, str, str], Reached] = {}
        """(subject, scheme, source) -> the answer of a register, that of ``source``, which holds no such subject."""
        self.unheard: dict[tuple[Subject, str, str], Reached] = {}
        """The same -> why that register did not answer."""
        self.calls: list[tuple[Ask, Batch, Reached]] = []
        self.about: list[tuple[str, str]] = []
        """Whom roots told of that the gateway answers itself: scheme and value."""
        self.withheld: list[tuple[str, str]] = []
        """What such roots denied or kept back: field and reason, for the ledger."""
        self.errors: list[dict[str, Any]] = []
        self._repeated: dict[int, dict[str, Any]] = {}
        self._pages: dict[tuple[int, int], Page | None] = {}
        self._linked: dict[tuple[str, str], Subject | Person] = {}

    @property
    def needs_marks(self) -> bool:
        """Whether it depends on objections and notices of repair what is shown."""
        needs = (need for stage in self.plan.stages for need in stage.needs.values())
        return any(need.judged or need.marked for need in needs)

    def begin_marking(self, mirror: Mirror) -> None:
        """Begin to read the marks of records, beside the fetching."""
        if self.needs_marks:
            self._marking = mirror.current()

    async def mark(self) -> None:
        """Return when the marks of records are read; raises `ObjectionsUnavailable`. Before any record is told."""
        if self._marking is not None:
            self.teller.marks = await asyncio.shield(self._marking)
            self._marking = None

    def remaining(self) -> float:
        """Return the seconds until the request's deadline, at least 0."""
        return max(self._until - asyncio.get_running_loop().time(), 0.0)

    def unreached(self, ask: Ask) -> Reached:
        """Return the outcome of ``ask`` before, or without, asking."""
        department = self.departments[ask.source.department]
        if ask.refused is not None:
            return Reached(ask.source.name, department, "DENIED", ask.refused.reason, part=ask.title)
        reason = f"no {ask.scheme} is known for this subject"
        return Reached(ask.source.name, department, "IDENTITY_UNRESOLVED", reason, part=ask.title)

    async def call(self, ask: Ask, batch: Batch, unreached: Reached) -> Reached:
        """Ask one source once; its outcome, whatever happens, instead of ``unreached``."""
        started = monotonic()
        try:
            source = self.sources[ask.source.name]
            if self.patient:
                answer = await source.fetch_patiently(batch, self.remaining())
            else:
                answer = await source.fetch(batch, self.caller.fingerprint, self.remaining())
        except SourceError as error:
            reached = unreached.failed(error, _milliseconds(started))
            if not self.named and reached.reason is not None:
                reached = replace(reached, reason=without_names(reached.reason))
        else:
            reached = unreached.by(answer if self.named else unnamed(answer), _milliseconds(started))
        self.calls.append((ask, batch, reached))
        return reached

    def page(self, use: Use, subject: Subject | Person) -> Page | None:
        """Return what ``use`` shows of ``subject``, or None when it is denied whole; computed once."""
        key = (use.index, id(subject))
        if key not in self._pages:
            results = self.results_for(use.need, subject)
            unserved = () if results else self._unserved(use.need.entity)
            standing = self.standing(subject)
            self._pages[key] = make_page(use, subject, results, self.variables, self.teller, unserved, standing)
        return self._pages[key]

    def standing(self, subject: Subject | Person) -> int:
        """Return how the caller stands to ``subject``, as a place in `Caller.standings`."""
        return self.caller.standing(subject.uscc) if isinstance(subject, Subject) else 0

    def results_for(self, need: Need, subject: Subject | Person) -> Sequence[AskResult]:
        """Return the outcomes of the asks of ``need`` that are put for ``subject``."""
        results = self.results.get(id(need), ())
        if len(self.caller.standings) == 1:
            return results
        standing = self.standing(subject)
        return [result for result in results if result.ask.is_for(standing)]

    def _unserved(self, entity: str) -> list[Reached]:
        """Return what the catalogue says of an entity that no source serves: closed for good, or never to be told."""
        items = self.shown_catalogue.items.unserved(entity)
        shown = [(item, self.departments[item.owner]) for item in items]
        return [
            Reached(
                item.code,
                owner,
                item.unserved_status or "NOT_COVERED",
                self.shown_catalogue.item(item).reason,
                whole=True,
            )
            for item, owner in shown
        ]

    @property
    def links(self) -> Iterable[Subject | Person]:
        """The subjects that links of records have led to so far."""
        return self._linked.values()

    def shown(self) -> Iterator[tuple[Use, Page]]:
        """Yield the sections made so far, each with what it shows of one subject; not those denied whole."""
        for (use, _), page in self._pages.items():
            if page is not None:
                yield self.plan.uses[use], page

    def linked(self, to: str, key: str) -> Subject | Person:
        """Return the subject that a link leads to: one object per subject and request."""
        # By both: registries hold the codes of organizations as numbers of persons too.
        subject = self._linked.get((to, key))
        if subject is None:
            subject = Person(key) if to == "person" else Subject(Identifier("USCC", key, "OK"), key, "EXACT")
            self._linked[to, key] = subject
        return subject

    def catalogue_item(self, entity: str, sort: str | None) -> ShownItem | None:
        """Return the item of the catalogue that covers a record of ``entity``."""
        return self.shown_catalogue.item_of(entity, sort)

    def disclosure(self, entity: str, sort: str | None) -> str | None:
        """Return the disclosure level of the item that covers a record of ``entity``."""
        item = self.catalogue_item(entity, sort)
        return None if item is None else item.disclosure

    def not_served(self, kind: str) -> list[ShownUnserved]:
        """Return what is never told of subjects of ``kind``, and why."""
        return self.shown_catalogue.unserved_for(kind)

    def error(self, cause: int, error: dict[str, Any]) -> None:
        """Add ``error``; of those with the same ``cause`` only the first few are listed, and the first counts them."""
        first = self._repeated.setdefault(cause, error)
        if first is not error:
            count = first["extensions"].get("occurrences", 1) + 1
            first["extensions"]["occurrences"] = count
            if count > MAX_REPEATED_ERRORS:
                return
        self.errors.append(error)


def _milliseconds(started: float) -> int:
    return round((monotonic() - started) * 1000)
