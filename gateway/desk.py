"""The one line of the gateway: identify -> parse+validate -> plan -> fetch -> complete -> seal.

Read `Desk.answer` first, then each call in order; nothing calls back up. What stands before *fetch* is pure, but for
the client's budgets: a request is counted once it is known whose it is, its cost once it is planned.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final, TypeVar

import msgspec
from graphql import GraphQLSchema
from graphql.execution.values import VariableValues

from connectors.clock import today_text
from gateway.auth import Authenticator, Presented
from gateway.caller import Caller
from gateway.catalogue import Catalogue
from gateway.catalogue.shown import REGISTERS
from gateway.coalesce import Coalescer
from gateway.complete import UNTOLD, complete, introspect
from gateway.consents import Named, references
from gateway.consents.consents import Consents
from gateway.crosswalk import Lookup
from gateway.departments import Department
from gateway.disclosure import Rules
from gateway.errors import BadQuery, MethodNotAllowed, RequestError
from gateway.failure import report
from gateway.fetch import fetch_stage
from gateway.guard import Guard, Inquiry
from gateway.http import GraphQLRequest, Reply
from gateway.inner import Answered, Question
from gateway.ledger import Kind, Ledger, new_receipt
from gateway.limits.budgets import Account, Budgets
from gateway.limits.check import check_plan
from gateway.limits.trusted import TrustedDocuments
from gateway.mutate import Mutations
from gateway.objections.marks import Mirror
from gateway.own import Own, Stream, Told
from gateway.plan.asks import Rights
from gateway.plan.cache import Compiled, Plans
from gateway.plan.document import Documents, Operation
from gateway.plan.explain import Wish, explain, explain_wish
from gateway.plan.model import RootField
from gateway.policy import Policy
from gateway.project.flags import Flag
from gateway.proof.parts import Encoded, encode
from gateway.provenance.map import provenance_map, provenance_wish
from gateway.provenance.shape import named_shape
from gateway.refusals import Attempt, Refusals
from gateway.registers import source_statuses
from gateway.resolve import named_in, resolve_root, users_of
from gateway.run import Run
from gateway.seal import Seal
from gateway.together import together

T = TypeVar("T")
SCREENING_SECONDS: Final = 600.0
"""How long the question about a slice of a screening may take: nobody waits for it, and sources keep their pace."""
NOTHING_NAMED: Final = Named()


@dataclass(frozen=True, slots=True)
class Begun:
    """A query that was planned and is within its limits: nothing was fetched yet."""

    receipt: str
    compiled: Compiled
    run: Run
    inquiry: Inquiry
    cost: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything an answer needs; made once by `gateway.app`."""

    schema: GraphQLSchema
    documents: Documents
    plans: Plans
    authenticator: Authenticator
    policy: Policy
    catalogue: Catalogue
    rules: Rules
    departments: Mapping[str, Department]
    sources: Mapping[str, Coalescer]
    ledger: Ledger
    consents: Consents
    marks: Mirror
    own: Mapping[str, Own]
    streams: Mapping[str, Stream]
    mutations: Mutations
    seal: Seal
    refusals: Refusals
    guard: Guard
    deadline_seconds: float
    budgets: Budgets
    trusted: TrustedDocuments

    async def answer(self, request: GraphQLRequest, presented: Presented) -> Reply:
        """Return the answer to ``request`` or raise the `RequestError` that refuses it, its ledger entry durable."""
        attempt = Attempt(monotonic())
        return await self._recorded(self._admit(request, presented, attempt), attempt)

    async def take(self, request: GraphQLRequest, identifying: Awaitable[Caller]) -> Reply | Operation:
        """Return the answer to ``request``, which came over a connection whose caller is found by ``identifying``.

        A subscription is not answered: its operation is returned, the request counted. Raises as `answer` does.
        """
        attempt = Attempt(monotonic())
        return await self._recorded(self._take(request, identifying, attempt), attempt)

    async def ask(self, question: Question) -> Answered:
        """Return the answer to a query of the gateway's own, its ledger entry durable; raises `RequestError`.

        It is planned, guarded, paid for and sealed as if its caller had sent it; only requests are not counted.
        """
        attempt = Attempt(monotonic(), question.caller.client, question.caller)
        return await self._recorded(self._ask(question, attempt), attempt)

    async def admit(self, presented: Presented) -> tuple[Caller, Account]:
        """Return who sends a request that is no GraphQL, and its account, the request counted; raises `RequestError`.

        What it takes is asked for by `ask`.
        """
        attempt = Attempt(monotonic())
        return await self._recorded(self._admitted(presented, attempt), attempt)

    def turned_away(self, error: RequestError) -> None:
        """Note that a request was refused by ``error`` before the desk heard of it."""
        self.refusals.count(error, self.seal)

    async def _recorded(self, working: Awaitable[T], attempt: Attempt) -> T:
        """Return what ``working`` comes to; where that is no answer, its entry is written first."""
        with self.ledger.under_way:
            try:
                return await working
            except RequestError as error:
                attempt.client = error.client or attempt.client
                await self.refusals.record(error, attempt, self.seal)
                raise
            except asyncio.CancelledError:
                self.refusals.gone(attempt, self.seal)
                raise
            except Exception as error:
                failed = report(error)
                await self.refusals.record(failed, attempt, self.seal)
                raise failed from error

    async def _admitted(self, presented: Presented, attempt: Attempt) -> tuple[Caller, Account]:
        caller = attempt.caller = await self.authenticator.identify(presented)
        attempt.client = caller.client
        account = self.budgets.account(caller.client)
        try:
            await account.request()
        except RequestError as error:
            error.headers.update(account.headers)
            raise
        return caller, account

    async def _admit(self, request: GraphQLRequest, presented: Presented, attempt: Attempt) -> Reply:
        caller = attempt.caller = await self.authenticator.identify(presented)
        attempt.client = caller.client
        account = self.budgets.account(caller.client)
        try:
            reply = await self._answer(request, caller, account, attempt)
        except RequestError as error:
            error.headers.update(account.headers)
            raise
        return Reply(reply.body, reply.executed, reply.partial, {**reply.headers, **account.headers})

    async def _take(
        self, request: GraphQLRequest, identifying: Awaitable[Caller], attempt: Attempt
    ) -> Reply | Operation:
        caller = attempt.caller = await identifying
        attempt.client = caller.client
        account = self.budgets.account(caller.client)
        await account.request()
        operation, wish = self._operation(request, caller, account)
        if operation.is_subscription:
            return operation
        return await self._respond(request, operation, wish, caller, account, attempt)

    async def _answer(self, request: GraphQLRequest, caller: Caller, account: Account, attempt: Attempt) -> Reply:
        await account.request()
        operation, wish = self._operation(request, caller, account)
        return await self._respond(request, operation, wish, caller, account, attempt)

    async def _respond(
        self,
        request: GraphQLRequest,
        operation: Operation,
        wish: Wish,
        caller: Caller,
        account: Account,
        attempt: Attempt,
    ) -> Reply:
        attempt.operation = operation
        provenance = provenance_wish(request.extensions)
        variables, today = self.documents.variables(operation, request.variables), today_text()
        if operation.is_subscription:
            raise BadQuery("a subscription is taken over WebSocket, or with `Accept: text/event-stream`")
        if not operation.is_query:
            return await self.mutations.answer(request, operation, caller, today, attempt.started)
        caller, named = await self.consented(caller, today)
        begun = self._begin(operation, variables, caller, today, account, attempt, provenance=provenance)
        extensions = _extensions(self.seal.salted(begun.receipt), begun.run, wish, named, begun.cost)
        if wish == "only":
            return await self._explain(begun.run, operation, begun.receipt, extensions, attempt.started)
        await account.pay(begun.cost)
        data = await self._carry_out(begun, operation, request.variables, attempt)
        if provenance:
            extensions["provenance"] = provenance_map(begun.run, attempt.values)
        encoded = await self._sealed(begun.run, operation, data, extensions, attempt)
        return Reply(encoded.body, partial=bool(begun.run.errors))

    async def _ask(self, question: Question, attempt: Attempt) -> Answered:
        today = today_text()
        operation = attempt.operation = self.documents.operation(question.document, None)
        variables = self.documents.variables(operation, dict(question.variables))
        caller, _ = await self.consented(question.caller, today)
        account = self.budgets.account(caller.client)
        seconds = SCREENING_SECONDS if question.kind == "SCREENING" else None
        begun = self._begin(operation, variables, caller, today, account, attempt, seconds=seconds)
        await account.pay(begun.cost)
        data = await self._carry_out(begun, operation, question.variables, attempt)
        extensions = {"receipt": self.seal.salted(begun.receipt)}
        encoded = await self._sealed(begun.run, operation, data, extensions, attempt, question.kind)
        return Answered(begun.receipt, encoded.body)

    def _begin(
        self,
        operation: Operation,
        variables: VariableValues,
        caller: Caller,
        today: str,
        account: Account,
        attempt: Attempt,
        *,
        provenance: bool = False,
        seconds: float | None = None,
    ) -> Begun:
        """Return the query ``operation``, planned and found to be within its limits; raises `RequestError`.

        With ``seconds`` it may take that long, and its calls leave turns of each source to others.
        """
        rights = Rights(self.policy.on(today), caller, self.catalogue, self.rules)
        compiled = self.plans.plan(operation, variables, rights, provenance=provenance)
        cost = check_plan(compiled.plan, variables, account.allowed, operation.introspected)
        receipt = attempt.receipt = new_receipt()
        inquiry = self.guard.inquiry(caller, receipt)
        deadline = seconds or self.deadline_seconds
        patient = seconds is not None
        sources, departments = self.sources, self.departments
        run = Run(compiled.plan, rights, variables, sources, departments, deadline, today, inquiry, patient=patient)
        return Begun(receipt, compiled, run, inquiry, cost)

    async def _carry_out(
        self, begun: Begun, operation: Operation, raw: Mapping[str, Any], attempt: Attempt
    ) -> dict[str, Any]:
        """Return the data of the answer, everything fetched; ``raw`` are the variables as they were given."""
        run, inquiry = begun.run, begun.inquiry
        attempt.run = run
        values = attempt.values = await self._fetch(run, run.rights, inquiry)
        data = complete(run, begun.compiled, values, self._introspected(run, operation, raw))
        inquiry.settle(run.shown(), run.links)
        return data

    async def _sealed(
        self,
        run: Run,
        operation: Operation,
        data: Mapping[str, Any],
        extensions: Mapping[str, Any],
        attempt: Attempt,
        kind: Kind = "QUERY",
    ) -> Encoded:
        """Return the response encoded, its entry of ``kind`` durable."""
        encoded = _encoded(data, run, extensions)
        entry = self.seal.entry(attempt.receipt, run, operation, attempt.values, encoded, attempt.started)
        attempt.sealed = True
        entry = entry if kind == "QUERY" else msgspec.structs.replace(entry, kind=kind)
        await self.ledger.append(entry, named_shape(run.plan).text)
        return encoded

    def _operation(self, request: GraphQLRequest, caller: Caller, account: Account) -> tuple[Operation, Wish]:
        """Return the operation that ``request`` may make, and whether it wants its plan; raises `RequestError`."""
        text = self.trusted.text(request.query, request.document_id, caller.client, account.allowed.documents)
        operation = self.documents.operation(text, request.operation_name)
        if request.method == "GET" and not operation.is_query:
            raise MethodNotAllowed("a GET request may only hold a query", headers={"Allow": "POST"})
        wish = explain_wish(request.extensions)
        if wish == "only" and not operation.is_query:
            raise BadQuery("only a query can be explained")
        return operation, wish

    async def consented(self, caller: Caller, today: str) -> tuple[Caller, Named]:
        """Return ``caller`` with those of the consents it names that count today, and what became of them all."""
        if caller.consent is None:
            return caller, NOTHING_NAMED
        named = await self.consents.named(references(caller.consent), caller.client, caller.purpose, today)
        return replace(caller, consents=named.live), named

    async def _explain(
        self, run: Run, operation: Operation, receipt: str, extensions: Mapping[str, Any], started: float
    ) -> Reply:
        """Return the plan alone; who explained what is in the ledger, and no source was asked."""
        encoded = _encoded(None, run, extensions)
        entry = self.seal.entry(receipt, run, operation, [], encoded, started)
        explained = msgspec.structs.replace(entry, kind="EXPLAIN", outcome="EXPLAINED")
        await self.ledger.append(explained, named_shape(run.plan).text)
        return Reply(encoded.body)

    async def _fetch(self, run: Run, rights: Rights, inquiry: Inquiry) -> list[Sequence[Any]]:
        """Return the values of the root fields, everything their sections need fetched."""
        run.begin_marking(self.marks)
        lookup = Lookup(run)
        values = await together([self._values(run, rights, root, lookup) for root in run.plan.roots])
        await inquiry.admit(list(named_in(values)))
        await fetch_stage(run, run.plan.stage, users_of(enumerate(values)))
        await run.mark()
        inquiry.require()
        return values

    async def _values(self, run: Run, rights: Rights, root: RootField, lookup: Lookup) -> Sequence[Any]:
        if root.kind == "sources":
            return source_statuses(self.sources, self.departments, named=run.named)
        if root.kind in self.own:
            return await self._own(run, rights, root)
        if root.kind in REGISTERS:
            return REGISTERS[root.kind](rights, root.arguments(run.variables), run.today)
        return [] if root.kind == "typename" else await resolve_root(run, root, lookup)

    async def _own(self, run: Run, rights: Rights, root: RootField) -> Sequence[Any]:
        told = await self.own[root.kind](rights, root.arguments(run.variables), run.today)
        if isinstance(told, Told):
            run.about += told.about
            run.withheld += told.withheld
            return told.values
        if "reason" in told.extensions:
            run.withheld.append((f"Query.{root.selected.name}", told.extensions["reason"]))
        message = f"`Query.{root.selected.name}` cannot be told to this caller"
        run.error(id(root), Flag(message, dict(told.extensions), root.selected.nodes).at((None, root.selected.key)))
        return UNTOLD

    def _introspected(self, run: Run, operation: Operation, raw: Mapping[str, Any]) -> dict[str, Any]:
        if not run.plan.passed_on:
            return {}
        result = introspect(self.schema, operation, run.plan.passed_on, dict(raw))
        if result.errors or result.data is None:
            raise BadQuery("the schema could not be read by this operation")
        return result.data


def _extensions(receipt: dict[str, str], run: Run, wish: Wish, named: Named, cost: int) -> dict[str, Any]:
    """Return what is told beside the data: the receipt, consents that do not count, the plan where it is wanted."""
    extensions: dict[str, Any] = {"receipt": receipt}
    if named.refused and run.caller.consent is not None:
        places = enumerate(references(run.caller.consent), 1)  # a token is not told back
        why = [{"place": at, "reason": named.refused[each]} for at, each in places if each in named.refused]
        extensions["consents"] = {"refused": why}
    if wish != "none":
        extensions["explain"] = explain(run.plan, columns=run.named, standings=run.caller.standings, cost=cost)
        extensions["cost"] = cost
    return extensions


def _encoded(data: Mapping[str, Any] | None, run: Run, extensions: Mapping[str, Any]) -> Encoded:
    response: dict[str, Any] = {"data": data}
    if run.errors:
        response["errors"] = run.errors
    return encode(response | {"extensions": extensions}, extensions["receipt"]["salt"])
