"""From a finished run to its ledger entry: who asked what, about whom, of which sources, and how that went.

No content of a record enters an entry: subjects are pseudonyms, fields are names, digests stand for content. What is
the same for every run of a plan is made once per plan. The pseudonym of a subject costs an HMAC, the digest of the
body its length; all else is counting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary

from connectors.clock import now_text
from gateway.caller import Caller
from gateway.configuration import Configuration
from gateway.denials import Denials, denials_of
from gateway.ledger import (
    NOBODY,
    Change,
    Denial,
    Entry,
    Outcome,
    Pseudonym,
    Secret,
    new_receipt,
    pseudonym,
)
from gateway.outcome import outcome_of, standings_of, subjects_of
from gateway.plan.document import Operation, redact
from gateway.plan.model import Plan
from gateway.proof.parts import Encoded
from gateway.provenance.shape import named_shape
from gateway.provenance.traces import traces
from gateway.receipts.link import receipt_link
from gateway.returns.working_days import NO_TERM, WorkingDays
from gateway.run import Run
from gateway.uses import sources_of

SALT_BYTES: Final = 16


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


class _OfPlan:
    """What the entries of a plan have in common: the digest of its shape, and by standing what it denies."""

    __slots__ = ("denials", "shape")

    def __init__(self, plan: Plan) -> None:
        self.shape = named_shape(plan).digest
        self.denials: dict[frozenset[int], Denials] = {}

    def denies(self, plan: Plan, standings: frozenset[int]) -> Denials:
        """Return what ``plan``, whose this is, denies to who stands so to those that an answer is about."""
        denials = self.denials.get(standings)
        if denials is None:
            denials = self.denials[standings] = denials_of(plan, standings)
        return denials


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
        self._of_plans: WeakKeyDictionary[Plan, _OfPlan] = WeakKeyDictionary()

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
        of_plan = self._of_plan(run.plan)
        denials = of_plan.denies(run.plan, standings_of(run, values))
        caller = run.caller
        return Entry(
            receipt=receipt,
            at=now_text(),
            client=caller.client,
            department=caller.department,
            purpose=caller.purpose,
            case=caller.case,
            consent=self._consent(caller),
            operation_hash=operation.sha256,
            operation_name=_name(operation),
            sources=sources_of(run, self._secret, self._days),
            denied=denials.denied + _named(run.withheld) if run.withheld else denials.denied,
            outcome=outcome_of(run, denials),
            policy_version=self._policy_version,
            catalogue_version=self._catalogue_version,
            response_digest=sha256(encoded.body).hexdigest(),
            parts=encoded.parts,
            shape=of_plan.shape,
            traces=traces(run, values, self._secret) if values else (),
            subjects=self._pseudonyms(subjects_of(run, values)),
            elapsed_ms=_milliseconds(started),
        )

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
        return Entry(
            receipt=receipt,
            at=now_text(),
            kind="MUTATION",
            client=caller.client,
            department=caller.department,
            purpose=caller.purpose,
            case=caller.case,
            consent=self._consent(caller),
            operation_hash=operation.sha256,
            operation_name=_name(operation),
            subjects=self._pseudonyms(("USCC", each) for each in dict.fromkeys(changed.subjects)),
            denied=_named(changed.denied),
            outcome=changed.outcome,
            changes=tuple(changed.changes),
            policy_version=self._policy_version,
            catalogue_version=self._catalogue_version,
            response_digest=sha256(encoded.body).hexdigest(),
            parts=encoded.parts,
            elapsed_ms=_milliseconds(started),
        )

    def refusal(self, receipt: str, refused: Refused, count: int = 1) -> Entry:
        """Return the entry of ``receipt`` for a request without an answer, or for ``count`` that were all alike."""
        caller, operation, run = refused.caller, refused.operation, refused.run
        subjects = subjects_of(run, refused.values) if run is not None else ()
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

    def _of_plan(self, plan: Plan) -> _OfPlan:
        of_plan = self._of_plans.get(plan)
        if of_plan is None:
            of_plan = self._of_plans[plan] = _OfPlan(plan)
        return of_plan

    def _consent(self, caller: Caller) -> Pseudonym | None:
        return pseudonym(self._secret, "consent", caller.consent) if caller.consent else None

    def _pseudonyms(self, subjects: Iterable[tuple[str, str]]) -> tuple[Pseudonym, ...]:
        return tuple([pseudonym(self._secret, scheme, value) for scheme, value in subjects])


def _named(denied: Iterable[tuple[str, str]]) -> tuple[Denial, ...]:
    """Return field and reason as denials, each once."""
    return tuple(Denial(field=name, reason=reason) for name, reason in dict.fromkeys(denied))


def _name(operation: Operation) -> str | None:
    return redact(operation.name) if operation.name else None


def _milliseconds(started: float) -> int:
    return round((monotonic() - started) * 1000)
