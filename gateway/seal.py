"""From a finished run to its ledger entry: who asked what, about whom, of which sources, and how that went.

No content of a record enters an entry: subjects are pseudonyms, fields are names, digests stand for content. What is
the same for every run of a plan is made once per plan. The pseudonym of a subject costs an HMAC, the digest of the
body its length; all else is counting.

Subjects are whoever the answer is about: by USCC every organization that a key, a link or a list of candidates led to,
by PERSON every person whose other roles were asked for, and each key that led nowhere, under its scheme or UNSTATED.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from connectors.clock import now_text
from gateway.caller import Caller
from gateway.configuration import Configuration
from gateway.ledger import (
    NOBODY,
    Change,
    Denial,
    Entry,
    Kind,
    Outcome,
    Pseudonym,
    Secret,
    SourceUse,
    new_receipt,
    pseudonym,
)
from gateway.ledger.entry import SectionTrace
from gateway.plan.document import Operation, redact
from gateway.plan.model import Plan, Selected
from gateway.proof.parts import Encoded
from gateway.provenance.shape import named_shape
from gateway.provenance.traces import traces
from gateway.receipts.link import receipt_link
from gateway.resolve import named_in
from gateway.returns.working_days import NO_TERM, WorkingDays
from gateway.run import Run
from gateway.subject import Subject
from gateway.uses import sources_of
from schema.entities import CROSSWALK

SALT_BYTES: Final = 16
KNOWN: Final = frozenset({"COMPLETE", "NOT_COVERED"})
"""States of sections that leave nothing to be asked for."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What a plan denies its caller; ``all`` tells that no source may be asked for anything that the plan needs."""

    denied: tuple[Denial, ...]
    all: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of sources, what was refused, and how it ended."""

    kind: Kind
    sources: dict[str, tuple[SourceUse, ...]]
    denied: tuple[Denial, ...]
    outcome: Outcome
    shape: str = ""
    traces: tuple[SectionTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """What a mutation came to: the USCCs it touched, the fields ``denied`` with the reason, its outcome and changes."""

    subjects: Sequence[str]
    denied: Sequence[tuple[str, str]]
    outcome: Outcome
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that got no answer: whose it was, the ``code`` it got, and what is known of it. ``failed``: by a fault.

    ``body`` is what was told, ``started`` of the monotonic clock; what was asked of sources stands in ``run``.
    """

    client: str
    code: str
    failed: bool = False
    body: bytes = b""
    caller: Caller | None = None
    operation: Operation | None = None
    run: Run | None = None
    values: Sequence[Sequence[Any]] = ()
    started: float | None = None


class Seal:
    """Makes the entries of one installation.

    ``public_url`` is where clients reach it, empty for a relative link; ``days`` tell what was published in time.
    """

    def __init__(
        self,
        secret: Secret,
        catalogue_version: str,
        policy_version: str,
        public_url: str = "",
        days: WorkingDays = NO_TERM,
    ) -> None:
        self._secret = secret
        self._catalogue_version = catalogue_version
        self._policy_version = policy_version
        self._public_url = public_url
        self._days = days
        self._refusals: WeakKeyDictionary[Plan, dict[frozenset[int], Refusals]] = WeakKeyDictionary()

    @classmethod
    def of(cls, configuration: Configuration, secret: Secret) -> "Seal":
        """Return the seal of an installation that works by ``configuration``."""
        return cls(
            secret,
            configuration.catalogue.version,
            configuration.rules_version,
            configuration.settings.tokens.public_url,
            configuration.working_days,
        )

    def told(self, receipt: str) -> dict[str, str]:
        """Return what a response says of its ``receipt``: its id, and where it is to be had."""
        return {"id": receipt, "link": receipt_link(self._public_url, receipt)}

    def salted(self, receipt: str) -> dict[str, str]:
        """Return the same with the salt of an answer: what the digests of its parts hold and the ledger does not."""
        return {**self.told(receipt), "salt": token_hex(SALT_BYTES)}

    def entry(
        self,
        receipt: str,
        run: Run,
        operation: Operation,
        values: Sequence[Sequence[Any]],
        encoded: Encoded,
        started: float,
    ) -> Entry:
        """Return the entry of ``receipt``: ``values`` as `complete` takes them, ``started`` of the monotonic clock."""
        refusals = self._refused(run.plan, _standings(run, values))
        subjects = _subjects(run, values)
        withheld = tuple(Denial(field=name, reason=reason) for name, reason in dict.fromkeys(run.withheld))
        asked = Asked(
            "QUERY",
            sources_of(run, self._secret, self._days),
            refusals.denied + withheld,
            _outcome(run, refusals),
            named_shape(run.plan).digest,
            traces(run, values, self._secret) if values else (),
        )
        return self._entry(receipt, run.caller, operation, subjects, asked, encoded, started)

    def mutation_entry(
        self,
        receipt: str,
        caller: Caller,
        operation: Operation,
        changed: Changed,
        encoded: Encoded,
        started: float,
    ) -> Entry:
        """Return the entry of ``receipt`` for a mutation, which asks no source."""
        denied = tuple(Denial(field=name, reason=reason) for name, reason in dict.fromkeys(changed.denied))
        subjects = (("USCC", each) for each in changed.subjects)
        asked = Asked("MUTATION", {}, denied, changed.outcome)
        entry = self._entry(receipt, caller, operation, subjects, asked, encoded, started)
        return replace(entry, changes=tuple(changed.changes)) if changed.changes else entry

    def refusal(self, receipt: str, refused: Refused, count: int = 1) -> Entry:
        """Return the entry of ``receipt`` for a request without an answer, or for ``count`` that were all alike."""
        caller, operation, run = refused.caller, refused.operation, refused.run
        subjects = _subjects(run, refused.values) if run is not None else ()
        return Entry(
            receipt=receipt,
            at=now_text(),
            kind="REFUSAL",
            client=refused.client,
            department=caller.department if caller is not None else None,
            purpose=caller.purpose if caller is not None else "",
            case=caller.case if caller is not None else None,
            consent=self._consent(caller) if caller is not None else None,
            operation_hash=operation.sha256 if operation is not None else "",
            operation_name=_name(operation) if operation is not None else None,
            subjects=self._pseudonyms(subjects),
            sources=sources_of(run, self._secret, self._days) if run is not None else {},
            outcome="FAILED" if refused.failed else "REFUSED",
            code=refused.code,
            count=count,
            policy_version=self._policy_version,
            catalogue_version=self._catalogue_version,
            response_digest=sha256(refused.body).hexdigest() if refused.body else "",
            elapsed_ms=_milliseconds(refused.started) if refused.started is not None else 0,
        )

    def event(
        self, receipt: str, caller: Caller, subjects: Iterable[tuple[str, str]], change: Change, body: bytes
    ) -> Entry:
        """Return the entry of ``receipt`` for a message that nobody asked for at this moment: ``body`` is what it says.

        It belongs to what ``change`` names: a watch of ``caller``.
        """
        return Entry(
            receipt=receipt,
            at=now_text(),
            kind="EVENT",
            client=caller.client,
            department=caller.department,
            purpose=caller.purpose,
            case=caller.case,
            consent=self._consent(caller),
            subjects=self._pseudonyms(subjects),
            outcome="ANSWERED",
            changes=(change,),
            policy_version=self._policy_version,
            catalogue_version=self._catalogue_version,
            response_digest=sha256(body).hexdigest(),
        )

    def change(self, *changes: Change, outcome: Outcome = "ANSWERED") -> Entry:
        """Return the entry of an administrative change that the installation itself made or noticed."""
        return Entry(
            receipt=new_receipt(),
            at=now_text(),
            kind="CHANGE",
            client=NOBODY,
            department=None,
            purpose="",
            case=None,
            outcome=outcome,
            changes=changes,
            policy_version=self._policy_version,
            catalogue_version=self._catalogue_version,
            response_digest="",
        )

    def _consent(self, caller: Caller) -> Pseudonym | None:
        return pseudonym(self._secret, "consent", caller.consent) if caller.consent else None

    def _pseudonyms(self, subjects: Iterable[tuple[str, str]]) -> tuple[Pseudonym, ...]:
        return tuple(pseudonym(self._secret, scheme, value) for scheme, value in dict.fromkeys(subjects))

    def _entry(
        self,
        receipt: str,
        caller: Caller,
        operation: Operation,
        subjects: Iterable[tuple[str, str]],
        asked: Asked,
        encoded: Encoded,
        started: float,
    ) -> Entry:
        return Entry(
            receipt=receipt,
            at=now_text(),
            kind=asked.kind,
            client=caller.client,
            department=caller.department,
            purpose=caller.purpose,
            case=caller.case,
            consent=self._consent(caller),
            operation_hash=operation.sha256,
            operation_name=_name(operation),
            subjects=self._pseudonyms(subjects),
            sources=asked.sources,
            denied=asked.denied,
            outcome=asked.outcome,
            policy_version=self._policy_version,
            catalogue_version=self._catalogue_version,
            response_digest=sha256(encoded.body).hexdigest(),
            parts=encoded.parts,
            shape=asked.shape,
            traces=asked.traces,
            elapsed_ms=_milliseconds(started),
        )

    def _refused(self, plan: Plan, standings: frozenset[int]) -> Refusals:
        known = self._refusals.setdefault(plan, {})
        if standings not in known:
            known[standings] = refusals_of(plan, standings)
        return known[standings]


def refusals_of(plan: Plan, standings: frozenset[int] = frozenset({0})) -> Refusals:
    """Return what ``plan`` denies: `Entity.*`, `Entity.field` or, for a link, `Type.field`, each reason once.

    ``standings`` are the ways in which the caller stands to those that the answer is about.
    """
    needs = [need for stage in plan.stages for need in stage.needs.values()]
    asks = [ask for need in needs for ask in need.asks if any(map(ask.is_for, standings))]
    pairs = [(f"{ask.entity_name}.*", ask.refused) for ask in asks if ask.refused is not None]
    pairs += [(f"{ask.entity_name}.{name}", decision) for ask in asks for name, decision in ask.denied.items()]
    links = {id(each): each for root in plan.roots for each in _links(root.selected)}
    pairs += [
        (f"{each.parent}.{each.name}", each.follow.denied)
        for each in links.values()
        if each.follow is not None and each.follow.denied is not None
    ]
    denied = dict.fromkeys((name, decision.reason.value) for name, decision in pairs)
    return Refusals(
        tuple(Denial(field=name, reason=reason) for name, reason in denied),
        bool(asks) and all(ask.refused is not None for ask in asks),
    )


def _standings(run: Run, values: Sequence[Sequence[Any]]) -> frozenset[int]:
    if len(run.caller.standings) == 1:
        return frozenset({0})
    subjects = [*(each for found in values for each in found if isinstance(each, Subject)), *run.links]
    return frozenset(map(run.standing, subjects)) or frozenset({0})


def _links(selected: Selected) -> Iterator[Selected]:
    """Yield the links at and below ``selected``; selections that types share are walked once."""
    if selected.follow is not None:
        yield selected
    for children in {id(each): each for each in selected.children.values()}.values():
        for child in children:
            yield from _links(child)


def _subjects(run: Run, values: Sequence[Sequence[Any]]) -> Iterator[tuple[str, str]]:
    """Yield scheme and value of everybody whom the answer is about."""
    yield from named_in(values)
    yield from run.about
    for linked in run.links:
        scheme = "USCC" if isinstance(linked, Subject) else "PERSON"
        yield from ((scheme, key) for key in linked.keys(scheme))


def _outcome(run: Run, refusals: Refusals) -> Outcome:
    """Return how the run ended, by its sources; the registry's crosswalk counts where nothing else was asked."""
    reached = [each for ask, _, each in run.calls if ask.entity_name != CROSSWALK]
    if not reached and refusals.all:
        return "DENIED"
    reached = reached or [each for _, _, each in run.calls]
    if reached and not any(each.answered for each in reached):
        return "FAILED"
    known = all(page.state in KNOWN for _, page in run.shown())
    whole = known and all(each.whole for _, _, each in run.calls)
    return "ANSWERED" if whole and not run.errors and not refusals.denied else "PARTIAL"


def _name(operation: Operation) -> str | None:
    return redact(operation.name) if operation.name else None


def _milliseconds(started: float) -> int:
    return round((monotonic() - started) * 1000)
