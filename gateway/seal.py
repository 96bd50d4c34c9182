"""From a finished run to its ledger entry: who asked what, about whom, of which sources, and how that went.

No content of a record enters an entry: subjects are pseudonyms, fields are names, digests stand for content. What is
the same for every run of a plan is made once per plan. The pseudonym of a subject costs an HMAC, the digest of the
body its length; all else is counting.

Subjects are whoever the answer is about: by USCC every organization that a key, a link or a list of candidates led to,
by PERSON every person whose other roles were asked for, and each key that led nowhere, under its scheme or UNSTATED.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary

from connectors.base import Batch
from connectors.clock import now_text
from gateway.caller import Caller
from gateway.ledger import Denial, Entry, Outcome, Secret, SourceUse, pseudonym
from gateway.plan.document import Operation, redact
from gateway.plan.model import Plan, Selected
from gateway.reach import Reached
from gateway.resolve import named_in
from gateway.run import Run
from gateway.subject import Subject
from schema.entities import CROSSWALK

Place = tuple[str, str]
"""A source's name and an entity's."""
Call = tuple[Batch, Reached]
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

    sources: dict[str, tuple[SourceUse, ...]]
    denied: tuple[Denial, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Changed:
    """What a mutation came to: the USCCs it touched, the fields that were ``denied`` with the reason, its outcome."""

    subjects: Sequence[str]
    denied: Sequence[tuple[str, str]]
    outcome: Outcome


class Seal:
    """Makes the entries of one installation."""

    def __init__(self, secret: Secret, catalogue_version: str, policy_version: str) -> None:
        self._secret = secret
        self._catalogue_version = catalogue_version
        self._policy_version = policy_version
        self._refusals: WeakKeyDictionary[Plan, dict[frozenset[int], Refusals]] = WeakKeyDictionary()

    def entry(
        self,
        receipt: str,
        run: Run,
        operation: Operation,
        values: Sequence[Sequence[Any]],
        body: bytes,
        started: float,
    ) -> Entry:
        """Return the entry of ``receipt``: ``values`` as `complete` takes them, ``started`` of the monotonic clock."""
        refusals = self._refused(run.plan, _standings(run, values))
        subjects = _subjects(run, values)
        asked = Asked(_sources(run, self._secret), refusals.denied, _outcome(run, refusals))
        return self._entry(receipt, run.caller, operation, subjects, asked, body, started)

    def mutation_entry(
        self,
        receipt: str,
        caller: Caller,
        operation: Operation,
        changed: Changed,
        body: bytes,
        started: float,
    ) -> Entry:
        """Return the entry of ``receipt`` for a mutation, which asks no source."""
        denied = tuple(Denial(field=name, reason=reason) for name, reason in dict.fromkeys(changed.denied))
        subjects = (("USCC", each) for each in changed.subjects)
        asked = Asked({}, denied, changed.outcome)
        return self._entry(receipt, caller, operation, subjects, asked, body, started)

    def _entry(
        self,
        receipt: str,
        caller: Caller,
        operation: Operation,
        subjects: Iterable[tuple[str, str]],
        asked: Asked,
        body: bytes,
        started: float,
    ) -> Entry:
        return Entry(
            receipt=receipt,
            at=now_text(),
            client=caller.client,
            department=caller.department,
            purpose=caller.purpose,
            case=caller.case,
            consent=pseudonym(self._secret, "consent", caller.consent) if caller.consent else None,
            operation_hash=operation.sha256,
            operation_name=redact(operation.name) if operation.name else None,
            subjects=tuple(pseudonym(self._secret, scheme, value) for scheme, value in dict.fromkeys(subjects)),
            sources=asked.sources,
            denied=asked.denied,
            outcome=asked.outcome,
            policy_version=self._policy_version,
            catalogue_version=self._catalogue_version,
            response_digest=sha256(body).hexdigest(),
            elapsed_ms=round((monotonic() - started) * 1000),
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


def _sources(run: Run, secret: Secret) -> dict[str, tuple[SourceUse, ...]]:
    """Return what was asked of each source, entity by entity, and how it went."""
    calls, shown = _calls(run), _shown(run)
    sources: dict[str, tuple[SourceUse, ...]] = {}
    for place in sorted({**calls, **shown}):
        source, entity = place
        use = _use(entity, calls.get(place, ()), shown.get(place), secret)
        sources[source] = (*sources.get(source, ()), use)
    return sources


def _calls(run: Run) -> dict[Place, list[Call]]:
    calls: dict[Place, list[Call]] = {}
    for ask, batch, reached in run.calls:
        calls.setdefault((ask.source.name, ask.entity_name), []).append((batch, reached))
    return calls


def _shown(run: Run) -> dict[Place, dict[str, int]]:
    """Return the statuses in the coverage of all sections, counted."""
    shown: dict[Place, dict[str, int]] = {}
    for use, page in run.shown():
        entity = use.need.entity
        for reached in page.coverage:
            counts = shown.setdefault((reached.source, entity), {})
            counts[reached.status] = counts.get(reached.status, 0) + 1
    return shown


def _use(entity: str, calls: Sequence[Call], shown: dict[str, int] | None, secret: Secret) -> SourceUse:
    """Return one entity's part: its statuses as coverage shows them, or as the calls went where no section does."""
    if len(calls) == 1:
        batch, reached = calls[0]
        fields, went = batch.fields, {reached.status: 1}
        digests = reached.answer.digest if reached.answer is not None else ""
    else:
        fields = tuple(sorted({name for batch, _ in calls for name in batch.fields}))
        went = dict(Counter(reached.status for _, reached in calls))
        digests = "".join(sorted(reached.answer.digest for _, reached in calls if reached.answer is not None))
    digest = pseudonym(secret, "answer", digests) if digests else None  # what it stands for holds personal numbers
    return SourceUse(entity=entity, fields=fields, calls=len(calls), statuses=shown or went, digest=digest)


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
