"""One request on its way through fetch and complete: the plan, the deadline, and what has come in so far."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from time import monotonic
from typing import Any

from graphql.execution.values import VariableValues

from connectors.base import Batch
from connectors.errors import SourceError
from gateway.caller import Caller
from gateway.coalesce import Coalescer
from gateway.departments import Department
from gateway.page import Page, make_page
from gateway.plan.model import Ask, Plan, Use
from gateway.reach import AskResult, Reached
from gateway.subject import Person, Subject
from schema.identifiers import Identifier

MAX_REPEATED_ERRORS = 10
"""Errors with the same cause are listed this often; the first then tells how many there were."""


class Run:
    """The state of one request; made by the desk, filled by `gateway.fetch`, read by the projector and the ledger."""

    def __init__(
        self,
        plan: Plan,
        caller: Caller,
        variables: VariableValues,
        sources: Mapping[str, Coalescer],
        departments: Mapping[str, Department],
        deadline_seconds: float,
    ) -> None:
        self.plan = plan
        self.caller = caller
        self.variables = variables
        self.sources = sources
        self.departments = departments
        self._until = asyncio.get_running_loop().time() + deadline_seconds
        self.results: dict[int, list[AskResult]] = {}
        self.calls: list[tuple[Ask, Batch, Reached]] = []
        self.errors: list[dict[str, Any]] = []
        self._repeated: dict[int, dict[str, Any]] = {}
        self._pages: dict[tuple[int, int], Page | None] = {}
        self._linked: dict[tuple[str, str], Subject | Person] = {}

    def remaining(self) -> float:
        """Return the seconds until the request's deadline, at least 0."""
        return max(self._until - asyncio.get_running_loop().time(), 0.0)

    def unreached(self, ask: Ask) -> Reached:
        """Return the outcome of ``ask`` before, or without, asking."""
        department = self.departments[ask.source.department]
        if ask.refused is not None:
            return Reached(ask.source.name, department, "DENIED", ask.refused.reason)
        return Reached(ask.source.name, department, "IDENTITY_UNRESOLVED", f"no {ask.scheme} is known for this subject")

    async def call(self, ask: Ask, batch: Batch, unreached: Reached) -> Reached:
        """Ask one source once; its outcome, whatever happens, instead of ``unreached``."""
        started = monotonic()
        try:
            answer = await self.sources[ask.source.name].fetch(batch, self.caller.fingerprint, self.remaining())
        except SourceError as error:
            reached = unreached.failed(error, _milliseconds(started))
        else:
            reached = unreached.by(answer, _milliseconds(started))
        self.calls.append((ask, batch, reached))
        return reached

    def page(self, use: Use, subject: Subject | Person) -> Page | None:
        """Return what ``use`` shows of ``subject``, or None when it is denied whole; computed once."""
        key = (use.index, id(subject))
        if key not in self._pages:
            self._pages[key] = make_page(use, subject, self.results.get(id(use.need), ()), self.variables)
        return self._pages[key]

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
