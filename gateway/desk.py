"""The one line of the gateway: identify -> parse+validate -> plan -> fetch -> complete -> seal.

Read `Desk.answer` first, then each call in order; nothing calls back up. What stands before *fetch* is pure, but for
the client's budgets: a request is counted once it is known whose it is, its cost once it is planned.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final

import msgspec
from graphql import GraphQLSchema

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
from gateway.ledger import Ledger, new_receipt
from gateway.limits.budgets import Account, Budgets
from gateway.limits.check import check_plan
from gateway.limits.trusted import TrustedDocuments
from gateway.mutate import Mutations
from gateway.objections.marks import Mirror
from gateway.own import Own, Told
from gateway.plan.asks import Rights
from gateway.plan.cache import Plans
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

NOTHING_NAMED: Final = Named()


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
        with self.ledger.under_way:
            try:
                return await self._admit(request, presented, attempt)
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

    def turned_away(self, error: RequestError) -> None:
        """Note that a request was refused by ``error`` before the desk heard of it."""
        self.refusals.count(error, self.seal)

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

    async def _answer(self, request: GraphQLRequest, caller: Caller, account: Account, attempt: Attempt) -> Reply:
        await account.request()
        operation, wish = self._operation(request, caller, account)
        attempt.operation = operation
        provenance = provenance_wish(request.extensions)
        variables, today = self.documents.variables(operation, request.variables), today_text()
        if not operation.is_query:
            return await self.mutations.answer(request, operation, caller, today, attempt.started)
        caller, named = await self._consented(caller, today)
        rights = Rights(self.policy.on(today), caller, self.catalogue, self.rules)
        compiled = self.plans.plan(operation, variables, rights, provenance=provenance)
        cost = check_plan(compiled.plan, variables, account.allowed, operation.introspected)
        receipt = attempt.receipt = new_receipt()
        inquiry = self.guard.inquiry(caller, receipt)
        seconds = self.deadline_seconds
        run = Run(compiled.plan, rights, variables, self.sources, self.departments, seconds, today, inquiry)
        extensions = _extensions(self.seal.salted(receipt), run, wish, named, cost)
        if wish == "only":
            return await self._explain(run, operation, receipt, extensions, attempt.started)
        await account.pay(cost)
        attempt.run = run
        values = attempt.values = await self._fetch(run, rights, inquiry)
        data = complete(run, compiled, values, self._introspected(run, operation, request))
        inquiry.settle(run.shown(), run.links)
        if provenance:
            extensions["provenance"] = provenance_map(run, values)
        encoded = _encoded(data, run, extensions)
        entry = self.seal.entry(receipt, run, operation, values, encoded, attempt.started)
        attempt.sealed = True
        await self.ledger.append(entry, named_shape(run.plan).text)
        return Reply(encoded.body, partial=bool(run.errors))

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

    async def _consented(self, caller: Caller, today: str) -> tuple[Caller, Named]:
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
        values = await asyncio.gather(*(self._values(run, rights, root, lookup) for root in run.plan.roots))
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

    def _introspected(self, run: Run, operation: Operation, request: GraphQLRequest) -> dict[str, Any]:
        if not run.plan.passed_on:
            return {}
        result = introspect(self.schema, operation, run.plan.passed_on, request.variables)
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
