"""The path of a mutation: carried out by the schema's executor, one field after the other, then sealed and told.

What a field changes is on disk before the executor goes on (`gateway.consents`); the entry of the ledger is on disk
before the answer leaves. When the ledger fails in between, the caller hears LEDGER_UNAVAILABLE and sends the mutation
again under its idempotency key.

# INVARIANT: a mutation that has begun is carried out and sealed whole, also when its caller goes: nobody changes
anything past the ledger by hanging up.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Final
from uuid import uuid4

from graphql import ExecutionResult, FieldNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, execute
from graphql.language import FragmentSpreadNode, InlineFragmentNode, SelectionNode

from gateway.caller import Caller
from gateway.carried import Carried
from gateway.checks.checker import Checker
from gateway.checks.model import ShownCheck
from gateway.checks.run import CheckChanges
from gateway.consents.changes import Changes as ConsentChanges
from gateway.consents.consents import Consents
from gateway.consents.input import Terms
from gateway.consents.shown import ShownConsent, ShownRevocation
from gateway.errors import BadQuery, TooCostly
from gateway.http import GraphQLRequest, Reply
from gateway.ledger import Change, Ledger, Outcome, new_receipt
from gateway.measures.register import Register
from gateway.measures.told import MeasureChanges
from gateway.objections.changes import Filing, ObjectionChanges
from gateway.objections.shown import ShownNotice, ShownObjection
from gateway.plan.document import Operation, redact
from gateway.policy import Policy
from gateway.proof.parts import encode
from gateway.reports.changes import Orders, ReportChanges, ShownDocument
from gateway.screening.changes import Beginnings, ScreeningChanges
from gateway.screening.shown import ShownScreening
from gateway.seal import Changed, Seal
from gateway.watch.changes import WatchChanges, Watching
from gateway.watch.shown import ShownWatch
from gateway.watch.tables import Message
from schema.check import CheckInput
from schema.consent import RecordConsentInput, RevokeConsentInput
from schema.measure import MeasureReport, ReportMeasureInput
from schema.objection import AdvanceObjectionInput, FileObjectionInput, NoticeRepairInput
from schema.report import CreditReportInput
from schema.screening import AnnounceScreeningInput, StartScreeningInput
from schema.watch import RequeueWatchMessagesInput, StartWatchInput, StopWatchInput

MAXIMUM_CHANGES: Final = 20
"""Fields of one mutation, aliases counted."""
REFUSED: Final = frozenset(
    {
        *("INPUT_INVALID", "MUTATION_REUSED", "CONSENT_UNKNOWN", "RECEIPT_UNKNOWN", "OBJECTION_UNKNOWN"),
        *("OBJECTION_EXISTS", "OBJECTIONS_TOO_MANY", "STEP_ILLEGAL"),
        *("WEBHOOK_MISSING", "WATCH_UNKNOWN", "WATCHES_TOO_MANY"),
        *("RULE_SET_UNKNOWN", "SCREENINGS_TOO_MANY", "SUBJECT_NOT_RESOLVED"),
    }
)

_log = logging.getLogger("gateway.mutate")


@dataclass(frozen=True, slots=True)
class Changes:
    """What the fields of one mutation are carried out by (`schema.mutation.Changes`), and what they came to together.

    ``subjects`` are the USCCs that were named or touched, ``denied`` the fields that were refused with the reason.
    """

    consents: ConsentChanges
    objections: ObjectionChanges
    checks: CheckChanges
    measures: MeasureChanges
    screenings: ScreeningChanges
    watches: WatchChanges
    reports: ReportChanges

    @property
    def parts(self) -> tuple[Carried, ...]:
        """Those who carry fields out."""
        return self.consents, self.objections, self.checks, self.measures, self.screenings, self.watches, self.reports

    @property
    def done(self) -> int:
        """How many fields were carried out."""
        return sum(each.done for each in self.parts)

    @property
    def subjects(self) -> list[str]:
        """The USCCs that were named or touched."""
        return [subject for each in self.parts for subject in each.subjects]

    @property
    def denied(self) -> list[tuple[str, str]]:
        """The fields that were refused, each with the reason."""
        return [denied for each in self.parts for denied in each.denied]

    @property
    def noted(self) -> list[Change]:
        """What became of which objection, notice, measure or watch."""
        return [change for each in self.parts for change in each.changes]

    async def record_consent(self, given: RecordConsentInput) -> ShownConsent:
        """Return the consent as recorded, on disk; raises GraphQLError."""
        return await self.consents.record_consent(given)

    async def revoke_consent(self, given: RevokeConsentInput) -> ShownRevocation:
        """Return the revocation, on disk; raises GraphQLError."""
        return await self.consents.revoke_consent(given)

    async def file_objection(self, given: FileObjectionInput) -> ShownObjection:
        """Return the objection as filed, on disk; raises GraphQLError."""
        return await self.objections.file_objection(given)

    async def advance_objection(self, given: AdvanceObjectionInput) -> ShownObjection:
        """Return the objection, stepped on and on disk; raises GraphQLError."""
        return await self.objections.advance_objection(given)

    async def notice_repair(self, given: NoticeRepairInput) -> ShownNotice:
        """Return the notice as it counts, on disk; raises GraphQLError."""
        return await self.objections.notice_repair(given)

    async def start_watch(self, given: StartWatchInput) -> ShownWatch:
        """Return the watch as started, on disk; raises GraphQLError."""
        return await self.watches.start_watch(given)

    async def stop_watch(self, given: StopWatchInput) -> ShownWatch:
        """Return the watch as stopped, on disk; raises GraphQLError."""
        return await self.watches.stop_watch(given)

    async def requeue_watch_messages(self, given: RequeueWatchMessagesInput) -> Sequence[Message]:
        """Return the messages that are put back, on disk; raises GraphQLError."""
        return await self.watches.requeue_watch_messages(given)

    async def run_credit_check(self, given: CheckInput) -> ShownCheck:
        """Return the check, its questions in the ledger; raises GraphQLError."""
        return await self.checks.run_credit_check(given)

    async def report_measure_applied(self, given: ReportMeasureInput) -> MeasureReport:
        """Return the report, which the entry keeps; raises GraphQLError."""
        return await self.measures.report_measure_applied(given)

    async def start_screening(self, given: StartScreeningInput) -> ShownScreening:
        """Return the screening as begun, on disk; raises GraphQLError."""
        return await self.screenings.start_screening(given)

    async def announce_screening(self, given: AnnounceScreeningInput) -> ShownScreening:
        """Return the screening as announced, on disk; raises GraphQLError."""
        return await self.screenings.announce_screening(given)

    async def create_credit_report(self, given: CreditReportInput) -> ShownDocument:
        """Return the report, its issue in the ledger; raises GraphQLError."""
        return await self.reports.create_credit_report(given)


@dataclass(frozen=True, slots=True)
class Mutations:
    """Everything a mutation needs; made once by `gateway.app`."""

    schema: GraphQLSchema
    policy: Policy
    consents: Consents
    terms: Terms
    filing: Filing
    checker: Checker
    register: Register
    screenings: Beginnings
    ledger: Ledger
    seal: Seal
    watching: Watching
    orders: Orders
    _running: set[asyncio.Task[Reply]] = field(default_factory=set, repr=False)

    async def answer(
        self, request: GraphQLRequest, operation: Operation, caller: Caller, today: str, started: float
    ) -> Reply:
        """Return the answer to the mutation ``operation`` of ``request``, its ledger entry durable.

        Raises `RequestError`. ``today`` is ISO 8601, ``started`` of the monotonic clock.
        """
        if sum(1 for _ in _fields(operation.node, operation)) > MAXIMUM_CHANGES:
            raise TooCostly(f"a mutation takes at most {MAXIMUM_CHANGES} fields")
        work = asyncio.create_task(self._carry_out(request, operation, caller, today, started))
        self._running.add(work)
        work.add_done_callback(self._done)
        return await asyncio.shield(work)

    async def finish(self) -> None:
        """Return when nothing is being carried out any more."""
        if self._running:
            await asyncio.wait(self._running)

    def _done(self, work: asyncio.Task[Reply]) -> None:
        self._running.discard(work)
        if not work.cancelled():
            work.exception()  # whoever waited has it; when nobody does, it is not to be reported as forgotten

    async def _carry_out(
        self, request: GraphQLRequest, operation: Operation, caller: Caller, today: str, started: float
    ) -> Reply:
        policy = self.policy.on(today)
        consents = ConsentChanges(self.consents, policy, self.terms, caller, today)
        checks = CheckChanges(self.checker, policy, self.filing.catalogue, caller, today)
        measures = MeasureChanges(self.register, policy, caller, today)
        screenings = ScreeningChanges(self.screenings, policy, caller, today)
        watches = WatchChanges(self.watching, caller)
        objections = ObjectionChanges(self.filing, policy, caller, today)
        reports = ReportChanges(self.orders, caller)
        changes = Changes(consents, objections, checks, measures, screenings, watches, reports)
        result = await self._execute(request, operation, changes)
        errors = [_told(error) for error in result.errors or ()]
        receipt = new_receipt()
        told = self.seal.salted(receipt)
        response: dict[str, Any] = {"data": result.data, "extensions": {"receipt": told}}
        encoded = encode(response | ({"errors": errors} if errors else {}), told["salt"])
        changed = Changed(changes.subjects, changes.denied, _outcome(changes.done, errors), changes.noted)
        await self.ledger.append(self.seal.mutation_entry(receipt, caller, operation, changed, encoded, started))
        return Reply(encoded.body, partial=bool(errors))

    async def _execute(self, request: GraphQLRequest, operation: Operation, changes: Changes) -> ExecutionResult:
        running = execute(
            self.schema,
            operation.document,
            context_value=changes,
            variable_values=request.variables,
            operation_name=request.operation_name,
            hide_suggestions=True,
        )
        result = await running if isawaitable(running) else running
        if result.data is None and result.errors and result.errors[0].path is None:
            raise BadQuery(redact(result.errors[0].message))
        return result


def _fields(node: OperationDefinitionNode, operation: Operation) -> Iterator[FieldNode]:
    """Yield the fields that ``node`` selects at its root; a fragment that is spread twice is walked once."""
    seen: set[str] = set()
    open_: list[SelectionNode] = list(node.selection_set.selections)
    while open_:
        selection = open_.pop()
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            open_.extend(selection.selection_set.selections)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)
            open_.extend(operation.fragments[selection.name.value].selection_set.selections)


def _told(error: GraphQLError) -> dict[str, Any]:
    """Return ``error`` as the response has it; of a fault of ours only an id, under which the log tells its kind."""
    told: dict[str, Any] = {"message": redact(error.message)}
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        failed = uuid4().hex
        _log.error("mutation failed: id=%s kind=%s", failed, type(error.original_error).__name__)
        told = {"message": "the gateway failed to carry this out; the id finds this failure in its log"}
        told["extensions"] = {"code": "INTERNAL", "id": failed}
    else:
        told["extensions"] = dict(error.extensions or {"code": BadQuery.code})
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return told | {"path": error.path}


def _outcome(done: int, errors: list[dict[str, Any]]) -> Outcome:
    """Return how the mutation ended: DENIED, REFUSED (the input) and FAILED mean that nothing was changed."""
    if not errors:
        return "ANSWERED"
    if done:
        return "PARTIAL"
    codes = {error["extensions"]["code"] for error in errors}
    if codes == {"FIELD_FORBIDDEN"}:
        return "DENIED"
    return "REFUSED" if codes <= REFUSED | {"FIELD_FORBIDDEN"} else "FAILED"
